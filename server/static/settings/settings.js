/** Settings: of this browser, and of the server that everybody shares. */

import { h } from "../core/dom.js";
import { redraw, tabs } from "../parts/blocks.js";
import { accessView } from "./access.js";
import { browserView } from "./browser.js";
import { goalsView } from "./goals.js";
import { peopleView } from "./people.js";

const OF_BROWSER = "Kept by this browser alone: another tablet has its own.";
const OF_SERVER = "Kept by the server: everybody who connects gets the same.";

/** What stands after "#/settings/", words, whose it is, what draws it. */
const VIEWS = [
  ["", "This browser", OF_BROWSER, browserView],
  ["athletes", "Athletes", OF_SERVER, peopleView],
  ["lifts", "Lifts", OF_SERVER, goalsView],
  ["access", "Access", OF_SERVER, accessView],
];

/**
 * @param {HTMLElement} root
 * @param {import("../core/screens.js").Context} context
 * @param {string[]} rest
 */
export async function show(root, context, [wanted = ""]) {
  const [name, , whose, view] = VIEWS.find(([one]) => one === wanted) ?? VIEWS[0];
  const links = VIEWS.map(([one, words]) => [`#/settings${one && `/${one}`}`, words, one === name]);
  const head = h("div", { class: "page-head" }, h("div", {}, h("h1", { text: "Settings" }), h("p", { class: "sub", text: whose })), tabs(links));
  const page = { draws: [] };
  const drawn = await view(context, draw);
  function draw() {
    redraw(root, page, head, drawn.parts());
  }
  draw();
  return { update: (_state, message) => drawn.follows?.includes(message?.type) && draw(), unmount: drawn.unmount };
}
