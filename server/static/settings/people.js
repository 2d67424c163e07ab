/** Athletes: add, change, take out. */

import { deleteAthlete, getAthletes, getSessions, patchAthlete, postAthlete } from "../core/api.js";
import { h } from "../core/dom.js";
import { fromKg, load, plural, toKg } from "../core/format.js";
import { changed, choice, labelled, noteField, openForm } from "../parts/form.js";
import { onlyAdmin } from "../parts/roles.js";
import { card, thing, things, tool } from "./cards.js";

const NONE = "Nobody yet. Sets belong to one lifter without a name until a session is given to somebody.";
/** Bounds of a body mass that the server takes, kg. */
const MASS_KG = [20, 400];

/** @param {any} context @param {() => void} draw */
export async function peopleView(context, draw) {
  let athletes = await getAthletes();

  /** After a change: ask anew, draw, and say it once the dialog is gone. */
  async function renewed(words) {
    athletes = await getAthletes();
    return () => {
      draw();
      context.say(words);
    };
  }

  function edit(athlete) {
    const unit = context.unit();
    const mass = athlete?.body_mass_kg ?? null;
    const before = { name: athlete?.name ?? "", note: athlete?.note ?? "", body_mass_kg: mass };
    const name = h("input", { name: "name", required: true, maxlength: 100, autocomplete: "off", value: before.name });
    const shown = mass === null ? "" : String(Math.round(fromKg(mass, unit) * 10) / 10);
    const bounds = { min: Math.ceil(fromKg(MASS_KG[0], unit)), max: Math.floor(fromKg(MASS_KG[1], unit)) };
    const weight = h("input", { name: "body_mass", type: "number", inputmode: "decimal", step: "any", ...bounds, value: shown });
    const note = noteField(before.note);
    // A weight that nobody touched is not rounded by having been shown.
    const massNow = () => (weight.value === shown ? mass : weight.value === "" ? null : toKg(Number(weight.value), unit));
    openForm(athlete ? `Change ${athlete.name}` : "Add an athlete", [labelled("Name", name), labelled(`Body mass (${unit})`, weight, "For lifts that move the body too. May stay empty."), labelled("Note", note)], async () => {
      const after = { name: name.value.trim(), note: note.value, body_mass_kg: massNow() };
      if (!athlete) await postAthlete(after);
      else {
        const changes = changed(before, after);
        if (!Object.keys(changes).length) return undefined;
        await patchAthlete(athlete.id, changes);
      }
      return renewed(`${after.name} saved`);
    });
  }

  async function remove(athlete) {
    const sessions = await getSessions(athlete.id).catch(() => null);
    const others = athletes.filter((one) => one.id !== athlete.id).map((one) => [one.id, `To ${one.name}`]);
    const heir = choice("heir", [["", "To nobody named"], ...others], "");
    const typed = h("input", { name: "confirm", autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
    const hasSome = sessions === null || sessions.length > 0;
    const count = sessions === null ? "sessions" : plural(sessions.length, "session");
    const fate = hasSome
      ? `${athlete.name} has ${count}. ${sessions?.length === 1 ? "It stays" : "They stay"}, with recordings, results and notes; only the name goes. Sessions without a name count as those of one lifter: what is typical for “nobody named” changes with them.`
      : `${athlete.name} has no sessions.`;
    const fields = [
      h("p", { text: fate }),
      hasSome ? labelled("The sessions go", heir) : null,
      h("p", { class: "hint", text: "This cannot be undone. Recordings are never deleted here: they are files in the folder “recordings” of the server's data." }),
      labelled(`Type ${athlete.name} to confirm`, typed),
    ];
    openForm(`Delete ${athlete.name}`, fields, async () => {
      if (typed.value.trim() !== athlete.name) throw Object.assign(new Error(`Type ${athlete.name}, just as it is written here.`), { hint: "" });
      await deleteAthlete(athlete.id, heir.value);
      return renewed(`${athlete.name} deleted`);
    }, { submit: "Delete", busy: "Deleting…" });
  }

  function item(athlete) {
    const buttons = context.role() === "admin" ? [tool("Change", athlete.name, () => edit(athlete)), tool("Delete", athlete.name, () => remove(athlete))] : [];
    return thing(athlete.name, [load(athlete.body_mass_kg, context.unit()), athlete.note], buttons);
  }

  const add = () => (context.role() === "admin" ? h("div", {}, h("button", { type: "button", class: "primary", "data-key": "add", text: "Add an athlete", onclick: () => edit(null) })) : null);
  return {
    follows: ["unit"],
    parts: () => h("div", { class: "setting-list" }, onlyAdmin(context, "Changing athletes"), card("Athletes", things(athletes.map(item), NONE), add())),
  };
}
