/** The list of recordings that can be looked into, newest first, by athlete and lift. */

import { getAthletes, getExercises, getSessions } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { day, number, plural, timeOfDay } from "../core/format.js";
import { NOBODY } from "../parts/athletes.js";
import { choice } from "../parts/form.js";

/** What was chosen last; it lasts as long as the page. */
const chosen = { athlete: "", lift: "" };

/** @param {HTMLElement} root */
export async function showRecordings(root, context) {
  const [sessions, athletes, exercises] = await Promise.all([getSessions(), getAthletes(), getExercises()]);
  const names = { athletes: new Map(athletes.map((one) => [one.id, one.name])), lifts: new Map(exercises.map((one) => [one.id, one.name])) };
  const list = h("div", {});
  const count = h("p", { class: "sub" });
  const draw = () => {
    const shown = sessions.filter(isChosen);
    count.textContent = plural(shown.length, "recording");
    put(list, shown.length ? h("ul", { class: "card session-list" }, ...shown.map((one) => item(one, names))) : nothing(sessions.length > 0));
    return shown.length;
  };
  const lifts = [...new Set(sessions.flatMap((one) => one.exercises))].map((id) => [id, names.lifts.get(id) ?? id]).sort((a, b) => a[1].localeCompare(b[1]));
  const people = [...athletes.map((one) => [one.id, one.name]), [NOBODY, "Nobody named"]];
  const choose = (what) => (value) => {
    chosen[what] = value;
    context.say(plural(draw(), "recording"));
  };
  const filters = [
    athletes.length > 0 ? filter("Athlete", [["", "All athletes"], ...people], chosen.athlete, choose("athlete")) : null,
    lifts.length > 1 ? filter("Lift", [["", "All lifts"], ...lifts], chosen.lift, choose("lift")) : null,
  ];
  const title = h("div", {}, h("h1", { text: "Recording explorer" }), count);
  const tools = sessions.length ? h("div", { class: "page-tools" }, ...filters.filter(Boolean)) : null;
  put(root, h("div", { class: "page-head" }, title, tools), list);
  draw();
  return {};
}

function isChosen(session) {
  const isOf = chosen.athlete === "" || (chosen.athlete === NOBODY ? session.athlete_id === null : session.athlete_id === chosen.athlete);
  return isOf && (chosen.lift === "" || session.exercises.includes(chosen.lift));
}

function filter(name, options, value, onChoice) {
  const select = choice(name.toLowerCase(), options, value);
  if (select.selectedIndex < 0) {
    select.value = "";
    onChoice("");
  }
  select.setAttribute("aria-label", name);
  select.addEventListener("change", () => onChoice(select.value));
  return select;
}

function item(session, names) {
  const lifts = session.exercises.map((id) => names.lifts.get(id) ?? id).join(", ") || "Exercise not set";
  const second = [names.athletes.get(session.athlete_id), session.title ? lifts : null].filter(Boolean).join(" · ");
  const rate = session.sample_rate_hz === null ? null : `${number(session.sample_rate_hz)} Hz`;
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/explorer/${session.recording_id}` },
      h("div", {}, h("strong", { class: "lifts", text: session.title || lifts }), second ? h("span", { class: "sub lifts", text: second }) : null),
      h("span", { class: "when", text: `${day(session.started_at)}, ${timeOfDay(session.started_at)}` }),
      h("span", { class: "count", text: [plural(session.n_sets, "set"), plural(session.n_reps, "rep"), rate].filter(Boolean).join(" · ") }),
      h("span", { class: "source", text: session.source }),
    ),
  );
}

function nothing(isFiltered) {
  const title = isFiltered ? "No recording fits this choice" : "Nothing is recorded yet";
  const words = isFiltered
    ? "Choose another athlete or lift."
    : "Every session leaves a recording of all its samples on this computer. Record one, import one with “upright import”, or make one with “upright demo”.";
  return h("div", { class: "card empty" }, h("h2", { text: title }), h("p", { text: words }));
}
