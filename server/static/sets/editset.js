/** The form that corrects a stored set: what it was, and how hard. Its reps are corrected one by one, see `actions.js`. */

import { getExercises, patchSet } from "../core/api.js";
import { h } from "../core/dom.js";
import { fromKg, load as loadWords, toKg } from "../core/format.js";
import { changed, choice, labelled, noteField, openForm, yesNo } from "../parts/form.js";

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
  };
  const others = lifts.filter((lift) => lift.id !== set.labelled_exercise_id).map((lift) => [lift.id, lift.name]);
  const exercise = choice("exercise", [["", `As recorded: ${set.labelled_exercise_name ?? "not told"}`], ...others], before.exercise_id ?? "");
  const loadText = shown(set.load_kg, unit);
  const load = h("input", { name: "load", type: "number", inputmode: "decimal", min: 0, max: unit === "lb" ? 2204 : 1000, step: "any", value: loadText, placeholder: "as recorded" });
  const rpe = h("input", { name: "rpe", type: "number", inputmode: "decimal", min: 0, max: 10, step: 0.5, value: set.rpe, placeholder: "not said" });
  const feedback = yesNo("velocity_feedback", set.own_velocity_feedback, "As recorded");
  const note = noteField(set.note);

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
    ],
    async () => {
      const after = {
        exercise_id: exercise.value || null,
        load_kg: readLoad(),
        rpe: rpe.value === "" ? null : Number(rpe.value),
        note: note.value,
        velocity_feedback: feedback.read(),
      };
      const changes = changed(before, after);
      return Object.keys(changes).length ? onSaved(await patchSet(sessionId, set.index, changes)) : undefined;
    },
  );
}
