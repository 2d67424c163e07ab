/** Sensors: those that were paired, those that are near, and the one that streams. */

import { connectSensor, disconnectSensor, forgetSensor, getSensors } from "../core/api.js";
import { h, put, setText } from "../core/dom.js";
import { labelled, openForm, problemWords } from "../parts/form.js";
import { age, number, percent, plural, sentenceCase } from "../core/format.js";
import { onlyAdmin } from "../parts/roles.js";
import { drawLinkLine, linkLine } from "../parts/linkline.js";
import { openMountForm } from "./mountform.js";
import { pairingCard } from "./pairing.js";
import { scanCard } from "./sensorscan.js";
import { nameOf, sensorWords } from "./sensorwords.js";
import { recall, remember } from "../core/memory.js";
import { sampleAge } from "../core/state.js";

/** Where the browser remembers which pairing it leads through. */
const BEGAN_HERE = "pairing";
/** While another screen pairs, so often it is asked whether it still does. */
const ELSEWHERE_MS = 2000;
/** Kinds that are worn on the chest; elsewhere the lifter has to say. */
const STRAPS = ["heart_rate", "polar_h10"];

/** @param {HTMLElement} root @param {import("../core/screens.js").Context} context */
export async function show(root, context) {
  try {
    return mount(root, await getSensors(), context);
  } catch (error) {
    if (error.status !== 404) throw error;
    put(root, elsewhere());
    return { update() {} };
  }
}

/** A replay, a demo or a watch: there is no desk. */
function elsewhere() {
  return h(
    "div",
    { class: "card empty" },
    h("h1", { text: "Sensors belong to “upright serve”" }),
    h("p", { text: "What runs here brings its own data, as a replay or a demo does. Stop it and start “upright serve”: then sensors can be looked for, paired and connected on this page." }),
    h("a", { href: "#/live", text: "Back to the live screen" }),
  );
}

function mount(root, first, context) {
  const mayChange = context.role() === "admin";
  let sensors = first;
  let live = null;
  let pairing = null;
  let isOffered = false;
  let timer = 0;
  let isLeft = false;
  const sub = h("p", { class: "sub" });
  const notice = h("div", { role: "alert" });
  const pairingBox = h("div");
  const session = sessionCard(mayChange ? disconnect : null);
  const list = h("ul", { class: "sensor-list" });
  const paired = h("section", { class: "card", "aria-labelledby": "paired" }, h("h2", { id: "paired", text: "Paired" }), list);
  const scan = scanCard({
    onPair: (found) => openPairing(found, null),
    onStart: () => tell("", null, ""),
    onError: (error) => tellError(error, "The search did not work"),
    isPaired: (address) => sensors.paired.some((one) => one.address.toLowerCase() === address.toLowerCase()),
    whyNot,
  });
  const desk = h("div", { class: "desk" }, ...[session.root, onlyAdmin(context, "Connecting and pairing"), paired, mayChange ? scan.root : null].filter(Boolean));
  put(root, h("div", { class: "page-head" }, h("div", {}, h("h1", { text: "Sensors" }), sub)), notice, pairingBox, desk);

  function whyNot() {
    return sensors.is_streaming ? "To pair a sensor, disconnect first: a session is running." : null;
  }

  function nonePaired() {
    if (!mayChange) return "No sensor is paired yet.";
    if (sensors.is_streaming) return "No sensor is paired yet; nor is the one that records now, so that forward may stay unknown. Disconnect it, look for it below, then pair it.";
    return "No sensor is paired yet. Look for one below, then pair it: Upright learns how it sits on the bar.";
  }

  function draw() {
    const n = sensors.paired.length;
    setText(sub, `${n ? `${n} paired` : "None paired"}${sensors.is_streaming ? " · a session is running" : ""}`);
    put(list, ...(n ? sensors.paired.map(item) : [h("li", { class: "hint", text: nonePaired() })]));
    session.draw(sensors.is_streaming, live);
    scan.draw();
  }

  async function refresh() {
    try {
      sensors = await getSensors();
      takeUp();
      draw();
      return true;
    } catch (error) {
      tellError(error);
      return false;
    }
  }

  function tell(tone, title, text) {
    put(notice, title ? h("div", { class: `notice ${tone}` }, h("strong", { text: title }), text ? h("span", { text }) : null) : null);
  }

  /** In the words of the server; what is only busy is no failure. */
  function tellError(error, title = "That did not work") {
    if (error.status === 409) {
      tell("warn", error.message, error.hint);
      refresh();
    } else {
      tell("bad", title, problemWords(error));
    }
  }

  function item(one) {
    const connect = one.mount === null ? null : h("button", {
      type: "button",
      class: "primary",
      text: "Connect",
      "aria-label": `Connect ${nameOf(one)}`,
      disabled: sensors.is_streaming,
      onclick: () => askCompanions(one),
    });
    const forget = h("button", { type: "button", class: "tool", text: "Forget", "aria-label": `Forget ${nameOf(one)}`, onclick: () => askForget(one) });
    const mount = one.mount === null ? null : h("button", { type: "button", class: "tool", text: "Mount", "aria-label": `How ${nameOf(one)} sits`, onclick: () => openMountForm(one, after(`${nameOf(one)}: kept, from the next session on.`)) });
    return h("li", {}, h("div", {}, h("strong", { text: nameOf(one) }), h("span", { class: "sub", text: sensorWords(one) })), mayChange ? h("div", { class: "item-tools" }, forget, mount, connect) : null);
  }

  function askForget(one) {
    const words = "Its mount and its calibration are forgotten. Recordings and results stay.";
    openForm(`Forget ${nameOf(one)}?`, [h("p", { text: words })], async () => {
      await forgetSensor(one.address);
      return after(`${nameOf(one)} is forgotten.`);
    }, { submit: "Forget", busy: "Forgetting…" });
  }

  function askCompanions(one) {
    const others = sensors.paired.filter((other) => other.address !== one.address).map(companionField);
    const connect = async () => {
      await connectSensor(one.address, others.map((other) => other.read()).filter(Boolean));
      return after(null);
    };
    if (others.length === 0) {
      connect().then((done) => done(), (error) => tellError(error));
      return;
    }
    const fields = h("fieldset", { class: "companions" }, h("legend", { text: "Record beside it" }), ...others.map((other) => other.root));
    openForm(`Connect ${nameOf(one)}`, [fields], connect, { submit: "Connect", busy: "Connecting…" });
  }

  /** What is done when something has changed: the buttons are new, so the screen takes the focus. */
  function after(words) {
    return async () => {
      if (await refresh()) tell("calm", words, "");
      focusOn(root);
    };
  }

  async function disconnect() {
    await disconnectSensor().then(after("The session has ended. Its results stay."), (error) => tellError(error));
  }

  /** A pairing that this browser began goes on after a reload; into another's nobody walks by chance. */
  function takeUp() {
    clearTimeout(timer);
    if (isLeft || !mayChange || pairing !== null) return;
    const running = sensors.pairing?.running ? sensors.pairing : null;
    if (running?.id === recall(BEGAN_HERE, null)) {
      openPairing(null, running);
      return;
    }
    if (isOffered !== Boolean(running)) put(pairingBox, running ? offer() : null);
    isOffered = Boolean(running);
    if (isOffered) timer = setTimeout(refresh, ELSEWHERE_MS);
  }

  const offer = () =>
    h(
      "section",
      { class: "card pairing-elsewhere" },
      h("h2", { text: "Another screen is pairing a sensor" }),
      h("p", { text: "Whoever stands at the bar is led through it there. It can be gone on with here instead." }),
      h("button", { class: "tool", type: "button", text: "Go on here", onclick: () => openPairing(null, sensors.pairing) }),
    );

  function openPairing(found, running) {
    tell("", null, "");
    clearTimeout(timer);
    isOffered = false;
    const onBegin = (begun) => remember(BEGAN_HERE, begun.id);
    const onEnd = async (words) => {
      pairing.close();
      pairing = null;
      put(pairingBox);
      desk.hidden = false;
      await after(words)();
    };
    if (running) onBegin(running);
    pairing = pairingCard(found, running, { onBegin, onEnd });
    desk.hidden = true;
    put(pairingBox, pairing.root);
    focusOn(pairing.root);
  }

  /** Called for every live message: the server's list changes with the link and the session. */
  function update(state, message) {
    const before = live?.link?.state;
    live = state;
    session.draw(sensors.is_streaming, live);
    if (message === null || message.type === "velocity") return;
    const isNews = message.type === "session" || message.type === "snapshot" || (message.type === "link" && before !== state.link?.state);
    if (isNews) refresh();
  }

  function unmount() {
    isLeft = true;
    clearTimeout(timer);
    scan.close();
    pairing?.close();
  }

  draw();
  takeUp();
  return { update, unmount };
}

/** Below the header that stays: the browser's own scrolling would hide the title behind it. */
function focusOn(element) {
  element.focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
}

/** A sensor that could be recorded beside the one on the bar, and where it sits. */
function companionField(one) {
  const role = h("input", { value: STRAPS.includes(one.driver) ? "chest" : "", placeholder: "chest, upper back, wrist…", maxlength: 32, required: true, disabled: true });
  const box = h("input", { type: "checkbox", onchange: () => { role.disabled = !box.checked; if (box.checked) role.focus(); } });
  const root = h("div", {}, h("label", { class: "check" }, box, nameOf(one)), labelled(`Where ${nameOf(one)} sits`, role));
  return { root, read: () => (box.checked ? { address: one.address, role: role.value.trim() } : null) };
}

/** What streams now, or why the last session could not; updated in place. */
function sessionCard(onDisconnect) {
  const title = h("h2");
  const words = h("p");
  const links = linkLine();
  const stop = h("button", { type: "button", class: "tool", text: "Disconnect", onclick: async () => { stop.disabled = true; await onDisconnect(); stop.disabled = false; } });
  const go = h("a", { href: "#/live", text: "Live screen" });
  const tools = h("div", { class: "item-tools" }, go, onDisconnect ? stop : null);
  const root = h("section", { class: "card session-card", hidden: true }, h("div", { class: "card-head" }, title, tools), words, links);

  function draw(isStreaming, live) {
    const link = live?.link;
    const hasFailed = !isStreaming && link?.state === "lost" && link.reason !== "";
    root.hidden = !isStreaming && !hasFailed;
    tools.hidden = hasFailed;
    if (hasFailed) {
      setText(title, "The last session could not go on");
      setText(words, sentenceCase(link.reason));
      return;
    }
    if (!isStreaming || !link) {
      setText(title, "Looking for the sensor");
      return;
    }
    const heads = { searching: "Looking for the sensor", connected: `Recording from ${link.sensor_name ?? "the sensor"}`, lost: "Sensor lost", ended: "The session ends" };
    setText(title, heads[link.state]);
    setText(words, link.state === "connected" ? streamWords(live) : link.reason || "Connecting by itself.");
    drawLinkLine(links, link);
  }

  return { root, draw };
}

function streamWords(live) {
  const { link } = live;
  const parts = [
    `${plural(link.received_samples, "sample")} received, ${link.lost_samples} lost`,
    link.sample_rate_hz === null ? null : `${number(link.sample_rate_hz, 1)} Hz`,
    link.battery_fraction === null ? null : `battery ${percent(link.battery_fraction)}`,
    `last sample ${age(sampleAge(live, performance.now()))} ago`,
  ];
  return parts.filter(Boolean).join(" · ");
}
