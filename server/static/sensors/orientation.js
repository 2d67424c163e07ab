/** How the sensor lies on the bar, live: the end of the bar with the sensor on it, and how far it has to turn. */

import { h, s, setText } from "../core/dom.js";
import { number } from "../core/format.js";

/** As the guide asks: this long still, this far turned. */
const [STILL_S, QUARTER_RAD] = [5, Math.PI / 2];
const [SIZE, MIDDLE, RING] = [200, 100, 84];
const DEG_PER_RAD = 180 / Math.PI;
const AXES = ["x", "y", "z"];

/** The part of a ring from the top, clockwise, as a path. */
function arc(share) {
  const angle = 2 * Math.PI * Math.min(Math.max(share, 0), 0.9999);
  const [x, y] = [MIDDLE + RING * Math.sin(angle), MIDDLE - RING * Math.cos(angle)];
  return `M${MIDDLE} ${MIDDLE - RING}A${RING} ${RING} 0 ${angle > Math.PI ? 1 : 0} 1 ${x.toFixed(1)} ${y.toFixed(1)}`;
}

/** "its z axis, tilted 12°": which axis of the sensor is nearest to up. */
function upWords(up) {
  const k = up.reduce((best, value, i) => (Math.abs(value) > Math.abs(up[best]) ? i : best), 0);
  const tilt = Math.acos(Math.min(Math.abs(up[k]), 1)) * DEG_PER_RAD;
  return `Up is the sensor's ${up[k] < 0 ? "−" : "+"}${AXES[k]}${tilt >= 1 ? `, ${number(tilt)}° tilted` : ""}`;
}

/** What counts in a step: seconds of rest or the angle of the turn; [share done, words]. */
function progressOf(step, { still_s: still, turn_rad: turn }) {
  if (step === "still") return [still / STILL_S, `Still for ${number(Math.min(still, STILL_S), 1)} of ${STILL_S} s`];
  if (step === "roll") return [turn / (2 * Math.PI), `Turned ${number(turn * DEG_PER_RAD)}° of about 90°`];
  return [0, ""];
}

/** @returns {{root: HTMLElement, draw: (step: string, orientation: any) => void}} */
export function orientationView() {
  const goal = s("path", { class: "turn-goal", d: arc(QUARTER_RAD / (2 * Math.PI)) });
  const done = s("path", { class: "turn-done" });
  const sensor = s("g", {}, s("rect", { class: "turn-sensor", x: MIDDLE - 26, y: MIDDLE - 60, width: 52, height: 24, rx: 5 }), s("path", { class: "turn-top", d: `M${MIDDLE} ${MIDDLE - 36}v22` }));
  const svg = s(
    "svg",
    { class: "turn", viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true" },
    s("circle", { class: "turn-ring", cx: MIDDLE, cy: MIDDLE, r: RING }),
    goal,
    done,
    s("circle", { class: "turn-bar", cx: MIDDLE, cy: MIDDLE, r: 36 }),
    sensor,
  );
  const [words, up] = [h("p", { class: "turn-words" }), h("p", { class: "hint" })];
  const root = h("div", { class: "turn-view", hidden: true }, svg, h("div", {}, words, up));

  function draw(step, orientation) {
    root.hidden = !orientation || !["still", "roll"].includes(step);
    if (root.hidden) return;
    const [share, said] = progressOf(step, orientation);
    goal.toggleAttribute("hidden", step !== "roll");
    done.setAttribute("d", arc(share));
    const angle = step === "roll" ? orientation.turn_rad * DEG_PER_RAD : 0;
    sensor.setAttribute("transform", `rotate(${angle.toFixed(1)} ${MIDDLE} ${MIDDLE})`);
    setText(words, said);
    setText(up, upWords(orientation.up));
  }

  return { root, draw };
}
