/** What a session adds up to, and which of its sets were warm-ups. */

import { load, number, toKg } from "../core/format.js";
import { counting } from "../core/reps.js";

/** Lighter sets than this share of the heaviest of their lift in the session are warm-ups: as the server's statistics do. */
const WORKING_FRACTION = 0.8;
export const WARM_UP_RULE = "A warm-up is lighter than 80 % of the session's heaviest set of its lift; warm-ups are not judged.";

/** @returns {{id: string | null, name: string, working: any[], warmUps: any[]}[]} in the order of the session */
export function byLift(sets) {
  const groups = new Map();
  for (const set of sets) {
    const group = groups.get(set.exercise_id) ?? { id: set.exercise_id, name: set.exercise_name ?? "Lift not told", sets: [] };
    group.sets.push(set);
    groups.set(set.exercise_id, group);
  }
  return [...groups.values()].map(({ id, name, sets: own }) => {
    const heaviest = Math.max(0, ...own.map((set) => set.load_kg ?? 0));
    const isWarmUp = (set) => set.load_kg !== null && set.load_kg < WORKING_FRACTION * heaviest;
    return { id, name, working: own.filter((set) => !isWarmUp(set)), warmUps: own.filter(isWarmUp) };
  });
}

/** Load times reps, kg, and how many sets have no load. */
export function tonnage(sets) {
  const known = sets.filter((set) => set.load_kg !== null);
  return { kg: known.length ? known.reduce((sum, set) => sum + set.load_kg * counting(set.reps).length, 0) : null, without: sets.length - known.length };
}

/** "8 450 kg": to ten, nobody adds up plates closer than that. */
export function tonnageWords(kg, unit) {
  if (kg === null || kg === undefined) return null;
  const value = Math.round(kg / toKg(1, unit) / 10) * 10;
  return `${String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f")} ${unit}`;
}

export const minutes = (seconds) => (Number.isFinite(seconds) ? `${number(Math.max(1, seconds / 60))}` : null);

/** "40, 70 kg" */
export const loadsWords = (sets, unit) => {
  const loads = [...new Set(sets.map((set) => load(set.load_kg, unit)?.replace(` ${unit}`, "")))].filter(Boolean);
  return loads.length ? `${loads.join(", ")} ${unit}` : "";
};
