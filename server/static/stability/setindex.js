/** The index of each set: one number for the eye, against the lifter's own ordinary. */

import { legend } from "../parts/blocks.js";
import { figure } from "../parts/figure.js";
import { chart } from "../charts/chart.js";
import { keys } from "../charts/legends.js";
import { h } from "../core/dom.js";
import { UNKNOWN, number, shortDay } from "../core/format.js";
import { measureOf } from "../core/measures.js";

const HEIGHT_PX = 170;
const SPEC = { factor: 1, digits: 0, range: [0, 100], line: { value: 100, words: "your ordinary" } };

const names = (ids) => ids.map((id) => measureOf(id).name).join(", ");
const left = (missing) => missing.map((one) => `${measureOf(one.part).name}: ${one.reason}`).join("; ");
const range = (index) => (index ? `${number(index.low)} to ${number(index.high)}` : "");

const TITLE = "Stability index, 0 to 100: each set";
const SUB = "Against your own ordinary = 100, never between people. One step of your ordinary rep-to-rep scatter costs 10.";
const aside = () => h("span", { class: "tag", text: "a summary, not a judgement" });

/** @param {any[]} sets SetIndex of one session */
export function indexCard(page, sets) {
  const known = sets.filter((one) => one.index);
  const key = `${page.lift}:index`;
  const rows = sets.map((one) => [`Set ${one.set_index + 1}`, one.index ? number(one.index.value) : UNKNOWN, range(one.index), names(one.parts), one.index ? left(one.missing) : one.reason]);
  const [first] = known;
  const draw = (width) => {
    const dots = known.map((one, i) => dot(one, (i + 0.5) / known.length, String(one.set_index + 1), `Set ${one.set_index + 1}`, { href: page.link(one.set_index) }));
    return chart(width, HEIGHT_PX, { ...SPEC, key, axis: "set", say: page.say, label: `Stability index of ${known.length} sets`, dots });
  };
  return figure(page, {
    key,
    title: TITLE,
    aside: aside(),
    sub: SUB,
    draw: first ? draw : null,
    reason: `No index yet: ${sets[0]?.reason || "no baseline"}`,
    legend: legend(...keys("index")),
    words: first
      ? [h("p", { class: "hint" }, h("strong", { text: "Made of: " }), `${names(first.parts)}.`), first.missing.length ? h("p", { class: "hint" }, h("strong", { text: "Without: " }), `${left(first.missing)}.`) : null]
      : [],
    table: first ? [["Set", "Index", "90 % interval", "Made of", "Without"], rows] : null,
    file: `Stability index of each set, ${page.name}`,
    className: "index",
  });
}

function dot(one, place, label, name, more = {}) {
  const { value } = one.index;
  return { place, label, name: `${name}: index ${number(value)} (90 % interval ${range(one.index)}).`, value, bar: one.index, group: name, ...more };
}

/** @param {any[]} sessions SessionIndex, oldest first @param {(i: number) => number} placeOf @param {(i: number) => boolean} isJoined */
export function indexOverWeeks(page, sessions, placeOf, isJoined, breaks) {
  const known = sessions.flatMap((session, i) => {
    const own = session.index.filter((one) => one.index);
    return own.map((one, k) => {
      const middle = (own.length - 1) / 2;
      const shift = (k - middle) * Math.min(0.018, 0.5 / sessions.length / own.length);
      return dot(one, placeOf(i) + shift, "", `${shortDay(session.started_at)}, set ${one.set_index + 1}`, { faint: !isJoined(i), href: `#/session/${session.session_id}/set/${one.set_index + 1}` });
    });
  });
  const key = `${page.lift}:index`;
  const ticks = sessions.map((session, i) => ({ place: placeOf(i), label: shortDay(session.started_at) }));
  const rows = sessions.map((session) => {
    const own = session.index.filter((one) => one.index);
    const words = own.map((one) => `${number(one.index.value)} (${range(one.index)})`).join(", ");
    return [h("a", { href: `#/session/${session.session_id}/stability`, text: shortDay(session.started_at) }), words || UNKNOWN, own.length ? "" : (session.index[0]?.reason ?? "")];
  });
  const label = "Stability index of the sets of each session";
  return figure(page, {
    key,
    title: "Stability index, 0 to 100: each set of each session",
    aside: aside(),
    sub: `${SUB} From the first set on the left to the last on the right of its session, judged by what was known on its day.`,
    draw: known.length ? (width) => chart(width, HEIGHT_PX + 30, { ...SPEC, key, say: page.say, label, dots: known, ticks, breaks }) : null,
    reason: `No index yet: ${sessions.at(-1)?.index[0]?.reason || "no baseline"}`,
    legend: legend(...keys("index", known.some((one) => one.faint) && "before", breaks.length > 0 && "break")),
    table: known.length ? [["Session", "Index of each set (90 % interval)", "Why not"], rows] : null,
    file: `Stability index over weeks, ${page.name}`,
    className: "index",
  });
}
