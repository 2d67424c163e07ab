/** Looks for sensors: progress while it listens, then what was found. */

import { scanSensors } from "../core/api.js";
import { disclosure } from "../parts/blocks.js";
import { h, put, setText } from "../core/dom.js";
import { plural } from "../core/format.js";
import { batteryWords, kindWords, nameOf, signalWords } from "./sensorwords.js";

/** Sensors advertise every 0.1 to 2 s; ours are then asked for their batteries, which takes longer. */
const SCAN_S = 4;
const TICK_MS = 100;

/**
 * @param {{onPair: (found: any) => void, onStart: () => void, onError: (error: Error) => void, isPaired: (address: string) => boolean, whyNot: () => string | null}} desk
 *   `whyNot` says why no sensor can be paired now
 */
export function scanCard({ onPair, onStart, onError, isPaired, whyNot }) {
  const button = h("button", { class: "primary", type: "button", text: "Look for sensors", onclick: look });
  const bar = h("progress", { max: SCAN_S, value: 0, "aria-label": "Looking for sensors" });
  const words = h("p", { class: "hint", role: "status", text: "Wake the sensor first: move the bar a little, or put the strap on." });
  const results = h("div", { class: "found" });
  const root = h("section", { class: "card", "aria-labelledby": "nearby" }, h("div", { class: "card-head" }, h("h2", { id: "nearby", text: "Nearby" }), button), words, bar, results);
  let found = null;
  let timer = 0;
  bar.hidden = true;

  async function look() {
    onStart();
    button.disabled = true;
    bar.hidden = false;
    bar.value = 0;
    put(results);
    setText(words, `Listening for ${SCAN_S} seconds…`);
    const startMs = performance.now();
    timer = setInterval(() => {
      const passedS = (performance.now() - startMs) / 1000;
      if (passedS < SCAN_S) bar.value = passedS;
      else {
        bar.removeAttribute("value");
        setText(words, "Asking the sensors for their batteries…");
      }
    }, TICK_MS);
    try {
      found = await scanSensors(SCAN_S);
      draw();
    } catch (error) {
      found = null;
      setText(words, "");
      onError(error);
    } finally {
      clearInterval(timer);
      button.disabled = false;
      button.textContent = "Look again";
      bar.hidden = true;
    }
  }

  function draw() {
    if (found === null) return;
    const ours = found.filter((one) => one.driver !== null);
    const others = found.filter((one) => one.driver === null);
    setText(words, ours.length ? `${plural(ours.length, "sensor")} found.` : `No ${whyNot() ? "other " : ""}sensor found. Is it charged, awake and near, and not connected to a phone?${whyNot() ? " The one that records now does not show." : ""}`);
    const reason = ours.length ? whyNot() : null;
    put(results, ours.length ? table(ours, reason) : null, reason ? h("p", { class: "hint", text: reason }) : null, others.length ? unknown(others) : null);
  }

  function table(ours, reason) {
    const head = ["Name", "Kind", "Signal", "Battery", ""].map((text) => h("th", { scope: "col" }, text || h("span", { class: "visually-hidden", text: "What to do" })));
    return h("table", { class: "found-table" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...ours.map((one) => row(one, reason))));
  }

  function row(one, reason) {
    const cell = (label, text) => h("td", { "data-label": label, text });
    const pair = h("button", {
      type: "button",
      class: "tool",
      text: isPaired(one.address) ? "Pair again" : "Pair",
      "aria-label": `Pair ${nameOf(one)}`,
      disabled: reason !== null,
      onclick: () => onPair(one),
    });
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, nameOf(one), h("small", { text: one.address })),
      cell("Kind", kindWords(one.driver)),
      cell("Signal", signalWords(one.rssi_dbm)),
      cell("Battery", batteryWords(one.battery_charge_fraction)),
      h("td", { class: "do" }, pair),
    );
  }

  return { root, draw, close: () => clearInterval(timer) };
}

function unknown(others) {
  const lines = others.map((one) => h("li", {}, h("span", { text: nameOf(one) }), h("small", { text: signalWords(one.rssi_dbm) })));
  return disclosure("unknown", `${plural(others.length, "other device")} that Upright does not know`, h("ul", { class: "unknown" }, ...lines));
}
