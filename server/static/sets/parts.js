/** The head of a set's review and the blocks of words beside its charts. */

import { h } from "../core/dom.js";
import { UNKNOWN, clock, day, load as loadWords, margin95, number, percent, plural, plusMinus, sentenceCase, timeOfDay, velocity } from "../core/format.js";
import { measureOf, partValue } from "../core/measures.js";
import { counting } from "../core/reps.js";
import { adviceOf, fastest, firstMeasure, losses } from "./numbers.js";

export const tool = (key, text, onclick, more = {}) => h("button", { type: "button", class: "tool", "data-key": key, text, onclick, ...more });

export function head(view, doing) {
  const { set, found, history, mayEdit, isBusy } = view;
  const unit = view.context.unit();
  const session = found.session;
  const title = [set.exercise_name ?? "Exercise not told", loadWords(set.load_kg, unit)].filter(Boolean).join(", ");
  const when = session ? `${day(session.started_at)}, ${timeOfDay(session.started_at)}` : "";
  const steps = [["undo", "Undo", history.undo, doing.undo], ["redo", "Redo", history.redo, doing.redo]].map(([key, verb, change, run]) =>
    tool(key, `${verb}${change ? `: ${change.words}` : ""}`, run, {
      class: "tool history-step", disabled: !change || isBusy, "aria-label": change ? `${verb}: ${change.words}` : `Nothing to ${key}`, title: change?.words ?? null,
    }));
  return h(
    "div",
    { class: "page-head review-head" },
    h(
      "div",
      { class: "page-words" },
      h("h1", { text: `Set ${set.index + 1}: ${title}` }),
      h("p", { class: "sub" }, session && found.isStored ? h("a", { class: "session-link", href: `#/session/${session.recording_id}`, text: session.title || when }) : session?.title ?? "", session?.title ? ` · ${when}` : "", `${session ? " · " : ""}${corrected(set, unit)}`),
      found.isStored ? null : h("p", { class: "hint", text: "This session is not stored, so nothing of it can be corrected." }),
      found.isStored && view.context.role() === "view" ? h("p", { class: "hint", text: "You are looking on: corrections need the token for lifting." }) : null,
    ),
    h(
      "div",
      { class: "page-tools no-print" },
      ...(mayEdit ? [...steps, tool("edit-set", "Edit set", doing.edit, { "aria-label": `Edit set ${set.index + 1}`, disabled: isBusy })] : []),
      tool("print", "Print", () => window.print()),
    ),
  );
}

/** "5 reps, 1 left out · recorded as deadlift, 95 kg" */
function corrected(set, unit) {
  const nOut = set.reps.length - counting(set.reps).length;
  const reps = `${plural(set.reps.length - nOut, "rep")}${nOut ? `, ${nOut} left out` : ""}`;
  const was = [
    set.labelled_exercise_id !== undefined && set.labelled_exercise_id !== set.exercise_id ? set.labelled_exercise_name ?? "no lift" : null,
    set.labelled_load_kg !== undefined && set.labelled_load_kg !== set.load_kg ? loadWords(set.labelled_load_kg, unit) ?? "no load" : null,
  ].filter(Boolean);
  return [reps, was.length ? `recorded as ${was.join(", ")}` : null].filter(Boolean).join(" · ");
}

/** All sets of the session, to go from one to another. */
export function setStrip(view, go) {
  const { sets } = view.found;
  const place = sets.findIndex((one) => one.index === view.index);
  const unit = view.context.unit();
  const turn = (by, glyph, words) => h("button", { type: "button", class: "tool set-turn", "data-key": `turn${by}`, disabled: !sets[place + by], "aria-label": words, text: glyph, onclick: () => go(sets[place + by].index) });
  const isMixed = sets.some((one) => one.exercise_id !== sets[0].exercise_id);
  const items = sets.map((one, k) => {
    // Where a lift begins its name stands once.
    const lift = isMixed && one.exercise_id !== sets[k - 1]?.exercise_id ? (one.exercise_name ?? "Lift not told") : null;
    const words = [loadWords(one.load_kg, unit), plural(counting(one.reps).length, "rep")].filter(Boolean).join(" · ");
    return h("li", { class: "set-row" }, h("button", { type: "button", class: "set-tab", "data-key": `set-${one.index}`, "aria-current": one.index === view.index ? "true" : null, title: one.exercise_name ?? "", onclick: () => go(one.index) },
      h("b", { text: [`Set ${one.index + 1}`, lift].filter(Boolean).join(" · ") }), h("small", { text: words })));
  });
  const list = h("ol", {}, ...items);
  // When it has its place: the set that is shown comes into view, without moving the page.
  view.page.draws.push(() => { list.scrollLeft = items[place].offsetLeft - list.offsetLeft - (list.clientWidth - items[place].offsetWidth) / 2; });
  return h("nav", { class: "set-strip no-print", "aria-label": "Sets of this session" }, turn(-1, "‹", "Previous set"), list, turn(1, "›", "Next set"));
}

/** Three numbers at most, each with how sure it is. */
export function bigNumbers(view) {
  const advice = adviceOf(view);
  const best = fastest(view.set, advice);
  const last = losses(view.set, advice).at(-1);
  const measure = firstMeasure(view);
  const kind = advice.main_velocity === "peak" ? "peak" : "mean";
  const isKnown = typeof measure?.value === "number";
  return h(
    "dl",
    { class: "card big-numbers" },
    big(`Fastest rep, ${kind} velocity`, best ? velocity(best.value) : UNKNOWN, best ? "m/s" : "", best ? `${plusMinus(best.sd, 2)} · rep ${best.rep.index + 1}` : "no rep counts"),
    big("Velocity loss, last rep", last ? percent(last.value) : UNKNOWN, "", last ? lossWords(last) : "needs two reps"),
    measure ? big(measureOf(measure.id).name, ...split(partValue(measure.id, measure.value)), isKnown ? [plusMinus(measure.sd, measureOf(measure.id).digits, measureOf(measure.id).factor), measure.reason].filter(Boolean).join(" · ") : sentenceCase(measure.reason || "not measured")) : null,
  );
}

function lossWords({ value, sd }) {
  const margin = margin95(sd);
  return margin === null ? "it was the fastest" : `between ${percent(Math.max(0, value - margin))} and ${percent(value + margin)}`;
}

/** "1.8 cm" as the number and its unit. */
const split = (text) => (text === UNKNOWN ? [UNKNOWN, ""] : [/^[−+]?[\d.]+/.exec(text)?.[0] ?? text, text.replace(/^[−+]?[\d.]+\s*/, "")]);

function big(name, value, unit, aside) {
  return h("div", { class: "review-number" }, h("dt", { text: name }), h("dd", {}, h("strong", { text: unit === "°" ? `${value}°` : value }), unit && unit !== "°" ? h("span", { text: unit }) : null, h("small", { text: aside })));
}

/** Effort, note, and what was said beside. */
export function saidCard(view, doing) {
  const { set, mayEdit, isBusy } = view;
  const seen = { true: "Velocities were shown during the set", false: "Velocities were hidden during the set" }[set.velocity_feedback];
  const isOther = set.analysed_exercise_id !== undefined && set.analysed_exercise_id !== set.exercise_id;
  return h(
    "section",
    { class: "card said-card" },
    h("div", { class: "card-head" }, h("h2", { text: "Effort and note" }), mayEdit ? tool("said-edit", "Edit", doing.edit, { class: "tool no-print", disabled: isBusy, "aria-label": "Edit effort and note" }) : null),
    h("p", { class: "rpe" }, set.rpe === null || set.rpe === undefined ? h("span", { class: "muted", text: "Effort (RPE) not said" }) : h("b", { text: `RPE ${number(set.rpe, set.rpe % 1 ? 1 : 0)}` })),
    set.note ? h("p", { class: "said-note", text: set.note }) : null,
    seen ? h("p", { class: "hint", text: seen }) : null,
    isOther ? h("p", { class: "hint", text: "Its reps are those found before the lift was corrected." }) : null,
  );
}

export function rejectedCard({ set }) {
  if (!set.rejected.length) return null;
  const items = set.rejected.map((one) => h("li", { text: `At ${clock(one.start_s)}, ${number(one.end_s - one.start_s, 1)} s: ${one.reason}` }));
  return h("section", { class: "card rejected" }, h("h2", { text: "Not counted" }), h("ul", {}, ...items));
}
