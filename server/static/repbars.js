/** One bar for each rep of a set: height is mean concentric velocity; state by colour, pattern and sign. */

import { h, put } from "./dom.js";
import { margin95, quality, velocity } from "./format.js";

const MOST_REPS = 20;
/** The reference line that lifters train by most often: a loss of 20 % against the fastest rep. */
const LOSS_LINE = 0.2;
/** The highest bar is this much of the track, so that its whisker and number have room. */
const HEADROOM = 0.8;
const LEAST_SCALE_MPS = 0.3;

/** @param {HTMLElement} root */
export function drawRepBars(root, reps) {
  const shown = reps.slice(-MOST_REPS);
  const fastest = Math.max(0, ...reps.map((rep) => rep.mean_concentric_velocity_mps ?? 0));
  const scale = HEADROOM / Math.max(LEAST_SCALE_MPS, fastest);
  const bars = shown.map((rep, i) => repBar(rep, scale, i === shown.length - 1));
  const line = h("div", { class: "repbars-line", "aria-hidden": "true" }, h("span", { text: "−20 %" }));
  // The track is the plot without the line of rep numbers below it (`--index-height` in screens.css).
  line.style.bottom = `calc(var(--index-height) + (100% - var(--index-height)) * ${fastest * (1 - LOSS_LINE) * scale})`;
  const list = h("ol", { class: "repbars-list", "aria-label": "Mean concentric velocity of each rep" }, ...bars);
  put(root, h("div", { class: "repbars-plot" }, reps.length > 1 ? line : null, list));
}

function repBar(rep, scale, isLast) {
  const mps = rep.mean_concentric_velocity_mps ?? 0;
  const { glyph, words } = quality(rep.quality.state);
  const bar = h("div", { class: `bar ${rep.quality.state}${isLast ? " last" : ""}` });
  bar.style.height = `${mps * scale * 100}%`;
  const margin = margin95(rep.mean_concentric_velocity_sd_mps);
  if (margin !== null && mps > 0) {
    const whisker = h("i", { class: "whisker" });
    whisker.style.height = `${Math.min(1, (2 * margin) / mps) * 100}%`;
    whisker.style.top = `${(-margin / mps) * 100}%`;
    bar.append(whisker);
  }
  const reasons = rep.quality.reasons.join("; ");
  const label = `Rep ${rep.index + 1}: ${velocity(mps)} m/s, ${words}${reasons ? `, ${reasons}` : ""}`;
  return h(
    "li",
    { class: "repbar", title: label, "aria-label": label },
    h("div", { class: "repbar-track" }, h("span", { class: "repbar-value", text: velocity(mps) }), bar),
    h("span", { class: "repbar-index", text: `${rep.index + 1}${glyph ? ` ${glyph}` : ""}` }),
  );
}
