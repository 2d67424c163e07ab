/** The disk is nearly full: a line above every screen, which nobody has to look for. */

import { h, put } from "../core/dom.js";

/** @param {HTMLElement} element of the line @param {any} state @param {(words: string) => void} say tells people who listen */
export function drawDiskNotice(element, state, say) {
  const key = JSON.stringify(state.disk);
  if (element.dataset.shown === key) return;
  const isNew = state.disk !== null && element.dataset.level !== state.disk.level;
  element.dataset.shown = key;
  element.dataset.level = state.disk?.level ?? "";
  element.hidden = state.disk === null;
  if (state.disk === null) return;
  const { level, title, text } = state.disk;
  element.className = `disk-notice notice ${level}`;
  put(element, h("strong", { text: `${level === "bad" ? "✕" : "!"} ${title}` }), h("span", { text: `${text} ` }, h("a", { href: "#/health", text: "Health" })));
  if (isNew) say(`${title}.`);
}
