/** Ticks through down, pause, up, pause at the top, second by second, for as long as it is wanted. */

import { recall, remember } from "./memory.js";

const DEFAULT_TEMPO = "3-1-1-1";
/** Least and most of each phase, s: down and up take time. */
export const TEMPO_LIMITS_S = [[1, 9], [0, 9], [1, 9], [0, 9]];
const PATTERN = /^[1-9]-\d-[1-9]-\d$/;
/** Frequency Hz, length s, loudness of the first second of a phase, and of its others. */
const TICKS = [
  { first: [440, 0.09, 0.4], other: [440, 0.03, 0.2] },
  { first: [330, 0.05, 0.25], other: [330, 0.03, 0.15] },
  { first: [880, 0.09, 0.45], other: [880, 0.03, 0.25] },
  { first: [330, 0.05, 0.25], other: [330, 0.03, 0.15] },
];
/** A tick is handed to the sound card this long before it is heard, ms. */
const AHEAD_MS = 150;

/** Seconds of each phase: down, pause, up, pause at the top. */
export function tempo() {
  const told = recall("sound.tempo", DEFAULT_TEMPO);
  return (PATTERN.test(told) ? told : DEFAULT_TEMPO).split("-").map(Number);
}

/** @param {number[]} phases whole seconds within `TEMPO_LIMITS_S` */
export const setTempo = (phases) => remember("sound.tempo", phases.join("-"));

/** The ticks of one cycle: [start s, frequency Hz, length s, loudness], and its length, s. */
export function cycleOf(phases) {
  const ticks = [];
  let at = 0;
  phases.forEach((seconds, i) => {
    for (let k = 0; k < seconds; k += 1) {
      ticks.push([at, ...TICKS[i][k === 0 ? "first" : "other"]]);
      at += 1;
    }
  });
  return { ticks, lengthS: at };
}

/** @param {(start: number, hz: number, length: number, loudness: number) => void} tone `start` s from now */
export function makeMetronome(tone) {
  let timer = null;
  let startedAt = 0;
  let next = 0;

  /** Hand the next tick to the sound card and come back for the one after it; so that a stop is heard at once. */
  function run() {
    const { ticks, lengthS } = cycleOf(tempo());
    const now = performance.now();
    const [start, ...rest] = ticks[next % ticks.length];
    const dueAt = startedAt + start * 1000;
    tone(Math.max(0, (dueAt - now) / 1000), ...rest);
    next = (next + 1) % ticks.length;
    if (next === 0) startedAt += lengthS * 1000;
    // A page that slept goes on from now instead of catching up.
    if (startedAt + lengthS * 1000 < now) startedAt = now;
    timer = setTimeout(run, Math.max(0, startedAt + ticks[next][0] * 1000 - performance.now() - AHEAD_MS));
  }

  return {
    start() {
      if (timer !== null) return;
      startedAt = performance.now();
      next = 0;
      run();
    },
    stop() {
      clearTimeout(timer);
      timer = null;
    },
    once() {
      for (const one of cycleOf(tempo()).ticks) tone(...one);
    },
  };
}
