/** Upper-back stability in one session: per lift the verdict in words, the signs, then what they rest on. */

import { headline, howToRead, proxyNote, redraw, tabs } from "../parts/blocks.js";
import { outsideWords, partCard } from "../charts/changechart.js";
import { h } from "../core/dom.js";
import { overlayCard } from "../charts/overlay.js";
import { isNews, liveView } from "../core/liveview.js";
import { indexCard } from "./setindex.js";
import { signStrips } from "./signs.js";
import { showWeeks } from "./weeks.js";
import { withinCard } from "./within.js";

const views = (isAll) => tabs([["#/stability", "This session", !isAll], ["#/stability/all", "Across weeks", isAll]]);

/** Addresses: #/stability, #/stability/all/EXERCISE/ATHLETE. */
export async function show(root, _context, [which, exerciseId = null, athlete]) {
  if (which === "all") return showWeeks(root, { exerciseId, athlete, tabs: views(true) });
  const stability = mountStability(root);
  return { ...stability, update: (state, message) => isNews(message) && stability.update({ ...liveView(state), tabs: views(false) }) };
}

/**
 * `page` is what the cards share: `draws`, to be called when they have their place; `memory` of what was chosen;
 * `again`, to draw the screen anew; `link`, the address of a rep; `lift`, the one that is being drawn.
 *
 * @param {HTMLElement} root
 */
export function mountStability(root) {
  let latest = null;
  const page = { draws: [], memory: new Map(), again: () => latest && update(latest), link: () => "", lift: "" };

  function update(view) {
    latest = view;
    page.link = (set, rep) => `${view.setsBase}/set/${set + 1}/rep/${rep + 1}`;
    const lifts = view.verdicts.map((lift) => liftSection(page, lift, view.sets));
    redraw(root, page, heading(view), ...(lifts.length ? [howToRead(), ...lifts] : [empty()]), proxyNote());
  }

  return { update, resize: page.again };
}

function heading(view) {
  const title = h("div", {}, h("h1", { text: view.stabilityTitle ?? "Upper-back stability" }), h("p", { class: "sub", text: view.stabilitySub }));
  return h("div", { class: "page-head" }, title, view.tabs ?? null);
}

function empty() {
  return h(
    "div",
    { class: "card empty" },
    h("h2", { text: "Nothing to compare yet" }),
    h("p", { text: "The first closed set of a named lift opens this screen. A word on the change needs five sets, or two and three earlier sessions." }),
  );
}

function liftSection(page, lift, every) {
  page.lift = lift.exercise_id;
  const [primary, ...others] = lift.parts;
  const judged = new Set(primary.points.map((point) => point.set_index));
  const sets = every.filter((set) => judged.has(set.index));
  const name = sets[0]?.exercise_name ?? lift.exercise_id.replaceAll("_", " ");
  return h(
    "section",
    { class: "exercise", "aria-label": name },
    h("h2", { class: "exercise-name", text: name }),
    headline(lift, outsideWords(primary)),
    ...signStrips(page, lift.signs),
    h("div", { class: "lead" }, partCard(page, primary, sets), overlayCard(page, sets)),
    h("div", { class: "parts" }, ...others.map((part) => partCard(page, part, sets))),
    h("div", { class: "lead even" }, withinCard(page, primary, sets), indexCard(page, lift.index)),
  );
}
