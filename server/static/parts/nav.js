/** The way between screens: a rail at the left, on a phone a bar below with the rest behind "More". */

import { h, s } from "../core/dom.js";
import { SCREENS } from "../core/screens.js";

const MORE = "M5 12h.01M12 12h.01M19 12h.01";
const HELP = "M9 9a3 3 0 1 1 4 2.8c-.7.3-1 .9-1 1.7v.5M12 17.5h.01";

const sign = (path) => s("svg", { class: "nav-sign", viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: path }));

const link = (screen) =>
  h("a", { href: `#/${screen.id}`, "data-screen": screen.id, class: screen.isMain ? null : "nav-second" }, sign(screen.icon), h("span", { text: screen.name }));

/** @param {HTMLElement} nav @param {HTMLElement} sheet the popover of the rest @param {() => void} help a phone's header has no room for it */
export function fillNav(nav, sheet, help) {
  const more = h("button", { class: "nav-more", type: "button", popovertarget: sheet.id }, sign(MORE), h("span", { text: "More" }));
  nav.append(...SCREENS.map(link), more);
  const about = h("button", { type: "button", onclick: help }, sign(HELP), h("span", { text: "Help" }));
  sheet.append(...SCREENS.filter((screen) => !screen.isMain).map(link), about);
  sheet.addEventListener("click", () => sheet.hidePopover());
}

/** Mark the screen that is shown. */
export function markScreen(screen) {
  for (const one of document.querySelectorAll("[data-screen]")) {
    if (one.dataset.screen === screen.id) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  document.querySelector(".nav-more").toggleAttribute("data-current", !screen.isMain);
  document.title = `${screen.name} · Upright`;
}
