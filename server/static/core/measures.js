/** What is measured: the server's table of names, units and meanings, and how each unit is shown to people. */

import { UNKNOWN, number, plusMinus, signed } from "./format.js";
import { margin90 } from "./intervals.js";

/** Stored values are SI; people read these. As in the server's sentences. */
const SCALES = {
  m: { factor: 100, unit: "cm", digits: 1 },
  "m²": { factor: 1e4, unit: "cm²", digits: 0 },
  rad: { factor: 180 / Math.PI, unit: "°", digits: 1 },
  "": { factor: 100, unit: "%", digits: 0 },
};

let known = new Map();

/** @param {any[]} measures the answer to GET /measures */
export function learnMeasures(measures) {
  known = new Map(measures.map((measure) => [measure.id, measure]));
}

/** A measure with its scale; one that this page was not told of is shown as it is. */
export function measureOf(id) {
  const measure = known.get(id) ?? { id, name: id.replaceAll("_", " "), unit: "?", worse: 0, explain: "", scope: "rep", research: false };
  const isShare = measure.unit !== "" || !measure.research;
  const scale = (isShare && SCALES[measure.unit]) || { factor: 1, unit: measure.unit.replace("?", ""), digits: 2 };
  return { ...measure, ...scale, direction: ["Lower is worse.", "", "Higher is worse."][measure.worse + 1] };
}

const withUnit = (text, unit) => (unit === "°" ? `${text}°` : `${text} ${unit}`.trim());

/** "1.8 cm ± 0.4"; slopes are small and get one digit more. */
export function partValue(id, value, sd = null, { sign = false, finer = false } = {}) {
  if (!Number.isFinite(value)) return UNKNOWN;
  const { unit, factor, digits: usual } = measureOf(id);
  const digits = usual + (finer ? 1 : 0);
  return `${withUnit((sign ? signed : number)(value * factor, digits), unit)} ${plusMinus(sd, digits, factor)}`.trim();
}

/** "+2.1° (90 % interval +0.4° to +3.8°)" */
export function partRange(id, interval, options = {}) {
  if (!interval) return UNKNOWN;
  const show = (value) => partValue(id, value, null, options);
  return `${show(interval.value)} (90 % interval ${show(interval.low)} to ${show(interval.high)})`;
}

/** "1.8 cm (90 % interval 1.4 to 2.2)" of a value with its standard deviation, where changes are judged. */
export function partWith90(id, value, sd) {
  const margin = margin90(sd);
  if (margin === null || !Number.isFinite(value)) return partValue(id, value);
  return partBetween(id, { value, low: value - margin, high: value + margin });
}

/** The same of an interval; the unit stands once. */
export function partBetween(id, interval) {
  const { factor, digits } = measureOf(id);
  return `${partValue(id, interval.value)} (90 % interval ${number(interval.low * factor, digits)} to ${number(interval.high * factor, digits)})`;
}

/** "1.4 to 2.2", for tables whose head has the unit. */
export function partEnds(id, interval) {
  const { factor, digits } = measureOf(id);
  return interval ? `${number(interval.low * factor, digits)} to ${number(interval.high * factor, digits)}` : UNKNOWN;
}

/** "Uprightness loss, °", for the head of a table. */
export const partHead = (id) => [measureOf(id).name, measureOf(id).unit].filter(Boolean).join(", ");

/** The number alone, for tables whose head has the unit. */
export const partNumber = (id, value) => number(value === null ? null : value * measureOf(id).factor, measureOf(id).digits);
