/** The sets of one lift as lines: load, velocities as a sparkline, loss, the word for its stability, quality. */

import { sparkline } from "../charts/sparkline.js";
import { h } from "../core/dom.js";
import { UNKNOWN, load, percent, velocity } from "../core/format.js";
import { tag } from "../parts/blocks.js";
import { tableTwin } from "../parts/figure.js";
import { counting } from "../core/reps.js";

const HEAD = ["Set", "Load", "Reps", "Velocity, m/s", "Largest loss", "Stability", "Quality"];

/**
 * @param {{base: string, unit: () => "kg" | "lb"}} page
 * @param {{id: string, name: string}} lift
 * @param {any[]} sets
 * @param {any} verdict of the lift; null: not judged, as warm-ups
 * @param {string} name for the file
 */
export function setTable(page, lift, sets, verdict, name) {
  const columns = HEAD.map((text) => h("th", { scope: "col", text }));
  const fastest = Math.max(0, ...sets.flatMap((set) => counting(set.reps)).map((rep) => rep.mean_concentric_velocity_mps ?? 0));
  const rows = sets.map((set) => line(page, set, verdict, fastest));
  return h(
    "div",
    {},
    h("table", { class: "set-lines" }, h("thead", {}, h("tr", {}, ...columns)), h("tbody", {}, ...rows)),
    tableTwin(`sets:${lift.id}:${verdict ? "working" : name}`, `Velocities of ${name}`, `Sets of ${name}`, numbers(page, sets, verdict)),
  );
}

function line(page, set, verdict, fastest) {
  const reps = counting(set.reps);
  const nOut = set.reps.length - reps.length;
  const cells = {
    Load: load(set.load_kg, page.unit()) ?? `${UNKNOWN} not told`,
    Reps: nOut ? h("span", {}, String(reps.length), h("small", { text: ` ${nOut} left out` })) : String(reps.length),
    "Velocity, m/s": reps.length ? h("span", { class: "velocities" }, sparkline(reps, fastest), h("span", { text: spread(reps) })) : UNKNOWN,
    "Largest loss": percent(set.velocity_loss_fraction),
    Stability: stability(page, set, verdict),
    Quality: quality(reps),
  };
  const entries = Object.entries(cells).map(([label, value]) => h("td", { "data-label": label }, value));
  const link = h("a", { class: "set-link", href: `${page.base}/set/${set.index + 1}` }, `Set ${set.index + 1}`);
  return h("tr", {}, h("th", { scope: "row" }, link, h("small", { class: "set-note", text: [set.rpe === null ? null : `RPE ${set.rpe}`, set.note].filter(Boolean).join(" · ") || null })), ...entries);
}

/** "0.62 to 0.55": the fastest and the last. */
function spread(reps) {
  const values = reps.map((rep) => rep.mean_concentric_velocity_mps ?? 0);
  return values.length === 1 ? velocity(values[0]) : `${velocity(Math.max(...values))} best, ${velocity(values.at(-1))} last`;
}

const ownWord = (set, verdict) => verdict?.parts[0].sets.find((one) => one.set_index === set.index);
const isFirst = (set, verdict) => verdict?.parts[0].points[0]?.set_index === set.index;

function stability(page, set, verdict) {
  const own = ownWord(set, verdict);
  if (own) return h("a", { class: "word-link", href: `${page.base}/stability`, title: own.sentence }, tag(own.word));
  return h("span", { class: "muted", text: isFirst(set, verdict) ? "start" : "not judged" });
}

function quality(reps) {
  const doubtful = reps.filter((rep) => rep.quality.state !== "good").length;
  return doubtful ? h("span", { class: "doubt", text: `! ${doubtful} of ${reps.length} low` }) : "measured well";
}

function numbers(page, sets, verdict) {
  const unit = page.unit();
  const rows = sets.map((set) => {
    const reps = counting(set.reps);
    return [
      String(set.index + 1),
      load(set.load_kg, unit)?.replace(` ${unit}`, "") ?? UNKNOWN,
      String(reps.length),
      reps.map((rep) => velocity(rep.mean_concentric_velocity_mps)).join("  "),
      percent(set.velocity_loss_fraction),
      ownWord(set, verdict)?.word ?? (isFirst(set, verdict) ? "start" : "not judged"),
      set.rpe === null ? UNKNOWN : String(set.rpe),
      set.note,
    ];
  });
  return [["Set", `Load, ${unit}`, "Reps", "Mean velocity of each rep, m/s", "Largest velocity loss", "Stability", "RPE", "Note"], rows];
}
