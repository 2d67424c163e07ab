/** Within the set: the primary part rep by rep, for one set at a time. */

import { chart } from "../charts/chart.js";
import { keys } from "../charts/legends.js";
import { h } from "../core/dom.js";
import { UNKNOWN } from "../core/format.js";
import { around, margin90 } from "../core/intervals.js";
import { measureOf, partEnds, partHead, partNumber, partWith90 } from "../core/measures.js";
import { legend } from "../parts/blocks.js";
import { figure } from "../parts/figure.js";

const HEIGHT_PX = 200;

/** @param {any} page see `mountStability` @param {any} part a PartChange @param {any[]} sets of the lift */
export function withinCard(page, part, sets) {
  const measure = measureOf(part.part);
  if (!sets.length || measure.scope === "set") return null;
  const key = `${page.lift}:within`;
  const set = sets.find((one) => one.index === page.memory.get(key)) ?? sets.at(-1);
  const isBlamed = (rep) => part.blamed.some((one) => one.set_index === set.index && one.rep_index === rep.index);
  const estimates = set.reps.map((rep) => ({ rep, ...(rep.measures[part.part] ?? {}), isBlamed: isBlamed(rep) }));
  const known = estimates.filter((one) => Number.isFinite(one.value));
  return figure(page, {
    key,
    title: `${partHead(part.part)}: set ${set.index + 1}, rep by rep`,
    aside: choices(page, key, sets, set),
    sub: `As measured. ${measure.direction}`,
    draw: known.length ? (width) => repChart(width, page, key, part, set, known) : null,
    reason: estimates.find((one) => one.reason)?.reason ?? "not measured in this set",
    legend: legend(...keys("repWith", known.some((one) => one.isBlamed) && "blamed", known.some(({ rep }) => rep.quality.state !== "good") && "doubtful")),
    table: known.length ? [["Rep", partHead(part.part), "90 % interval", "Note"], estimates.map((one) => rowOf(page, part, set, one))] : null,
    file: `${measure.name} of each rep, set ${set.index + 1}`,
    className: "within",
  });
}

function choices(page, key, sets, chosen) {
  const choose = (index) => () => {
    page.memory.set(key, index);
    page.again();
  };
  const buttons = sets.map((one) =>
    h("button", { class: "choice", type: "button", "data-key": `${key}:${one.index}`, "aria-pressed": String(one === chosen), "aria-label": `Set ${one.index + 1}`, onclick: choose(one.index), text: String(one.index + 1) }),
  );
  return h("div", { class: "choices", role: "group", "aria-label": "Which set" }, h("span", { class: "hint", text: "set" }), ...buttons);
}

function repChart(width, page, key, part, set, known) {
  const { name, unit, factor, digits } = measureOf(part.part);
  const dots = known.map(({ rep, value, sd, isBlamed }, i) => {
    return {
      place: (i + 0.5) / known.length,
      label: String(rep.index + 1),
      name: `Rep ${rep.index + 1}: ${partWith90(part.part, value, sd)}${isBlamed ? "; outside your ordinary reps" : ""}.`,
      value,
      bar: around(value, margin90(sd)),
      blamed: isBlamed,
      faint: rep.quality.state !== "good",
      href: page.link(set.index, rep.index),
    };
  });
  return chart(width, HEIGHT_PX, { key, label: `${name} in set ${set.index + 1}, rep by rep`, axis: "rep", say: page.say, unit, factor, digits, dots });
}

function rowOf(page, part, set, { rep, value = null, sd, reason, isBlamed }) {
  const ends = around(value, margin90(sd));
  return [
    h("a", { href: page.link(set.index, rep.index), text: `Rep ${rep.index + 1}` }),
    partNumber(part.part, value),
    value === null ? (reason ?? UNKNOWN) : partEnds(part.part, ends),
    [isBlamed ? "outside your ordinary reps" : "", ...rep.quality.reasons].filter(Boolean).join("; "),
  ];
}
