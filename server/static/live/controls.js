/** The large buttons at the rack: not a rep, undo, start or end the set, sound, numbers, full screen. */

import { excludeLiveRep, postLabel, undoLive } from "../core/api.js";
import { h, s, setText } from "../core/dom.js";
import { MODES } from "../core/sound.js";
import { shownSet } from "../core/state.js";
import { canFill, isFilled } from "./tablet.js";

/** What was just done can be taken back by a large button this long, ms. */
const FRESH_MS = 10_000;
const PROBLEM_MS = 8000;
/** That a set was ended stands on the button this long, ms; that one may begin, until it does. */
const TOLD_MS = 4000;
/** A button that has just turned into its opposite by itself is not pressed by mistake, ms. */
const TURNED_MS = 700;
const NOT_A_REP = "not a rep, said at the rack";

const ICONS = {
  sound: "M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  silent: "M4 9v6h4l5 4V5L8 9zM17 9.5l5 5M22 9.5l-5 5",
  numbers: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  fill: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  leave: "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5",
};

const icon = (name) => s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, s("path", { d: ICONS[name] }));

function bigButton(className, key, onclick) {
  const [glyph, words] = [h("span", { "aria-hidden": "true" }), h("span", { class: "big-words" })];
  const button = h("button", { class: `big ${className}`, type: "button", "aria-keyshortcuts": key, onclick }, glyph, words);
  return { button, glyph, words };
}

/** @param {{onSound: () => void, onNumbers: () => void, onFill: () => void, label: () => any, say: (words: string) => void}} actions */
export function makeControls(actions) {
  let latest = null;
  let undoSeen;
  let freshUntil = 0;
  let problemUntil = 0;
  let told = "";
  let toldUntil = 0;
  let wasOpen = false;
  let turnedUntil = 0;
  const problem = h("p", { class: "control-problem", role: "alert" });
  const exclude = bigButton("big-exclude", "x", leaveOut);
  const undo = bigButton("big-undo", "u", takeBack);
  const set = bigButton("big-set", "Space", endOrStart);
  const sound = h("button", { class: "big big-icon sound", type: "button", "aria-haspopup": "dialog", onclick: actions.onSound }, icon("sound"), icon("silent"), h("small"));
  const numbers = h("button", { class: "big big-icon", type: "button", "aria-keyshortcuts": "n", "aria-label": "Numbers of this set as a table", onclick: actions.onNumbers }, icon("numbers"), h("small", { "aria-hidden": "true", text: "Table" }));
  const fill = h("button", { class: "big big-icon", type: "button", "aria-keyshortcuts": "f", hidden: !canFill(), onclick: actions.onFill }, icon("fill"), icon("leave"), h("small", { "aria-hidden": "true" }));
  const root = h("div", { class: "controls", role: "group", "aria-label": "Set" }, problem,
    h("div", { class: "controls-row" }, exclude.button, undo.button),
    h("div", { class: "controls-row" }, set.button, sound, numbers, fill));

  /** Ask the server; what it refuses is told beside the buttons. */
  async function ask(button, request) {
    button.disabled = true;
    setText(problem, "");
    try {
      const { words } = (await request()) ?? {};
      if (words) actions.say(words);
    } catch (error) {
      setText(problem, `${error.message} ${error.hint ?? ""}`.trim());
      problemUntil = performance.now() + PROBLEM_MS;
    } finally {
      draw(latest, performance.now());
    }
  }

  function leaveOut() {
    const [index, rep] = lastCounted(latest);
    if (!rep || exclude.button.disabled) return undefined;
    return ask(exclude.button, () => excludeLiveRep({ set_index: index, rep_index: rep.index, reason: NOT_A_REP, rep_start_s: rep.start_s }));
  }

  function takeBack() {
    const { undo: edit } = latest;
    if (!edit || undo.button.disabled) return undefined;
    return ask(undo.button, () => undoLive(edit.id));
  }

  /** The same label again closes the set that is open; between sets, what moved so far does not count. */
  function endOrStart() {
    if (set.button.disabled) return undefined;
    const { exercise_id: exerciseId, load_kg: loadKg, goal } = actions.label();
    const isEnd = latest.openSet !== null;
    return ask(set.button, async () => {
      await postLabel({ exercise_id: exerciseId, load_kg: loadKg, goal });
      told = isEnd ? "Set ended" : "Go: lift";
      toldUntil = isEnd ? performance.now() + TOLD_MS : Infinity;
      return { words: isEnd ? "Set ended." : "Set starts now." };
    });
  }

  function draw(state, now) {
    latest = state;
    const may = actions.role() !== "view" && state.session !== null;
    const [, rep] = lastCounted(state);
    drawExclude(exclude, rep, may);
    drawUndo(undo, state, may, now);
    drawSetButton(state, may, now);
    drawSound();
    if (problem.textContent && now > problemUntil) setText(problem, "");
  }

  function drawSetButton({ openSet }, may, now) {
    const isOpen = openSet !== null;
    if (isOpen !== wasOpen) [turnedUntil, toldUntil, wasOpen] = [now + TURNED_MS, 0, isOpen];
    if (!may) toldUntil = 0;
    const isTold = now < toldUntil;
    setText(set.glyph, isTold ? "✓" : isOpen ? "■" : "▶");
    setText(set.words, isTold ? told : isOpen ? "End set" : "Start set");
    set.button.disabled = !may || now < turnedUntil;
  }

  /** What was undone is followed by what came before it: that is old, and not offered large. */
  function drawUndo({ button, glyph, words }, state, may, now) {
    const edit = state.undo ?? null;
    const id = edit?.id ?? null;
    if (id !== undoSeen && undoSeen !== undefined) freshUntil = id === null || state.redo ? 0 : now + FRESH_MS;
    undoSeen = id;
    const isFresh = now < freshUntil;
    button.classList.toggle("fresh", isFresh);
    button.disabled = !may || edit === null;
    setText(glyph, "↶");
    setText(words, isFresh ? `Undo: ${edit.words}` : "Undo");
    button.title = edit ? `Undo: ${edit.words}` : "Nothing to undo";
  }

  function drawSound() {
    const [state, mode] = [actions.sound.state(), actions.sound.mode()];
    const words = state === "waiting" ? "Tap for sound" : state === "off" ? "Sound off" : MODES[mode].name;
    setText(sound.lastChild, words);
    sound.classList.toggle("is-off", state !== "on");
    sound.title = state === "waiting" ? "Browsers keep a page silent until it is touched once: tap here, or anywhere. Key: m" : `${MODES[mode].words} Key: m`;
    sound.setAttribute("aria-label", state === "on" ? `Sound: ${words}. Change.` : state === "off" ? "Sound off. Change." : "Sound is off until you tap. Change.");
    fill.classList.toggle("is-filled", isFilled());
    fill.setAttribute("aria-label", isFilled() ? "Leave full screen" : "Full screen");
    setText(fill.lastChild, isFilled() ? "Leave" : "Full");
  }

  return { root, draw, leaveOut, takeBack, endOrStart };
}

function drawExclude({ button, glyph, words }, rep, may) {
  button.disabled = !may || !rep;
  setText(glyph, "✕");
  setText(words, rep ? `Leave out rep ${rep.index + 1}` : "Leave out rep");
}

/** The last rep that counts, and its set. */
function lastCounted(state) {
  const set = shownSet(state);
  return [set?.index, set?.reps.findLast((rep) => !rep.excluded_reason) ?? null];
}
