/** What the big number can be: chosen by a tap on it, otherwise the velocity that the lift is trained by. */

import { centimetres, drift, margin95, millimetres, plusMinus, velocity } from "../core/format.js";
import { recall, remember } from "../core/memory.js";

/**
 * @typedef {object} Metric
 * @property {string} name in the line of choices
 * @property {string} words below the number
 * @property {string} unit
 * @property {string} empty what stands there before the first rep
 * @property {(rep: any) => string} text
 * @property {(rep: any) => string} margin "± 0.02", or nothing
 */

/** @type {Record<string, Metric>} */
export const METRICS = {
  mean: {
    name: "Mean", words: "mean concentric velocity", unit: "m/s", empty: "–",
    text: (rep) => velocity(rep.mean_concentric_velocity_mps), margin: (rep) => plusMinus(rep.mean_concentric_velocity_sd_mps, 2),
  },
  peak: {
    name: "Peak", words: "peak concentric velocity", unit: "m/s", empty: "–",
    text: (rep) => velocity(rep.peak_concentric_velocity_mps), margin: (rep) => plusMinus(rep.peak_concentric_velocity_sd_mps, 2),
  },
  range: {
    name: "Range", words: "range of motion", unit: "cm", empty: "–",
    text: (rep) => centimetres(rep.range_of_motion_m), margin: (rep) => plusMinus(rep.range_of_motion_sd_m, 0, 100),
  },
  forward: {
    name: "Forward", words: "forward at the turning point", unit: "mm", empty: "–",
    text: (rep) => millimetres(rep.forward_drift_m), margin: (rep) => plusMinus(rep.forward_drift_sd_m, 0, 1000),
  },
};
const ORDER = Object.keys(METRICS);

/** The metric that is shown. @param {any} advice of the set: says which velocity the lift is trained by */
export function metricId(advice) {
  const chosen = recall("live.metric", "");
  if (chosen in METRICS) return chosen;
  return advice?.main_velocity === "peak" ? "peak" : "mean";
}

/** The next one; the one that the lift is trained by is not pinned, so that another lift shows its own. */
export function nextMetric(advice) {
  const next = ORDER[(ORDER.indexOf(metricId(advice)) + 1) % ORDER.length];
  remember("live.metric", next === (advice?.main_velocity ?? "mean") ? "" : next);
  return next;
}

const nearZero = (m) => Math.round(m * 1000) === 0;

/** "14 ± 5", with its side where that is not the rep's: "back 4 ± 5". */
function usualWords(usual, rep) {
  const half = Math.round(((usual.high - usual.low) / 2) * 1000);
  const side = nearZero(usual.value) || usual.value > 0 === rep.forward_drift_m > 0 ? "" : usual.value > 0 ? "forward " : "back ";
  return `${side}${millimetres(Math.abs(usual.value))} ± ${half}`;
}

const needWords = ({ sessions, sessions_needed: needed, reps, reps_needed: wanted }) =>
  sessions < needed ? `need ${needed - sessions} more session${needed - sessions === 1 ? "" : "s"}` : `need ${Math.max(1, wanted - reps)} more fresh reps`;

/**
 * Where the bar went in a rep, beside what is typical of it.
 *
 * @param {any} rep @param {any} typical of the lift that was told
 * @param {boolean} isOfLift whether that is the rep's lift too: another may have been told since
 * @returns {{glyph: string, words: string, aside: string, tone: "" | "outside" | "unknown"}}
 */
export function forwardChip(rep, typical, isOfLift) {
  if (rep.forward_drift_m === null) return { glyph: "", words: "Forward not resolvable", aside: "", tone: "unknown" };
  if (!isOfLift) return { glyph: "", words: drift(rep.forward_drift_m, rep.forward_drift_sd_m), aside: "another lift is next", tone: "" };
  if (!typical) return { glyph: "", words: drift(rep.forward_drift_m, rep.forward_drift_sd_m), aside: "no lift told: nothing to compare with", tone: "" };
  if (!typical.usual) return { glyph: "", words: drift(rep.forward_drift_m, rep.forward_drift_sd_m), aside: `typical: ${needWords(typical.baseline)}`, tone: "" };
  const { low, high } = typical.usual;
  const margin = margin95(rep.forward_drift_sd_m) ?? 0;
  // Outside only where the rep's own uncertainty does not reach into the band.
  const isAbove = rep.forward_drift_m - margin > high;
  const isBelow = rep.forward_drift_m + margin < low;
  const isInside = rep.forward_drift_m >= low && rep.forward_drift_m <= high;
  const isDoubtful = !(isAbove || isBelow || isInside) || rep.quality.state !== "good";
  const { sessions, sessions_needed: needed } = typical.baseline;
  return {
    glyph: isAbove ? "▲" : isBelow ? "▼" : isInside ? "=" : "?",
    words: `${drift(rep.forward_drift_m, isDoubtful ? rep.forward_drift_sd_m : null)}, typical ${usualWords(typical.usual, rep)}`,
    aside: typical.source === "baseline" ? "your own baseline" : `this session · baseline ${Math.min(sessions, needed)} of ${needed}`,
    tone: isAbove || isBelow ? "outside" : "",
  };
}
