/** What the Files screen says: what becomes of a file, what it asks, what an export is for. */

import { number } from "../core/format.js";

export const KINDS = {
  recording: ["Recording of a motion sensor", "It becomes a session: its sets and reps are stored, and the original file is kept unchanged."],
  reference_reps: ["Reps of another instrument", "It becomes a reference to compare with (upright compare), not a session: it is in no list of sets and in no verdict."],
  bar_path: ["Bar path of another instrument", "It becomes a reference to compare with (upright compare), not a session: it is in no list of sets and in no verdict."],
  training_log: ["Training log", "Sets without a sensor become no session. This is what the audit of the programme finds in it; the log itself is not kept."],
  refused: ["Not imported yet", "It cannot be taken as it is. If you can answer what is asked, look again."],
};

const AS_FOUND = ["", "As found"];

/** Label, hint and choices of each question; without choices it is written by hand. */
export const QUESTIONS = {
  mount: ["Where the sensor sat", [["", "As the file says, else the shaft"], ["shaft", "On the shaft of the bar"], ["sleeve", "On the sleeve (it turns by itself)"], ["wrist", "On the wrist"]]],
  bar_axis: ["Axis of the sensor to the lifter's left", [["", "Not known"], ["1,0,0", "+x"], ["-1,0,0", "−x"], ["0,1,0", "+y"], ["0,-1,0", "−y"], ["0,0,1", "+z"], ["0,0,-1", "−z"]]],
  accel_unit: ["Unit of acceleration", [AS_FOUND, ["m/s2", "m/s²"], ["g", "g"], ["mg", "mg"]]],
  accel_sign: ["Acceleration at rest", [AS_FOUND, ["1", "points up (Android, most chips)"], ["-1", "points down (Apple)"]]],
  gyro_unit: ["Unit of the rate of turn", [AS_FOUND, ["deg/s", "°/s"], ["rad/s", "rad/s"], ["mdeg/s", "m°/s"]]],
  gyro_sign: ["Sign of the rate of turn", [AS_FOUND, ["-1", "It counts the other way round"]]],
  weight_unit: ["Weights are in", [["", "Choose"], ["kg", "kg"], ["lb", "lb"]]],
  day_first: ["Dates such as 03/04/2025", [["", "Choose"], ["true", "Day first: 3 April"], ["false", "Month first: 4 March"]]],
};

export const EXPORTS = [
  ["sheet", "Coach's sheet", "A row for each rep, counted from 1, in kg, m/s, cm and degrees: for a spreadsheet."],
  ["reps", "Reps", "A row for each rep with every number in SI units: statistics in R or Python."],
  ["sets", "Sets", "A row for each set, with its means and the velocity loss, for programs as well."],
  ["sessions", "Sessions", "A row for each session: when, who, which sensor and mount."],
  ["paths", "Bar paths", "Up to 64 points of each rep: to draw them elsewhere."],
  ["samples", "Raw samples", "What the sensor measured: to try other algorithms, or to import it again."],
  ["fit", "FIT", "An activity of each session: training diaries and apps of watches. It has no velocities."],
  ["motion-bids", "Motion-BIDS", "A dataset of samples and events by the standard of motion laboratories."],
  ["report", "Report", "A page of each session that opens in every browser: to print or to send."],
];
const TABLES = new Set(["sheet", "reps", "sets", "sessions", "paths"]);
export const hasFormat = (kinds) => kinds.some((kind) => TABLES.has(kind) || kind === "samples");

/** "340 kB", "1.2 MB". */
export function bytes(n) {
  if (n < 1000) return `${n} bytes`;
  if (n < 1_000_000) return `${number(n / 1000)} kB`;
  return n < 1e9 ? `${number(n / 1e6, n < 1e7 ? 1 : 0)} MB` : `${number(n / 1e9, 1)} GB`;
}

/** Bytes of a row as CSV, measured on 250 reps of the demonstration; paths: of all the points of a rep. */
const ROW_BYTES = { sheet: 120, reps: 1700, sets: 1400, sessions: 150, paths: 7700 };

/** Bytes of the tables, to one digit; null where that is not known. */
export function sizeGuess(kinds, sessions) {
  if (!kinds.length || kinds.some((kind) => !TABLES.has(kind))) return null;
  const sum = (what) => sessions.reduce((total, one) => total + one[what], 0);
  const rows = { sheet: sum("n_reps"), reps: sum("n_reps"), sets: sum("n_sets"), sessions: sessions.length, paths: sum("n_reps") };
  const guess = kinds.reduce((total, kind) => total + rows[kind] * ROW_BYTES[kind], 0);
  return Number(guess.toPrecision(1));
}
