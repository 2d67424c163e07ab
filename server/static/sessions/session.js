/** One stored session at a glance: what it adds up to, and its sets by lift with their velocities and words. */

import { getAthletes, getExercises, getPlace, getProfile, getSession } from "../core/api.js";
import { h } from "../core/dom.js";
import { day, roughLoad, timeOfDay } from "../core/format.js";
import { disclosure, redraw, tabs, tag } from "../parts/blocks.js";
import { openSessionForm } from "./editsession.js";
import { exportMenu, sensorCard, totals } from "./sessionparts.js";
import { setTable } from "./setlines.js";
import { WARM_UP_RULE, byLift, loadsWords } from "./sums.js";

/** @param {HTMLElement} root @param {import("../core/screens.js").Context} context @param {string} id */
export async function showSession(root, context, id) {
  let [found, athletes] = await Promise.all([getSession(id), getAthletes()]);
  const base = `#/session/${id}`;
  const page = { draws: [], unit: context.unit, base };
  /** What takes longer and comes later: neighbours, the recording, the e1RM of each lift on that day. */
  const later = { place: null, e1rm: null };
  let isGone = false;

  const draw = () => !isGone && redraw(root, page, ...body());

  async function reload() {
    [found, athletes] = await Promise.all([getSession(id), getAthletes()]);
    draw();
  }

  function edit() {
    openSessionForm(found.session, athletes, async () => {
      await reload();
      context.say("Saved.");
      return () => root.querySelector("[data-key=edit-session]")?.focus();
    });
  }

  function body() {
    const { sets, verdicts } = found;
    const lifts = byLift(sets);
    return [
      head(found, athletes, later, base, context.role() === "view" ? null : edit),
      verdictLine(base, sets, verdicts),
      sets.length ? totals(found, context.unit(), later.e1rm, lifts) : nothing(),
      ...lifts.map((lift) => liftCard(page, lift, verdicts, later.e1rm?.get(lift.id))),
      sets.length ? h("p", { class: "hint rule", text: WARM_UP_RULE }) : null,
      h("div", { class: "session-foot" }, sensorCard(found), exportMenu(found.session, later.place)),
    ];
  }

  const go = (other) => () => { if (later.place?.[other]) location.hash = `#/session/${later.place[other]}`; };
  draw();
  // What cannot be had is left out: the sets are what people came for.
  addPlace(id, later).then(draw, () => null);
  addMaximums(found, later).then(draw, () => null);
  return {
    update: (_state, message) => ["unit", "theme"].includes(message?.type) && draw(),
    resize: draw,
    unmount: () => { isGone = true; },
    keys: [
      { key: "[", words: "Earlier session of this athlete", run: go("previous_id") },
      { key: "]", words: "Later session of this athlete", run: go("next_id") },
    ],
  };
}

async function addPlace(id, later) {
  later.place = await getPlace(id);
}

async function addMaximums({ session, sets }, later) {
  const lifts = new Map((await getExercises()).map((lift) => [lift.id, lift]));
  const wanted = byLift(sets).filter((lift) => lifts.get(lift.id)?.threshold && lifts.get(lift.id).main_velocity === "mean");
  const end = new Date(Date.parse(session.started_at) + 1000 * (Math.max(0, ...sets.map((set) => set.end_s)) + 1)).toISOString();
  const profiles = await Promise.all(wanted.map((lift) => getProfile(lift.id, session.athlete_id, end).catch(() => null)));
  later.e1rm = new Map(wanted.flatMap((lift, i) => (profiles[i] ? [[lift.id, profiles[i]]] : [])));
}

function head({ session }, athletes, { place }, base, edit) {
  const when = `${day(session.started_at)}, ${timeOfDay(session.started_at)}`;
  const athlete = athletes.find((one) => one.id === session.athlete_id)?.name;
  const seen = { true: "velocities shown to the lifter", false: "velocities hidden from the lifter" }[session.velocity_feedback];
  const button = edit ? h("button", { type: "button", class: "tool", "data-key": "edit-session", "aria-label": "Edit session", onclick: edit, text: "Edit" }) : null;
  const step = (id, words, glyph) => (id ? h("a", { class: "tool neighbour", href: `#/session/${id}`, "aria-label": words, title: words, text: glyph }) : h("span", { class: "tool neighbour off", "aria-hidden": "true", text: glyph }));
  return h(
    "div",
    { class: "page-head" },
    h(
      "div",
      { class: "page-words" },
      h("div", { class: "title-line" }, h("h1", { text: session.title || when }), button),
      h("p", { class: "sub", text: [athlete ?? "Nobody named", session.title ? when : null, seen].filter(Boolean).join(" · ") }),
      session.note ? h("p", { class: "said-note", text: session.note }) : null,
    ),
    h(
      "div",
      { class: "page-tools" },
      h("div", { class: "neighbours" }, step(place?.previous_id, "Earlier session", "‹"), step(place?.next_id, "Later session", "›")),
      tabs([[base, "Session", true], [`${base}/stability`, "Stability", false]]),
    ),
  );
}

/** What the sets say, in a word for each lift: it changes with what is corrected. */
export function verdictLine(base, sets, verdicts) {
  if (!verdicts.length) return null;
  const links = verdicts.map((lift) => {
    const name = sets.find((set) => set.exercise_id === lift.exercise_id)?.exercise_name ?? lift.exercise_id;
    return h("li", {}, h("a", { href: `${base}/stability` }, h("span", { text: name }), tag(lift.headline), h("small", { text: lift.baseline.words })));
  });
  return h("ul", { class: "verdict-line", "aria-label": "Stability in this session" }, ...links);
}

const nothing = () =>
  h("div", { class: "card empty" }, h("h2", { text: "No set was found in this session" }), h("p", { text: "A set is closed a few seconds after its last rep. What was recorded is kept: the recording can be looked at below." }));

function liftCard(page, lift, verdicts, profile) {
  const { name, working, warmUps } = lift;
  const verdict = verdicts.find((one) => one.exercise_id === lift.id);
  const warm = warmUps.length
    ? disclosure(`warm:${lift.id}`, `${warmUps.length} warm-up ${warmUps.length === 1 ? "set" : "sets"}, ${loadsWords(warmUps, page.unit())}`, setTable(page, lift, warmUps, null, `${name}, warm-ups`))
    : null;
  warm?.classList.add("warm-ups");
  return h(
    "section",
    { class: "card lift", "aria-label": name },
    h("div", { class: "card-head" }, h("h2", { text: name }), profile ? h("p", { class: "hint", text: e1rmWords(profile, page.unit()) }) : null),
    warm,
    setTable(page, lift, working, verdict, name),
  );
}

function e1rmWords({ e1rm_kg: kg, interval_kg: interval, reason }, unit) {
  if (kg === null) return `Estimated 1RM that day: not known, ${reason}.`;
  return `Estimated 1RM that day ${roughLoad(kg, unit)} (95 % interval ${roughLoad(interval[0], unit)} to ${roughLoad(interval[1], unit)}).`;
}
