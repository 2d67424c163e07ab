/** Turns SI numbers into words for people. Stored values are never converted, only what is shown. */

import { margin95 } from "./intervals.js";

const KG_PER_LB = 0.45359237;

export const UNKNOWN = "–";

const isKnown = (value) => value !== null && value !== undefined && Number.isFinite(value);

/** What stands in the place of a velocity that is not there yet. */
export const NO_VELOCITY = "–.––";

/** A number with a real minus sign. */
export function number(value, digits = 0) {
  if (!isKnown(value)) return UNKNOWN;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A change: always with its sign. */
export function signed(value, digits = 0) {
  if (!isKnown(value)) return UNKNOWN;
  return value > 0 && Number(value.toFixed(digits)) !== 0 ? `+${number(value, digits)}` : number(value, digits);
}

export const velocity = (mps) => number(mps, 2);
export const millimetres = (m) => (isKnown(m) ? number(m * 1000) : UNKNOWN);
export const centimetres = (m) => (isKnown(m) ? number(m * 100) : UNKNOWN);
export const percent = (fraction, digits = 0) => (isKnown(fraction) ? `${number(fraction * 100, digits)} %` : UNKNOWN);

export { margin95 };

/** "± 0.02", or nothing where the uncertainty is unknown; what rounds to nothing is not nothing: "± <0.01". */
export function plusMinus(sd, digits, factor = 1) {
  const margin = margin95(sd);
  if (margin === null) return "";
  const text = number(margin * factor, digits);
  return margin > 0 && Number(text) === 0 ? `± <${number(10 ** -digits, digits)}` : `± ${text}`;
}

/** "18 mm forward ± 4" in the words of a lifter. */
export function drift(m, sd) {
  if (!isKnown(m)) return null;
  const side = Math.round(m * 1000) === 0 ? "On line" : m > 0 ? "Forward" : "Back";
  const margin = margin95(sd);
  return `${side} ${number(Math.abs(m) * 1000)} mm${margin === null ? "" : ` ± ${number(margin * 1000)}`}`;
}

/** Load in the unit that the lifter chose; kg to 0.25, lb to 0.5. */
export function load(kg, unit) {
  if (!isKnown(kg)) return null;
  const value = unit === "lb" ? Math.round((kg / KG_PER_LB) * 2) / 2 : Math.round(kg * 4) / 4;
  return `${value} ${unit}`;
}

/** An estimated load, to the whole kg or lb: nobody knows it better. */
export const roughLoad = (kg, unit) => (isKnown(kg) ? `${Math.round(fromKg(kg, unit))} ${unit}` : null);

export const toKg = (value, unit) => (unit === "lb" ? value * KG_PER_LB : value);
export const fromKg = (kg, unit) => (unit === "lb" ? kg / KG_PER_LB : kg);

/** "0.4 s", "12 s", "3 min". */
export function age(seconds) {
  if (!isKnown(seconds)) return UNKNOWN;
  if (seconds < 10) return `${number(seconds, 1)} s`;
  return seconds < 120 ? `${number(seconds)} s` : `${number(seconds / 60)} min`;
}

export const clock = (seconds) =>
  isKnown(seconds) ? `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}` : UNKNOWN;

export const day = (iso) =>
  new Date(iso).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });

export const shortDay = (iso) => new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "short" });

export const timeOfDay = (iso) => new Date(iso).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

export const sentenceCase = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** Words of a verdict, or of a headline that begins with one, with the sign and the tone that stand beside them. */
export function verdict(words) {
  const glyphs = {
    "clearly worse": ["▼", "bad"],
    "probably worse": ["▽", "warn"],
    "no clear change": ["=", "calm"],
    "probably better": ["△", "good"],
    "clearly better": ["▲", "good"],
    "too little data": ["…", "none"],
  };
  const known = Object.keys(glyphs).find((one) => words.startsWith(one));
  const [glyph, tone] = known ? glyphs[known] : ["", "none"];
  return { words: sentenceCase(words), glyph, tone };
}

/** State of a rep as a sign and a word, so that colour never stands alone. */
export function quality(state) {
  const known = {
    good: { glyph: "", words: "measured well" },
    low_quality: { glyph: "!", words: "low quality" },
    not_resolvable: { glyph: "?", words: "not resolvable" },
  };
  return known[state] ?? { glyph: "?", words: state };
}
