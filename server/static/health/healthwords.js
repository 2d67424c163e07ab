/** The health of a server in words: the same for the page and for the text that is copied. */

import { UNKNOWN, number, percent, plural, sentenceCase } from "../core/format.js";

const GB = 1e9;
const MB = 1e6;
const HOUR_S = 3600;
const MONTH_H = 720;

/** Title and sentence for the top. */
export function headline(health) {
  const [first] = health.findings;
  if (health.level !== "good") return [first.title, first.text];
  return ["All is well", health.session?.is_running ? "A session is running, and nothing stands in its way." : "Nothing stands in the way of a session."];
}

/** "46 min", "3 hours", "4 months" */
export function hours(value) {
  if (value === null) return UNKNOWN;
  if (value < 2) return plural(Math.floor(value * 60), "minute");
  if (value < 2 * MONTH_H) return `${Math.floor(value).toLocaleString("en-GB")} hours`;
  return `${Math.floor(value / MONTH_H)} months`;
}

export function bytes(value) {
  if (value === null) return UNKNOWN;
  return value >= GB ? `${number(value / GB, 1)} GB` : `${number(value / MB, value < 10 * MB ? 1 : 0)} MB`;
}

const ms = (seconds) => (seconds === null ? UNKNOWN : `${number(seconds * 1000)} ms`);

function span(seconds) {
  if (seconds === null) return UNKNOWN;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 2 * HOUR_S) return `${Math.floor(seconds / 60)} min`;
  return seconds < 48 * HOUR_S ? `${Math.floor(seconds / HOUR_S)} h` : `${Math.floor(seconds / HOUR_S / 24)} days`;
}

/** @returns {{title: string, bar?: object, rows: [string, string, string?][]}[]} */
export function groups(health) {
  return [disk(health), link(health), computer(health), versions(health)];
}

function disk({ disk: d, results, findings }) {
  const of = { running: "the recording that runs", last: "the last recording" }[d.rate_of];
  const isKnown = d.total_bytes !== null;
  const about = findings.find((one) => one.title.startsWith("The disk"));
  const rate = d.bytes_per_hour === null ? UNKNOWN : `${number(d.bytes_per_hour / MB, 1)} MB an hour`;
  return {
    title: "Disk",
    bar: isKnown ? { used: 1 - d.free_bytes / d.total_bytes, words: d.hours_left === null ? `${bytes(d.free_bytes)} free` : hours(d.hours_left), level: about?.level ?? "good", caption: d.hours_left === null ? sentenceCase(d.reason) : "of recording left" } : null,
    rows: [
      ["Free", isKnown ? `${bytes(d.free_bytes)} of ${bytes(d.total_bytes)}` : UNKNOWN, isKnown ? "" : d.reason],
      ["A recording takes", rate, of ? `measured on ${of}` : ""],
      ["Recordings", `${d.n_recordings.toLocaleString("en-GB")}, ${bytes(d.recordings_bytes)}`],
      ["Results", results.size_bytes === null ? sentenceCase(results.kind) : bytes(results.size_bytes), results.integrity === null ? results.reason : results.integrity === "ok" ? "checked, whole" : "damaged"],
    ],
  };
}

function link({ session: s, session_reason: reason }) {
  if (s === null) return { title: "Sensor link", rows: [["Session", UNKNOWN, reason]] };
  return {
    title: "Sensor link",
    rows: [
      ["Session", s.is_running ? "running" : "ended", s.sensor_name ?? ""],
      ["Samples received", s.received_samples.toLocaleString("en-GB")],
      ["Samples lost", s.lost_samples.toLocaleString("en-GB"), s.lost_fraction === null ? "" : percent(s.lost_fraction, 2)],
      ["Gaps", String(s.gaps), s.gap_samples ? plural(s.gap_samples, "sample") : ""],
      ["Reconnections", String(s.reconnects)],
    ],
  };
}

function computer(health) {
  const c = health.computer;
  const most = c.max_open_files === null ? "" : `of ${c.max_open_files.toLocaleString("en-GB")}`;
  return {
    title: "This computer",
    rows: [
      ["Upright runs for", span(health.uptime_s)],
      ["Late by", ms(c.lag_p95_s), `at most ${ms(c.lag_max_s)} in the last minute`],
      ["Memory", bytes(c.memory_bytes), `${bytes(c.memory_free_bytes)} of ${bytes(c.memory_total_bytes)} free`],
      ["Open files", String(c.open_files), most],
      ["Pages open", String(health.n_clients), health.n_wall_clients ? `and ${plural(health.n_wall_clients, "wall")}` : ""],
    ],
  };
}

const versions = (health) => ({ title: "Versions", rows: Object.entries(health.versions).map(([name, value]) => [name, value]) });

/** Everything as plain text, to paste into a message. */
export function asText(health) {
  const [title, text] = headline(health);
  const lines = [`Upright health, ${health.made_at}`, "", `${title}. ${text}`];
  for (const one of health.findings) lines.push(`- ${one.level}: ${one.title}. ${one.text}`);
  for (const { title: name, bar, rows } of groups(health)) {
    lines.push("", name);
    if (bar) lines.push(`  ${bar.words} ${bar.caption}`);
    for (const [what, value, why] of rows) lines.push(`  ${what}: ${value}${why ? ` (${why})` : ""}`);
  }
  lines.push("", "Last problems");
  for (const one of health.problems) lines.push(`  ${one.at} ${one.level}: ${one.text}`);
  if (!health.problems.length) lines.push("  none");
  return `${lines.join("\n")}\n`;
}
