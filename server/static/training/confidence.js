/** How far an e1RM can be trusted, in words: number of sets, range of loads, how old they are, how far beyond them it lies. */

import { load, number, plural } from "../core/format.js";

/** Beyond the heaviest set by more than this share the estimate is a guess about another lift. */
const FAR_BEYOND = 0.1;
const [FEW_SETS, MANY_SETS] = [5, 10];
const [NARROW, WIDE] = [0.2, 0.4];
const [FRESH_DAYS, STALE_DAYS] = [14, 42];
const LEVELS = ["low", "fair", "good"];

const grade = (value, low, high) => (value < low ? 0 : value < high ? 1 : 2);
const ago = (days) => (days < 1 ? "today" : `${plural(Math.round(days), "day")} old`);

/** How far the estimate lies beyond the heaviest set, as a share; null without one. */
export const beyond = ({ e1rm_kg: kg, quality }) => (kg === null || !quality ? null : kg / quality.heaviest_kg - 1);

export const isFar = (found) => beyond(found) > FAR_BEYOND;

/** @returns {{word: string, rows: {name: string, word: string, words: string}[]}} the whole is as good as its weakest part */
export function confidence(found, unit) {
  const { quality, recency } = found;
  const range = 1 - quality.lightest_kg / quality.heaviest_kg;
  const share = beyond(found);
  const grades = [
    ["Sets", grade(quality.sets, FEW_SETS, MANY_SETS), `${plural(quality.sets, "set")} with ${plural(quality.loads, "load")}`],
    ["Loads", grade(range, NARROW, WIDE), `${load(quality.lightest_kg, unit)} to ${load(quality.heaviest_kg, unit)}`],
    ["Recency", 2 - grade(recency.newest_days, FRESH_DAYS, STALE_DAYS), `newest ${ago(recency.newest_days)}, oldest ${ago(recency.oldest_days)}`],
    ["Reach", share > 2 * FAR_BEYOND ? 0 : share > FAR_BEYOND ? 1 : 2, share > 0 ? `${number(share * 100)} % beyond the heaviest set` : "within the loads that were lifted"],
  ];
  return {
    word: LEVELS[Math.min(...grades.map(([, value]) => value))],
    rows: grades.map(([name, value, words]) => ({ name, word: LEVELS[value], words })),
  };
}
