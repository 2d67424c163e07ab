/** The list of sessions by weeks: found by athlete, lift or words, a page at a time. */

import { getAthletes, getExercises, getSessions } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { plural, timeOfDay } from "../core/format.js";
import { NOBODY } from "../parts/athletes.js";
import { choice } from "../parts/form.js";
import { minutes, tonnageWords } from "./sums.js";

const PAGE = 50;
const ANY = "all";
const TYPING_MS = 250;
const DAY_MS = 86400e3;

/** Addresses: #/sessions/ATHLETE/LIFT; "all" and "nobody" are athletes too. @param {HTMLElement} root @param {any} context */
export async function showList(root, context, [athlete = ANY, lift = ANY]) {
  const [athletes, exercises] = await Promise.all([getAthletes(), getExercises()]);
  const names = new Map(athletes.map((one) => [one.id, one.name]));
  const lifts = new Map(exercises.map((one) => [one.id, one.name]));
  const list = h("div", { class: "session-weeks" });
  const count = h("p", { class: "sub", role: "status" });
  let sessions = [];
  let hasMore = false;
  let isBusy = false;
  let words = "";
  /** Counts questions, so that a late answer does not draw over a newer one. */
  let asked = 0;

  const filters = () => ({
    athlete_id: [ANY, NOBODY].includes(athlete) ? null : athlete,
    is_unnamed: athlete === NOBODY ? true : null,
    exercise_id: lift === ANY ? null : lift,
    words: words.trim(),
  });
  const isFiltered = () => athlete !== ANY || lift !== ANY || words.trim() !== "";

  async function load(isMore) {
    asked += 1;
    const mine = asked;
    // One more than is shown tells whether there are more.
    const found = await getSessions({ ...filters(), limit: PAGE + 1, offset: isMore ? sessions.length : 0 });
    if (mine !== asked) return;
    hasMore = found.length > PAGE;
    sessions = [...(isMore ? sessions : []), ...found.slice(0, PAGE)];
    draw();
  }

  /** An error of a filter or of the next page stands where the answer would be; the rest stays. */
  async function tryLoad(isMore) {
    isBusy = true;
    draw();
    try {
      await load(isMore);
    } catch (error) {
      list.append(h("div", { class: "notice bad", role: "alert" }, h("strong", { text: error.message }), h("span", { text: error.hint ?? "" })));
    } finally {
      isBusy = false;
      for (const button of list.querySelectorAll(".older")) button.disabled = false;
    }
  }

  function draw() {
    count.textContent = sessions.length ? `${hasMore ? "The newest " : ""}${plural(sessions.length, "session")}${isFiltered() ? " found" : ""}` : "";
    const unit = context.unit();
    const more = hasMore ? h("button", { class: "tool older", type: "button", disabled: isBusy, text: isBusy ? "Loading…" : "Older sessions", onclick: () => tryLoad(true) }) : null;
    put(list, ...(sessions.length ? weeks(sessions).map((week) => weekOf(week, names, lifts, unit)) : [empty(isFiltered(), names.get(athlete) ?? (athlete === NOBODY ? "nobody named" : null))]), more);
  }

  await load(false);
  const go = (who, what) => { location.hash = `#/sessions/${who}${what === ANY ? "" : `/${what}`}`; };
  const search = searchField(words, (typed) => { words = typed; tryLoad(false); });
  const tools = h(
    "div",
    { class: "page-tools", role: "search" },
    search,
    athletes.length ? select("Athlete", [[ANY, "All athletes"], ...names, [NOBODY, "Nobody named"]], athlete, (value) => go(value, lift)) : null,
    select("Lift", [[ANY, "All lifts"], ...lifts], lift, (value) => go(athlete, value)),
  );
  const isNew = sessions.length === 0 && !isFiltered();
  put(root, h("div", { class: "page-head" }, h("div", {}, h("h1", { text: "Sessions" }), count), isNew ? null : tools), list);
  return { update: (_state, message) => message?.type === "unit" && draw(), keys: [{ key: "/", words: "Search the sessions", run: () => search.focus() }] };
}

function searchField(value, onTyped) {
  const field = h("input", { type: "search", name: "words", placeholder: "Search title and notes", "aria-label": "Search title and notes", value, maxlength: 100 });
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => onTyped(field.value), TYPING_MS);
  });
  return field;
}

function select(label, options, value, onChosen) {
  const control = choice(label.toLowerCase(), options, value);
  control.setAttribute("aria-label", label);
  control.addEventListener("change", () => onChosen(control.value));
  return control;
}

/** Midnight of the Monday before, in the time of this computer. */
function mondayOf(iso) {
  const date = new Date(iso);
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
  return date;
}

/** @returns {{monday: Date, sessions: any[]}[]} newest first */
function weeks(sessions) {
  const found = [];
  for (const session of sessions) {
    const monday = mondayOf(session.started_at);
    if (found.at(-1)?.monday.getTime() !== monday.getTime()) found.push({ monday, sessions: [] });
    found.at(-1).sessions.push(session);
  }
  return found;
}

function weekName(monday) {
  const ago = Math.round((mondayOf(new Date()).getTime() - monday.getTime()) / (7 * DAY_MS));
  if (ago === 0) return "This week";
  if (ago === 1) return "Last week";
  return `Week of ${monday.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })}`;
}

function weekOf({ monday, sessions }, names, lifts, unit) {
  const sum = (name) => sessions.reduce((total, one) => total + (one[name] ?? 0), 0);
  const facts = [plural(sessions.length, "session"), plural(sum("n_sets"), "set"), plural(sum("n_reps"), "rep"), sum("tonnage_kg") ? tonnageWords(sum("tonnage_kg"), unit) : null];
  return h(
    "section",
    { class: "week", "aria-label": weekName(monday) },
    h("div", { class: "week-head" }, h("h2", { text: weekName(monday) }), h("p", { class: "hint", text: facts.filter(Boolean).join(" · ") })),
    h("ul", { class: "card session-list" }, ...sessions.map((session) => item(session, names, lifts, unit))),
  );
}

function item(session, names, lifts, unit) {
  const date = new Date(session.started_at);
  const done = session.exercises.map((id) => lifts.get(id) ?? id.replaceAll("_", " ")).join(", ") || "Lift not told";
  const facts = [
    `${plural(session.n_sets, "set")} · ${plural(session.n_reps, "rep")}`,
    tonnageWords(session.tonnage_kg, unit),
    minutes(session.duration_s) ? `${minutes(session.duration_s)} min` : null,
  ];
  const second = [names.get(session.athlete_id), session.title ? done : null, session.note || null].filter(Boolean).join(" · ");
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/session/${session.recording_id}` },
      h("span", { class: "date" }, h("b", { text: date.toLocaleDateString("en-GB", { weekday: "short" }) }), h("span", { text: date.toLocaleDateString("en-GB", { day: "numeric", month: "short" }) })),
      h("span", { class: "what" }, h("strong", { text: session.title || done }), second ? h("span", { class: "sub", text: second }) : null),
      h("span", { class: "count" }, h("span", { text: facts[0] }), h("span", { class: "sub", text: [...facts.slice(1), timeOfDay(session.started_at)].filter(Boolean).join(" · ") })),
      session.source === "sensor" ? null : h("span", { class: "source", text: session.source }),
    ),
  );
}

function empty(isFiltered, name) {
  if (isFiltered) {
    return h(
      "div",
      { class: "card empty" },
      h("h2", { text: name ? `No session of ${name} is found` : "No session is found" }),
      h("p", { text: "Choose another athlete or lift, or search for less. To say whose a session is, open it and choose Edit." }),
      h("a", { class: "tool", href: "#/sessions", text: "Show all sessions" }),
    );
  }
  return h(
    "div",
    { class: "card empty" },
    h("h2", { text: "No session is stored yet" }),
    h("p", { text: "Every recorded session stays here, on this computer only." }),
    h("p", { class: "hint" }, "No sensor at hand? Try the simulator: ", h("code", { text: "upright demo" }), ". A recording of other software: ", h("a", { href: "#/files", text: "import a file" }), "."),
  );
}
