/** The bar's path from the side and from the front, on one scale: what a room of three dimensions would show, flat. */

import { h, s } from "../core/dom.js";
import { margin95, number } from "../core/format.js";

const HEIGHT_PX = 380;
const MARGIN = { left: 42, right: 12, top: 14, bottom: 44 };
/** Sideways at least this much to either side, m, so that noise does not look like drift. */
const LEAST_SIDE_M = 0.06;
const BETWEEN_PX = 16;
const NARROW_PX = 440;

/** @param {number} width px @param {any[]} reps with a known path @param {any} rep the one that is drawn in full */
export function views(width, reps, rep) {
  const isNarrow = width < NARROW_PX;
  const each = isNarrow ? width : Math.min((width - BETWEEN_PX) / 2, 420);
  const axes = scales(each, reps, rep);
  const isSigned = rep.direction === "stated";
  const side = view(axes, reps, rep, "forward", isSigned ? ["← back", "forward, mm →"] : ["fore-aft, mm", ""]);
  const front = view(axes, reps, rep, "left", isSigned ? ["← left", "right, mm →"] : ["along the bar, mm", ""], -1);
  const titled = (name, svg) => h("div", {}, h("h3", { text: name }), svg);
  return { chart: h("div", { class: "explorer-two" }, titled("From the side", side), titled("From behind", front)), magnified: axes.magnified };
}

function scales(width, reps, rep) {
  const known = (name) => reps.flatMap((one) => one[name] ?? []).filter((value) => value !== null);
  const edges = ["forward", "left"].flatMap((way) => (rep[`${way}_m`] ?? []).map((value, i) => Math.abs(value ?? 0) + (margin95(rep[`${way}_sd_m`]?.[i]) ?? 0)));
  const side = Math.max(LEAST_SIDE_M, ...edges, ...[...known("forward_m"), ...known("left_m")].map(Math.abs)) * 1.08;
  const low = Math.min(0, ...known("up_m")) - 0.04;
  const high = Math.max(0, ...known("up_m")) + 0.04;
  const [plotWidth, plotHeight] = [width - MARGIN.left - MARGIN.right, HEIGHT_PX - MARGIN.top - MARGIN.bottom];
  return {
    width, side, low, high,
    x: (m) => MARGIN.left + ((m + side) / (2 * side)) * plotWidth,
    y: (m) => MARGIN.top + ((high - m) / (high - low)) * plotHeight,
    magnified: plotWidth / (2 * side) / (plotHeight / (high - low)),
  };
}

function view(axes, reps, rep, way, [left, right], sign = 1) {
  const label = `Path of the bar, ${way === "forward" ? "from the side" : "from behind"}; the table has the numbers`;
  const svg = s("svg", { class: "explorer-view", viewBox: `0 0 ${axes.width} ${HEIGHT_PX}`, role: "img", "aria-label": label });
  svg.append(...grid(axes, sign));
  for (const one of reps.filter((other) => other !== rep)) svg.append(s("path", { class: "explorer-ghost", d: line(axes, one, way, sign) }));
  const band = bandOf(axes, rep, way, sign);
  if (band) svg.append(s("path", { class: "explorer-band", d: band }));
  svg.append(s("path", { class: "explorer-line", d: line(axes, rep, way, sign) }));
  svg.append(s("circle", { class: "explorer-start", cx: axes.x(0), cy: axes.y(0), r: 5 }, s("title", { text: "start of the rep" })));
  const bottom = HEIGHT_PX - 8;
  svg.append(s("text", { class: "caption", x: MARGIN.left, y: bottom, text: left }), s("text", { class: "caption", x: axes.width - MARGIN.right, y: bottom, "text-anchor": "end", text: right }));
  svg.append(s("text", { class: "caption", x: 2, y: 12, text: "cm" }));
  return svg;
}

function line(axes, rep, way, sign) {
  const points = rep.up_m.map((z, i) => [rep[`${way}_m`][i], z]).filter(([x, z]) => x !== null && z !== null);
  return points.map(([x, z], i) => `${i ? "L" : "M"}${axes.x(sign * x).toFixed(1)} ${axes.y(z).toFixed(1)}`).join("");
}

/** One strip between each two points, all turning the same way, so that the way down and the way up add up. */
function bandOf(axes, rep, way, sign) {
  const [values, sds] = [rep[`${way}_m`], rep[`${way}_sd_m`]];
  if (!sds) return "";
  const strips = [];
  for (let i = 1; i < values.length; i += 1) {
    if ([values[i], values[i - 1], sds[i], sds[i - 1]].includes(null)) continue;
    const edge = (k, side) => `${axes.x(sign * values[k] + side * margin95(sds[k])).toFixed(1)} ${axes.y(rep.up_m[k]).toFixed(1)}`;
    const [upper, lower] = rep.up_m[i] > rep.up_m[i - 1] ? [i, i - 1] : [i - 1, i];
    strips.push(`M${edge(upper, -1)}L${edge(upper, 1)}L${edge(lower, 1)}L${edge(lower, -1)}Z`);
  }
  return strips.join("");
}

function grid(axes, sign) {
  const bottom = HEIGHT_PX - MARGIN.bottom;
  const step = [0.02, 0.05, 0.1, 0.2].find((one) => axes.side / one < 3.5) ?? 0.5;
  const parts = [];
  for (let k = -Math.floor(axes.side / step); k * step <= axes.side; k += 1) {
    const x = axes.x(k * step);
    parts.push(s("line", { class: k ? "grid" : "plumb", x1: x, x2: x, y1: MARGIN.top, y2: bottom }));
    parts.push(s("text", { class: "tick", x, y: bottom + 16, "text-anchor": "middle", text: number((sign < 0 ? Math.abs(k * step) : k * step) * 1000) }));
  }
  for (let k = Math.ceil(axes.low / 0.2); k * 0.2 <= axes.high; k += 1) {
    const y = axes.y(k * 0.2);
    parts.push(s("line", { class: "grid", x1: MARGIN.left, x2: axes.width - MARGIN.right, y1: y, y2: y }));
    parts.push(s("text", { class: "tick", x: MARGIN.left - 8, y: y + 4, "text-anchor": "end", text: number(k * 20) }));
  }
  return parts;
}
