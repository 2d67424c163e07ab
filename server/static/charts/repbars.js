/** One bar for each rep of a set: height is mean concentric velocity; state by colour, pattern and sign. */

import { h, put } from "../core/dom.js";
import { ZONES, mainVelocity } from "../live/goal.js";
import { margin95, percent, quality, velocity } from "../core/format.js";

const MOST_REPS = 20;
/** The reference line that lifters train by most often: a loss of 20 % against the fastest rep. */
const LOSS_LINE = 0.2;
/** The highest bar is this much of the track, so that its whisker and number have room. */
const HEADROOM = 0.8;
const LEAST_SCALE_MPS = 0.3;

/** @param {HTMLElement} root @param {any[]} reps @param {{goal?: any, advice?: any}} [set] colours the reps by zone */
export function drawRepBars(root, reps, { goal = null, advice = null } = {}) {
  const shown = reps.slice(-MOST_REPS);
  const values = reps.map((rep) => mainVelocity(rep, advice)[0] ?? 0);
  const fastest = Math.max(0, ...values);
  const target = goal?.target_mps ?? null;
  const scale = HEADROOM / Math.max(LEAST_SCALE_MPS, fastest, target ? target[1] : 0);
  const first = reps.length - shown.length;
  const bars = shown.map((rep, i) => repBar(rep, scale, i === shown.length - 1, advice, advice?.reps[first + i]?.zone));
  const stop = goal?.velocity_loss_stop_fraction ?? LOSS_LINE;
  const line = h("div", { class: "repbars-line", "aria-hidden": "true" }, h("span", { text: `−${percent(stop)}` }));
  line.style.bottom = height(fastest * (1 - stop) * scale);
  const list = h("ol", { class: "repbars-list", "aria-label": `${mainVelocity({}, advice)[2]} concentric velocity of each rep` }, ...bars);
  put(root, h("div", { class: "repbars-plot" }, target ? band(target, scale) : null, reps.length > 1 ? line : null, list));
}

/** The track is the plot without the line of rep numbers below it (`--index-height` in screens.css). */
const height = (share) => `calc(var(--index-height) + (100% - var(--index-height)) * ${share})`;

function band([low, high], scale) {
  const drawn = h("div", { class: "target-band", "aria-hidden": "true" }, h("span", { text: "target" }));
  drawn.style.bottom = height(low * scale);
  drawn.style.height = `calc((100% - var(--index-height)) * ${(high - low) * scale})`;
  return drawn;
}

function repBar(rep, scale, isLast, advice, zone) {
  const [value, sd] = mainVelocity(rep, advice);
  const mps = value ?? 0;
  const { glyph, words } = quality(rep.quality.state);
  const bar = h("div", { class: `bar ${rep.quality.state}${zone ? ` zone-${zone}` : ""}${isLast ? " last" : ""}` });
  bar.style.height = `${mps * scale * 100}%`;
  const margin = margin95(sd);
  if (margin !== null && mps > 0) {
    const whisker = h("i", { class: "whisker" });
    whisker.style.height = `${Math.min(1, (2 * margin) / mps) * 100}%`;
    whisker.style.top = `${(-margin / mps) * 100}%`;
    bar.append(whisker);
  }
  const reasons = rep.quality.reasons.join("; ");
  const label = `Rep ${rep.index + 1}: ${velocity(mps)} m/s, ${words}${zone ? `, ${ZONES[zone].words.toLowerCase()}` : ""}${reasons ? `, ${reasons}` : ""}`;
  return h(
    "li",
    { class: "repbar", title: label, "aria-label": label },
    h("div", { class: "repbar-track" }, h("span", { class: "repbar-value", text: velocity(mps) }), bar),
    h("span", { class: "repbar-index", text: [rep.index + 1, glyph, zone ? ZONES[zone].glyph : ""].filter(Boolean).join(" ") }),
  );
}
