/** Stability of one exercise across all sessions. */

import { getExercises, getTrend } from "./api.js";
import { h, put } from "./dom.js";
import { shortDay } from "./format.js";
import { exerciseSection, proxyNote } from "./stability.js";

/** @param {HTMLElement} root @param {{exerciseId: string | null, tabs: Node}} view */
export async function showHistory(root, { exerciseId, tabs }) {
  const lifts = (await getExercises()).filter((lift) => lift.parts.length > 0);
  const chosen = lifts.find((lift) => lift.id === exerciseId) ?? lifts[0];
  const select = h(
    "select",
    { "aria-label": "Exercise", onchange: () => { location.hash = `#/stability/all/${select.value}`; } },
    ...lifts.map((lift) => h("option", { value: lift.id, text: lift.name })),
  );
  select.value = chosen.id;
  const trend = await getTrend(chosen.id);
  const draw = () => put(root, heading(trend, select, tabs), body(trend, root), proxyNote());
  draw();
  return { resize: draw };
}

function heading(trend, select, tabs) {
  const days = new Set(trend.points.map((point) => point.recording_id)).size;
  const facts = `${trend.points.length} sets in ${days} ${days === 1 ? "session" : "sessions"}`;
  return h(
    "div",
    { class: "page-head" },
    h("div", {}, h("h1", { text: "Upper-back stability" }), h("p", { class: "sub", text: facts })),
    h("div", { class: "page-tools" }, select, tabs),
  );
}

function body(trend, root) {
  const exercise = trend.trend.exercises.find((item) => item.exercise_id === trend.exercise_id);
  if (!exercise) {
    return h("div", { class: "card empty" }, h("h2", { text: "No sets yet" }), h("p", { text: `No set of ${trend.exercise_name.toLowerCase()} is stored.` }));
  }
  const pointsOf = (part) =>
    part.set_indices.map((index, i) => ({
      label: shortDay(trend.points[index].started_at),
      name: `${shortDay(trend.points[index].started_at)}, set ${trend.points[index].set_index + 1}`,
      group: trend.points[index].recording_id,
      value: part.values[i],
      sd: part.sds[i],
    }));
  return exerciseSection(exercise, root, { pointsOf, spansSessions: true });
}
