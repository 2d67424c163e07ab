/** The form that corrects a stored set: what it was, how hard, and which reps do not count. */

import { getExercises, patchSet } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { fromKg, load as loadWords, toKg, velocity } from "../core/format.js";
import { changed, choice, labelled, noteField, openForm, yesNo } from "../parts/form.js";

const REASONS = ["Walk-out or re-rack", "Failed rep", "Helped by a spotter", "Not a rep", "Sensor slipped"];

const shown = (kg, unit) => (kg === null ? "" : String(Math.round(fromKg(kg, unit) * 100) / 100));

/**
 * @param {string} sessionId
 * @param {any} set
 * @param {string} unit
 * @param {(edited: {set: any, notice: string}) => Promise<() => void>} onSaved returns what is to be done when the form is gone
 */
export async function openSetForm(sessionId, set, unit, onSaved) {
  const lifts = await getExercises();
  const before = {
    exercise_id: set.exercise_id === set.labelled_exercise_id ? null : set.exercise_id,
    load_kg: set.load_kg,
    rpe: set.rpe,
    note: set.note,
    velocity_feedback: set.own_velocity_feedback,
    excluded_reps: set.reps.filter((rep) => rep.excluded_reason).map((rep) => ({ rep_index: rep.index, reason: rep.excluded_reason })),
  };
  const others = lifts.filter((lift) => lift.id !== set.labelled_exercise_id).map((lift) => [lift.id, lift.name]);
  const exercise = choice("exercise", [["", `As recorded: ${set.labelled_exercise_name ?? "not told"}`], ...others], before.exercise_id ?? "");
  const loadText = shown(set.load_kg, unit);
  const load = h("input", { name: "load", type: "number", inputmode: "decimal", min: 0, max: unit === "lb" ? 2204 : 1000, step: "any", value: loadText, placeholder: "as recorded" });
  const rpe = h("input", { name: "rpe", type: "number", inputmode: "decimal", min: 0, max: 10, step: 0.5, value: set.rpe, placeholder: "not said" });
  const feedback = yesNo("velocity_feedback", set.own_velocity_feedback, "As recorded");
  const note = noteField(set.note);
  const reps = repFields(set);

  /** The number that was there is kept as it is stored, without the rounding of what is shown. */
  const readLoad = () => (load.value === loadText ? set.load_kg : load.value === "" ? null : toKg(Number(load.value), unit));

  const recorded = loadWords(set.labelled_load_kg, unit) ?? "no load";
  openForm(
    `Edit set ${set.index + 1}`,
    [
      labelled("Exercise", exercise),
      h(
        "div",
        { class: "pair" },
        labelled(`Load with bar (${unit})`, load, `Recorded: ${recorded}`),
        labelled("Effort (RPE)", rpe, "0 to 10, by halves"),
      ),
      labelled("Velocities shown during the set", feedback.select),
      labelled("Note", note),
      reps.root,
    ],
    async () => {
      const after = {
        exercise_id: exercise.value || null,
        load_kg: readLoad(),
        rpe: rpe.value === "" ? null : Number(rpe.value),
        note: note.value,
        velocity_feedback: feedback.read(),
        excluded_reps: reps.read(),
      };
      const changes = changed(before, after);
      return Object.keys(changes).length ? onSaved(await patchSet(sessionId, set.index, changes)) : undefined;
    },
  );
}

function repFields(set) {
  const list = h("datalist", { id: "reasons" }, ...REASONS.map((value) => h("option", { value })));
  const rows = set.reps.map(repField);
  const root = h("fieldset", { class: "edit-reps" }, h("legend", { text: "Reps" }), list, h("ul", {}, ...rows.map((row) => row.root)));
  return { root, read: () => rows.map((row) => row.read()).filter(Boolean) };
}

function repField(rep) {
  const name = `Rep ${rep.index + 1}`;
  let isOut = Boolean(rep.excluded_reason);
  const reason = h("input", {
    name: `reason-${rep.index}`,
    list: "reasons",
    maxlength: 200,
    pattern: ".*\\S.*",
    title: "Say why in a word",
    required: true,
    value: rep.excluded_reason,
    placeholder: "Why?",
    "aria-label": `Why ${name.toLowerCase()} is left out`,
  });
  const toggle = h("button", { type: "button", class: "tool", onclick: () => { isOut = !isOut; draw(); (isOut ? reason : toggle).focus(); } });
  const words = h("span", { class: "edit-rep-name" }, h("b", { text: name }), ` ${velocity(rep.mean_concentric_velocity_mps)} m/s`);
  const root = h("li");

  function draw() {
    toggle.textContent = isOut ? "Count again" : "Leave out";
    toggle.setAttribute("aria-label", `${toggle.textContent}: ${name.toLowerCase()}`);
    root.className = isOut ? "left-out" : "";
    put(root, words, toggle, isOut ? reason : null);
  }

  draw();
  return { root, read: () => (isOut ? { rep_index: rep.index, reason: reason.value.trim() } : null) };
}
