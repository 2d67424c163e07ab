/** A session of the store: its sets or its stability, and the edits of both that people make. */

import { getAthletes, getSession } from "../core/api.js";
import { tabs, tag } from "../parts/blocks.js";
import { h } from "../core/dom.js";
import { openSessionForm } from "./editsession.js";
import { day, timeOfDay } from "../core/format.js";
import { counting } from "../parts/reptable.js";
import { mountSets } from "../sets/sets.js";
import { mountStability } from "../stability/stability.js";

/** @param {HTMLElement} root @param {any} settings @param {string} id @param {any} place the set to open, or "stability" */
export async function showStored(root, settings, id, place) {
  let [found, athletes] = await Promise.all([getSession(id), getAthletes()]);
  let isGone = false;
  const base = `#/session/${id}`;
  const isStability = place === "stability";
  const mounted = isStability ? mountStability(root) : mountSets(root, settings, place);

  async function reload() {
    [found, athletes] = await Promise.all([getSession(id), getAthletes()]);
    if (!isGone) draw();
  }

  const edit = {
    session: () =>
      openSessionForm(found.session, athletes, async () => {
        await reload();
        settings.say("Saved.");
        return () => root.querySelector("[data-key=edit-session]")?.focus();
      }),
  };

  function draw() {
    const { session, sets, verdicts } = found;
    const title = session.title || `${day(session.started_at)}, ${timeOfDay(session.started_at)}`;
    const common = { ...found, setsBase: base, title, tabs: tabs([[base, "Sets", !isStability], [`${base}/stability`, "Stability", isStability]]) };
    if (isStability) {
      const counted = sets.map((set) => ({ ...set, reps: counting(set.reps) }));
      mounted.update({ ...common, sets: counted, stabilityTitle: title, stabilitySub: "Upper-back stability across the sets of this session" });
    } else {
      mounted.update({ ...common, edit, facts: facts(session, athletes), note: session.note, verdictLine: verdictLine(base, sets, verdicts) });
    }
  }

  draw();
  return { ...mounted, update: (_state, message) => message?.type === "unit" && draw(), unmount: () => { isGone = true; } };
}

function facts(session, athletes) {
  const athlete = athletes.find((one) => one.id === session.athlete_id)?.name;
  const seen = { true: "velocities shown", false: "velocities hidden" }[session.velocity_feedback];
  return [athlete, session.title ? day(session.started_at) : null, seen].filter(Boolean);
}

/** What the sets say, in a word for each lift: it changes with what is corrected. */
function verdictLine(base, sets, verdicts) {
  if (!verdicts.length) return null;
  const links = verdicts.map((lift) => {
    const name = sets.find((set) => set.exercise_id === lift.exercise_id)?.exercise_name ?? lift.exercise_id;
    return h("li", {}, h("a", { href: `${base}/stability` }, h("span", { text: name }), tag(lift.word), h("small", { text: lift.baseline.words })));
  });
  return h("ul", { class: "verdict-line", "aria-label": "Stability in this session" }, ...links);
}
