/** The reps of one set as a table; those that do not count are struck through, with the reason. */

import { h } from "../core/dom.js";
import { centimetres, clock, plusMinus, quality, velocity } from "../core/format.js";
import { partValue } from "../core/measures.js";

const COLUMNS = ["Rep", "Start", "Mean, m/s", "Peak, m/s", "Range", "Forward", "Quality"];

/** The reps that count: people may have left some out. */
export const counting = (reps) => reps.filter((rep) => !rep.excluded_reason);

export function repTable(set, chosen) {
  const head = h("tr", {}, ...COLUMNS.map((name) => h("th", { scope: "col", text: name })));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Reps of the set" },
    h("table", { class: "reps" }, h("thead", {}, head), h("tbody", {}, ...set.reps.map((rep) => row(rep, rep === chosen)))),
  );
}

function row(rep, isChosen) {
  const cells = [
    String(rep.index + 1),
    clock(rep.start_s),
    `${velocity(rep.mean_concentric_velocity_mps)} ${plusMinus(rep.mean_concentric_velocity_sd_mps, 2)}`,
    velocity(rep.peak_concentric_velocity_mps),
    `${centimetres(rep.range_of_motion_m)} cm`,
    partValue("forward_displacement_m", rep.forward_drift_m, rep.forward_drift_sd_m),
    rep.excluded_reason ? `Left out: ${rep.excluded_reason}` : qualityWords(rep),
  ];
  const classes = [isChosen ? "chosen" : "", rep.excluded_reason ? "left-out" : ""].filter(Boolean).join(" ");
  const marks = isChosen ? { "aria-current": "true", tabindex: -1 } : {};
  return h("tr", { class: classes || null, ...marks }, ...cells.map((text, i) => h("td", { text: isChosen && i === 0 ? `▸ ${text}` : text })));
}

function qualityWords(rep) {
  const { words, glyph } = quality(rep.quality.state);
  return rep.quality.state === "good" ? words : `${glyph} ${words}: ${rep.quality.reasons.join("; ")}`;
}
