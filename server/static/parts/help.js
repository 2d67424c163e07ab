/** The overlay behind "?": what the screen that is shown is for, and the keys, its own and those of everywhere. */

import { h } from "../core/dom.js";
import { areKeysOn, turnKeys } from "../core/keys.js";
import { SCREENS } from "../core/screens.js";
import { ABOUT } from "./about.js";

/** How keys are written that are not a letter. */
const NAMES = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

const row = (keys, words) => h("div", {}, h("dt", {}, ...keys.map((key) => h("kbd", { text: NAMES[key] ?? key }))), h("dd", { text: words }));

/** Keys that do the same are told once. */
function rows(keys) {
  const byWords = new Map();
  for (const { key, words } of keys) byWords.set(words, [...(byWords.get(words) ?? []), key]);
  return [...byWords].map(([words, all]) => row(all, words));
}

const group = (title, keys) => (keys.length ? h("section", {}, h("h3", { text: title }), h("dl", { class: "keys" }, ...rows(keys))) : null);

/**
 * @param {import("../core/keys.js").Key[]} own of the page
 * @param {import("../core/keys.js").Key[]} ofScreen
 * @param {{id: string, name: string}} screen
 */
export function openHelp(own, ofScreen, { id, name }) {
  const isOn = h("input", { type: "checkbox", name: "keys", checked: areKeysOn() });
  isOn.addEventListener("change", () => turnKeys(isOn.checked));
  const screens = SCREENS.map((screen) => ({ key: screen.key, words: screen.name }));
  const others = own.filter((one) => !SCREENS.some((screen) => screen.key === one.key));
  const close = h("button", { type: "button", class: "primary", text: "Close", onclick: () => dialog.close() });
  const groups = [group(`On ${name}`, ofScreen), group("Everywhere", others), group("Screens", screens)].filter(Boolean);
  const dialog = h(
    "dialog",
    { class: "dialog help", "aria-labelledby": "help-title", onclose: () => dialog.remove() },
    h("h2", { id: "help-title", tabindex: -1, autofocus: true, text: `Help: ${name}` }),
    ABOUT[id] ? h("ul", { class: "help-about" }, ...ABOUT[id].map((text) => h("li", { text }))) : null,
    h("div", { class: "help-groups" }, ...groups),
    h("label", { class: "check" }, isOn, "Single keys do something (turn off for voice control)"),
    h("div", { class: "actions" }, close),
  );
  document.body.append(dialog);
  dialog.showModal();
}
