/** The charts of the live screen as tables, with their CSV. */

import { h } from "../core/dom.js";
import { UNKNOWN, load, number, percent, plusMinus, velocity } from "../core/format.js";
import { repStates } from "../charts/repbars.js";
import { tableTwin } from "../parts/figure.js";

const HEAD = ["Rep", "Mean, m/s", "± (95 %)", "Peak, m/s", "Range, cm", "Forward, mm", "± (95 %)", "State"];

const bare = (text) => text.replace("± ", "") || UNKNOWN;

function rowOf(rep, zone) {
  const states = repStates(rep, zone).map((one) => one.words);
  const reasons = rep.excluded_reason ? [rep.excluded_reason] : rep.quality.reasons;
  return [
    String(rep.index + 1),
    velocity(rep.mean_concentric_velocity_mps),
    bare(plusMinus(rep.mean_concentric_velocity_sd_mps, 2)),
    velocity(rep.peak_concentric_velocity_mps),
    number(rep.range_of_motion_m === null ? null : rep.range_of_motion_m * 100, 1),
    number(rep.forward_drift_m === null ? null : rep.forward_drift_m * 1000),
    bare(plusMinus(rep.forward_drift_sd_m, 0, 1000)),
    [...states, ...reasons].join("; ") || "good",
  ];
}

const PATH_HEAD = ["Time, s", "Forward, mm", "± (95 %)", "Height, cm"];

function pathRows({ path }) {
  return path.t_s.map((t, i) => [
    number(t - path.t_s[0], 2),
    number(path.forward_m === null ? null : path.forward_m[i] * 1000),
    bare(plusMinus(path.forward_sd_m?.[i], 0, 1000)),
    number(path.up_m[i] * 100, 1),
  ]);
}

/** @param {any} set the open or last one @param {string} unit of loads @param {boolean} isBlind */
export function openNumbers(set, unit, isBlind) {
  const reps = isBlind ? [] : (set?.reps ?? []);
  const title = set ? `Set ${set.index + 1}` : "No set yet";
  const lift = set ? [set.exercise_name ?? "Exercise not set", load(set.load_kg, unit), `velocity loss ${percent(set.advice?.loss_fraction ?? set.velocity_loss_fraction)}`].filter(Boolean).join(" · ") : "";
  const file = `set ${(set?.index ?? 0) + 1} reps`;
  const tables = reps.length
    ? [
        h("h3", { text: "Each rep" }),
        tableTwin("live:reps", `Reps of set ${set.index + 1}`, file, [HEAD, reps.map((rep, i) => rowOf(rep, set.advice?.reps[i]?.zone))]),
        h("h3", { text: `Bar path of rep ${reps.at(-1).index + 1}, from the side` }),
        tableTwin("live:path", `Bar path of rep ${reps.at(-1).index + 1}`, `set ${set.index + 1} rep ${reps.at(-1).index + 1} path`, [PATH_HEAD, pathRows(reps.at(-1))]),
      ]
    : [h("p", { class: "hint", text: isBlind ? "Velocities are hidden during this set; they are stored." : "Reps appear here as they are lifted." })];
  const dialog = h(
    "dialog",
    { class: "dialog big-dialog wide", "aria-label": "Numbers of this set", onclose: () => dialog.remove() },
    h("h2", { text: title }),
    isBlind ? null : h("p", { class: "hint", text: lift }),
    ...tables,
    h("div", { class: "actions" }, h("button", { class: "tool", type: "button", text: "Close", onclick: () => dialog.close() })),
  );
  dialog.querySelector("details")?.setAttribute("open", "");
  document.body.append(dialog);
  dialog.showModal();
}
