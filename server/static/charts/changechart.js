/** One part across the sets of a session: chart, what is behind the word, the same as a table, reps to blame. */

import { chanceWords, legend, numbers, tag } from "../parts/blocks.js";
import { figure } from "../parts/figure.js";
import { chart } from "./chart.js";
import { keys } from "./legends.js";
import { h } from "../core/dom.js";
import { UNKNOWN, number } from "../core/format.js";
import { measureOf, partBetween, partEnds, partHead, partNumber, partRange, partValue } from "../core/measures.js";

const [LARGE_PX, SMALL_PX] = [280, 190];

/**
 * @param {any} page see `mountStability`
 * @param {any} part a PartChange
 * @param {any[]} sets of the lift in this session
 */
export function partCard(page, part, sets) {
  const { explain, direction } = measureOf(part.part);
  const known = part.points.filter((point) => point.value !== null);
  const key = `${page.lift}:${part.part}`;
  const isKnown = known.length > 0;
  return figure(page, {
    key,
    title: `${partHead(part.part)}: each set`,
    aside: tag(part.word),
    sub: `${explain} ${direction}`,
    draw: isKnown ? (width) => partChart(width, page, key, part, known, sets) : null,
    reason: part.reasons[0],
    legend: isKnown ? partLegend(part, known, sets) : null,
    words: [part.primary || !isKnown ? null : h("p", { class: "part-sentence", text: part.sentence }), blame(page, part), isKnown ? behind(key, part) : null],
    table: isKnown ? rowsOf(page, part, sets) : null,
    file: `${measureOf(part.part).name} of each set, ${page.name}`,
    className: part.primary ? "primary-part" : "",
  });
}

/** What load and speed explain is taken out, if the lifter's baseline says how much that is. */
const isCorrected = (points, part) =>
  points.some((point) => partNumber(part, point.value) !== partNumber(part, point.adjusted));

const isOutside = (part, point) => part.outside_usual.includes(point.set_index);

/** Beyond the band, but its interval reaches back into it. */
function isBorderline(part, point) {
  if (!isOutside(part, point) || !part.usual || !point.interval) return false;
  return point.interval.low < part.usual.high && point.interval.high > part.usual.low;
}

function partChart(width, page, key, part, known, sets) {
  const { unit, factor, digits, name } = measureOf(part.part);
  const dots = known.map((point, i) => ({
    place: (i + 0.5) / known.length,
    label: String(point.set_index + 1),
    name: dotWords(part, point),
    value: point.adjusted,
    bar: point.interval,
    outside: isOutside(part, point),
    borderline: isBorderline(part, point),
    href: page.link(point.set_index),
    reps: repsOf(page, part, point, sets),
  }));
  const label = `${name} across ${known.length} sets${part.usual ? ", with the band of your ordinary sets" : ""}`;
  return chart(width, part.primary ? LARGE_PX : SMALL_PX, { key, label, axis: "set", say: page.say, unit, factor, digits, dots, band: part.usual });
}

function dotWords(part, point) {
  const where = isBorderline(part, point) ? "; borderline: just outside your ordinary sets" : isOutside(part, point) ? "; worse than your ordinary sets" : "";
  const known = point.interval ? partBetween(part.part, point.interval) : partValue(part.part, point.adjusted);
  return `Set ${point.set_index + 1}: ${known}${where}.`;
}

/** Reps of a set, moved by as much as their set's mean was corrected. */
function repsOf(page, part, point, sets) {
  const set = sets.find((one) => one.index === point.set_index);
  const shift = point.adjusted - point.value;
  return (set?.reps ?? [])
    .filter((rep) => Number.isFinite(rep.measures[part.part]?.value) && rep.quality.state !== "not_resolvable")
    .map((rep) => {
      const { value } = rep.measures[part.part];
      const blamed = part.blamed.some((one) => one.set_index === point.set_index && one.rep_index === rep.index);
      const name = `Set ${point.set_index + 1}, rep ${rep.index + 1}: ${partValue(part.part, value)}${blamed ? "; outside your ordinary reps" : ""}.`;
      return { value: value + shift, blamed, name, href: page.link(point.set_index, rep.index) };
    });
}

function partLegend(part, known, sets) {
  const hasReps = known.some((point) => repsOf({ link: () => "" }, part, point, sets).length > 0);
  return legend(
    ...keys(
      "set",
      hasReps && "rep",
      part.usual && "usual",
      known.some((point) => isOutside(part, point) && !isBorderline(part, point)) && "outside",
      known.some((point) => isBorderline(part, point)) && "borderline",
      part.blamed.length > 0 && "blamed",
      isCorrected(known, part.part) && "corrected",
    ),
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
    ["Against your ordinary days", "first reps of the first sets, then and now", part.day ? partRange(id, part.day.difference, { sign: true }) : UNKNOWN],
    ["Chance alone would do this", "p-value", chanceWords(test)],
    ["Judged by", "what the change was held against", method],
  ];
  return numbers(key, rows, part.reasons);
}

function rowsOf(page, part, sets) {
  const { part: id, points } = part;
  const known = points.filter((point) => point.value !== null);
  const corrected = isCorrected(known, id);
  const head = ["Set", partHead(id), corrected ? "as measured" : null, "90 % interval", "reps", "each rep"].filter((one) => one !== null);
  const rows = points.map((point) => {
    const name = h("a", { href: page.link(point.set_index), text: `Set ${point.set_index + 1}` });
    if (point.value === null) return [name, UNKNOWN, ...(corrected ? [UNKNOWN] : []), "", "0", ""];
    const each = repsOf(page, part, point, sets).map((rep) => partNumber(id, rep.value)).join("  ");
    const measured = corrected ? [partNumber(id, point.value)] : [];
    return [name, partNumber(id, point.adjusted), ...measured, partEnds(id, point.interval), String(point.n_reps), each];
  });
  return [head, rows];
}
