/** The form that says what a stored session was, and whose. */

import { patchSession, postAthlete } from "../core/api.js";
import { h } from "../core/dom.js";
import { changed, choice, labelled, noteField, openForm, yesNo } from "../parts/form.js";

const NEW = "new";

/** @param {any} session @param {any[]} athletes @param {() => Promise<() => void>} onSaved */
export function openSessionForm(session, athletes, onSaved) {
  const before = { title: session.title || null, note: session.note, athlete_id: session.athlete_id, velocity_feedback: session.velocity_feedback };
  const title = h("input", { name: "title", maxlength: 200, value: session.title });
  const people = athletes.map((one) => [one.id, one.name]);
  const athlete = choice("athlete", [["", "Nobody named"], ...people, [NEW, "Add somebody new…"]], session.athlete_id ?? "");
  const name = h("input", { name: "name", maxlength: 100, required: true, autocomplete: "off" });
  const nameLabel = labelled("Name of the new athlete", name);
  const feedback = yesNo("velocity_feedback", session.velocity_feedback, "Not said");
  const note = noteField(session.note);

  function showName() {
    nameLabel.hidden = athlete.value !== NEW;
    name.disabled = nameLabel.hidden;
  }
  athlete.addEventListener("change", () => { showName(); if (!name.disabled) name.focus(); });
  showName();

  /** An athlete that was added stays chosen, should the session then be refused. */
  async function chosenAthlete() {
    if (athlete.value !== NEW) return athlete.value || null;
    const added = await postAthlete({ name: name.value });
    athlete.lastChild.before(h("option", { value: added.id, text: added.name }));
    athlete.value = added.id;
    showName();
    return added.id;
  }

  openForm(
    "Edit session",
    [
      labelled("Title", title, "Empty: as recorded"),
      labelled("Athlete", athlete),
      nameLabel,
      labelled("Velocities shown during the sets", feedback.select),
      labelled("Note", note),
    ],
    async () => {
      const after = { title: title.value.trim() || null, note: note.value, athlete_id: await chosenAthlete(), velocity_feedback: feedback.read() };
      const changes = changed(before, after);
      if (!Object.keys(changes).length) return undefined;
      await patchSession(session.recording_id, changes);
      return onSaved();
    },
  );
}
