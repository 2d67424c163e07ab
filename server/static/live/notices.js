/** What stands in the way of the next rep, in words, with what to do; nothing when all is well. */

import { h, setText } from "../core/dom.js";
import { age, number, percent, sentenceCase } from "../core/format.js";
import { phase, sampleAge, shownSet } from "../core/state.js";

/** The last sample may be this old before the link counts as silent, s. */
const SILENT_S = 2;
/** Shorter gaps are told of in the header and at the rep, longer ones here for a while: s, ms. */
const LEAST_GAP_S = 0.25;
const GAP_TOLD_MS = 10_000;
const LOW_BATTERY = 0.1;

/**
 * @typedef {object} Notice
 * @property {"bad" | "warn" | "calm"} tone
 * @property {string} title
 * @property {string} text
 * @property {boolean} [isStale] what is on the screen is old
 */

/** @returns {Notice | null} the most urgent one */
export function noticeOf(state, now) {
  return ofServer(state, now) ?? ofLink(state, now) ?? ofData(state, now) ?? ofSensor(state) ?? ofSession(state);
}

function ofServer(state, now) {
  if (phase(state) !== "offline") return null;
  const waited = age((now - state.socketSince) / 1000);
  return { tone: "bad", isStale: true, title: "Dashboard disconnected", text: `No answer from Upright for ${waited}. Connecting again by itself; what is on the screen is kept.` };
}

function ofLink(state, now) {
  const { link } = state;
  if (phase(state) === "lost") {
    return { tone: "bad", isStale: true, title: `Sensor lost ${age(sampleAge(state, now))} ago`, text: `${sentenceCase(link.reason || "the link broke")}. Connecting again by itself; what is on the screen is kept.` };
  }
  if (phase(state) === "searching") {
    return { tone: "calm", title: `Looking for ${link?.sensor_name ?? "the sensor"}`, text: link?.reason || "Wake the sensor: move the bar a little." };
  }
  return null;
}

/** What is wrong with the data that come. */
function ofData(state, now) {
  if (!state.session) return null;
  if (state.link?.reason) return { tone: "warn", isStale: true, title: "Something is wrong", text: `${sentenceCase(state.link.reason)}.` };
  const silent = sampleAge(state, now);
  if (silent !== null && silent > SILENT_S) {
    return { tone: "warn", isStale: true, title: `No data for ${age(silent)}`, text: "The link is up, but the sensor is silent. If it stays so, switch the sensor off and on." };
  }
  const gap = state.lastGap;
  if (gap && gap.seconds >= LEAST_GAP_S && now - gap.at < GAP_TOLD_MS) {
    return { tone: "warn", title: "Data are back", text: `${number(gap.seconds * 1000)} ms are missing${gap.missing ? ` (${gap.missing} samples)` : ""}. A rep in that time may not be counted.` };
  }
  return null;
}

const last = (state) => shownSet(state)?.reps.at(-1);
const reasonWith = (rep, word) => rep?.quality.reasons.find((one) => one.includes(word));

/** What the last rep or the link says of the sensor itself. */
function ofSensor(state) {
  if (!state.session) return null;
  const slipped = reasonWith(last(state), "slipped");
  if (slipped) {
    return { tone: "warn", title: "The sensor may have slipped", text: `${sentenceCase(slipped)}. Fasten it where it was; if it sits otherwise now, pair it again under Sensors.` };
  }
  const clipped = reasonWith(last(state), "at the sensor's limit");
  if (clipped) {
    return { tone: "warn", title: "The sensor reached its limit", text: `${sentenceCase(clipped)}. Set the bar down softer, or choose a wider range in the sensor's settings.` };
  }
  const charge = state.link?.battery_fraction ?? null;
  if (charge !== null && charge <= LOW_BATTERY) {
    return { tone: "warn", title: `Battery at ${percent(charge)}`, text: "Charge the sensor after this session. What is recorded is safe." };
  }
  return null;
}

function ofSession(state) {
  switch (phase(state)) {
    case "waiting":
      return { tone: "calm", title: "Ready for the first rep", text: "Hold the bar still for two seconds, then lift. The set starts by itself." };
    case "ended":
      return { tone: "calm", title: "Session ended", text: "Its sets stay here until the next session starts." };
    default:
      return null;
  }
}

export const noticeBox = () => h("div", { class: "notice", role: "status", hidden: true }, h("strong"), h("span"));

/** Draw it; tell whether what is on the screen is old. */
export function drawNotice(box, state, now) {
  const notice = noticeOf(state, now);
  box.hidden = notice === null;
  if (notice === null) return false;
  box.className = `notice ${notice.tone}`;
  setText(box.firstChild, notice.title);
  setText(box.lastChild, notice.text);
  return notice.isStale === true;
}

/** Where there is no session: three steps, and the simulator. */
export function emptyPanel() {
  return h(
    "section",
    { class: "live-empty" },
    h("h1", { text: "No session is running" }),
    h("p", { class: "live-empty-why" }),
    h("ol", { class: "live-steps" },
      h("li", {}, h("strong", { text: "Fasten the sensor" }), h("span", { text: "on the bar, as it was paired." })),
      h("li", {}, h("strong", { text: "Connect it" }), h("a", { class: "primary", href: "#/sensors", text: "Open Sensors" })),
      h("li", {}, h("strong", { text: "Lift" }), h("span", { text: "sets and reps are found by themselves." }))),
    h("p", { class: "hint" }, "No sensor at hand? Try the simulator: ", h("code", { text: "upright demo" }), " shows a month of training and a live session."),
    h("a", { class: "big big-link", href: "#/sessions", text: "Earlier sessions" }),
  );
}

/** It is on the page only while it is needed: a page has one heading. */
export function drawEmpty(screen, panel, state) {
  const isNeeded = phase(state) === "idle";
  if (isNeeded && !panel.isConnected) screen.prepend(panel);
  if (!isNeeded) panel.remove();
  setText(panel.querySelector(".live-empty-why"), state.link?.reason ? `${sentenceCase(state.link.reason)}.` : "");
}
