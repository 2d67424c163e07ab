/** Set by set in words: which set was worse than the first ones, by how much, and how sure that is. */

import { h } from "../core/dom.js";
import { load } from "../core/format.js";
import { measureOf, partValue } from "../core/measures.js";
import { tag } from "../parts/blocks.js";
import { sureWords } from "./sure.js";

const QUIET = new Set(["no clear change", "too little data"]);

/**
 * @param {any} page see `mountStability`
 * @param {any} lift a LiftVerdict
 * @param {any[]} sets of the lift that were judged
 */
export function setWords(page, lift, sets) {
  const [primary] = lift.parts;
  if (sets.length < 2) return null;
  const items = sets.map((set) => {
    const own = primary.sets.find((one) => one.set_index === set.index);
    return own ? row(page, lift, set, own) : first(page, set, primary);
  });
  return h(
    "section",
    { class: "card by-sets", "aria-label": "Set by set" },
    h("div", { class: "card-head" }, h("h3", { text: `Set by set: ${measureOf(primary.part).name.toLowerCase()}` }), h("p", { class: "hint", text: "Each set against the first two, load and speed taken out where that is known." })),
    h("ol", {}, ...items),
  );
}

const head = (page, set) =>
  h("a", { class: "by-set-name", href: page.link(set.index) }, h("strong", { text: `Set ${set.index + 1}` }), h("small", { text: load(set.load_kg, page.unit()) ?? "no load told" }));

function first(page, set, primary) {
  const point = primary.points.find((one) => one.set_index === set.index);
  const isUnknown = !point || point.value === null;
  const words = isUnknown ? `${measureOf(primary.part).name} is not known in this set.` : `${measureOf(primary.part).name} ${partValue(primary.part, point.adjusted)}; the sets after it are held against this one.`;
  return h("li", {}, head(page, set), h("span", { class: "tag none", text: isUnknown ? "… Not known" : "Start" }), h("p", { text: words }));
}

function row(page, lift, set, own) {
  const besides = lift.parts.slice(1).flatMap((part) => {
    const other = part.sets.find((one) => one.set_index === set.index);
    if (!other || QUIET.has(other.word)) return [];
    return [`${measureOf(part.part).name.toLowerCase()} ${other.word} (${partValue(part.part, other.difference, null, { sign: true })})`];
  });
  const { blamed: reps, day, outside_usual: outside } = lift.parts[0];
  // Where nothing changed nobody is to blame.
  const isWorse = own.word.endsWith("worse") || (day?.word.endsWith("worse") && outside.includes(set.index));
  const blamed = isWorse ? reps.find((one) => one.set_index === set.index) : undefined;
  return h(
    "li",
    { class: QUIET.has(own.word) && !isWorse ? null : "loud" },
    head(page, set),
    tag(own.word),
    h(
      "div",
      { class: "by-set-words" },
      h("p", { text: own.sentence }),
      own.p_value === null ? null : h("p", { class: "hint", text: sureWords(own.word, own, "such sets") }),
      besides.length ? h("p", { class: "hint", text: `Besides: ${besides.join("; ")}.` }) : null,
    ),
    blamed ? h("a", { class: "rep-link", href: page.link(blamed.set_index, blamed.rep_index) }, `Rep ${blamed.rep_index + 1} is furthest off`) : null,
  );
}
