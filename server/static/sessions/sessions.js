/** The list of earlier sessions, of all or of one athlete. */

import { getAthletes, getSessions } from "../core/api.js";
import { NOBODY } from "../parts/athletes.js";
import { h, put } from "../core/dom.js";
import { choice } from "../parts/form.js";
import { day, plural, timeOfDay } from "../core/format.js";
import { showStoredSet } from "../sets/sets.js";
import { showStored } from "./stored.js";

/** Addresses: #/sessions/ATHLETE, #/session/ID, #/session/ID/set/3/rep/2, #/session/ID/stability. */
export function show(root, context, rest, id) {
  if (id === "sessions") return showList(root, rest[0]);
  if (rest[1] === "set") return showStoredSet(root, context, rest[0], rest.slice(1));
  return showStored(root, context, rest[0], rest[1] === "stability" ? "stability" : null);
}

/** @param {HTMLElement} root @param {string} [athleteId] or "nobody" */
async function showList(root, athleteId) {
  const isNobody = athleteId === NOBODY;
  const [found, athletes] = await Promise.all([getSessions(isNobody ? null : athleteId), getAthletes()]);
  const sessions = isNobody ? found.filter((session) => session.athlete_id === null) : found;
  const names = new Map(athletes.map((one) => [one.id, one.name]));
  const title = h("div", {}, h("h1", { text: "Sessions" }), h("p", { class: "sub", text: plural(sessions.length, "session") }));
  const head = h("div", { class: "page-head" }, title, athletes.length > 1 ? filter(athletes, athleteId) : null);
  put(root, head, sessions.length ? h("ul", { class: "card session-list" }, ...sessions.map((session) => item(session, names))) : empty(isNobody ? "nobody named" : names.get(athleteId)));
  return {};
}

function filter(athletes, athleteId) {
  const select = choice("athlete", [["", "All athletes"], ...athletes.map((one) => [one.id, one.name]), [NOBODY, "Nobody named"]], athleteId ?? "");
  select.setAttribute("aria-label", "Athlete");
  select.addEventListener("change", () => { location.hash = `#/sessions/${select.value}`; });
  return select;
}

function item(session, names) {
  const lifts = session.exercises.map((id) => id.replaceAll("_", " ")).join(", ") || "exercise not set";
  const athlete = names.get(session.athlete_id);
  const second = [athlete, session.title ? lifts : null].filter(Boolean).join(" · ");
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/session/${session.recording_id}` },
      h("div", {}, h("strong", { class: "lifts", text: session.title || lifts }), second ? h("span", { class: "sub lifts", text: second }) : null),
      h("span", { class: "when", text: `${day(session.started_at)}, ${timeOfDay(session.started_at)}` }),
      h("span", { class: "count", text: `${plural(session.n_sets, "set")} · ${plural(session.n_reps, "rep")}` }),
      h("span", { class: "source", text: session.source }),
    ),
  );
}

function empty(name) {
  const title = name ? `No session of ${name}` : "No session is stored yet";
  const words = name ? "Open a session and choose Edit to say whose it is." : "Every recorded session stays here, on this computer only.";
  return h("div", { class: "card empty" }, h("h2", { text: title }), h("p", { text: words }));
}
