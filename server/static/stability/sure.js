/** How sure the page is of a word, in plain words. */

import { number } from "../core/format.js";

/** "1 in 40": how often chance alone does as much, without false precision. */
function rarely(p) {
  if (p < 0.001) return "in fewer than 1 of 1000";
  if (p >= 0.5) return "in most";
  const n = 1 / p;
  return `in about 1 of ${n < 10 ? number(n) : number(Number(n.toPrecision(1)))}`;
}

const CERTAIN = { "clearly worse": "very sure", "clearly better": "very sure", "probably worse": "fairly sure, not certain", "probably better": "fairly sure, not certain" };

/**
 * @param {any} test a Significance, or a SetChange
 * @param {string} word the verdict
 * @param {string} what "sessions" or "sets"
 */
export function sureWords(word, { p_value: p }, what = "sessions") {
  if (p === null || word === "too little data") return "How sure: cannot be told yet.";
  const chance = `chance alone does as much ${rarely(p)} ${what} in which nothing changes`;
  return `How sure: ${CERTAIN[word] ?? "not sure either way"}; ${chance}.`;
}
