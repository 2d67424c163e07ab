/** What stands around the sets of a session: totals, what the sensor was, ways to take it along. */

import { h } from "../core/dom.js";
import { UNKNOWN, number, percent, roughLoad, sentenceCase } from "../core/format.js";
import { counting } from "../core/reps.js";
import { minutes, tonnage, tonnageWords } from "./sums.js";

const MOUNTS = { shaft: "on the shaft", sleeve: "on the sleeve", hub: "on the hub", wrist: "on the wrist" };
const SOURCES = { sensor: "live from the sensor", simulator: "the simulator", replay: "a replayed recording", import: "an imported file" };

/** @param {any} found the session @param {"kg" | "lb"} unit @param {Map<string, any> | null} e1rms null until they are known @param {any[]} lifts */
export function totals({ sets }, unit, e1rms, lifts) {
  const reps = sets.reduce((sum, set) => sum + counting(set.reps).length, 0);
  const { kg, without } = tonnage(sets);
  const span = Math.max(...sets.map((set) => set.end_s)) - Math.min(...sets.map((set) => set.start_s));
  const best = e1rms && bestMaximum(e1rms, lifts);
  const noBest = e1rms ? "needs three loads of a lift, one of them heavy" : "being worked out…";
  const items = [
    ["Sets", String(sets.length), null],
    ["Reps", String(reps), null],
    ["Lifted", tonnageWords(kg, unit) ?? UNKNOWN, kg === null ? "no load was told" : without ? `load times reps; ${without} without a load` : "load times reps"],
    ["Minutes", minutes(span) ?? UNKNOWN, "first to last set"],
    ["Best e1RM", best ? roughLoad(best.kg, unit) : UNKNOWN, best ? `${best.name}, that day` : noBest],
  ];
  const blocks = items.map(([name, value, hint]) => h("div", {}, h("dt", { text: name }), h("dd", {}, value, hint ? h("small", { text: hint }) : null)));
  return h("dl", { class: "totals", "aria-label": "The session in numbers" }, ...blocks);
}

function bestMaximum(e1rms, lifts) {
  const known = lifts.flatMap(({ id, name }) => (e1rms.get(id)?.e1rm_kg ? [{ kg: e1rms.get(id).e1rm_kg, name }] : []));
  return known.sort((a, b) => b.kg - a.kg)[0] ?? null;
}

export function sensorCard({ session, sets }) {
  const clipped = sets.reduce((sum, set) => sum + set.clipped_samples, 0);
  const seconds = sets.reduce((sum, set) => sum + set.end_s - set.start_s, 0);
  const lost = sets.reduce((sum, set) => sum + set.lost_samples, 0);
  const share = session.sample_rate_hz && seconds ? lost / (session.sample_rate_hz * seconds) : null;
  const rows = [
    ["Sensor", session.sensor_name || "name not known"],
    ["Mount", MOUNTS[session.mount_position] ?? (session.mount_position || UNKNOWN)],
    ["Came from", SOURCES[session.source] ?? session.source],
    ["Sampling rate", session.sample_rate_hz ? `${number(session.sample_rate_hz, 1)} Hz` : UNKNOWN],
    ["Lost during sets", `${lost} samples${share === null ? "" : ` (${percent(share, 1)})`}`],
    ["Beyond the range", clipped ? `${clipped} samples clipped` : "none"],
    ["Analysed by", session.algorithm],
  ];
  return h(
    "section",
    { class: "card sensor-facts", "aria-label": "Sensor" },
    h("h2", { text: "How it was measured" }),
    h("dl", {}, ...rows.map(([name, value]) => h("div", {}, h("dt", { text: name }), h("dd", { text: value })))),
    session.mount_position === "wrist" ? h("p", { class: "hint", text: "A wrist has no bar axis: forward and back are not resolvable, and are left out everywhere." }) : null,
  );
}

/** @param {any} session @param {any} place null until it is known */
export function exportMenu({ recording_id: id }, place) {
  const api = `/api/v1/sessions/${id}`;
  const isMissing = place !== null && !place.has_recording;
  const links = [
    [`${api}/report`, "Report", "one page to print or send", { target: "_blank", rel: "noopener" }],
    [`${api}/export?table=sheet&format=csv`, "Coach's sheet, CSV", "one line for each rep, numbered as here", { download: "" }],
    [`${api}/export?table=reps&format=csv`, "Reps as CSV", "every number of each rep, for programs", { download: "" }],
    [`#/files/export/${id}`, "More formats", "sets, Parquet, FIT, BIDS, the recording", {}],
  ];
  const items = links.map(([href, name, words, more]) => h("li", {}, h("a", { href, ...more }, h("strong", { text: name }), h("small", { text: words }))));
  const explore = isMissing
    ? h("li", { class: "off hatched" }, h("strong", { text: "Explore recording" }), h("small", { text: sentenceCase("the recording is not on this computer; the results are") }))
    : h("li", {}, h("a", { href: `#/explorer/${id}` }, h("strong", { text: "Explore recording" }), h("small", { text: "raw and derived signals, sample by sample" })));
  return h("section", { class: "card take-along", "aria-label": "Take it along" }, h("h2", { text: "Take it along" }), h("ul", {}, explore, ...items));
}
