/** The dialog that says what the next set is. */

import { getExercises, postLabel } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { fromKg, toKg } from "../core/format.js";
import { goalFields, rememberGoal, rememberedGoal } from "./goalform.js";

let catalogue = null;

/** @param {{exercise_id: string | null, load_kg: number | null, goal: object | null} | undefined} label @param {string} unit */
export async function openLabelDialog(label, unit) {
  const problem = h("p", { class: "problem", role: "alert" });
  const select = h("select", { name: "exercise" });
  const shownLoad = label?.load_kg ?? null;
  const load = h("input", {
    name: "load",
    type: "number",
    inputmode: "decimal",
    min: 0,
    max: unit === "lb" ? 2200 : 1000,
    step: "any",
    value: shownLoad === null ? null : Math.round(fromKg(shownLoad, unit) * 100) / 100,
  });
  const goal = goalFields();
  goal.fill(label?.goal ?? rememberedGoal(label?.exercise_id));
  select.addEventListener("change", () => goal.fill(rememberedGoal(select.value)));
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { text: "What is the next set?" }),
    h("p", { class: "hint", text: "Saving closes the set that is open." }),
    h("label", {}, "Exercise", select),
    h("label", {}, `Load, bar included (${unit})`, load),
    goal.root,
    problem,
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", class: "tool", text: "Cancel", onclick: () => dialog.close() }),
      h("button", { type: "submit", class: "primary", text: "Save" }),
    ),
  );
  const dialog = h("dialog", { class: "dialog", "aria-label": "What is the next set?", onclose: () => dialog.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const kg = load.value === "" ? null : toKg(Number(load.value), unit);
    try {
      const wanted = goal.read();
      await postLabel({ exercise_id: select.value || null, load_kg: kg, goal: wanted });
      rememberGoal(select.value, wanted);
      dialog.close();
    } catch (error) {
      problem.textContent = `${error.message} ${error.hint}`;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  try {
    catalogue ??= await getExercises();
    const options = catalogue.map((lift) => h("option", { value: lift.id, text: lift.name }));
    put(select, h("option", { value: "", text: "Not told" }), ...options);
    select.value = label?.exercise_id ?? "";
  } catch (error) {
    problem.textContent = `${error.message} ${error.hint}`;
  }
}
