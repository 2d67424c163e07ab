/** The way between screens: a rail at the left, on a phone a bar below with the rest behind "More". */

import { h, s } from "../core/dom.js";
import { SCREENS } from "../core/screens.js";

const MORE = "M5 12h.01M12 12h.01M19 12h.01";

const sign = (path) => s("svg", { class: "nav-sign", viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: path }));

const link = (screen) =>
  h("a", { href: `#/${screen.id}`, "data-screen": screen.id, class: screen.isMain ? null : "nav-second" }, sign(screen.icon), h("span", { text: screen.name }));

/** @param {HTMLElement} nav @param {HTMLElement} sheet the popover of the rest */
export function fillNav(nav, sheet) {
  const more = h("button", { class: "nav-more", type: "button", popovertarget: sheet.id }, sign(MORE), h("span", { text: "More" }));
  nav.append(...SCREENS.map(link), more);
  sheet.append(...SCREENS.filter((screen) => !screen.isMain).map(link));
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
