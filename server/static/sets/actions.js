/** What can be done to a set and its reps; each asks for what it needs and tells in words what was done. */

import { editRep } from "../core/api.js";
import { h } from "../core/dom.js";
import { load as loadWords, sentenceCase, velocity } from "../core/format.js";
import { repCurve } from "../charts/repcurve.js";
import { labelled, openForm } from "../parts/form.js";
import { openSetForm } from "./editset.js";

const OUT = ["Walk-out or re-rack", "Failed rep", "Helped by a spotter", "Not a rep", "Sensor slipped"];
const TWO = ["Two reps in one", "Re-rack in it"];
const ONE = ["One rep in two"];

/**
 * @param {any} view of the review
 * @param {{reload: () => Promise<void>, choose: (index: number) => void, told: (words: any) => void}} page
 */
export function actions(view, { reload, told }) {
  const name = () => `rep ${view.chosen.index + 1}`;

  /** Send an edit of a rep; when the form is gone the keyboard is where it was. */
  async function send(how, wish, words) {
    const done = await editRep(view.found.session.recording_id, view.set.index, how, wish);
    told({ words: [`${sentenceCase(words)}.`, sentenceCase(done.notice)].filter(Boolean).join(" "), isWarning: done.notice !== "" });
    await reload();
    view.context.say(words);
    return () => document.querySelector("[data-key=rep-card]")?.focus({ preventScroll: true });
  }

  const can = () => view.mayEdit && view.chosen && !view.isBusy && !document.querySelector("dialog[open]");
  const place = () => ({ rep_index: view.chosen.index, rep_start_s: view.chosen.start_s });

  function exclude() {
    if (!can()) return;
    if (view.chosen.excluded_reason) return restore();
    const rep = view.chosen;
    const wish = place();
    openReason(`Leave out ${name()}`, `${velocity(rep.mean_concentric_velocity_mps)} m/s. It stays in the list, and is in no number of the set.`, OUT, "Leave out", (reason) =>
      send("exclude", { ...wish, reason }, `rep ${rep.index + 1} left out: ${reason}`));
  }

  async function restore() {
    if (!can()) return;
    const words = view.chosen.excluded_reason ? `${name()} counts again` : `${name()} as it was found`;
    try {
      (await send("restore", place(), words))();
    } catch (error) {
      told({ words: `${error.message} ${error.hint ?? ""}`.trim(), isWarning: true });
      await reload();
    }
  }

  function split() {
    if (!can() || view.chosen.excluded_reason) return;
    const rep = view.chosen;
    const curve = repCurve(rep);
    openReason(`Split ${name()}`, "Both parts are measured anew on the recording.", TWO, "Split", (reason) =>
      send("split", { rep_index: rep.index, at_s: curve.at(), reason }, `rep ${rep.index + 1} split: ${reason}`), curve.root);
  }

  function merge() {
    const next = view.chosen && view.set.reps[view.set.reps.indexOf(view.chosen) + 1];
    if (!can() || !next || view.chosen.excluded_reason || next.excluded_reason) return;
    const wish = place();
    openReason(`Merge reps ${wish.rep_index + 1} and ${next.index + 1}`, "They are measured anew as one rep on the recording.", ONE, "Merge", (reason) =>
      send("merge", { ...wish, reason }, `reps ${wish.rep_index + 1} and ${next.index + 1} merged: ${reason}`));
  }

  function edit() {
    if (!view.mayEdit || view.isBusy || document.querySelector("dialog[open]")) return;
    const unit = view.context.unit();
    openSetForm(view.found.session.recording_id, view.set, unit, async ({ set, notice }) => {
      view.index = set.index;
      told({ words: ["Saved.", sentenceCase(notice)].filter(Boolean).join(" "), isWarning: notice !== "" });
      await reload();
      view.context.say(`Saved. ${loadWords(set.load_kg, unit) ?? ""}`);
      return () => document.querySelector("[data-key=edit-set]")?.focus();
    });
  }

  return { exclude, restore, split, merge, edit };
}

/** A form that wants a reason: one touch for the usual ones, words for others. */
function openReason(title, explain, reasons, verb, save, above = null) {
  const field = h("input", { name: "reason", maxlength: 200, pattern: ".*\\S.*", title: "Say why in a word", required: true, autocomplete: "off", placeholder: "Why?" });
  const usual = reasons.map((text) => h("button", { type: "button", class: "choice", text, onclick: () => { field.value = text; mark(); } }));
  const mark = () => usual.forEach((one) => one.setAttribute("aria-pressed", String(one.textContent === field.value)));
  field.addEventListener("input", mark);
  mark();
  openForm(
    title,
    [h("p", { class: "hint", text: explain }), above, h("div", { class: "choices reasons-usual", role: "group", "aria-label": "Usual reasons" }, ...usual), labelled("Reason", field)].filter(Boolean),
    () => save(field.value.trim()),
    { submit: verb, busy: "Working…" },
  );
}
