/** Colours and units: what the browser remembers, and what the page looks like. */

import { recall, remember } from "./memory.js";

const THEMES = ["system", "light", "dark"];

export const unit = () => (recall("unit", "kg") === "lb" ? "lb" : "kg");
export const otherUnit = () => (unit() === "kg" ? "lb" : "kg");
export const setUnit = (value) => remember("unit", value);

export const theme = () => (THEMES.includes(recall("theme", "system")) ? recall("theme", "system") : "system");
export const nextTheme = () => THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];

/** Choose the colours: "system", "light" or "dark". */
export function setTheme(value) {
  remember("theme", value);
  showTheme();
}

export function showTheme() {
  if (theme() === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme();
}
