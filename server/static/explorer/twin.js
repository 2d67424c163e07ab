/** Table and file of a chart whose numbers change with every move: the table is made when it is opened. */

import { csvOf, download, fileName } from "../core/csv.js";
import { h, put } from "../core/dom.js";
import { table } from "../parts/blocks.js";

const MOST_ROWS = 200;

/**
 * @param {HTMLElement} root
 * @param {string} title of the chart
 * @returns {{update: (make: () => [string[], string[][]], file: string) => void}} `make` gives head and rows
 */
export function lazyTwin(root, title) {
  let make = null;
  let name = "";
  const rows = h("div", {});
  const details = h("details", { class: "twin" }, h("summary", { "aria-label": `Table: ${title}`, text: "Table" }), rows);
  const save = h("button", { class: "tool csv", type: "button", "aria-label": `Save as CSV: ${title}`, text: "CSV", disabled: true });
  put(root, h("div", { class: "figure-tools" }, details, save));
  save.addEventListener("click", () => download(fileName(name), csvOf(...make())));
  details.addEventListener("toggle", fill);

  function fill() {
    if (!details.open || !make) return;
    const [head, all] = make();
    const words = all.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${all.length} rows; the file has all.` : `${all.length} rows.`;
    put(rows, h("p", { class: "hint", text: words }), table(head, all.slice(0, MOST_ROWS)));
  }

  return {
    update(next, file) {
      make = next;
      name = file;
      save.disabled = false;
      fill();
    },
  };
}
