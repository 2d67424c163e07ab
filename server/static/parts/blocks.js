/** Small blocks that the screens share: tabs, tables, legends, disclosures. */

import { h } from "../core/dom.js";
import { UNKNOWN, number, sentenceCase, verdict } from "../core/format.js";

/** A disclosure; `key` keeps it open when the screen is drawn again. */
export function disclosure(key, summary, ...children) {
  return h("details", { class: "twin", "data-key": key }, h("summary", { "data-key": `${key}:summary`, text: summary }), ...children);
}

/** @param {string[][]} rows the first cell of each is its head */
export function table(head, rows) {
  const body = rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), ...rest.map((text) => h("td", { class: text.length > 12 ? "long" : null }, text))));
  const columns = head.map((text) => h("th", { scope: "col", text }));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": head.join(", ") },
    h("table", {}, h("thead", {}, h("tr", {}, ...columns)), h("tbody", {}, ...body)),
  );
}

/** The same numbers as a chart, as a table. */
export const twin = (key, head, rows) => disclosure(`${key}:table`, "Table", table(head, rows));

/**
 * What is behind a word; what is unknown is left out.
 *
 * @param {[string, string, string][]} rows name, what it means, value
 * @param {string[]} reasons
 */
export function numbers(key, rows, reasons) {
  const known = rows.filter(([, , value]) => value !== UNKNOWN);
  const lines = known.map(([name, explain, value]) => h("div", {}, h("dt", {}, name, h("small", { text: explain })), h("dd", { text: value })));
  const why = reasons.length ? h("ul", { class: "reasons" }, ...reasons.map((text) => h("li", { text: sentenceCase(text) }))) : null;
  return disclosure(`${key}:numbers`, "Numbers behind this", h("dl", { class: "numbers" }, ...lines), why);
}

/** "3.2 %, has to be under 3.0 %": how often chance alone does this, and the limit for a word. */
export function chanceWords({ p_value: p, alpha }) {
  if (p === null) return UNKNOWN;
  return `${p < 0.001 ? "under 0.1" : number(p * 100, 1)} %${alpha === null ? "" : `, has to be under ${number(alpha * 100, 1)} %`}`;
}

/** Why there is nothing to draw. */
export const unknown = (title, reason) =>
  h("div", { class: "hatched-box small" }, h("strong", { text: title }), h("span", { text: sentenceCase(reason) }));

/** @param {[string, string][]} items class of the sign, words */
export function legend(...items) {
  const keys = items.filter(Boolean).map(([name, text]) => h("span", { class: `key ${name}` }, h("i", { "aria-hidden": "true" }), text));
  return h("p", { class: "legend" }, ...keys);
}

/** A box that is drawn when it has its place: its width is the chart's. */
export function drawn(page, make) {
  const box = h("div", { class: "chart-box" });
  page.draws.push(() => box.replaceChildren(make(Math.max(240, box.clientWidth || 320))));
  return box;
}

/** @param {[string, string, boolean][]} links address, words, whether it is this one */
export function tabs(links) {
  const items = links.map(([href, text, isCurrent]) => h("a", { href, text, "aria-current": isCurrent ? "page" : null }));
  return h("nav", { class: "tabs", "aria-label": "Views" }, ...items);
}

export function tag(word) {
  const { words, glyph, tone } = verdict(word);
  return h("span", { class: `tag ${tone}`, text: `${glyph} ${words}` });
}

/**
 * Verdict, sentence, what stands beside it, how sure it is, how far the baseline is, warnings.
 *
 * @param {any} lift a LiftVerdict or LiftHistory @param {string} aside @param {string} sure
 */
export function headline(lift, aside = "", sure = "") {
  const { words, glyph, tone } = verdict(lift.headline ?? lift.word);
  return h(
    "div",
    { class: `verdict ${tone}` },
    h("span", { class: "verdict-glyph", "aria-hidden": "true", text: glyph }),
    h(
      "div",
      { class: "verdict-text" },
      h("p", { class: "verdict-words", text: words }),
      h("p", { class: "verdict-sentence", text: lift.sentence }),
      aside ? h("p", { class: "verdict-aside", text: aside }) : null,
      sure ? h("p", { class: "verdict-sure", text: sure }) : null,
      lift.warnings.length ? h("ul", { class: "warnings" }, ...lift.warnings.map((text) => h("li", {}, h("b", { "aria-hidden": "true", text: "!" }), sentenceCase(text)))) : null,
    ),
    baseline(lift.baseline),
  );
}

/** "baseline 2 of 3 sessions: no index yet", and the same as filled and empty boxes. */
function baseline(state) {
  const done = Math.min(state.sessions, state.sessions_needed);
  const pips = Array.from({ length: state.sessions_needed }, (_, i) => h("i", { class: i < done ? "pip full" : "pip" }));
  const explain = state.ready
    ? "Your own ordinary, from the first reps of the first sets of each session."
    : "Your own ordinary comes from earlier sessions with the same sensor and mount.";
  return h(
    "div",
    { class: "baseline" },
    state.ready ? null : h("span", { class: "pips", "aria-hidden": "true" }, ...pips),
    h("p", { class: "baseline-words", text: state.ready ? sentenceCase(state.words) : `${sentenceCase(state.words)}: no index yet` }),
    h("p", { class: "hint", text: explain }),
  );
}

export function howToRead(weeks = false) {
  const one = weeks ? "session" : "set";
  const sentences = [
    `Each dot is the average of one ${one}; the shaded band is where your own ordinary sets lie, so dots inside it are nothing special.`,
    weeks
      ? "Dots are corrected for load and speed where enough earlier sessions allow it; sessions before a break were measured another way and are not compared."
      : "The bar through a dot says how well it is known; all intervals on this screen are 90 %. Where two bars overlap, the two sets may well be the same.",
    weeks
      ? "The word at the top judges the change of one measure, the first one; “no clear change” does not mean that nothing happened: the sentence says whether chance explains it, or it is too little to matter."
      : "The words at the top judge one measure, the first one: its change across the sets; where there is none, single sets that were worse, or a day that began worse than your ordinary ones. “No clear change” does not mean that nothing happened: the sentence says whether chance explains it, or it is too little to matter.",
  ];
  return disclosure("how", "How to read this", h("ol", { class: "how" }, ...sentences.map((text) => h("li", { text }))));
}

export function proxyNote() {
  return h(
    "aside",
    { class: "note" },
    h("strong", { text: "What this is, and is not. " }),
    "The sensor is on the bar, not on the spine. Stability here is a declared proxy; unvalidated against trunk motion capture. ",
    "Compare it with yourself, on the same lift and mount, never with other people.",
  );
}

/** Draw a screen again without closing what is open or losing the place of the keyboard. */
export function redraw(root, page, ...children) {
  const open = new Set([...root.querySelectorAll("details[open]")].map((one) => one.dataset.key));
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  root.replaceChildren(...children.filter(Boolean));
  for (const one of root.querySelectorAll("details")) one.open = open.has(one.dataset.key);
  for (const draw of page.draws.splice(0)) draw();
  if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}
