/** What set it is and how far, and how long the rest is. */

import { h, setText } from "../core/dom.js";
import { UNKNOWN, clock, plural } from "../core/format.js";
import { recall } from "../core/memory.js";
import { shownSet } from "../core/state.js";
import { counting } from "../core/reps.js";
import { goalOf, isOver } from "./goal.js";

/** "Set 3 started" stands there this long, ms. */
const STARTED_MS = 4000;

export function factsBox() {
  const fact = (name) => {
    const parts = { term: h("dt", { text: name }), value: h("span"), note: h("small") };
    const line = h("dd", {}, parts.value, parts.note);
    return { ...parts, line, root: h("div", {}, parts.term, line) };
  };
  const [count, rest] = [fact("Set"), fact("Rest")];
  const fill = h("i");
  const track = h("div", { class: "rest-track", "aria-hidden": "true", hidden: true }, fill);
  rest.line.append(track);
  const line = h("p", { class: "set-line" });
  const root = h("div", { class: "facts-box" }, h("dl", { class: "facts" }, count.root, rest.root), line);
  return { root, count, rest, track, fill, line };
}

/** The wished rest, s; null: none. */
export function wantedRest() {
  const seconds = Number(recall("rest.wanted_s", ""));
  return seconds > 0 ? seconds : null;
}

/** @param {ReturnType<typeof factsBox>} box */
export function drawFacts(box, state) {
  const set = shownSet(state);
  const n = set ? counting(set.reps).length : 0;
  const wanted = goalOf(state)?.reps ?? null;
  const isLifting = state.openSet !== null;
  setText(box.count.term, set ? `Set ${set.index + 1}${isLifting ? "" : " done"}` : "Reps");
  setText(box.count.value, set ? String(n) : UNKNOWN);
  setText(box.count.note, isLifting && wanted ? `of ${plural(wanted, "rep")}` : set ? (n === 1 ? "rep" : "reps") : "");
}

/** What changes by itself, twice a second. @param {ReturnType<typeof factsBox>} box */
export function drawClock(box, state, now) {
  const seconds = state.lastRepAt === null || !state.session ? null : (now - state.lastRepAt) / 1000;
  const wanted = wantedRest();
  const isOverdue = wanted !== null && seconds !== null && seconds >= wanted;
  setText(box.rest.term, state.openSet ? "Since the last rep" : "Rest");
  setText(box.rest.value, seconds === null ? UNKNOWN : clock(seconds));
  setText(box.rest.note, wanted === null ? "" : isOverdue && !state.openSet ? `✓ ${clock(wanted)} are over` : `of ${clock(wanted)}`);
  box.rest.root.classList.toggle("done", isOverdue && !state.openSet);
  box.track.hidden = wanted === null;
  if (wanted !== null) box.fill.style.width = `${Math.min(1, (seconds ?? 0) / wanted) * 100}%`;
  setText(box.line, setLine(state, now));
}

/** What the set does by itself. */
function setLine(state, now) {
  const { progress, openSet } = state;
  if (!state.session) return "";
  const number = (openSet?.index ?? Math.max(progress?.setIndex ?? 0, (state.sets.at(-1)?.index ?? -1) + 1)) + 1;
  if (progress?.phase === "closing" && openSet && progress.closesAt !== null) {
    const left = Math.ceil((progress.closesAt - now) / 1000);
    return left > 0 ? `Set ${number} closes in ${left} s` : `Set ${number} is being closed`;
  }
  if (isOver(state)) return "Rack the bar: the set closes by itself";
  if (openSet) return openSet.reps.length === 1 && now - state.lastRepAt < STARTED_MS ? `Set ${number} started` : `Set ${number} is open`;
  if (progress?.phase === "open") return `Set ${number} starts with the first rep`;
  return `Ready for set ${number}`;
}
