/** A set's goal on the live screen: what it says, how far the set is, and when it is over. */

import { h, put, s, setText } from "../core/dom.js";
import { margin95, number, percent, velocity } from "../core/format.js";

/** The gauge reaches this far beyond the stop. */
const GAUGE_REACH = 1.5;

/** A zone as a sign and words, so that colour never stands alone. */
export const ZONES = {
  below: { glyph: "▼", words: "Below target" },
  in: { glyph: "●", words: "In target" },
  above: { glyph: "▲", words: "Above target" },
};

/** Whether the lifter must not see velocities: the open set decides, before it the label, else the last set. */
export function isBlind(state) {
  if (state.openSet) return state.openSet.goal?.velocity_feedback === false;
  return state.label.goal?.velocity_feedback === false || state.sets.at(-1)?.velocity_feedback === false;
}

/** The goal that counts now: of the open set, else of the next one. */
export const goalOf = (state) => (state.openSet ? state.openSet.goal : state.label.goal) ?? null;

export const isOver = (state) => state.openSet?.advice?.stop === true;

/** What to play for a rep; nothing without a goal. A hidden velocity is not given away by its tone either. */
export function cueOf(openSet) {
  const { goal, advice } = openSet;
  if (!goal || !advice) return null;
  if (advice.stop) return "stop";
  return (goal.velocity_feedback && advice.reps.at(-1)?.zone) || "counted";
}

/** Why the set is over, or why nobody can tell; reasons that tell velocities are left out where those are hidden. */
export function reasonOf(openSet) {
  const { goal, advice } = openSet;
  if (!advice?.reason || goal.velocity_feedback || advice.stop_kind === "reps") return advice?.reason ?? "";
  return advice.stop ? "" : "Cannot tell from this rep";
}

/** The velocity that the lift is trained by: [value, standard deviation, name]. */
export function mainVelocity(rep, advice) {
  return advice?.main_velocity === "peak"
    ? [rep.peak_concentric_velocity_mps, rep.peak_concentric_velocity_sd_mps, "Peak"]
    : [rep.mean_concentric_velocity_mps, rep.mean_concentric_velocity_sd_mps, "Mean"];
}

const range = ([low, high]) => `${velocity(low)}–${velocity(high)} m/s`;

/** "Stop at 20 % loss · Target 0.50–0.70 m/s · 5 reps" */
export function goalWords(goal) {
  return [
    goal.velocity_loss_stop_fraction === null ? null : `Stop at ${percent(goal.velocity_loss_stop_fraction)} loss`,
    goal.min_velocity_mps === null ? null : `Stop below ${velocity(goal.min_velocity_mps)} m/s`,
    goal.target_mps === null ? null : `Target ${range(goal.target_mps)}`,
    goal.reps === null ? null : `${goal.reps} ${goal.reps === 1 ? "rep" : "reps"}`,
    goal.velocity_feedback ? null : "Velocities hidden",
  ].filter(Boolean).join(" · ");
}

/** Octagon, word and reason; to be read from across the gym. */
export function overPanel() {
  const octagon = s("svg", { class: "over-glyph", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d: "M7.6 1.5h8.8l6.1 6.1v8.8l-6.1 6.1H7.6l-6.1-6.1V7.6z" }),
    s("path", { class: "over-hand", d: "M7 12h10" }));
  const title = h("p", { class: "over-title" });
  const reason = h("p", { class: "over-reason" });
  const root = h("div", { class: "over", hidden: true }, h("div", { class: "over-word" }, octagon, h("strong", { text: "STOP" })), title, reason);
  return { root, title, reason };
}

/** @param {HTMLElement} root @param {{root: HTMLElement, title: HTMLElement, reason: HTMLElement}} over */
export function drawGoal(root, over, state, soundState) {
  const goal = goalOf(state);
  const set = state.openSet;
  over.root.hidden = !isOver(state);
  const n = set?.reps.length ?? 0;
  setText(over.title, `Set over · ${n} ${n === 1 ? "rep" : "reps"}`);
  setText(over.reason, set && isOver(state) ? reasonOf(set) : "");
  root.hidden = goal === null || state.session === null;
  if (root.hidden) return;
  const blind = isBlind(state);
  const advice = set?.advice;
  const zone = blind ? null : ZONES[advice?.reps.at(-1)?.zone];
  const cannotTell = set && !advice.stop && !advice.can_tell ? reasonOf(set) : null;
  put(
    root,
    !blind && goal.velocity_loss_stop_fraction !== null ? gauge(goal.velocity_loss_stop_fraction, advice) : null,
    h("div", { class: "goal-line" },
      zone ? h("span", { class: `zone zone-${advice.reps.at(-1).zone}`, text: `${zone.glyph} ${zone.words}` }) : null,
      cannotTell ? h("span", { class: "zone zone-unknown", text: `? ${cannotTell}` }) : null,
      h("span", { class: "goal-words", text: goalWords({ ...goal, velocity_feedback: true }) })),
    soundState === "waiting" ? h("p", { class: "hint", text: "Tap or press any key once for sound: browsers keep a page silent until then." }) : null,
  );
}

function gauge(stop, advice) {
  const loss = advice?.loss_fraction ?? null;
  const margin = margin95(advice?.loss_sd);
  const reach = stop * GAUGE_REACH;
  const share = (value) => `${Math.min(1, Math.max(0, value / reach)) * 100}%`;
  const words = loss === null ? "Velocity loss: from the second rep on" : `Velocity loss ${percent(loss)} ± ${number(margin * 100)}`;
  const fill = h("i", { class: "gauge-fill" });
  fill.style.width = share(loss ?? 0);
  const mark = h("i", { class: "gauge-stop" });
  mark.style.left = share(stop);
  const track = h("div", { class: "gauge-track" }, fill, mark);
  if (loss !== null && margin !== null) {
    const spread = h("i", { class: "gauge-spread" });
    spread.style.left = share(loss - margin);
    spread.style.right = `calc(100% - ${share(loss + margin)})`;
    track.append(spread);
  }
  return h(
    "div",
    { class: `gauge${loss !== null && loss >= stop ? " full" : ""}`, role: "meter", "aria-label": "Velocity loss against the stop", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round((loss ?? 0) * 100), "aria-valuetext": `${words}, stop ${percent(stop)}` },
    h("div", { class: "gauge-words" }, h("span", { text: words }), h("span", { text: `stop ${percent(stop)}` })),
    track,
  );
}
