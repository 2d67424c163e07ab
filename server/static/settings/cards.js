/** Blocks of the settings: cards, rows with choices, lists. */

import { h } from "../core/dom.js";

export const card = (title, ...children) => h("section", { class: "card setting" }, h("h2", { text: title }), ...children);

/**
 * One of a few, as buttons of which one is pressed.
 *
 * @param {string} name for people who listen
 * @param {[string, string][]} options value, words
 * @param {string} value
 * @param {(value: string) => void} choose
 */
export function oneOf(name, options, value, choose) {
  const button = ([key, words]) =>
    h("button", { type: "button", class: "choice", "data-key": `${name}:${key}`, "aria-pressed": String(key === value), text: words, onclick: () => choose(key) });
  return h("div", { class: "choices", role: "group", "aria-label": name }, ...options.map(button));
}

/** A setting with its name, what it does, and what changes it. */
export const row = (name, words, control) =>
  h("div", { class: "setting-row" }, h("div", {}, h("p", { class: "setting-name", text: name }), words ? h("p", { class: "hint", text: words }) : null), control);

/** The list of things that there are, with their buttons; words where there are none. */
export const things = (items, none) => (items.length ? h("ul", { class: "things" }, ...items) : h("p", { class: "hint", text: none }));

/** @param {string} name @param {(string | null)[]} details @param {Node[]} buttons */
export const thing = (name, details, buttons) =>
  h("li", {}, h("div", {}, h("strong", { text: name }), ...details.filter(Boolean).map((text) => h("span", { class: "sub", text }))), h("div", { class: "thing-tools" }, ...buttons));

/** A button whose words are short because its row says what it is about. */
export const tool = (words, about, run) =>
  h("button", { type: "button", class: "tool", "data-key": `${about}:${words}`, "aria-label": `${words}: ${about}`, text: words, onclick: run });
