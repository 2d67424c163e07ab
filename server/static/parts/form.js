/** A dialog with a form whose errors stand beside it in words, and which keeps what was typed until it is saved. */

import { h } from "../core/dom.js";

/** How the server calls the fields, and how people do. */
const FIELDS = {
  exercise_id: "Exercise",
  load_kg: "Load",
  rpe: "Effort",
  note: "Note",
  title: "Title",
  name: "Name",
  athlete_id: "Athlete",
  velocity_feedback: "Velocities",
  excluded_reps: "Reps left out",
};

/** What the server's checks say, and how people would. */
const RULES = [
  [/at least 1 character\b/, () => "it must not be empty"],
  [/at most (\d+) characters/, (most) => `at most ${most} characters`],
  [/less than or equal to (\S+?)\.?$/, (most) => `at most ${most}`],
  [/greater than or equal to (\S+?)\.?$/, (least) => `at least ${least}`],
  [/multiple of (\S+?)\.?$/, (step) => `in steps of ${step}`],
];

/** "load_kg: Input should be …" in the words of people. */
export function problemWords(error) {
  if (error.code !== "invalid_request") return `${error.message} ${error.hint ?? ""}`.trim();
  const [, path, rest] = /^([\w.]+): (.*)$/s.exec(error.message) ?? [null, "", error.message];
  const [pattern, say] = RULES.find(([one]) => one.test(rest)) ?? [null, null];
  const why = pattern ? `${say(pattern.exec(rest)[1])}.` : rest;
  return `${FIELDS[path.split(".")[0]] ?? "This cannot be saved"}: ${why}`;
}

export const labelled = (text, control, hint = null) =>
  h("label", {}, text, control, hint ? h("small", { text: hint }) : null);

/** @param {[string, string][]} options value, words */
export function choice(name, options, value) {
  const select = h("select", { name }, ...options.map(([key, text]) => h("option", { value: key, text })));
  select.value = value;
  return select;
}

/** Yes, no, or what null means here. */
export function yesNo(name, value, nullWords) {
  const select = choice(name, [["", nullWords], ["yes", "Yes"], ["no", "No"]], value === null ? "" : value ? "yes" : "no");
  return { select, read: () => (select.value === "" ? null : select.value === "yes") };
}

export const noteField = (value) => h("textarea", { name: "note", rows: 2, maxlength: 2000 }, value);

/** The values that differ from those that were there when the form opened. */
export function changed(before, after) {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

const SAVE = { submit: "Save", busy: "Saving…" };

/**
 * @param {string} title
 * @param {(Node | null)[]} fields
 * @param {() => Promise<(() => void) | undefined>} save throws what is to be told: the form then stays; what it returns is done when the form is gone
 * @param {{submit: string, busy: string}} words of the button
 */
export function openForm(title, fields, save, words = SAVE) {
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { type: "submit", class: "primary", text: words.submit });
  const cancel = h("button", { type: "button", class: "tool", text: "Cancel", onclick: () => dialog.close() });
  const form = h("form", { method: "dialog" }, h("h2", { text: title }), ...fields, h("div", { class: "form-end" }, problem, h("div", { class: "actions" }, cancel, submit)));
  const leave = () => dialog.close();
  const forget = () => {
    window.removeEventListener("hashchange", leave);
    dialog.remove();
  };
  const dialog = h("dialog", { class: "dialog edit-dialog", "aria-label": title, onclose: forget }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    submit.disabled = true;
    submit.textContent = words.busy;
    try {
      const after = await save();
      dialog.close();
      after?.();
    } catch (error) {
      problem.textContent = problemWords(error);
    } finally {
      submit.disabled = false;
      submit.textContent = words.submit;
    }
  });
  window.addEventListener("hashchange", leave);
  document.body.append(dialog);
  dialog.showModal();
}
