/** All reps of the set as a table; a line chooses its rep. */

import { csvOf, download, fileName } from "../core/csv.js";
import { h } from "../core/dom.js";
import { centimetres, clock, margin95, millimetres, number, plusMinus, quality, velocity } from "../core/format.js";

const HEAD = ["Rep", "Start", "Mean, m/s", "Peak, m/s", "Range, cm", "Forward, mm", "State"];
const FILE_HEAD = ["Rep", "Start, s", "Mean, m/s", "95 % ±", "Peak, m/s", "95 % ±", "Range, cm", "Forward, mm", "95 % ±", "State"];

export function repsCard(view, choose) {
  const { set, chosen } = view;
  const save = () => download(fileName(`set ${set.index + 1} reps`), csvOf(FILE_HEAD, set.reps.map(fileRow)));
  return h(
    "section",
    { class: "card reps-card" },
    h("div", { class: "card-head" }, h("h2", { text: "Reps" }), h("button", { type: "button", class: "tool csv no-print", "data-key": "reps:csv", "aria-label": "Save as CSV: reps", text: "CSV", onclick: save })),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Reps of the set" },
      h("table", { class: "reps" }, h("thead", {}, h("tr", {}, ...HEAD.map((text) => h("th", { scope: "col", text })))), h("tbody", {}, ...set.reps.map((rep) => row(rep, rep === chosen, choose)))),
    ),
  );
}

function state(rep) {
  if (rep.excluded_reason) return `× Left out: ${rep.excluded_reason}`;
  const { glyph, words } = quality(rep.quality.state);
  const made = rep.made ? `✎ ${rep.made}` : "";
  const reasons = rep.quality.state === "good" ? "" : `: ${rep.quality.reasons.join("; ")}`;
  return [`${glyph} ${words}${reasons}`.trim(), made].filter(Boolean).join(" · ");
}

const withMargin = (text, sd, digits, factor = 1) => [text, h("small", { text: ` ${plusMinus(sd, digits, factor)}` })];

function row(rep, isChosen, choose) {
  const button = h("button", { type: "button", class: "rep-choice", "data-key": `rep-${rep.index}`, "aria-pressed": String(isChosen), "aria-label": `Rep ${rep.index + 1}`, text: String(rep.index + 1), onclick: () => choose(rep.index) });
  const cells = [
    [clock(rep.start_s)],
    withMargin(velocity(rep.mean_concentric_velocity_mps), rep.mean_concentric_velocity_sd_mps, 2),
    [velocity(rep.peak_concentric_velocity_mps)],
    [centimetres(rep.range_of_motion_m)],
    rep.forward_drift_m === null ? ["–"] : withMargin(millimetres(rep.forward_drift_m), rep.forward_drift_sd_m, 0, 1000),
    [state(rep)],
  ];
  const classes = [isChosen ? "chosen" : "", rep.excluded_reason ? "left-out" : ""].filter(Boolean).join(" ");
  return h("tr", { class: classes || null }, h("th", { scope: "row" }, button), ...cells.map((parts) => h("td", {}, ...parts)));
}

function fileRow(rep) {
  return [
    String(rep.index + 1), number(rep.start_s, 2),
    velocity(rep.mean_concentric_velocity_mps), number(margin95(rep.mean_concentric_velocity_sd_mps), 2),
    velocity(rep.peak_concentric_velocity_mps), number(margin95(rep.peak_concentric_velocity_sd_mps), 2),
    centimetres(rep.range_of_motion_m), millimetres(rep.forward_drift_m), millimetres(margin95(rep.forward_drift_sd_m)), state(rep),
  ];
}
