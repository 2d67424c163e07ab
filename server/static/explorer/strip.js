/** What was found in a recording, as bars over the same time: sets, reps, what was not counted, rests, losses. */

import { load, number, plural, quality, sentenceCase } from "../core/format.js";
import { faded, plain } from "./plotly.js";

/** Rows of the strip from below, and how they are called beside it. */
export const ROWS = ["still", "not counted", "reps", "sets"];
export const NARROW_ROWS = ["still", "no rep", "reps", "sets"];
const [STILL, REJECTED, REPS, SETS] = [0, 1, 2, 3];
/** A mark is at least this wide, px. */
const LEAST_PX = 2;
/** A set that is wider than this has its name on it, px. */
const NAME_PX = 130;
/** Reps that are narrower than this have no phases: they would be a grid, px. */
const PHASES_PX = 14;

/** A sign beside the number of a rep: of its quality, or that it does not count. */
export const glyphOf = (rep) => (rep.excluded_reason ? "⊘" : quality(rep.quality).glyph);

/** "Set 2, rep 3: low quality, 12 samples were lost" */
export function repWords(rep) {
  const state = rep.excluded_reason ? `left out: ${rep.excluded_reason}` : quality(rep.quality).words;
  return `Set ${rep.set + 1}, rep ${rep.rep + 1}: ${[state, ...rep.reasons].join("; ")}`;
}

const SHAPES = { good: "", low_quality: "/", not_resolvable: "x" };

function bars(axis, row, items, width = 0.86) {
  return {
    type: "bar", orientation: "h", yaxis: axis, y: items.map(() => row), width,
    base: items.map((one) => one.start), x: items.map((one) => one.end - one.start),
    text: items.map((one) => one.text ?? ""), hovertext: items.map((one) => one.words), hoverinfo: "text",
    textposition: "inside", insidetextanchor: "middle", textangle: 0, constraintext: "inside", cliponaxis: true,
  };
}

/** As far as it is in the window that was fetched: words stand in the middle of what can be seen. */
const within = (one, data) => ({ start: Math.max(one.start_s, data.from_s), end: Math.min(one.end_s, data.to_s) });

/** Wide enough to be seen. */
function atLeast(start, end, secondsPerPx) {
  const missing = Math.max(0, LEAST_PX * secondsPerPx - (end - start)) / 2;
  return { start: start - missing, end: end + missing };
}

/** @returns {any[]} traces of the strip on the axis with this name */
export function stripTraces(axis, data, colours, unit, secondsPerPx) {
  const sets = data.sets.map((set) => {
    const name = set.exercise_name ?? "Exercise not set";
    const words = [`Set ${set.set + 1}: ${name}`, load(set.load_kg, unit), plural(set.n_reps, "rep")].filter(Boolean).join(", ");
    const isWide = (set.end_s - set.start_s) / secondsPerPx > NAME_PX;
    return { ...within(set, data), text: isWide ? `${set.set + 1} · ${plain(name)}` : String(set.set + 1), words: plain(words) };
  });
  const reps = data.reps.map((rep) => ({ ...within(rep, data), text: `${rep.rep + 1}${glyphOf(rep) ? ` ${glyphOf(rep)}` : ""}`, words: wrapped(`${repWords(rep)}. ${number(rep.mean_velocity_mps, 2)} m/s`) }));
  const rejected = data.rejected.map((one) => ({ start: one.start_s, end: one.end_s, words: wrapped(`Not counted: ${one.reason}`) }));
  const still = data.still.map((one) => ({ start: one.start_s, end: one.end_s, words: `Still for ${number(one.end_s - one.start_s, 1)} s` }));
  const clipped = data.clipped.map(([start, end]) => ({ ...atLeast(start, end, secondsPerPx), words: "Clipped: more than the sensor can measure" }));
  const pattern = { shape: data.reps.map((rep) => (rep.excluded_reason ? "." : SHAPES[rep.quality] ?? "x")), fgcolor: colours.ink, size: 6, solidity: 0.25, fillmode: "overlay" };
  const font = { color: colours.ink, size: 12 };
  return [
    { ...bars(axis, SETS, sets), marker: { color: colours["accent-soft"], line: { width: 1, color: colours.accent } }, insidetextfont: font, textfont: font },
    { ...bars(axis, REPS, reps), marker: { color: faded(colours.accent, 0.35), line: { width: 1, color: colours.accent }, pattern }, insidetextfont: font, textfont: font },
    { ...bars(axis, REJECTED, rejected), marker: { color: faded(colours["ink-3"], 0.15), line: { width: 1.5, color: colours["ink-3"] }, pattern: { shape: "x", fgcolor: colours["ink-3"], size: 7, solidity: 0.2, fillmode: "overlay" } } },
    { ...bars(axis, STILL, still, 0.5), marker: { color: faded(colours.good, 0.5), line: { width: 1, color: colours.good } } },
    { ...bars(axis, STILL, clipped), marker: { color: colours.bad, line: { width: 1, color: colours.bad } } },
  ];
}

/** Hatched where samples are missing, across all lanes. */
export function gapTrace(axis, data, colours, secondsPerPx) {
  const items = data.gaps.map((gap) => ({ ...atLeast(gap.start_s, gap.end_s, secondsPerPx), words: wrapped(gapWords(gap)) }));
  return {
    ...bars(axis, 0.5, items, 1),
    marker: { color: faded(colours.ink, 0.06), line: { width: 0 }, pattern: { shape: "/", fgcolor: colours["ink-2"], size: 8, solidity: 0.25, fillmode: "overlay" } },
  };
}

export const gapWords = (gap) => `${gap.missing ? plural(gap.missing, "sample") : "Samples"} missing${gap.reason ? `: ${gap.reason}` : ""}`;

/** Shading of the reps across all lanes: the way there light, the concentric phase darker; sets a frame. */
export function shading(data, colours, secondsPerPx) {
  const rect = (x0, x1, fillcolor) => ({ type: "rect", layer: "below", xref: "x", yref: "paper", x0, x1, y0: 0, y1: 1, fillcolor, line: { width: 0 } });
  const turn = (x) => ({ type: "line", layer: "below", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line: { width: 1, dash: "dot", color: colours["ink-3"] } });
  return data.reps.flatMap((rep) => {
    const whole = rect(rep.start_s, rep.end_s, faded(colours.accent, 0.06));
    if ((rep.end_s - rep.start_s) / secondsPerPx < PHASES_PX) return [whole];
    return [whole, rect(rep.concentric_start_s, rep.concentric_end_s, faded(colours.accent, 0.12)), turn(rep.turning_point_s)];
  });
}

/** Long words in lines that fit beside the pointer. */
function wrapped(text) {
  const lines = [""];
  for (const word of sentenceCase(text).split(" ")) {
    if ((lines.at(-1) + word).length > 44) lines.push("");
    lines[lines.length - 1] += `${word} `;
  }
  return lines.map((line) => plain(line.trim())).join("<br>");
}
