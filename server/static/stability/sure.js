/** How sure the page is of a word, in plain words that follow from the odds beside them. */

import { number } from "../core/format.js";

/** A "clearly" needs odds so many times rarer than a "probably", as in `StabilityConfig.clear_factor`. */
const CLEAR_FACTOR = 5;
/** Odds from which on hardly anything, and nothing, points to a change. */
const [WEAK_P, EVEN_P] = [0.1, 0.3];

/** "1 in 40": how often chance alone does as much, without false precision. */
function rarely(p) {
  if (p < 0.001) return "in fewer than 1 of 1000";
  if (p >= 0.5) return "in most";
  const n = 1 / p;
  return `in about 1 of ${n < 10 ? number(n) : number(Number(n.toPrecision(1)))}`;
}

/** What is held: that it changed, that it matters, both, or neither. */
function held(word, p, alpha) {
  if (word.startsWith("clearly")) return "very sure";
  if (word.startsWith("probably")) return p < alpha / CLEAR_FACTOR ? "very sure that it changed, less that it matters" : "fairly sure, not certain";
  if (p >= EVEN_P) return "nothing points to a change";
  if (p >= WEAK_P) return "hardly a hint of a change";
  return alpha > 0 && p < alpha ? "sure that it changed, but by less than matters" : "a hint, too weak to call it a change";
}

/** What a test counts, by what it rests on. */
const COUNTED = { set: "such sets", day: "days" };

/**
 * @param {string} word the verdict, or a headline that begins with it
 * @param {{p_value: number | null, alpha: number | null, of?: string}} test a Significance, or a SetChange
 * @param {string} [what] it counts, where `of` does not say
 */
export function sureWords(word, { p_value: p, alpha, of }, what = COUNTED[of] ?? "sessions") {
  if (p === null || word === "too little data") return "How sure: cannot be told yet.";
  const chance = `chance alone does as much ${rarely(p)} ${what} in which nothing changes`;
  return `How sure: ${held(word, p, alpha ?? 0)}; ${chance}.`;
}
