/** The bar's way up in the first and the last set, one over the other, seen from the side. */

import { drawn, legend, twin, unknown } from "../parts/blocks.js";
import { h, s } from "../core/dom.js";
import { UNKNOWN, number, signed } from "../core/format.js";

const LEVELS = 25;
const TABLE_LEVELS = [0, 6, 12, 18, 24];
const HEIGHT_PX = 330;
const MOST_WIDTH_PX = 520;
const MARGIN = { left: 44, right: 16, top: 24, bottom: 42 };
const LEAST_FORWARD_M = 0.04;

/** @param {any} page see `mountStability` @param {any[]} sets working sets of one lift in one session */
export function overlayCard(page, sets) {
  const [first, last] = [sets[0], sets.at(-1)];
  if (!first || first === last) return null;
  const found = matched(first, last);
  const body = found
    ? [
        drawn(page, (width) => chart(Math.min(width, MOST_WIDTH_PX), found)),
        legend(["key-first", `set ${first.index + 1}, first`], ["key-last", `set ${last.index + 1}, last`], ["key-range", "from the most backward to the most forward rep"], ["key-none", stretchOf(page, found)]),
        twin(`${page.lift}:overlay`, ["Height", `set ${first.index + 1}, cm`, `set ${last.index + 1}, cm`, "further forward, cm"], rowsOf(found)),
      ]
    : [unknown("Fore-aft path not resolvable", why(first, last))];
  return h(
    "article",
    { class: "card part overlay" },
    h("h3", { text: "Bar path on the way up, first and last set" }),
    h("p", { class: "hint", text: "Average of the set's reps at the same height, seen from the side; each rep starts at 0." }),
    ...body,
  );
}

const why = (...sets) =>
  sets.flatMap((set) => set.reps).flatMap((rep) => rep.quality.reasons)[0] ?? "the sensor's mount does not say which way is forward";

/** Forward position by height of the way up; only where the bar is higher than ever before. */
function climb(rep) {
  const points = [];
  const { t_s: times, forward_m: forward, up_m: up } = rep.path;
  if (!forward || rep.quality.state === "not_resolvable") return points;
  times.forEach((t, i) => {
    if (t < rep.concentric_start_s || t > rep.concentric_end_s || forward[i] === null || up[i] === null) return;
    if (!points.length || up[i] > points.at(-1).z) points.push({ z: up[i], x: forward[i] });
  });
  return points;
}

function at(points, z) {
  const i = Math.max(1, points.findIndex((point) => point.z >= z));
  const [a, b] = [points[i - 1], points[i]];
  return a.x + ((b.x - a.x) * (z - a.z)) / (b.z - a.z);
}

/** Both sets at heights that all their reps passed, or null. */
function matched(first, last) {
  const groups = [first, last].map((set) => set.reps.map(climb).filter((points) => points.length > 3));
  if (groups.some((group) => group.length === 0)) return null;
  const all = groups.flat();
  const low = Math.max(...all.map((points) => points[0].z));
  const high = Math.min(...all.map((points) => points.at(-1).z));
  if (high - low < 0.05) return null;
  const heights = Array.from({ length: LEVELS }, (_, k) => low + ((high - low) * k) / (LEVELS - 1));
  const lines = groups.map((group) =>
    heights.map((z) => {
      const xs = group.map((points) => at(points, z));
      return { z, mean: xs.reduce((sum, x) => sum + x, 0) / xs.length, low: Math.min(...xs), high: Math.max(...xs) };
    }),
  );
  return { low, high, lines, names: [`set ${first.index + 1}`, `set ${last.index + 1}`] };
}

function scales(width, { low, high, lines }) {
  const xs = lines.flat().flatMap((point) => [point.low, point.high, 0]);
  const pad = Math.max(LEAST_FORWARD_M, Math.max(...xs) - Math.min(...xs)) * 0.14;
  const [left, right] = [Math.min(...xs) - pad, Math.max(...xs, Math.min(...xs) + LEAST_FORWARD_M) + pad];
  const [plotWidth, plotHeight] = [width - MARGIN.left - MARGIN.right, HEIGHT_PX - MARGIN.top - MARGIN.bottom];
  return {
    left,
    right,
    x: (m) => MARGIN.left + ((m - left) / (right - left)) * plotWidth,
    y: (m) => MARGIN.top + ((high - m) / (high - low)) * plotHeight,
    stretch: plotWidth / (right - left) / (plotHeight / (high - low)),
  };
}

/** Told when the chart has its width. */
function stretchOf(page, found) {
  const text = document.createTextNode("");
  page.draws.push(() => {
    const width = text.parentElement?.closest(".card")?.querySelector(".chart-box")?.clientWidth || 320;
    text.data = `forward magnified ${number(scales(Math.min(width, MOST_WIDTH_PX), found).stretch, 1)} ×`;
  });
  return text;
}

function chart(width, found) {
  const axes = scales(width, found);
  const svg = s("svg", { class: "barpath", viewBox: `0 0 ${width} ${HEIGHT_PX}`, role: "img", "aria-label": `Side view of the bar's mean path in ${found.names.join(" and ")}; the table has the numbers` });
  svg.append(...grid(width, axes, found));
  found.lines.forEach((line, k) => {
    const name = k ? "last" : "first";
    const xy = (x, z) => `${axes.x(x).toFixed(1)} ${axes.y(z).toFixed(1)}`;
    const there = line.map((point) => xy(point.low, point.z));
    const back = line.map((point) => xy(point.high, point.z)).reverse();
    svg.append(s("path", { class: `over-band ${name}`, d: `M${[...there, ...back].join("L")}Z` }));
    svg.append(s("path", { class: `over-line ${name}`, d: `M${line.map((point) => xy(point.mean, point.z)).join("L")}` }));
  });
  svg.append(...directLabels(axes, found));
  return svg;
}

/** Beside the lines where they are furthest apart, each on its own outer side. */
function directLabels(axes, { lines, names }) {
  const apart = lines[0].map((point, i) => Math.abs(lines[1][i].mean - point.mean));
  const i = Math.min(LEVELS - 3, Math.max(2, apart.indexOf(Math.max(...apart))));
  const isLeft = lines[0][i].mean <= lines[1][i].mean;
  return lines.map((line, k) => {
    const side = (k === 0) === isLeft ? -1 : 1;
    const x = axes.x(side < 0 ? line[i].low : line[i].high) + 7 * side;
    return s("text", { class: `over-label ${k ? "last" : "first"}`, x, y: axes.y(line[i].z) + 4, "text-anchor": side < 0 ? "end" : "start", text: names[k] });
  });
}

function grid(width, axes, { low, high }) {
  const parts = [];
  const bottom = HEIGHT_PX - MARGIN.bottom;
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((one) => (axes.right - axes.left) / one <= 7) ?? 0.5;
  for (let k = Math.ceil(axes.left / step); k * step <= axes.right; k += 1) {
    const x = axes.x(k * step);
    parts.push(s("line", { class: k ? "grid" : "plumb", x1: x, x2: x, y1: MARGIN.top, y2: bottom }));
    parts.push(s("text", { class: "tick", x, y: bottom + 16, "text-anchor": "middle", text: number(k * step * 100) }));
  }
  for (let k = Math.ceil(low / 0.1); k * 0.1 <= high; k += 1) {
    const y = axes.y(k * 0.1);
    parts.push(s("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y }));
    parts.push(s("text", { class: "tick", x: MARGIN.left - 8, y: y + 4, "text-anchor": "end", text: number(k * 10) }));
  }
  parts.push(s("text", { class: "caption", x: MARGIN.left, y: HEIGHT_PX - 6, text: "← back" }));
  parts.push(s("text", { class: "caption", x: width - MARGIN.right, y: HEIGHT_PX - 6, "text-anchor": "end", text: "forward, cm →" }));
  parts.push(s("text", { class: "caption", x: 2, y: 12, text: "height, cm" }));
  return parts;
}

function rowsOf({ lines }) {
  return TABLE_LEVELS.map((i) => {
    const [a, b] = [lines[0][i].mean, lines[1][i].mean];
    const where = { 0: "bottom", [LEVELS - 1]: "top" }[i] ?? `${number((i / (LEVELS - 1)) * 100)} % up`;
    return [where, number(a * 100, 1), number(b * 100, 1), Number.isFinite(b - a) ? signed((b - a) * 100, 1) : UNKNOWN];
  });
}
