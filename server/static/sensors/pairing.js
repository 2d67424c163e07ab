/** Leads through a pairing: one large instruction at a time, and what was measured so far. */

import { getExercises, getPairing, skipRep, startPairing, stopPairing, tellDirection } from "../core/api.js";
import { h, put, setText } from "../core/dom.js";
import { choice, labelled, problemWords } from "../parts/form.js";
import { sentenceCase } from "../core/format.js";
import { orientationView } from "./orientation.js";
import { figures, figuresVerdict, nameOf, seatWords } from "./sensorwords.js";

/** Often enough that a hand sees the sensor follow it. */
const POLL_MS = 200;
const USUAL_LIFT = "back_squat";
const SEATS = [["", "On the bar, told from the roll"], ["shaft", "On the bar's shaft"], ["sleeve", "On the bar's sleeve"], ["wrist", "On the wrist"]];
const STEPS = {
  bar: [["connecting", "Connect"], ["still", "Lie still"], ["roll", "Roll"], ["direction", "Which way"], ["rep", "Test rep"]],
  wrist: [["connecting", "Connect"], ["still", "Hold still"], ["rep", "Test rep"]],
  other: [["connecting", "Connect"], ["listening", "Listen"]],
};
const TITLES = {
  connecting: ["Connecting", "Keep the sensor awake and near: move it a little."],
  still: ["Lay the bar down and let go", "On the rack or on the floor. It has to lie still for 5 seconds."],
  "wrist still": ["Rest your arm", "The wrist has to be still for 5 seconds."],
  roll: ["Roll the bar, top forward", "A quarter turn, its top going away from you. Hold it there, then roll it back."],
  "sleeve roll": ["Turn the sleeve, top forward", "By hand, a quarter turn, its top going away from you. Hold it there, then turn it back."],
  direction: ["Which way did the top go first?", "As you see it when you stand at the bar to lift."],
  rep: ["One slow rep", "Hold still, lift once, hold still again. It shows that the sensor measures what it should."],
  keeping: ["Keeping what was found", "A moment."],
  listening: ["Listening", "This one does not sit on the bar. Its rate and losses show in a few seconds."],
};

/** Where a pairing is, as one word. */
function stepOf(pairing) {
  if (!pairing.running) return pairing.step === "done" && !pairing.problem ? "done" : "failed";
  if (pairing.step === "done") return "keeping";
  return pairing.step === "mounting" ? pairing.mount_step : pairing.step;
}

/** Whether it sits on a bar, on a wrist, or moves with neither. */
function placeOf(pairing) {
  const { step, mount_step: mountStep, roll } = pairing;
  if (step === "listening" || (step === "done" && pairing.sensor?.mount === null)) return "other";
  const isPastRoll = mountStep === "rep" || mountStep === "done";
  return pairing.wished_position === "wrist" || (isPastRoll && roll === null) ? "wrist" : "bar";
}

/**
 * @param {any} sensor one that was found; null: take the pairing up that runs
 * @param {any} running the pairing that runs, or null
 * @param {{onBegin: (pairing: any) => void, onEnd: (notice: string | null) => void}} on
 */
export function pairingCard(sensor, running, { onBegin, onEnd }) {
  const title = h("h2");
  const giveUp = h("button", { class: "tool", type: "button", text: "Give up", onclick: end });
  const steps = h("ol", { class: "steps", "aria-label": "Steps" });
  const large = h("div", { class: "instruct", role: "status" });
  const problem = h("p", { class: "pairing-problem", role: "status", hidden: true });
  const doing = h("div", { class: "big-actions" });
  const verdict = h("p", { class: "figures-verdict" });
  const facts = h("dl", { class: "figures" });
  const turn = orientationView();
  const root = h("section", { class: "card pairing", tabindex: -1 }, h("div", { class: "card-head" }, title, giveUp), steps, h("div", { class: "instruct-row" }, large, turn.root), problem, doing, verdict, facts);
  let lift = null;
  let shown = "";
  let timer = 0;
  let isClosed = false;

  /** Before it begins: what only the lifter knows. */
  async function prepare() {
    setText(title, `Pair ${nameOf(sensor)}`);
    const seat = choice("position", SEATS, "");
    const exercise = h("select", { name: "exercise" });
    const begin = h("button", { class: "primary", type: "button", text: "Begin", disabled: true, onclick: () => start(seat.value, exercise) });
    put(steps);
    put(large, h("strong", { text: "Fix the sensor where it will stay" }), h("p", { text: "Then lay the bar down. It takes about a minute." }));
    put(doing, labelled("Where it sits", seat, "A strap or another sensor away from the bar: leave this as it is."), labelled("Lift of the test rep", exercise, "It can be skipped."), begin);
    try {
      const lifts = await getExercises();
      put(exercise, ...lifts.map((one) => h("option", { value: one.id, text: one.name })));
      exercise.value = USUAL_LIFT;
      begin.disabled = false;
    } catch (error) {
      tell(problemWords(error));
    }
  }

  async function start(position, exercise) {
    lift = exercise.selectedOptions[0].textContent;
    await act(async () => {
      const begun = await startPairing({ address: sensor.address, position: position || null, exercise_id: exercise.value });
      onBegin(begun);
      return begun;
    });
    schedule();
  }

  /** Do something and show where the pairing is afterwards. */
  async function act(ask) {
    for (const button of doing.querySelectorAll("button")) button.disabled = true;
    try {
      draw(await ask());
    } catch (error) {
      tell(problemWords(error));
      for (const button of doing.querySelectorAll("button")) button.disabled = false;
    }
  }

  function schedule() {
    clearTimeout(timer);
    if (!isClosed && shown !== "" && shown !== "done" && shown !== "failed") timer = setTimeout(poll, POLL_MS);
  }

  async function poll() {
    try {
      const pairing = await getPairing();
      if (!isClosed) draw(pairing);
    } catch (error) {
      if (!isClosed && error.status === 404) {
        onEnd("The server was started again; nothing of the pairing was kept.");
        return;
      }
      if (!isClosed) tell(`${problemWords(error)} Trying again.`);
    }
    schedule();
  }

  function tell(words) {
    problem.hidden = words === "";
    setText(problem, words && `! ${sentenceCase(words)}`);
  }

  function draw(pairing) {
    const step = stepOf(pairing);
    const place = placeOf(pairing);
    if (step !== "failed") tell(pairing.problem);
    const found = figures(pairing);
    // Without a rest, as with a strap, there is little that says so; and one that failed does not measure.
    setText(verdict, pairing.rest && step !== "failed" ? figuresVerdict(found) : "");
    put(facts, ...found.map(([name, value, usual, isOdd]) => h("div", { class: isOdd ? "odd" : null }, h("dt", { text: name }), h("dd", {}, isOdd ? "! " : "", value, usual ? h("small", { text: usual }) : null))));
    turn.draw(step, pairing.orientation);
    if (step === shown) return;
    shown = step;
    if (pairing.sensor || sensor) setText(title, `Pair ${nameOf(pairing.sensor ?? sensor)}`);
    giveUp.hidden = !pairing.running;
    drawSteps(STEPS[place], step, pairing.rep);
    const [head, words] = wordsOf(step, place, pairing);
    put(large, h("strong", { text: head }), h("p", { text: words }));
    put(doing, ...buttonsOf(step));
    root.classList.toggle("done", step === "done");
    window.scrollTo({ top: 0 });
  }

  function drawSteps(all, step, rep) {
    const isOver = step === "done" || step === "keeping";
    const at = all.findIndex(([name]) => name === step);
    put(steps, ...(step === "failed" ? [] : all).map(([name, text], k) => {
      if (isOver && name === "rep" && rep === null) return h("li", { text: `${text}: skipped` });
      const isDone = isOver || k < at;
      return h("li", { class: isDone ? "passed" : null, "aria-current": k === at ? "step" : null }, isDone ? "✓ " : "", text, isDone ? h("span", { class: "visually-hidden", text: ", done" }) : null);
    }));
  }

  function wordsOf(step, place, pairing) {
    if (step === "failed") {
      tell("");
      return ["Not paired", sentenceCase(pairing.problem) || "The sensor was lost."];
    }
    if (step === "done") {
      tell("");
      const next = pairing.sensor.mount === null ? "Choose it when you connect the sensor on the bar: it is recorded beside it." : "Upright takes it before others from now on.";
      return ["✓ Paired", `${nameOf(pairing.sensor)} is kept: ${seatWords(pairing.sensor.mount).toLowerCase()}. ${next}`];
    }
    const [head, words] = TITLES[`${pairing.wished_position ?? place} ${step}`] ?? TITLES[step];
    return [step === "rep" && lift ? `One slow rep: ${lift.toLowerCase()}` : head, words];
  }

  function buttonsOf(step) {
    const big = (text, go) => h("button", { class: "primary", type: "button", text, onclick: go });
    if (step === "direction") {
      return [
        big("Forward, away from me", () => act(() => tellDirection(true))),
        big("Back, towards me", () => act(() => tellDirection(false))),
      ];
    }
    if (step === "rep") return [h("button", { class: "tool", type: "button", text: "Skip the test rep", onclick: () => act(skipRep) })];
    if (step === "done") return [big("Done", () => onEnd(null))];
    if (step !== "failed") return [];
    const again = sensor ? big("Try again", () => { shown = ""; giveUp.hidden = false; prepare(); }) : null;
    return [again, h("button", { class: "tool", type: "button", text: "Back to the sensors", onclick: () => onEnd(null) })].filter(Boolean);
  }

  /** Nothing has begun before `shown` is set: then there is nothing to stop. */
  async function end() {
    clearTimeout(timer);
    if (shown === "") return onEnd(null);
    giveUp.disabled = true;
    try {
      await stopPairing();
      return onEnd("Given up: nothing of it was kept.");
    } catch (error) {
      giveUp.disabled = false;
      tell(problemWords(error));
      return schedule();
    }
  }

  if (running) {
    draw(running);
    schedule();
  } else {
    prepare();
  }
  return { root, close: () => { isClosed = true; clearTimeout(timer); } };
}
