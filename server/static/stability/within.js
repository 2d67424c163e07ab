/** Within the set: the primary part rep by rep, for one set at a time. */

import { drawn, legend, twin, unknown } from "../parts/blocks.js";
import { chart } from "../charts/chart.js";
import { h } from "../core/dom.js";
import { plusMinus } from "../core/format.js";
import { measureOf, partHead, partNumber, partValue } from "../core/measures.js";

const HEIGHT_PX = 200;

/** @param {any} page see `mountStability` @param {any} part a PartChange @param {any[]} sets of the lift */
export function withinCard(page, part, sets) {
  const measure = measureOf(part.part);
  if (!sets.length || measure.scope === "set") return null;
  const key = `${page.lift}:within`;
  const set = sets.find((one) => one.index === page.memory.get(key)) ?? sets.at(-1);
  const choose = (index) => () => {
    page.memory.set(key, index);
    page.again();
  };
  const buttons = sets.map((one) =>
    h("button", { class: "choice", type: "button", "data-key": `${key}:${one.index}`, "aria-pressed": String(one === set), "aria-label": `Set ${one.index + 1}`, onclick: choose(one.index), text: String(one.index + 1) }),
  );
  return h(
    "article",
    { class: "card part within" },
    h("div", { class: "card-head" }, h("h3", { text: "Within the set, rep by rep" }), h("div", { class: "choices", role: "group", "aria-label": "Which set" }, h("span", { class: "hint", text: "set" }), ...buttons)),
    h("p", { class: "hint", text: `${measure.name}, as measured. ${measure.direction}` }),
    ...body(page, key, part, set),
  );
}

function body(page, key, part, set) {
  const { name, unit, factor, digits } = measureOf(part.part);
  const estimates = set.reps.map((rep) => ({ rep, ...(rep.measures[part.part] ?? {}) }));
  const known = estimates.filter((one) => Number.isFinite(one.value));
  if (!known.length) {
    const reason = estimates.find((one) => one.reason)?.reason ?? "not measured in this set";
    return [unknown("Not known", reason)];
  }
  const isBlamed = (rep) => part.blamed.some((one) => one.set_index === set.index && one.rep_index === rep.index);
  const dots = known.map(({ rep, value, sd }, i) => ({
    place: (i + 0.5) / known.length,
    label: known.length > 6 ? String(rep.index + 1) : `rep ${rep.index + 1}`,
    name: `Rep ${rep.index + 1}: ${partValue(part.part, value, sd)}`,
    value,
    sd,
    outside: isBlamed(rep),
    faint: rep.quality.state !== "good",
  }));
  const rows = estimates.map(({ rep, value = null, sd, reason }) => [
    h("a", { href: page.link(set.index, rep.index), text: `Rep ${rep.index + 1}` }),
    partNumber(part.part, value),
    value === null ? (reason ?? "") : plusMinus(sd, digits, factor),
    [isBlamed(rep) ? "to blame" : "", ...rep.quality.reasons].filter(Boolean).join("; "),
  ]);
  return [
    drawn(page, (width) => chart(width, HEIGHT_PX, { label: `${name} in set ${set.index + 1}, rep by rep`, unit, factor, digits, dots })),
    legend(["key-set", "rep, with its 95 % interval"], dots.some((one) => one.outside) && ["key-outside", "rep to blame"], dots.some((one) => one.faint) && ["key-faint", "doubtful rep"]),
    twin(key, ["Rep", partHead(part.part), "95 %", "Note"], rows),
  ];
}
