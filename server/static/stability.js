/** Upper-back stability across the sets of a session: words first, then each part with its uncertainty. */

import { h, put } from "./dom.js";
import { partOf, partValue, plural, verdict } from "./format.js";
import { trendChart, trendTable } from "./trendchart.js";

/** @param {HTMLElement} root */
export function mountStability(root) {
  let latest = null;

  function update(view) {
    latest = view;
    const { exercises } = view.trend;
    put(root, heading(view), ...(exercises.length ? exercises.map((item) => exerciseSection(item, root, view)) : [empty()]), proxyNote());
  }

  return { update, resize: () => latest && update(latest) };
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
    h("p", { text: "A trend needs three closed sets of the same exercise." }),
  );
}

export function proxyNote() {
  return h(
    "aside",
    { class: "note" },
    h("strong", { text: "What this is, and is not. " }),
    "The sensor is on the bar, not on the spine. Stability here is a declared proxy; unvalidated against trunk motion capture. ",
    "Compare it with yourself, on the same lift and mount, never with other people. ± is a 95 % interval.",
  );
}

/** One exercise: its verdict, and a card for each part. */
export function exerciseSection(exercise, root, { pointsOf = sessionPoints, spansSessions = false } = {}) {
  const [primary, ...others] = exercise.parts;
  if (!primary) return h("div", { class: "card empty" }, h("p", { text: `${exercise.exercise_name}: no stability part applies to this lift.` }));
  const width = cardWidth(root);
  return h(
    "section",
    { class: "exercise" },
    h("h2", { class: "exercise-name", text: exercise.exercise_name }),
    headline(primary, spansSessions),
    h("div", { class: "parts" }, ...[primary, ...others].map((part) => partCard(part, width, pointsOf(part), spansSessions))),
  );
}

/** Cards stand one, two or three in a row (see `.parts` in the style sheet). */
function cardWidth(root) {
  const available = root.clientWidth || 360;
  const columns = available >= 1080 ? 3 : available >= 700 ? 2 : 1;
  return Math.max(240, (available - (columns - 1) * 16) / columns - 48);
}

const sessionPoints = (part) =>
  part.set_indices.map((index, i) => ({ label: String(index + 1), name: `Set ${index + 1}`, value: part.values[i], sd: part.sds[i] }));

/** The words judge the slope, so the slope is what stands beside them. */
function headline(part, spansSessions) {
  const { words, glyph, tone } = verdict(part.words);
  const { name } = partOf(part.part);
  const n = part.values.length;
  const slope = partValue(part.part, part.slope_per_set, part.slope_sd_per_set, { sign: true, finer: true });
  const sentence =
    part.slope_per_set === null
      ? `${name}: ${plural(n, "set")} so far; a trend needs three.`
      : `${name}: ${slope} per set, over ${plural(n, "set")}${spansSessions ? " of all sessions" : ""}.`;
  return h(
    "div",
    { class: `verdict ${tone}` },
    h("span", { class: "verdict-glyph", "aria-hidden": "true", text: glyph }),
    h("div", {}, h("p", { class: "verdict-words", text: words }), h("p", { class: "verdict-sentence", text: sentence })),
  );
}

function partCard(part, width, points, spansSessions) {
  const { name, explain } = partOf(part.part);
  const { words, glyph, tone } = verdict(part.words);
  const value = (i) => partValue(part.part, part.values.at(i), part.sds.at(i));
  const cell = (title, text) => h("div", {}, h("dt", { text: title }), h("dd", { text }));
  const known = points.filter((point) => point.value !== null);
  return h(
    "article",
    { class: "card part" },
    h("div", { class: "card-head" }, h("h3", { text: name }), h("span", { class: `tag ${tone}`, text: `${glyph} ${words}` })),
    h("p", { class: "hint", text: explain }),
    known.length ? trendChart(width, part.part, known) : null,
    h(
      "dl",
      { class: "compare" },
      cell("First", value(0)),
      cell("Last", value(-1)),
      spansSessions
        ? cell("Per set", partValue(part.part, part.slope_per_set, part.slope_sd_per_set, { sign: true, finer: true }))
        : cell("Change", partValue(part.part, part.change, part.change_sd, { sign: true })),
    ),
    known.length ? trendTable(part.part, known) : null,
  );
}
