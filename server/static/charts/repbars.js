/** One bar for each rep of a set: height is mean concentric velocity; state by colour, pattern and sign. */

import { h, put } from "../core/dom.js";
import { ZONES, mainVelocity } from "../live/goal.js";
import { margin95, percent, quality, velocity } from "../core/format.js";
import { counting } from "../core/reps.js";

const MOST_REPS = 20;
/** More bars than this are drawn with less text. */
const MANY_REPS = 10;
/** The highest bar is this much of the track, so that its whisker has room. */
const HEADROOM = 0.92;
const LEAST_SCALE_MPS = 0.3;

/**
 * State of a rep: sign below its bar, words, the word of the legend. What is left out is no longer in or out of a target.
 *
 * @returns {{glyph: string, words: string, short: string}[]}
 */
export function repStates(rep, zone) {
  if (rep.excluded_reason) return [{ glyph: "×", words: "left out", short: "left out" }];
  const { glyph, words } = quality(rep.quality.state);
  return [
    zone ? { glyph: ZONES[zone].glyph, words: ZONES[zone].words.toLowerCase(), short: ZONES[zone].short } : null,
    glyph ? { glyph, words, short: rep.quality.state === "low_quality" ? "unsure" : words } : null,
  ].filter(Boolean);
}

/**
 * @param {HTMLElement} root
 * @param {any[]} reps
 * @param {{goal?: any, advice?: any}} [set] colours the reps by zone
 * @returns the states that occur, for a legend
 */
export function drawRepBars(root, reps, { goal = null, advice = null } = {}) {
  const shown = reps.slice(-MOST_REPS);
  const values = counting(reps).map((rep) => mainVelocity(rep, advice)[0] ?? 0);
  const fastest = Math.max(0, ...values);
  const target = goal?.target_mps ?? null;
  const scale = HEADROOM / Math.max(LEAST_SCALE_MPS, fastest, target ? target[1] : 0);
  const first = reps.length - shown.length;
  const isMany = shown.length > MANY_REPS;
  const bars = shown.map((rep, i) => repBar(rep, scale, { isLast: i === shown.length - 1, isMany, advice, zone: advice?.reps[first + i]?.zone }));
  const states = shown.map((rep, i) => repStates(rep, advice?.reps[first + i]?.zone));
  const stop = reps.length > 1 && fastest > 0 ? (goal?.velocity_loss_stop_fraction ?? null) : null;
  const list = h("ol", { class: "repbars-list", "aria-label": `${mainVelocity({}, advice)[2]} concentric velocity of each rep` }, ...bars);
  put(root, h("div", { class: isMany ? "repbars-plot many" : "repbars-plot" }, target ? band(target, scale) : null, stop === null ? null : stopLine(stop, fastest, scale, target), list));
  return states.flat();
}

/** The track is the plot without the line of rep numbers below it (`--index-height` in screens.css). */
const height = (share) => `calc(var(--index-height) + (100% - var(--index-height)) * ${share})`;

/** Velocity at which the set is to stop; its label stands on the side that the target's does not. */
function stopLine(stop, fastest, scale, target) {
  const isBelow = target !== null && fastest * (1 - stop) <= target[1];
  const line = h("div", { class: isBelow ? "repbars-line below" : "repbars-line", "aria-hidden": "true" }, h("span", { text: `−${percent(stop)}` }));
  line.style.bottom = height(fastest * (1 - stop) * scale);
  return line;
}

function band([low, high], scale) {
  const drawn = h("div", { class: "target-band", "aria-hidden": "true" }, h("span", { text: "target" }));
  drawn.style.bottom = height(low * scale);
  drawn.style.height = `calc((100% - var(--index-height)) * ${(high - low) * scale})`;
  return drawn;
}

function repBar(rep, scale, { isLast, isMany, advice, zone }) {
  const [value, sd] = mainVelocity(rep, advice);
  const mps = value ?? 0;
  const states = repStates(rep, zone);
  const kinds = rep.excluded_reason ? "excluded" : `${rep.quality.state}${zone ? ` zone-${zone}` : ""}`;
  const bar = h("div", { class: `bar ${kinds}${isLast ? " last" : ""}` });
  bar.style.height = `${Math.min(1, mps * scale) * 100}%`;
  const margin = margin95(sd);
  if (margin !== null && mps > 0) {
    const whisker = h("i", { class: "whisker" });
    whisker.style.height = `${Math.min(1, (2 * margin) / mps) * 100}%`;
    whisker.style.top = `${(-margin / mps) * 100}%`;
    bar.append(whisker);
  }
  const reasons = rep.excluded_reason || rep.quality.reasons.join("; ");
  const said = states.length ? states.map((one) => one.words).join(", ") : quality(rep.quality.state).words;
  const label = [`Rep ${rep.index + 1}: ${velocity(mps)} m/s, ${said}`, reasons].filter(Boolean).join(", ");
  return h(
    "li",
    { class: "repbar", title: label, "aria-label": label },
    h("div", { class: "repbar-track" }, h("span", { class: "repbar-value", text: velocity(mps) }), bar),
    h("span", { class: "repbar-index", text: [rep.index + 1, ...states.map((one) => one.glyph)].join(isMany ? "\n" : " ") }),
  );
}

/** The signs that occur in the bars, in words. @param {{glyph: string, short: string}[]} states */
export function barsLegend(states) {
  const kinds = new Map(states.map((one) => [one.glyph, one.short]));
  return [...kinds].map(([glyph, word]) => `${glyph} ${word}`).join("   ");
}
