/** One part across the sets of a session: chart, what is behind the word, the same as a table, reps to blame. */

import { chanceWords, drawn, legend, numbers, tag, twin, unknown } from "../parts/blocks.js";
import { chart } from "./chart.js";
import { h } from "../core/dom.js";
import { UNKNOWN, number, plusMinus } from "../core/format.js";
import { measureOf, partHead, partNumber, partRange, partValue } from "../core/measures.js";

const [LARGE_PX, SMALL_PX] = [280, 190];

/**
 * @param {any} page see `mountStability`
 * @param {any} part a PartChange
 * @param {any[]} sets of the lift in this session
 */
export function partCard(page, part, sets) {
  const { name, explain, direction } = measureOf(part.part);
  const known = part.points.filter((point) => point.value !== null);
  const key = `${page.lift}:${part.part}`;
  return h(
    "article",
    { class: part.primary ? "card part primary-part" : "card part" },
    h("div", { class: "card-head" }, h("h3", { text: name }), tag(part.word)),
    h("p", { class: "hint", text: `${explain} ${direction}` }),
    known.length ? drawn(page, (width) => partChart(width, part, known, sets)) : unknown("Not known", part.reasons[0] ?? "not measured"),
    known.length ? partLegend(part, known, sets) : null,
    part.primary || !known.length ? null : h("p", { class: "part-sentence", text: part.sentence }),
    blame(page, part),
    known.length ? behind(key, part) : null,
    known.length ? twin(key, ...rowsOf(part, sets)) : null,
  );
}

/** What the word at the top does not say: sets beyond the ordinary, or none. */
export function outsideWords(part) {
  const sets = part.outside_usual.map((index) => index + 1);
  if (!part.usual || part.word === "too little data") return "";
  if (!sets.length) return `${measureOf(part.part).name}: every set lies within your ordinary sets, or is better.`;
  const list = sets.length > 1 ? `Sets ${sets.slice(0, -1).join(", ")} and ${sets.at(-1)} are` : `Set ${sets[0]} is`;
  const words = `${list} worse than your ordinary sets.`;
  return part.word === "no clear change" ? `Still, ${words.toLowerCase()}` : words;
}

/** What load and speed explain is taken out, if the lifter's baseline says how much that is. */
const isCorrected = (points, part) =>
  points.some((point) => partNumber(part, point.value) !== partNumber(part, point.adjusted));

function partChart(width, part, known, sets) {
  const { name, unit, factor, digits } = measureOf(part.part);
  const dots = known.map((point, i) => ({
    place: (i + 0.5) / known.length,
    label: width > 480 || known.length < 5 ? `set ${point.set_index + 1}` : String(point.set_index + 1),
    name: `Set ${point.set_index + 1}: ${partValue(part.part, point.adjusted, point.sd)}`,
    value: point.adjusted,
    sd: point.sd,
    outside: part.outside_usual.includes(point.set_index),
    reps: repsOf(part, point, sets),
  }));
  const label = `${name} across ${known.length} sets${part.usual ? ", with the band of your ordinary sets" : ""}`;
  return chart(width, part.primary ? LARGE_PX : SMALL_PX, { label, unit, factor, digits, dots, band: part.usual });
}

/** Reps of a set, moved by as much as their set's mean was corrected. */
function repsOf(part, point, sets) {
  const set = sets.find((one) => one.index === point.set_index);
  const shift = point.adjusted - point.value;
  return (set?.reps ?? [])
    .filter((rep) => Number.isFinite(rep.measures[part.part]?.value) && rep.quality.state !== "not_resolvable")
    .map((rep) => {
      const { value } = rep.measures[part.part];
      const blamed = part.blamed.some((one) => one.set_index === point.set_index && one.rep_index === rep.index);
      return { value: value + shift, blamed, name: `Set ${point.set_index + 1}, rep ${rep.index + 1}: ${partValue(part.part, value)}` };
    });
}

function partLegend(part, known, sets) {
  const hasReps = known.some((point) => repsOf(part, point, sets).length > 0);
  return legend(
    ["key-set", "set, with its 95 % interval"],
    hasReps && ["key-rep", "single rep"],
    part.usual && ["key-usual", "your ordinary sets"],
    part.outside_usual.length > 0 && ["key-outside", "set worse than ordinary"],
    part.blamed.length > 0 && ["key-blamed", "rep to blame"],
    isCorrected(known, part.part) && ["key-none", "corrected for load and speed"],
  );
}

function blame(page, part) {
  if (!part.blamed.length) return null;
  const items = part.blamed.map(({ set_index: set, rep_index: rep, value }) =>
    h("li", {}, h("a", { class: "rep-link", href: page.link(set, rep) }, `Set ${set + 1}, rep ${rep + 1}`, h("small", { text: partValue(part.part, value) }))),
  );
  return h("div", { class: "blame" }, h("h4", { text: "Reps furthest outside your ordinary ones" }), h("ul", {}, ...items));
}

function behind(key, part) {
  const { part: id, test } = part;
  const method = {
    sets: `scatter of the sets about their own line${test.degrees ? ` (${number(test.degrees)} degrees of freedom)` : ""}`,
    baseline: "how much your ordinary sets differ from each other",
    none: UNKNOWN,
  }[test.method];
  const rows = [
    ["Change, first to last set", "along the straight line through all sets", partRange(id, part.change, { sign: true })],
    ["Last set minus first", "of these two alone", partRange(id, part.last_minus_first, { sign: true })],
    ["Per set", "slope of that line", partValue(id, part.slope_per_set, null, { sign: true, finer: true })],
    ["Typical error", "by how much a set's average differs by itself", partValue(id, part.typical_error)],
    ["Least that can be told", "minimal detectable change: smaller ones may be scatter", partValue(id, part.minimal_detectable_change)],
    ["Least that matters", "smallest worthwhile change", partValue(id, part.smallest_worthwhile_change)],
    ["Your ordinary sets", "90 % of them lie here", part.usual ? `${partValue(id, part.usual.low)} to ${partValue(id, part.usual.high)}` : UNKNOWN],
    ["Chance alone would do this", "p-value", chanceWords(test)],
    ["Judged by", "what the change was held against", method],
  ];
  return numbers(key, rows, part.reasons);
}

function rowsOf(part, sets) {
  const { part: id, points } = part;
  const known = points.filter((point) => point.value !== null);
  const corrected = isCorrected(known, id);
  const head = ["Set", partHead(id), corrected ? "as measured" : null, "95 %", "reps", "each rep"].filter((one) => one !== null);
  const rows = points.map((point) => {
    const name = `Set ${point.set_index + 1}`;
    if (point.value === null) return [name, UNKNOWN, ...(corrected ? [UNKNOWN] : []), "", "0", ""];
    const each = repsOf(part, point, sets).map((rep) => partNumber(id, rep.value)).join("  ");
    const { factor, digits } = measureOf(id);
    const measured = corrected ? [partNumber(id, point.value)] : [];
    return [name, partNumber(id, point.adjusted), ...measured, plusMinus(point.sd, digits, factor), String(point.n_reps), each];
  });
  return [head, rows];
}
