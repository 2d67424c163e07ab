/** The index of each set: one number for the eye, against the lifter's own ordinary. */

import { drawn, twin, unknown } from "../parts/blocks.js";
import { chart } from "../charts/chart.js";
import { h } from "../core/dom.js";
import { UNKNOWN, number, shortDay } from "../core/format.js";
import { measureOf } from "../core/measures.js";

const HEIGHT_PX = 170;
const SPEC = { factor: 1, digits: 0, range: [0, 100], line: { value: 100, words: "your ordinary" } };

const names = (ids) => ids.map((id) => measureOf(id).name).join(", ");
const left = (missing) => missing.map((one) => `${measureOf(one.part).name}: ${one.reason}`).join("; ");
const range = (index) => (index ? `${number(index.low)} to ${number(index.high)}` : "");

function card(children) {
  return h(
    "article",
    { class: "card part index" },
    h("div", { class: "card-head" }, h("h3", { text: "Index of each set" }), h("span", { class: "tag", text: "a summary, not a judgement" })),
    h("p", { class: "hint", text: "Against your own ordinary = 100, never between people. One step of your ordinary rep-to-rep scatter costs 10. Bars are 90 % intervals." }),
    ...children,
  );
}

/** @param {any[]} sets SetIndex of one session */
export function indexCard(page, sets) {
  const known = sets.filter((one) => one.index);
  if (!known.length) return card([none(sets[0]?.reason)]);
  const dots = known.map((one, i) => dot(one, (i + 0.5) / known.length, `set ${one.set_index + 1}`, `Set ${one.set_index + 1}`));
  const rows = sets.map((one) => [`Set ${one.set_index + 1}`, one.index ? number(one.index.value) : UNKNOWN, range(one.index), names(one.parts), one.index ? left(one.missing) : one.reason]);
  const first = known[0];
  return card([
    drawn(page, (width) => chart(width, HEIGHT_PX, { ...SPEC, label: `Stability index of ${known.length} sets`, dots })),
    h("p", { class: "hint" }, h("strong", { text: "Made of: " }), `${names(first.parts)}.`),
    first.missing.length ? h("p", { class: "hint" }, h("strong", { text: "Without: " }), `${left(first.missing)}.`) : null,
    twin(`${page.lift}:index`, ["Set", "Index", "90 % interval", "Made of", "Without"], rows),
  ]);
}

const none = (reason) => unknown("No index yet", reason || "no baseline");

function dot(one, place, label, name, more = {}) {
  const { value } = one.index;
  return { place, label, name: `${name}: ${number(value)} (${range(one.index)})`, value, bar: one.index, group: name, ...more };
}

/** @param {any[]} sessions SessionIndex, oldest first @param {(i: number) => number} placeOf @param {(i: number) => boolean} isJoined */
export function indexOverWeeks(page, sessions, placeOf, isJoined, breaks) {
  const known = sessions.flatMap((session, i) => {
    const own = session.index.filter((one) => one.index);
    return own.map((one, k) => {
      const middle = (own.length - 1) / 2;
      const shift = (k - middle) * Math.min(0.018, 0.5 / sessions.length / own.length);
      return dot(one, placeOf(i) + shift, "", `${shortDay(session.started_at)}, set ${one.set_index + 1}`, { faint: !isJoined(i) });
    });
  });
  if (!known.length) return card([none(sessions.at(-1)?.index[0]?.reason)]);
  const ticks = sessions.map((session, i) => ({ place: placeOf(i), label: shortDay(session.started_at) }));
  const rows = sessions.map((session) => {
    const own = session.index.filter((one) => one.index);
    const words = own.map((one) => `${number(one.index.value)} (${range(one.index)})`).join(", ");
    return [shortDay(session.started_at), words || UNKNOWN, own.length ? "" : (session.index[0]?.reason ?? "")];
  });
  return card([
    drawn(page, (width) => chart(width, HEIGHT_PX + 30, { ...SPEC, label: "Stability index of the sets of each session", dots: known, ticks, breaks })),
    h("p", { class: "hint", text: "Each dot is a set, from the first on the left to the last on the right of its session, judged by what was known on its day. A day without dots had no baseline yet." }),
    twin(`${page.lift}:index`, ["Session", "Index of each set (90 % interval)", "Why not"], rows),
  ]);
}
