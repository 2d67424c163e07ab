/** Upper-back stability in one session: per lift the verdict in words, set by set, the signs, then what they rest on. */

import { partCard } from "../charts/changechart.js";
import { overlayCard } from "../charts/overlay.js";
import { h } from "../core/dom.js";
import { isNews, liveView } from "../core/liveview.js";
import { headline, howToRead, proxyNote, redraw, tabs } from "../parts/blocks.js";
import { setWords } from "./bysets.js";
import { indexCard } from "./setindex.js";
import { signStrips } from "./signs.js";
import { sureWords } from "./sure.js";
import { showWeeks } from "./weeks.js";
import { withinCard } from "./within.js";

const views = (isAll) => tabs([["#/stability", "This session", !isAll], ["#/stability/all", "Across weeks", isAll]]);

/** Addresses: #/stability, #/stability/all/EXERCISE/ATHLETE/WEEKS. */
export async function show(root, context, [which, exerciseId = null, athlete, weeks]) {
  if (which === "all") return showWeeks(root, context, { exerciseId, athlete, weeks, tabs: views(true) });
  const stability = mountStability(root, context);
  return { ...stability, update: (state, message) => isNews(message) && stability.update({ ...liveView(state), tabs: views(false) }) };
}

/**
 * `page` is what the cards share: `draws`, to be called when they have their place; `memory` of what was chosen;
 * `again`, to draw the screen anew; `link`, the address of a set or rep; `lift` and `name`, the one that is being drawn.
 *
 * @param {HTMLElement} root
 * @param {import("../core/screens.js").Context} context
 */
export function mountStability(root, context) {
  let latest = null;
  const page = { draws: [], memory: new Map(), again: () => latest && update(latest), link: () => "", lift: "", name: "", say: context.say, unit: context.unit };

  function update(view) {
    latest = view;
    page.link = (set, rep) => `${view.setsBase}/set/${set + 1}${rep === undefined ? "" : `/rep/${rep + 1}`}`;
    const lifts = view.verdicts.map((lift) => liftSection(page, lift, view.sets));
    redraw(root, page, heading(view), ...(lifts.length ? [jumps(view), howToRead(), ...lifts] : [empty(view)]), proxyNote());
  }

  return { update, resize: page.again };
}

function heading(view) {
  const title = h("div", {}, h("h1", { text: view.stabilityTitle ?? "Upper-back stability" }), h("p", { class: "sub", text: view.stabilitySub }));
  return h("div", { class: "page-head" }, title, view.tabs ?? null);
}

/** The words of all lifts at once, each leading to its section. */
function jumps({ verdicts, sets }) {
  if (verdicts.length < 2) return null;
  const items = verdicts.map((lift) => {
    const go = () => document.getElementById(`lift-${lift.exercise_id}`)?.scrollIntoView({ block: "start" });
    return h("li", {}, h("button", { class: "tool jump", type: "button", "data-key": `jump:${lift.exercise_id}`, onclick: go }, h("span", { text: nameOf(lift, sets) }), h("strong", { text: lift.headline })));
  });
  return h("ul", { class: "jumps", "aria-label": "Lifts of this session" }, ...items);
}

const nameOf = (lift, sets) => sets.find((set) => set.exercise_id === lift.exercise_id)?.exercise_name ?? lift.exercise_id.replaceAll("_", " ");

function empty({ sets }) {
  const hasSets = sets.length > 0;
  return h(
    "div",
    { class: "card empty" },
    h("h2", { text: hasSets ? "Nothing to judge in these sets" : "Nothing to compare yet" }),
    h("p", {
      text: hasSets
        ? "Stability is judged for a named lift that has stability measures. Say the lift on the live screen, or with Edit in its set."
        : "The first closed set of a named lift opens this screen. A word on the change needs five sets, or two and three earlier sessions.",
    }),
    hasSets ? null : h("p", { class: "hint" }, "No sensor at hand? Try the simulator: ", h("code", { text: "upright demo" })),
  );
}

function liftSection(page, lift, every) {
  page.lift = lift.exercise_id;
  page.name = nameOf(lift, every);
  const [primary, ...others] = lift.parts;
  const judged = new Set(primary.points.map((point) => point.set_index));
  const sets = every.filter((set) => judged.has(set.index));
  return h(
    "section",
    { class: "exercise", id: `lift-${lift.exercise_id}`, "aria-label": page.name },
    h("h2", { class: "exercise-name", text: page.name }),
    headline(lift, primary.usual_sentence, sureWords(lift.headline, lift.test)),
    setWords(page, lift, sets),
    ...signStrips(page, lift.signs),
    h("div", { class: "lead" }, partCard(page, primary, sets), overlayCard(page, sets)),
    others.length ? h("div", { class: "parts" }, ...others.map((part) => partCard(page, part, sets))) : null,
    h("div", { class: "lead even" }, withinCard(page, primary, sets), indexCard(page, lift.index)),
  );
}
