/** A set's goal on the live screen: what it says, how far the set is, and when it is over. */

import { h, s, setText } from "../core/dom.js";
import { margin95, number, percent, plural, velocity } from "../core/format.js";

/** The gauge reaches this far beyond the stop. */
const GAUGE_REACH = 1.5;
/** Where no stop is set: a loss of this much fills it. */
const GAUGE_REACH_WITHOUT_STOP = 0.5;

/** A zone as a sign and words, so that colour never stands alone. */
export const ZONES = {
  below: { glyph: "▼", words: "Below target", short: "slow" },
  in: { glyph: "●", words: "In target", short: "in target" },
  above: { glyph: "▲", words: "Above target", short: "fast" },
};

/** Whether the lifter must not see velocities: the open set decides, before it the label, else the last set. */
export function isBlind(state) {
  if (state.openSet) return state.openSet.goal?.velocity_feedback === false;
  return state.label.goal?.velocity_feedback === false || state.sets.at(-1)?.velocity_feedback === false;
}

/** The goal that counts now: of the open set, else of the next one. */
export const goalOf = (state) => (state.openSet ? state.openSet.goal : state.label.goal) ?? null;

export const isOver = (state) => state.openSet?.advice?.stop === true;

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

/** @param {{root: HTMLElement, title: HTMLElement, reason: HTMLElement}} over */
export function drawOver(over, state) {
  const set = state.openSet;
  over.root.hidden = !isOver(state);
  if (over.root.hidden) return;
  const [mps] = mainVelocity(set.reps.at(-1), set.advice);
  setText(over.title, [`Set over · ${plural(set.reps.length, "rep")}`, isBlind(state) ? null : `last ${velocity(mps)} m/s`].filter(Boolean).join(" · "));
  setText(over.reason, reasonOf(set));
}

/** The zone of the last rep as a sign and words, or why nobody can tell whether the set is over. */
export function drawZone(root, state) {
  const set = state.openSet;
  const advice = set?.advice;
  const zone = isBlind(state) ? null : advice?.reps.at(-1)?.zone;
  const cannotTell = advice && !advice.stop && !advice.can_tell ? reasonOf(set) : "";
  root.hidden = !zone && !cannotTell;
  root.className = `zone zone-${zone ?? "unknown"}`;
  setText(root, zone ? `${ZONES[zone].glyph} ${ZONES[zone].words}` : cannotTell ? `? ${cannotTell}` : "");
}

/** How much velocity the set has cost, against the stop. */
export function lossBar() {
  const words = h("span");
  const stop = h("span");
  const fill = h("i", { class: "gauge-fill" });
  const spread = h("i", { class: "gauge-spread" });
  const mark = h("i", { class: "gauge-stop" });
  const root = h(
    "div",
    { class: "gauge", role: "meter", "aria-label": "Velocity loss against the stop", "aria-valuemin": 0, "aria-valuemax": 100 },
    h("div", { class: "gauge-words" }, words, stop),
    h("div", { class: "gauge-track" }, fill, spread, mark),
  );
  return { root, words, stop, fill, spread, mark };
}

/** @param {ReturnType<typeof lossBar>} bar @param {any} set the open or last one @param {any} goal */
export function drawLoss(bar, set, goal) {
  const limit = goal?.velocity_loss_stop_fraction ?? null;
  const loss = set?.advice?.loss_fraction ?? set?.velocity_loss_fraction ?? null;
  const margin = margin95(set?.advice?.loss_sd);
  const reach = limit === null ? GAUGE_REACH_WITHOUT_STOP : limit * GAUGE_REACH;
  const share = (value) => `${Math.min(1, Math.max(0, value / reach)) * 100}%`;
  const told = loss === null ? "Velocity loss: from the second rep on" : `Velocity loss ${percent(loss)}${margin === null ? "" : ` ± ${number(margin * 100)}`}`;
  const stopWords = limit === null ? "no stop chosen" : `stop ${percent(limit)}`;
  setText(bar.words, told);
  setText(bar.stop, stopWords);
  bar.root.classList.toggle("full", limit !== null && loss !== null && loss >= limit);
  bar.root.setAttribute("aria-valuenow", String(Math.round((loss ?? 0) * 100)));
  bar.root.setAttribute("aria-valuetext", `${told}, ${stopWords}`);
  bar.fill.style.width = share(loss ?? 0);
  bar.mark.hidden = limit === null;
  bar.mark.style.left = share(limit ?? 0);
  bar.spread.hidden = loss === null || margin === null;
  if (bar.spread.hidden) return;
  bar.spread.style.left = share(loss - margin);
  bar.spread.style.right = `calc(100% - ${share(loss + margin)})`;
}
