/** Keys that do something anywhere on the page; those of the screen come first. */

import { recall, remember } from "./memory.js";

/** Elements that take keys themselves. */
const TYPING = "input, select, textarea, dialog, [contenteditable]";
/** Elements that the space bar and Enter press. */
const PRESSED = "a, button, summary, [role=button]";

/** Single keys can be turned off: voice control and shaky hands press them unasked (WCAG 2.1.4). */
export const areKeysOn = () => recall("keys", "on") === "on";
export const turnKeys = (isOn) => remember("keys", isOn ? "on" : "off");

/**
 * @typedef {{key: string, words: string, run: (event: KeyboardEvent) => void}} Key
 * @param {Key[]} own of the page
 * @param {() => Key[]} ofScreen of the screen that is shown
 */
export function listenToKeys(own, ofScreen) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TYPING)) return;
    if ((event.key === " " || event.key === "Enter") && target.closest(PRESSED)) return;
    const found = [...ofScreen(), ...own].find((one) => one.key === event.key);
    if (!found || (!areKeysOn() && found.key !== "?" && found.key.length === 1)) return;
    event.preventDefault();
    found.run(event);
  });
}
