/** The charts of a set: bars, velocity loss, and the paths of all its reps on one scale. */

import { chart } from "../charts/chart.js";
import { pathGrid } from "../charts/pathgrid.js";
import { drawRepBars } from "../charts/repbars.js";
import { h } from "../core/dom.js";
import { UNKNOWN, centimetres, margin95, millimetres, number, percent, plusMinus, quality, velocity } from "../core/format.js";
import { around } from "../core/intervals.js";
import { counting } from "../core/reps.js";
import { legend } from "../parts/blocks.js";
import { figure } from "../parts/figure.js";
import { mainVelocity } from "../live/goal.js";
import { adviceOf, losses } from "./numbers.js";

const LOSS_HEIGHT_PX = 200;
const MOST_BARS = 20;

const stateWords = (rep) => (rep.excluded_reason ? `left out: ${rep.excluded_reason}` : [quality(rep.quality.state).words, ...rep.quality.reasons].join("; "));

export function barsFigure(view, choose) {
  const { set, page } = view;
  const advice = adviceOf(view);
  const kind = advice.main_velocity === "peak" ? "Peak" : "Mean";
  return figure(page, {
    key: "bars",
    title: `${kind} velocity of each rep, m/s`,
    level: "h2",
    sub: "The line through the top of a bar is its 95 % interval.",
    draw: () => bars(view, advice, choose),
    legend: signs(set.reps),
    table: [
      ["Rep", `${kind}, m/s`, "95 % ±", "State"],
      set.reps.map((rep) => [String(rep.index + 1), velocity(mainVelocity(rep, advice)[0]), number(margin95(mainVelocity(rep, advice)[1]), 2), stateWords(rep)]),
    ],
    file: `set ${set.index + 1} velocities`,
  });
}

function bars({ set, chosen }, advice, choose) {
  const box = h("div", { class: "repbars" });
  drawRepBars(box, set.reps, { goal: set.goal, advice });
  const first = Math.max(0, set.reps.length - MOST_BARS);
  box.querySelectorAll(".repbar").forEach((bar, i) => {
    const rep = set.reps[first + i];
    bar.classList.toggle("is-chosen", rep === chosen);
    bar.classList.toggle("is-out", Boolean(rep.excluded_reason));
    bar.addEventListener("click", () => choose(rep.index));
  });
  return box;
}

function signs(reps) {
  const states = new Set(counting(reps).map((rep) => rep.quality.state));
  const kinds = [
    states.has("low_quality") ? ["key-low", "! low quality"] : null,
    states.has("not_resolvable") ? ["key-unknown", "? not resolvable"] : null,
    reps.some((rep) => rep.excluded_reason) ? ["key-out", "× left out"] : null,
  ].filter(Boolean);
  return kinds.length ? legend(...kinds) : null;
}

export function lossFigure(view) {
  const { set, page } = view;
  const found = losses(set, adviceOf(view));
  const n = found.length;
  const stop = set.goal?.velocity_loss_stop_fraction ?? null;
  const dots = found.map(({ rep, value, sd }, i) => ({
    place: n === 1 ? 0.5 : 0.04 + (0.92 * i) / (n - 1), label: `${rep.index + 1}`, value, bar: around(value, margin95(sd)),
    name: `Rep ${rep.index + 1}: ${percent(value)} ${sd === null ? "" : plusMinus(sd, 0, 100)}`.trim(),
  }));
  return figure(page, {
    key: "loss",
    title: "Velocity loss against the fastest rep so far, %",
    level: "h2",
    sub: `Each bar is the 95 % interval of the loss${stop === null ? "" : `; the dashed line is where the set was to stop, ${percent(stop)}`}.`,
    draw: n ? (width) => chart(width, LOSS_HEIGHT_PX, { label: "Velocity loss of each rep", unit: "%", factor: 100, digits: 0, dots, line: stop === null ? undefined : { value: stop, words: "" } }) : null,
    reason: "it takes two reps that count",
    table: n ? [["Rep", "Loss, %", "95 % ±"], found.map(({ rep, value, sd }) => [String(rep.index + 1), number(value * 100), sd === null ? UNKNOWN : number(margin95(sd) * 100)])] : null,
    file: `set ${set.index + 1} velocity loss`,
  });
}

export function pathsFigure(view, choose) {
  const { set, page, chosen } = view;
  const isKnown = set.reps.some((rep) => rep.path.forward_m);
  return figure(page, {
    key: "paths",
    title: "Bar path of each rep from the side, cm",
    level: "h2",
    sub: isKnown ? "All on one scale; each starts at 0. Thick on the way up, shaded by its 95 % band." : "",
    draw: isKnown ? (width) => pathGrid(set.reps, { width, chosen, choose }) : null,
    reason: set.reps[0]?.quality.reasons.find((one) => one.startsWith("forward not resolvable"))?.replace("forward not resolvable: ", "") ?? "the sensor's mount does not say which way is forward",
    table: isKnown ? [
      ["Rep", "Forward at the turn, mm", "95 % ±", "Most forward, mm", "Range, cm"],
      set.reps.map((rep) => [String(rep.index + 1), millimetres(rep.forward_drift_m), millimetres(margin95(rep.forward_drift_sd_m)), millimetres(rep.max_forward_m), centimetres(rep.range_of_motion_m)]),
    ] : null,
    file: `set ${set.index + 1} bar paths`,
    className: "paths",
  });
}
