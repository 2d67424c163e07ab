/** For each lift: target, stop and reps that are offered when a set of it is labelled. */

import { getExercises, getPreferences, putPreferences } from "../core/api.js";
import { h } from "../core/dom.js";
import { goalWords } from "../live/goal.js";
import { goalFields } from "../live/goalform.js";
import { choice, labelled, openForm } from "../parts/form.js";
import { onlyAdmin } from "../parts/roles.js";
import { card, thing, things, tool } from "./cards.js";

const NONE = "No goals yet: a set is then offered what this browser used last for its lift.";
const HOW = "Offered on Live when a set of the lift is labelled; each set may still have another. Velocities are those that the lift is trained by: mean for most, peak for the Olympic lifts.";

/** @param {any} context @param {() => void} draw */
export async function goalsView(context, draw) {
  const [exercises, preferences] = await Promise.all([getExercises(), getPreferences()]);
  const names = new Map(exercises.map((lift) => [lift.id, lift.name]));
  let lifts = preferences.lifts;

  /** Replace what is agreed on for one lift; nothing: take it out. Others may have changed other lifts meanwhile. */
  async function keep(id, goal) {
    const { [id]: _, ...others } = (await getPreferences()).lifts;
    lifts = (await putPreferences({ lifts: goal ? { ...others, [id]: goal } : others })).lifts;
    return () => {
      draw();
      context.say(goal ? `${names.get(id)}: ${goalWords(goal)}` : `${names.get(id)}: no goal`);
    };
  }

  function edit(id) {
    const open = exercises.filter((lift) => !(lift.id in lifts));
    const lift = choice("exercise_id", open.map((one) => [one.id, one.name]), open[0]?.id ?? "");
    const goal = goalFields();
    goal.fill(id ? lifts[id] : null);
    goal.root.open = true;
    openForm(id ? `Goal of ${names.get(id)}` : "Add a goal", [id ? null : labelled("Lift", lift), goal.root].filter(Boolean), async () => {
      const wanted = goal.read();
      if (wanted === null && !id) throw Object.assign(new Error("Say at least one limit, or that velocities are hidden."), { hint: "" });
      return keep(id ?? lift.value, wanted);
    });
  }

  function remove(id) {
    openForm(`Goal of ${names.get(id)}`, [h("p", { text: "No goal will be offered for this lift. Sets that were lifted keep theirs." })], () => keep(id, null), { submit: "Remove", busy: "Removing…" });
  }

  function item([id, goal]) {
    const buttons = context.role() === "admin" ? [tool("Change", names.get(id), () => edit(id)), tool("Remove", names.get(id), () => remove(id))] : [];
    return thing(names.get(id) ?? id, [goalWords(goal)], buttons);
  }

  const byName = () => Object.entries(lifts).sort(([a], [b]) => (names.get(a) ?? a).localeCompare(names.get(b) ?? b));
  const add = () => (context.role() === "admin" ? h("div", {}, h("button", { type: "button", class: "primary", "data-key": "add", text: "Add a goal", onclick: () => edit(null) })) : null);
  return {
    parts: () => h("div", { class: "setting-list" }, onlyAdmin(context, "Changing goals"), card("Goals of lifts", h("p", { class: "hint", text: HOW }), things(byName().map(item), NONE), add())),
  };
}
