/** What a person may or must say of a file, as a form that survives a new look at it. */

import { h } from "../core/dom.js";
import { fromKg, number, toKg } from "../core/format.js";
import { choice, labelled } from "../parts/form.js";
import { QUESTIONS } from "./words.js";

/** Questions whose answers are numbers or yes and no on the server. */
const READ = {
  accel_sign: Number,
  gyro_sign: Number,
  day_first: (text) => text === "true",
  bar_axis: (text) => text.split(",").map(Number),
};
const NONE = { element: null, read: () => ({}) };

/**
 * @param {any} item of the job
 * @param {{exercises: any[], unit: () => "kg" | "lb"}} page
 * @returns {{element: HTMLElement | null, read: () => object}} what was said; what was not is left out
 */
export function questionsOf(item, page) {
  if (!item.questions.length) return NONE;
  const fields = item.questions.map((question) => field(question, item.choices, page));
  const element = h("div", { class: "files-questions" }, ...fields.map((one) => one.element));
  return { element, read: () => Object.assign({}, ...fields.map((one) => one.read())) };
}

function field(question, choices, page) {
  const { name } = question;
  if (name === "exercise_id") return exerciseField(choices.exercise_id, page.exercises);
  if (name === "load_kg") return loadField(choices.load_kg, page.unit());
  if (name === "started_at") return momentField(choices.started_at, question.why);
  if (name === "columns") return columnsField(choices.columns);
  const [label, options] = QUESTIONS[name];
  const select = choice(name, options, said(name, choices[name]));
  if (question.is_needed) select.required = true;
  const read = READ[name] ?? ((text) => text);
  return { element: labelled(label, select, question.why || null), read: () => (select.value === "" ? {} : { [name]: read(select.value) }) };
}

const said = (name, value) => (value === null || value === undefined ? "" : name === "bar_axis" ? value.join(",") : String(value));

function exerciseField(value, exercises) {
  const select = choice("exercise_id", [["", "Not said"], ...exercises.map((one) => [one.id, one.name])], value ?? "");
  return {
    element: labelled("Exercise", select, "It tells which way a rep goes first, and what is judged."),
    read: () => (select.value ? { exercise_id: select.value } : {}),
  };
}

function loadField(value, unit) {
  const shown = value === null || value === undefined ? "" : number(fromKg(value, unit), unit === "kg" ? 2 : 1).replace(/\.?0+$/, "");
  const input = h("input", { type: "number", name: "load_kg", min: 0, max: unit === "kg" ? 1000 : 2200, step: "any", inputmode: "decimal", value: shown });
  return {
    element: labelled(`Load, ${unit}, bar included`, input, "One load for all its sets; each can be corrected afterwards."),
    read: () => (input.value === "" ? {} : { load_kg: toKg(Number(input.value), unit) }),
  };
}

function momentField(value, why) {
  const local = value ? new Date(new Date(value) - new Date(value).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "";
  const input = h("input", { type: "datetime-local", name: "started_at", value: local });
  return { element: labelled("When it was recorded", input, why || null), read: () => (input.value ? { started_at: new Date(input.value).toISOString() } : {}) };
}

function columnsField(columns) {
  const text = Object.entries(columns).map(([key, name]) => `${key}=${name}`).join(", ");
  const input = h("input", { type: "text", name: "columns", value: text, placeholder: "t=1, ax=2, ay=3, az=4, gx=5, gy=6, gz=7", autocapitalize: "off", spellcheck: "false" });
  const pairs = () => input.value.split(",").map((one) => one.split("=").map((part) => part.trim())).filter(([key, name]) => key && name);
  return {
    element: labelled("What the columns are", input, "Names or numbers of the columns: t time, a acceleration, g rate of turn."),
    read: () => ({ columns: Object.fromEntries(pairs()) }),
  };
}
