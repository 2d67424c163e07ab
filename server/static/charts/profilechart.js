/** Velocity over load: sets as dots, the profile as a curve with its band, the e1RM where it meets the 1RM's velocity. */

import { s } from "../core/dom.js";
import { fromKg, load, number, roughLoad, shortDay } from "../core/format.js";
import { margin95 } from "../core/intervals.js";
import { explorable } from "./points.js";

const HEIGHT_PX = 320;
const MARGIN = { left: 46, right: 20, top: 28, bottom: 44 };

/** A set this old is drawn palest, days: older ones are left out. */
const OLDEST_DAYS = 90;
const PALEST = 0.3;

/** @param {number} width @param {any} page @param {any} found the profile's document @param {any[]} points those that have both */
export function profileChart(width, page, found, points) {
  const unit = page.unit();
  const axes = scales(width, found, points, unit);
  const label = `Velocity over load, ${points.length} sets; the table has the numbers`;
  const svg = s("svg", { class: "trend profile-chart", viewBox: `0 0 ${width} ${HEIGHT_PX}`, role: "img", "aria-label": label });
  svg.append(...grid(axes, unit), ...limit(axes, found), ...curve(axes, found), ...points.flatMap((point) => dot(axes, point, unit)), ...maximum(axes, found, unit));
  const stops = points
    .map((point) => ({ x: axes.x(point.load_kg), y: axes.y(point.velocity_mps), words: setWords(point, unit), href: `#/session/${point.recording_id}/set/${point.set_index + 1}` }))
    .sort((a, b) => a.x - b.x);
  if (found.e1rm_kg !== null && found.threshold) stops.push({ x: axes.x(found.e1rm_kg), y: axes.y(found.threshold.velocity_mps), words: maximumWords(found, unit) });
  return explorable(svg, stops, { label, key: `profile:${found.exercise_id}`, say: page.say });
}

function setWords(point, unit) {
  const margin = margin95(point.velocity_sd_mps);
  const known = margin ? ` (95 % interval ${number(point.velocity_mps - margin, 2)} to ${number(point.velocity_mps + margin, 2)})` : "";
  return `${shortDay(point.at)}, set ${point.set_index + 1}: ${load(point.load_kg, unit)} at ${number(point.velocity_mps, 2)} m/s${known}${point.left_out ? `; left out: ${point.left_out}` : ""}.`;
}

const maximumWords = ({ e1rm_kg: kg, interval_kg: [low, high] }, unit) => `Estimated 1RM: ${roughLoad(kg, unit)} (95 % interval ${roughLoad(low, unit)} to ${roughLoad(high, unit)}).`;

function scales(width, { curve: drawnCurve, interval_kg: interval, threshold }, points, unit) {
  const loads = [...points.map((point) => point.load_kg), ...(drawnCurve?.load_kg ?? []), ...(interval ?? [])].map((kg) => fromKg(kg, unit));
  const margins = points.map((point) => point.velocity_mps + (margin95(point.velocity_sd_mps) ?? 0));
  const most = Math.max(...margins, ...(drawnCurve?.high_mps ?? []), (threshold?.velocity_mps ?? 0) * 1.3);
  const span = Math.max(...loads) - Math.min(...loads) || 20;
  const step = [5, 10, 20, 50, 100, 200].find((one) => span / one <= Math.max(3, width / 110)) ?? 500;
  const left = Math.floor((Math.min(...loads) - span * 0.05) / step) * step;
  const right = Math.ceil((Math.max(...loads) + span * 0.05) / step) * step;
  const rise = most > 1 ? 0.4 : 0.2;
  const top = Math.ceil(most / rise) * rise;
  return {
    width,
    step,
    rise,
    top,
    from: Math.max(0, left),
    to: right,
    x: (kg) => MARGIN.left + ((fromKg(kg, unit) - Math.max(0, left)) / (right - Math.max(0, left))) * (width - MARGIN.left - MARGIN.right),
    px: (value) => MARGIN.left + ((value - Math.max(0, left)) / (right - Math.max(0, left))) * (width - MARGIN.left - MARGIN.right),
    y: (mps) => MARGIN.top + (1 - Math.max(0, mps) / top) * (HEIGHT_PX - MARGIN.top - MARGIN.bottom),
  };
}

function grid(axes, unit) {
  const parts = [];
  for (let v = 0; v <= axes.top + 1e-9; v += axes.rise) {
    parts.push(s("line", { class: "grid", x1: MARGIN.left, x2: axes.width - MARGIN.right, y1: axes.y(v), y2: axes.y(v) }));
    parts.push(s("text", { class: "tick", x: MARGIN.left - 8, y: axes.y(v) + 4, "text-anchor": "end", text: number(v, 1) }));
  }
  for (let v = axes.from; v <= axes.to; v += axes.step) {
    parts.push(s("text", { class: "tick", x: axes.px(v), y: HEIGHT_PX - 24, "text-anchor": "middle", text: number(v) }));
  }
  parts.push(s("text", { class: "caption", x: MARGIN.left - 8, y: MARGIN.top - 13, "text-anchor": "end", text: "m/s" }));
  parts.push(s("text", { class: "caption", x: axes.width - MARGIN.right, y: HEIGHT_PX - 5, "text-anchor": "end", text: `load, ${unit}` }));
  return parts;
}

function limit(axes, { threshold }) {
  if (!threshold) return [];
  const y = axes.y(threshold.velocity_mps);
  return [
    s("line", { class: "reference", x1: MARGIN.left, x2: axes.width - MARGIN.right, y1: y, y2: y }),
    s("text", { class: "caption", x: MARGIN.left + 4, y: y - 6, text: "velocity of a 1RM" }),
  ];
}

function curve(axes, { curve: known, quality }) {
  if (!known) return [];
  const at = known.load_kg.map((kg, i) => ({ kg, place: (mps) => `${axes.x(kg).toFixed(1)} ${axes.y(mps).toFixed(1)}`, i }));
  const line = (some) => (some.length > 1 ? `M${some.map((one) => one.place(known.velocity_mps[one.i])).join("L")}` : "");
  const split = at.findIndex((one) => one.kg >= quality.heaviest_kg);
  const end = split < 0 ? at.length : split + 1;
  const high = at.map((one) => one.place(known.high_mps[one.i]));
  const low = at.map((one) => one.place(known.low_mps[one.i])).reverse();
  return [
    s("path", { class: "curve-band", d: `M${[...high, ...low].join("L")}Z` }),
    s("path", { class: "curve", d: line(at.slice(0, end)) }),
    s("path", { class: "curve beyond", d: line(at.slice(end - 1)) }),
  ];
}

function dot(axes, point, unit) {
  const [x, y] = [axes.x(point.load_kg), axes.y(point.velocity_mps)];
  const tone = point.left_out ? " faint" : "";
  const margin = margin95(point.velocity_sd_mps);
  const age = point.left_out ? null : number(Math.max(PALEST, 1 - ((1 - PALEST) * point.age_days) / OLDEST_DAYS), 2);
  const bar = margin ? s("path", { class: `errorbar${tone}`, opacity: age, d: `M${x} ${axes.y(point.velocity_mps + margin)}V${axes.y(point.velocity_mps - margin)}` }) : null;
  return [bar, s("circle", { class: `point${tone}`, opacity: age, cx: x, cy: y, r: 5, "data-words": setWords(point, unit) })].filter(Boolean);
}

function maximum(axes, { e1rm_kg: kg, interval_kg: interval, threshold }, unit) {
  if (kg === null || !threshold) return [];
  const y = axes.y(threshold.velocity_mps);
  const [low, high] = interval.map((one) => axes.x(one));
  const x = axes.x(kg);
  return [
    s("path", { class: "e1rm-bar", d: `M${low} ${y}H${high}M${low} ${y - 6}v12M${high} ${y - 6}v12` }),
    s("path", { class: "e1rm-mark", d: `M${x} ${y - 8}l8 8l-8 8l-8-8Z` }),
    s("text", { class: "e1rm-label", x: Math.min(x, axes.width - 34), y: y - 14, "text-anchor": "middle", text: roughLoad(kg, unit) }),
  ];
}
