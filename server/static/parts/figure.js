/** The one card for every chart: what it shows, its unit, its signs, and the same numbers as a table and as a file. */

import { csvOf, download, fileName } from "../core/csv.js";
import { h } from "../core/dom.js";
import { drawn, table, unknown } from "./blocks.js";

/**
 * @typedef {object} Figure
 * @property {string} key keeps the table open when the screen is drawn again
 * @property {string} title what it shows, with the unit: "Mean velocity of each rep, m/s"
 * @property {string} [level] of the heading, "h2" or "h3"
 * @property {Node | null} [aside] beside the title, such as a tag or choices
 * @property {string} [sub] one sentence: how to read it, how sure it is
 * @property {((width: number) => Element) | null} draw makes the chart for its width in px; null where nothing is known
 * @property {string} [reason] why nothing is drawn
 * @property {Node | null} [legend]
 * @property {(Node | null)[]} [words] what it says, below it
 * @property {[(string | Node)[], (string | Node)[][]] | null} [table] head and rows; null where nothing is known
 * @property {string} [file] name of the file in words; otherwise the title
 * @property {string} [className] further classes of the card
 */

/**
 * @param {{draws: (() => void)[]}} page what its charts wait for: see `redraw` in blocks.js
 * @param {Figure} what
 */
export function figure(page, { key, title, level = "h3", aside = null, sub, draw, reason = "not measured", legend = null, words = [], table: twin = null, file, className = "" }) {
  const id = `figure-${key.replace(/[^\w]+/g, "-")}`;
  return h(
    "figure",
    { class: `card part figure ${className}`.trim(), "aria-labelledby": id },
    h("figcaption", { class: "card-head" }, h(level, { id, text: title }), aside),
    sub ? h("p", { class: "hint", text: sub }) : null,
    draw ? drawn(page, draw) : unknown("Not known", reason),
    draw ? legend : null,
    ...words,
    twin ? tableTwin(key, title, file ?? title, twin) : null,
  );
}

/** Saves a table as a file. */
export const saveButton = (key, file, [head, rows], title = file) =>
  h("button", { class: "tool csv", type: "button", "data-key": `${key}:csv`, "aria-label": `Save as CSV: ${title}`, text: "CSV", onclick: () => download(fileName(file), csvOf(head, rows)) });

/** The numbers of a chart, to be read and to be taken along. */
export function tableTwin(key, title, file, [head, rows]) {
  const save = saveButton(key, file, [head, rows], title);
  const twin = h("details", { class: "twin", "data-key": `${key}:table` }, h("summary", { "data-key": `${key}:table:summary`, "aria-label": `Table: ${title}`, text: "Table" }), table(head, rows));
  return h("div", { class: "figure-tools" }, twin, save);
}
