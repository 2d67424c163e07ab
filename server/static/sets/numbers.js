/** What the numbers of a set say, with their uncertainty: shared by figures, cards and comparisons. */

import { margin95 } from "../core/intervals.js";
import { mainVelocity } from "../live/goal.js";
import { counting } from "../core/reps.js";

/** What a bar chart needs to know of a set: by which velocity its lift is trained. */
export const adviceOf = (view) => ({ main_velocity: view.lifts.get(view.set.exercise_id)?.main_velocity ?? "mean", reps: [] });

/** @returns {{rep: any, value: number, sd: number | null}[]} reps that count and whose velocity is known */
export function velocitiesOf(set, advice) {
  return counting(set.reps)
    .filter((rep) => rep.quality.state !== "not_resolvable")
    .map((rep) => ({ rep, value: mainVelocity(rep, advice)[0], sd: mainVelocity(rep, advice)[1] }))
    .filter((one) => one.value !== null && one.value > 0);
}

/** Loss of each rep against the fastest up to it, with its standard deviation; none below two reps. */
export function losses(set, advice) {
  const all = velocitiesOf(set, advice);
  let best = all[0];
  return all.length < 2 ? [] : all.map((one) => {
    if (one.value > best.value) best = one;
    if (one === best) return { rep: one.rep, value: 0, sd: null };
    const ratio = one.value / best.value;
    const sd = one.sd === null || best.sd === null ? null : Math.hypot(one.sd, ratio * best.sd) / best.value;
    return { rep: one.rep, value: 1 - ratio, sd };
  });
}

export const fastest = (set, advice) => velocitiesOf(set, advice).reduce((best, one) => (best === null || one.value > best.value ? one : best), null);

/** The measure by which the lift is judged first, where it is known of the set. */
export function firstMeasure(view, set = view.set) {
  const parts = view.lifts.get(set.exercise_id)?.parts ?? ["forward_displacement_m"];
  const id = parts.find((one) => typeof set.stability[one]?.value === "number") ?? parts[0];
  return id ? { id, ...(set.stability[id] ?? { value: null, sd: null, reason: "" }) } : null;
}

/** "faster", "slower", or that nobody can tell: two numbers, each with its standard deviation. */
export function difference(one, other, [more, less]) {
  if (one?.value === null || one?.value === undefined || other?.value === null || other?.value === undefined) return null;
  const value = one.value - other.value;
  const known = [one.sd, other.sd].every((sd) => sd !== null && sd !== undefined);
  const sd = known ? Math.hypot(one.sd, other.sd) : null;
  const words = sd === null ? "uncertainty not known" : Math.abs(value) <= margin95(sd) ? "no clear difference" : value > 0 ? more : less;
  return { value, sd, words };
}
