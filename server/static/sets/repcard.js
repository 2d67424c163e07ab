/** The chosen rep: its numbers with their uncertainty, its path among the others, and what can be done to it. */

import { drawBarPath } from "../charts/barpath.js";
import { h } from "../core/dom.js";
import { UNKNOWN, centimetres, clock, drift, number, percent, plusMinus, quality, sentenceCase, velocity } from "../core/format.js";
import { measureOf, partValue } from "../core/measures.js";
import { drawn } from "../parts/blocks.js";
import { counting } from "../core/reps.js";
import { tool } from "./parts.js";

export function repCard(view, doing) {
  const { set, chosen: rep, page } = view;
  if (!rep) return h("section", { class: "card rep-card none no-print" }, h("h2", { text: "One rep" }), h("p", { class: "hint", text: "Choose a rep: touch its bar, its line in the table or its path, or use ← and →." }));
  const { glyph, words } = quality(rep.quality.state);
  const made = { split: "Split by hand", merged: "Merged by hand" }[rep.made];
  const sd = rep.mean_concentric_velocity_sd_mps;
  const facts = [
    ...stability(view),
    ["Mean velocity", `${velocity(rep.mean_concentric_velocity_mps)} m/s ${plusMinus(sd, 2)}`],
    ["Peak velocity", `${velocity(rep.peak_concentric_velocity_mps)} m/s ${plusMinus(rep.peak_concentric_velocity_sd_mps, 2)}`],
    ["Range of motion", `${centimetres(rep.range_of_motion_m)} cm ${plusMinus(rep.range_of_motion_sd_m, 1, 100)}`],
    measuresOf(view).includes("forward_displacement_m") ? null : ["Forward at the turn", drift(rep.forward_drift_m, rep.forward_drift_sd_m) ?? "not resolvable"],
    ["Lowering speed", rep.eccentric_velocity_mps === null ? UNKNOWN : `${velocity(rep.eccentric_velocity_mps)} m/s`],
    ["Lockout against peak", rep.lockout_ratio === null ? UNKNOWN : percent(rep.lockout_ratio)],
    ["When", `at ${clock(rep.start_s)}, ${number(Math.max(rep.concentric_end_s, rep.end_s ?? 0) - rep.start_s, 1)} s long`],
  ].filter(Boolean);
  const state = rep.excluded_reason ? `× Left out: ${rep.excluded_reason}` : `${glyph} ${sentenceCase(words)}${rep.quality.reasons.length ? `: ${rep.quality.reasons.join("; ")}` : ""}`.trim();
  return h(
    "section",
    { class: "card rep-card", "data-key": "rep-card", tabindex: -1, "aria-label": `Rep ${rep.index + 1}` },
    h("div", { class: "card-head" }, h("h2", { text: `Rep ${rep.index + 1}` }), made ? h("span", { class: "tag warn", text: `✎ ${made}` }) : null),
    h("p", { class: rep.excluded_reason ? "rep-state out" : `rep-state ${rep.quality.state}`, text: state }),
    isOutside(view) ? h("p", { class: "rep-outside", text: "✕ Among the reps furthest outside your ordinary ones" }) : null,
    rep.made_reason ? h("p", { class: "hint", text: `${made}: ${rep.made_reason}` }) : null,
    h(
      "dl",
      { class: "rep-facts" },
      ...facts.map(([name, value, ...beside]) => h("div", {}, h("dt", { text: name }), h("dd", {}, value, ...beside.map((text) => h("small", { text }))))),
    ),
    drawn(page, () => {
      const box = h("div", { class: "path-box" });
      requestAnimationFrame(() => box.isConnected && drawBarPath(box, rep.excluded_reason ? [rep] : counting(set.reps), rep));
      return box;
    }),
    view.mayEdit ? buttons(view, doing) : null,
  );
}

/** What the lift's stability is judged by, as far as this rep has it. */
const measuresOf = ({ lifts, set, chosen }) => (lifts.get(set.exercise_id)?.parts ?? []).filter((id) => chosen.measures[id]);

/** What is said of the parts of the lift; it is judged by the first. */
const partsOf = ({ found, set }) => found.verdicts.find((lift) => lift.exercise_id === set.exercise_id)?.parts ?? [];

const isOutside = (view) =>
  partsOf(view)[0]?.blamed.some((one) => one.set_index === view.set.index && one.rep_index === view.chosen.index) ?? false;

/** Those measures beside the other reps of the set and one's own ordinary. */
function stability(view) {
  const { set, chosen: rep } = view;
  return measuresOf(view).map((id) => {
    const { value, sd, reason } = rep.measures[id];
    if (value === null) return [measureOf(id).name, `not known${reason ? `: ${reason}` : ""}`];
    const others = counting(set.reps).filter((one) => one !== rep).map((one) => one.measures[id]?.value).filter(Number.isFinite);
    const usual = partsOf(view).find((one) => one.part === id)?.usual;
    return [
      measureOf(id).name,
      partValue(id, value, sd),
      others.length > 1 ? `other reps ${partValue(id, Math.min(...others))} to ${partValue(id, Math.max(...others))}` : null,
      usual ? `your ordinary sets ${partValue(id, usual.low)} to ${partValue(id, usual.high)}` : null,
    ].filter(Boolean);
  });
}

function buttons({ set, chosen: rep, isBusy }, doing) {
  const next = set.reps[set.reps.indexOf(rep) + 1];
  const isOut = Boolean(rep.excluded_reason);
  const canMerge = next && !next.excluded_reason && !isOut;
  return h(
    "div",
    { class: "rep-actions no-print", role: "group", "aria-label": `Correct rep ${rep.index + 1}` },
    isOut ? tool("rep-out", "Count again", doing.restore, { disabled: isBusy, class: "primary" }) : tool("rep-out", "Leave out", doing.exclude, { disabled: isBusy }),
    tool("rep-split", "Split", doing.split, { disabled: isBusy || isOut, title: "One rep that is two" }),
    tool("rep-merge", next ? `Merge with ${next.index + 1}` : "Merge", doing.merge, { disabled: isBusy || !canMerge, title: "Two reps that are one" }),
    rep.made && !isOut ? tool("rep-restore", "As found", doing.restore, { disabled: isBusy, title: "Take back what was split or merged" }) : null,
  );
}
