/** The article's two signs: one cell for each set, seen, not seen or cannot tell. */

import { h } from "../core/dom.js";
import { disclosure } from "../parts/blocks.js";
import { plural, sentenceCase, shortDay } from "../core/format.js";

const SIGNS = {
  stalls_at_lockout: ["Leaves the floor, stalls at lockout", "The bar comes off the floor well and nearly stops before you stand: often the upper back giving way."],
  rounds_over: ["Rounds over in the hole", "At the bottom the chest drops and the hips rise first: often the upper back giving way."],
};
/** Rows of the grid that stand open; older sessions are behind a word. */
const NEWEST_ROWS = 8;
const SEEN = { seen: ["●", "bad"], "not seen": ["○", "calm"], "cannot tell": ["?", "none"] };

const named = (sign) => SIGNS[sign] ?? [sentenceCase(sign.replaceAll("_", " ")), ""];
const ids = (findings) => [...new Set(findings.map((one) => one.sign))];

/** @param {any} page see `mountStability` @param {any[]} findings of one lift in one session */
export function signStrips(page, findings) {
  return ids(findings).map((sign) => strip(page, sign, findings.filter((one) => one.sign === sign)));
}

function strip(page, sign, findings) {
  const [name, plain] = named(sign);
  const key = `${page.lift}:sign:${sign}`;
  const first = findings.find((one) => one.seen === "seen") ?? findings.at(-1);
  const chosen = findings.find((one) => one.set_index === page.memory.get(key)) ?? first;
  const cells = findings.map((one) => {
    const [glyph, tone] = SEEN[one.seen];
    const choose = () => {
      page.memory.set(key, one.set_index);
      page.again();
    };
    return h(
      "button",
      { class: `sign ${tone}`, type: "button", "data-key": `${key}:${one.set_index}`, "aria-pressed": String(one === chosen), onclick: choose },
      h("span", { class: "sign-set", text: `Set ${one.set_index + 1}` }),
      h("span", { class: "sign-glyph", "aria-hidden": "true", text: glyph }),
      h("span", { class: "sign-word", text: one.seen }),
    );
  });
  return h(
    "article",
    { class: "card signs" },
    h("div", { class: "card-head" }, h("h3", { text: name }), h("span", { class: "hint", text: counted(findings) })),
    h("p", { class: "hint", text: plain }),
    h("div", { class: "sign-strip", role: "group", "aria-label": `${name}, set by set` }, ...cells),
    h("div", { class: "sign-said", "aria-live": "polite" }, h("p", {}, h("strong", { text: `Set ${chosen.set_index + 1}. ` }), chosen.sentence), evidence(page, chosen)),
  );
}

const counted = (findings) => `seen in ${findings.filter((one) => one.seen === "seen").length} of ${plural(findings.length, "set")}`;

function evidence(page, finding) {
  const items = finding.evidence.map((rep) => {
    const [glyph, tone] = SEEN[rep.seen];
    const href = page.link(finding.set_index, rep.rep_index);
    return h("li", {}, h("a", { class: `rep-link ${tone}`, href, title: rep.words }, h("span", { "aria-hidden": "true", text: glyph }), ` Rep ${rep.rep_index + 1}`, h("small", { text: rep.seen })));
  });
  return h("ul", { class: "rep-links" }, ...items);
}

/** Sessions by sets: whether a sign comes back. @param {any[]} sessions SessionIndex, oldest first */
export function signGrids(sessions) {
  return ids(sessions.flatMap((one) => one.signs)).map((sign) => grid(sign, sessions));
}

function grid(sign, sessions) {
  const [name, plain] = named(sign);
  const most = Math.max(...sessions.map((one) => one.signs.filter((item) => item.sign === sign).length));
  const head = ["Session", ...Array.from({ length: most }, (_, i) => String(i + 1))].map((text) => h("th", { scope: "col", text }));
  head[0].append(h("span", { class: "visually-hidden", text: ", working sets in order" }));
  const rowOf = (session) => {
    const own = session.signs.filter((item) => item.sign === sign);
    const cells = Array.from({ length: most }, (_, i) => (own[i] ? cell(session, own[i]) : h("td", {})));
    return h("tr", {}, h("th", { scope: "row", text: shortDay(session.started_at) }), ...cells);
  };
  const newestFirst = [...sessions].reverse();
  const tableOf = (some, label) => h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, h("table", { class: "sign-grid" }, h("thead", {}, h("tr", {}, ...head.map((one) => one.cloneNode(true)))), h("tbody", {}, ...some.map(rowOf))));
  const older = newestFirst.slice(NEWEST_ROWS);
  const key = Object.entries(SEEN).map(([word, [glyph, tone]]) => h("span", { class: `key sign-key ${tone}` }, h("b", { "aria-hidden": "true", text: glyph }), word));
  return h(
    "article",
    { class: "card signs" },
    h("div", { class: "card-head" }, h("h3", { text: name }), h("span", { class: "hint", text: comesBack(sign, sessions) })),
    h("p", { class: "hint", text: `${plain} Newest session on top, its sets from left to right.` }),
    tableOf(newestFirst.slice(0, NEWEST_ROWS), `${name}, sessions by sets`),
    older.length ? disclosure(`older:${sign}`, `${plural(older.length, "older session")}`, tableOf(older, `${name}, older sessions by sets`)) : null,
    h("p", { class: "legend" }, ...key),
  );
}

function cell(session, finding) {
  const [glyph, tone] = SEEN[finding.seen];
  const href = `#/session/${session.session_id}/set/${finding.set_index + 1}`;
  const label = `Set ${finding.set_index + 1}: ${finding.seen}. ${finding.sentence}`;
  return h("td", {}, h("a", { class: `sign-cell ${tone}`, href, title: label, "aria-label": label, text: glyph }));
}

function comesBack(sign, sessions) {
  const with_ = sessions.filter((one) => one.signs.some((item) => item.sign === sign && item.seen === "seen"));
  return `seen in ${with_.length} of ${plural(sessions.length, "session")}`;
}
