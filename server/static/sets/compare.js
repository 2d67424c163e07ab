/** The set beside another one of the same lift: the last time, the same load, the best. Words say what is clear. */

import { getSet, getSets } from "../core/api.js";
import { h } from "../core/dom.js";
import { UNKNOWN, day, load as loadWords, percent, plusMinus, signed, velocity } from "../core/format.js";
import { measureOf, partValue } from "../core/measures.js";
import { choice } from "../parts/form.js";
import { adviceOf, difference, fastest, firstMeasure, losses } from "./numbers.js";

/** Loads that differ by less are the same, kg. */
const SAME_LOAD_KG = 0.6;

/**
 * @param {any} session @param {any} set @param {any[]} sets of the same session
 * @returns {Promise<{id: string, words: string, session: any, set: any}[]>} the choices that there are, each with the whole set
 */
export async function findComparisons(session, set, sets) {
  const lines = await getSets(set.exercise_id);
  const before = lines.filter((line) => line.session.athlete_id === session.athlete_id && line.session.recording_id !== session.recording_id && line.session.started_at < session.started_at && line.n_reps > 0);
  const apart = (line) => (set.load_kg === null || line.set.load_kg === null ? 0 : Math.abs(line.set.load_kg - set.load_kg));
  const last = before.filter((line) => line.session.recording_id === before[0].session.recording_id).sort((a, b) => apart(a) - apart(b))[0];
  const same = set.load_kg === null ? [] : before.filter((line) => line.set.load_kg !== null && apart(line) < SAME_LOAD_KG);
  const best = [...same].sort((a, b) => (b.best_mean_velocity_mps ?? 0) - (a.best_mean_velocity_mps ?? 0))[0];
  const wanted = [["last", "Last time", last], ["load", "Last time at this load", same[0]], ["best", "Fastest at this load", best]].filter(([, , line]) => line);
  const read = new Map();
  const whole = (line) => {
    const key = `${line.session.recording_id}/${line.set.index}`;
    if (!read.has(key)) read.set(key, getSet(line.session.recording_id, line.set.index));
    return read.get(key);
  };
  const found = await Promise.all(wanted.map(async ([id, words, line]) => ({ id, words, session: line.session, set: (await whole(line)).set })));
  const first = sets.find((one) => one.exercise_id === set.exercise_id && one.index < set.index);
  return first ? [...found, { id: "first", words: "First set of today", session, set: first }] : found;
}

export function compareCard(view, compareTo) {
  const choices = view.compared?.choices ?? null;
  const body = !view.set.exercise_id
    ? h("p", { class: "hint", text: "Say which lift it was, then earlier sets of it stand here." })
    : choices === null
      ? h("p", { class: "hint", text: "Looking for earlier sets…" })
      : choices.length === 0
        ? h("p", { class: "hint", text: "There is no earlier set of this lift, today or before." })
        : beside(view, choices, compareTo);
  return h("section", { class: "card compare" }, h("h2", { text: "Compared with" }), body);
}

function beside(view, choices, compareTo) {
  const other = choices.find((one) => one.id === view.compareWith) ?? choices[0];
  const select = choice("compare", choices.map(({ id, words }) => [id, words]), other.id);
  select.setAttribute("aria-label", "Compare with");
  select.setAttribute("data-key", "compare");
  select.className = "no-print";
  select.addEventListener("change", () => compareTo(select.value));
  const where = [day(other.session.started_at), `set ${other.set.index + 1}`, loadWords(other.set.load_kg, view.context.unit())].filter(Boolean).join(" · ");
  const measure = firstMeasure(view);
  const advice = adviceOf(view);
  const rows = [
    row("Fastest rep", "m/s", fastest(view.set, advice), fastest(other.set, advice), (value) => velocity(value), 2, 1, ["faster", "slower"]),
    row("Velocity loss", "%", losses(view.set, advice).at(-1), losses(other.set, advice).at(-1), (value) => percent(value), 0, 100, ["lost more", "lost less"]),
    measure ? partRow(measure, other.set.stability[measure.id]) : null,
  ];
  return h(
    "div",
    {},
    select,
    h("p", { class: "sub compare-where" }, h("b", { class: "print-only", text: `${other.words}: ` }), h("a", { href: `#/session/${other.session.recording_id}/set/${other.set.index + 1}`, text: where })),
    h("table", { class: "compare-table" },
      h("thead", {}, h("tr", {}, ...["", "This set", "That set", "Difference"].map((text) => h("th", { scope: "col", text })))),
      h("tbody", {}, ...rows.filter(Boolean))),
  );
}

function row(name, unit, one, other, show, digits, factor, words) {
  const sdOf = (item) => (item && item.value === 0 && item.sd === null ? { ...item, sd: 0 } : item);
  const found = difference(sdOf(one), sdOf(other), words);
  const change = found ? `${signed(found.value * factor, digits)} ${plusMinus(found.sd, digits, factor)}`.trim() : UNKNOWN;
  return line(name, one ? show(one.value) : UNKNOWN, other ? show(other.value) : UNKNOWN, change, unit, found?.words);
}

function partRow(measure, other) {
  const { name, worse, unit } = measureOf(measure.id);
  const words = worse > 0 ? ["worse", "better"] : worse < 0 ? ["better", "worse"] : ["more", "less"];
  const found = difference(measure, other, words);
  const show = (one) => partValue(measure.id, one?.value ?? null);
  return line(name, show(measure), show(other), found ? partValue(measure.id, found.value, found.sd, { sign: true }) : UNKNOWN, unit && "", found?.words);
}

function line(name, one, other, change, unit, words) {
  return h("tr", {}, h("th", { scope: "row", text: [name, unit].filter(Boolean).join(", ") }), h("td", { text: one }), h("td", { text: other }), h("td", {}, h("span", { text: change }), words ? h("small", { text: words }) : null));
}
