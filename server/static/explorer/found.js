/** Everything that was found in a recording as a list: reps by set, what was not counted and why, what is missing. */

import { h, put } from "../core/dom.js";
import { clock, number, plural, sentenceCase } from "../core/format.js";
import { disclosure } from "../parts/blocks.js";
import { gapWords, glyphOf, repWords } from "./strip.js";

/** A place is shown with so much around it: at least this, s, or so many times its own length. */
const AROUND_S = 0.5;
const AROUND = 0.5;

/** @param {HTMLElement} root @param {{goRep: (rep: any, isWholeSet?: boolean) => void, goTo: (view: [number, number]) => void}} go */
export function showFound(root, whole, go) {
  const open = new Set([...root.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  const sets = whole.sets.map((set) => ofSet(set, whole.reps.filter((rep) => rep.set === set.set), go));
  const rejected = places("rejected", "Not counted", whole.rejected, (one) => sentenceCase(one.reason), go);
  const gaps = places("gaps", "Missing samples", whole.gaps, gapWords, go);
  const clipped = places("clipped", "Clipped", whole.clipped.map(([start, end]) => ({ start_s: start, end_s: end })), () => "More than the sensor can measure", go);
  const head = h("div", { class: "card-head" }, h("h2", { text: "What was found" }));
  const nothing = whole.sets.length ? null : h("p", { class: "hint", text: "No set was found in this recording." });
  put(root, h("section", { class: "card part", "aria-label": "What was found" }, head, nothing, ...sets, rejected, gaps, clipped));
  for (const one of root.querySelectorAll("details")) one.open = open.has(one.dataset.key);
}

function ofSet(set, reps, { goRep }) {
  const items = reps.map((rep) => h(
    "button",
    { type: "button", class: "choice explorer-rep-button", "aria-label": `${repWords(rep)}, ${number(rep.mean_velocity_mps, 2)} m/s`, onclick: () => goRep(rep) },
    h("b", { text: `${rep.rep + 1}${glyphOf(rep) ? ` ${glyphOf(rep)}` : ""}` }),
    h("span", { text: number(rep.mean_velocity_mps, 2) }),
  ));
  const title = `Set ${set.set + 1}: ${set.exercise_name ?? "exercise not set"}, ${plural(set.n_reps, "rep")}`;
  const whole = reps.length ? h("button", { type: "button", class: "tool", text: "Whole set", onclick: () => goRep(reps[0], true) }) : null;
  return disclosure(`set-${set.set}`, title, h("p", { class: "hint", text: "Mean concentric velocity, m/s" }), h("div", { class: "choices" }, ...items, whole));
}

function places(key, title, items, words, { goTo }) {
  if (!items.length) return null;
  const around = (one) => Math.max(AROUND_S, AROUND * (one.end_s - one.start_s));
  const rows = items.map((one) => h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "explorer-place", onclick: () => goTo([one.start_s - around(one), one.end_s + around(one)]) },
      h("b", { text: clock(one.start_s) }),
      h("span", { text: `${words(one)}, ${number(one.end_s - one.start_s, 2)} s` }),
    ),
  ));
  return disclosure(key, `${title}: ${items.length}`, h("ul", { class: "explorer-places" }, ...rows));
}
