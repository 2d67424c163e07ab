/** One set in full: its numbers, its reps, what people said of it, and the way to correct it and back. */

import { getExercises, getHistory, stepSession } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { redraw } from "../parts/blocks.js";
import { problemWords } from "../parts/form.js";
import { compareCard, findComparisons } from "./compare.js";
import { actions } from "./actions.js";
import { historyCard } from "./historycard.js";
import { bigNumbers, head, rejectedCard, saidCard, setStrip } from "./parts.js";
import { barsFigure, lossFigure, pathsFigure } from "./figures.js";
import { repCard } from "./repcard.js";
import { repsCard } from "./repscard.js";

/** Messages after which the set may be another. */
const NEWS = new Set(["set", "edit", "snapshot", "session"]);
const NO_HISTORY = { undo: null, redo: null, changes: [] };

/**
 * @param {HTMLElement} root
 * @param {import("../core/screens.js").Context} context
 * @param {{base: string, isLive: boolean, load: () => Promise<any>}} source where the sets come from
 * @param {{set: number, rep: number | null} | null} focus
 */
export function mountReview(root, context, source, focus) {
  const view = {
    ...source, found: null, history: NO_HISTORY, lifts: new Map(), compared: null, compareWith: null, notice: null,
    index: focus?.set ?? null, rep: focus?.rep ?? null, page: { draws: [], lift: "set" }, context, isBusy: false,
  };
  /** Without being told which, the newest set is shown, also when a newer one comes. */
  let isFollowing = focus === null;
  /** Who comes for one rep, as for the one to blame, sees it first. */
  let isArriving = true;
  let isGone = false;
  let reading = null;
  let next = null;
  let isReady = () => {};
  const ready = new Promise((done) => { isReady = done; });

  /** Read everything anew; who asks while that goes on waits for one more reading, as this one may be too old. */
  function reload() {
    if (reading === null) {
      reading = read().finally(() => {
        reading = null;
        isReady();
      });
      return reading;
    }
    next ??= reading.then(() => {
      next = null;
      return reload();
    });
    return next;
  }

  async function read() {
    try {
      const [found, lifts] = await Promise.all([source.load(), view.lifts.size ? null : getExercises()]);
      if (lifts) view.lifts = new Map(lifts.map((lift) => [lift.id, lift]));
      view.history = found.isStored ? await getHistory(found.session.recording_id) : NO_HISTORY;
      view.found = found;
    } catch (error) {
      view.notice = { words: problemWords(error), isWarning: true };
    }
    if (!isGone) draw();
  }

  const set = () => view.found?.sets.find((one) => one.index === view.index) ?? null;
  const rep = () => set()?.reps.find((one) => one.index === view.rep) ?? null;

  function draw() {
    const sets = view.found?.sets ?? [];
    if (isFollowing || set() === null) view.index = sets.at(-1)?.index ?? null;
    if (set() === null) return put(root, empty(view));
    view.set = set();
    view.chosen = rep();
    view.mayEdit = view.found.isStored && context.role() !== "view";
    const wasFocused = document.activeElement?.getAttribute?.("data-key");
    redraw(
      root, view.page,
      head(view, doing), setStrip(view, go), notice(view),
      h("div", { class: "review-grid" },
        h("div", { class: "review-main" }, bigNumbers(view), barsFigure(view, choose), lossFigure(view), repsCard(view, choose, doing)),
        h("div", { class: "review-side" }, repCard(view, doing), saidCard(view, doing), compareCard(view, compareTo), historyCard(view, doing), rejectedCard(view)),
      ),
      pathsFigure(view, choose),
    );
    // In the next frame: until then the screen before stands above.
    if (isArriving && view.chosen) requestAnimationFrame(() => root.querySelector(".rep-card")?.scrollIntoView());
    if (wasFocused) root.querySelector(`[data-key="${CSS.escape(wasFocused)}"]`)?.focus({ preventScroll: true });
    compare();
  }

  async function compare() {
    const key = `${view.found.session?.recording_id}:${view.index}:${view.set.exercise_id}:${view.set.load_kg}`;
    if (view.compared?.key === key || !view.set.exercise_id) {
      isArriving = false; // nothing comes any more that would move what was looked for
      return;
    }
    view.compared = { key, choices: null };
    const choices = await findComparisons(view.found.session, view.set, view.found.sets).catch(() => []);
    if (isGone || view.compared?.key !== key) return;
    view.compared = { key, choices };
    draw();
  }

  function compareTo(id) {
    view.compareWith = id;
    draw();
  }

  function choose(index) {
    view.rep = view.rep === index ? null : index;
    address();
    draw();
  }

  function go(index) {
    isFollowing = view.isLive && index === view.found.sets.at(-1).index;
    [view.index, view.rep, view.notice] = [index, null, null];
    address();
    draw();
    context.say(`Set ${index + 1}`);
  }

  /** The address names what is shown, so that it can be passed on. */
  function address() {
    const place = view.rep === null ? "" : `/rep/${view.rep + 1}`;
    history.replaceState(null, "", `${view.base}/set/${view.index + 1}${place}`);
  }

  function step(by) {
    const sets = view.found?.sets ?? [];
    const next = sets[sets.findIndex((one) => one.index === view.index) + by];
    if (next) go(next.index);
  }

  /** Do something on the server; words of it, or of why not, stand above and are told. */
  async function run(work, wordsOf) {
    view.isBusy = true;
    draw();
    try {
      const done = await work();
      const words = [wordsOf(done), done.notice].filter(Boolean).join(" ");
      view.notice = { words, isWarning: Boolean(done.notice) };
      await reload();
      context.say(words);
    } catch (error) {
      view.notice = { words: problemWords(error), isWarning: true };
      context.say(view.notice.words);
    } finally {
      view.isBusy = false;
      if (!isGone) draw();
    }
  }

  function stepBack(which) {
    const change = view.history[which];
    if (!change || !view.mayEdit || view.isBusy) return;
    run(() => stepSession(view.found.session.recording_id, which, change.id), (done) => {
      if (done.set_index !== null && view.found.sets.some((one) => one.index === done.set_index)) view.index = done.set_index;
      return done.words;
    });
  }

  const doing = { ...actions(view, { reload, choose, told: (words) => { view.notice = words; } }), step, undo: () => stepBack("undo"), redo: () => stepBack("redo") };

  function moveRep(by) {
    const reps = view.set?.reps ?? [];
    const at = reps.findIndex((one) => one.index === view.rep);
    const next = at < 0 ? reps.at(by > 0 ? 0 : -1) : reps[at + by];
    if (next) choose(next.index);
  }

  const keys = [
    { key: "[", words: "Previous set", run: () => step(-1) },
    { key: "]", words: "Next set", run: () => step(1) },
    { key: "ArrowLeft", words: "Previous rep", run: () => moveRep(-1) },
    { key: "ArrowRight", words: "Next rep", run: () => moveRep(1) },
    { key: "x", words: "Leave the chosen rep out, or count it again", run: () => doing.exclude() },
    { key: "s", words: "Split the chosen rep", run: () => doing.split() },
    { key: "j", words: "Merge the chosen rep with the next", run: () => doing.merge() },
    { key: "e", words: "Edit the set", run: () => doing.edit() },
    { key: "u", words: "Undo", run: () => doing.undo() },
    { key: "r", words: "Redo", run: () => doing.redo() },
    { key: "p", words: "Print", run: () => window.print() },
  ];

  function update(state, message) {
    if (message === null) return reload();
    if (view.isLive && NEWS.has(message.type)) return reload();
    if (message.type === "corrected" && message.recording_id === view.found?.session?.recording_id) return reload();
    if (["unit", "theme"].includes(message.type) && view.found) draw();
  }

  return { ready: source.isLive ? Promise.resolve() : reload().then(() => ready), update: source.isLive ? update : (state, message) => message !== null && update(state, message), resize: () => view.found && draw(), unmount: () => { isGone = true; }, keys };
}

function notice({ notice: told, isBusy }) {
  if (isBusy) return h("p", { class: "said-notice", role: "status", text: "Working… the recording may have to be read again." });
  return told?.words ? h("p", { class: told.isWarning ? "said-notice warn" : "said-notice", text: told.words }) : null;
}

function empty(view) {
  if (view.notice?.isWarning) return h("div", { class: "card empty" }, h("h1", { text: "The set could not be read" }), h("p", { text: view.notice.words }));
  const words = view.isLive ? "A set appears here a few seconds after its last rep." : "Nothing in this session was counted as a set.";
  return h("div", { class: "card empty" }, h("h1", { text: "No set is closed yet" }), h("p", { text: words }), view.isLive ? h("a", { class: "button-link", href: "#/sessions", text: "Earlier sessions" }) : null);
}
