/** Dots with 95 % error bars over sets, and the table that says the same. */

import { h, s } from "./dom.js";
import { margin95, number, partOf, plusMinus } from "./format.js";

const HEIGHT_PX = 190;
const MARGIN = { left: 46, right: 16, top: 14, bottom: 30 };
const TICKS = 4;

/**
 * @param {number} width px
 * @param {string} part
 * @param {{label: string, name: string, value: number, sd: number | null, group?: string}[]} points in the order of
 *   time; points of one group are joined, its first one is labelled
 */
export function trendChart(width, part, points) {
  const { factor, digits, name } = partOf(part);
  const low = Math.min(...points.map((p) => (p.value - (margin95(p.sd) ?? 0)) * factor));
  const high = Math.max(...points.map((p) => (p.value + (margin95(p.sd) ?? 0)) * factor));
  const step = niceStep((high - low || Math.abs(high) || 1) / (TICKS - 1));
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(bottom + step, Math.ceil(high / step) * step);
  const x = (i) => MARGIN.left + ((i + 0.5) / points.length) * (width - MARGIN.left - MARGIN.right);
  const y = (v) => MARGIN.top + ((top - v) / (top - bottom)) * (HEIGHT_PX - MARGIN.top - MARGIN.bottom);
  const label = `${name} over ${points.length} sets; the table below has the numbers`;
  const svg = s("svg", { class: "trend", viewBox: `0 0 ${width} ${HEIGHT_PX}`, role: "img", "aria-label": label });
  for (let v = bottom; v <= top + step / 2; v += step) {
    svg.append(s("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(v), y2: y(v) }));
    const text = number(v, Math.max(digits, step < 1 ? 1 : 0));
    svg.append(s("text", { class: "tick", x: MARGIN.left - 8, y: y(v) + 4, "text-anchor": "end", text }));
  }
  const line = points.map((p, i) => `${i && p.group === points[i - 1].group ? "L" : "M"}${x(i)} ${y(p.value * factor)}`);
  svg.append(s("path", { class: "join", d: line.join("") }));
  points.forEach((p, i) => svg.append(...mark(p, x(i), y, factor, i === points.length - 1)));
  svg.append(...labels(points, x, width));
  return svg;
}

function mark(point, x, y, factor, isLast) {
  const margin = margin95(point.sd);
  const parts = [];
  if (margin !== null) {
    const [upper, lower] = [y((point.value + margin) * factor), y((point.value - margin) * factor)];
    parts.push(s("path", { class: "errorbar", d: `M${x} ${upper}V${lower}M${x - 5} ${upper}h10M${x - 5} ${lower}h10` }));
  }
  parts.push(s("circle", { class: isLast ? "point last" : "point", cx: x, cy: y(point.value * factor), r: isLast ? 6 : 5 }));
  return parts;
}

/** As many labels as there is room for; in groups, one for each. */
function labels(points, x, width) {
  const labelled = points.map((p, i) => [p, i]).filter(([p, i]) => !p.group || p.group !== points[i - 1]?.group);
  const every = Math.ceil(labelled.length / Math.max(1, Math.floor(width / 56)));
  return labelled
    .filter((_, k) => k % every === 0)
    .map(([p, i]) => s("text", { class: "tick", x: x(i), y: HEIGHT_PX - 8, "text-anchor": "middle", text: p.label }));
}

/** 1, 2 or 5 times a power of ten, at least as large as asked. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((m) => m * power >= least * 0.999);
}

/** The same numbers as a table. */
export function trendTable(part, points) {
  const { unit, factor, digits, name } = partOf(part);
  const head = ["Set", `${name}, ${unit}`, "95 %"].map((text) => h("th", { scope: "col", text }));
  const rows = points.map((p) =>
    h(
      "tr",
      {},
      h("th", { scope: "row", text: p.name }),
      h("td", { text: number(p.value * factor, digits) }),
      h("td", { text: plusMinus(p.sd, digits, factor) }),
    ),
  );
  return h(
    "details",
    { class: "twin" },
    h("summary", { text: "Table" }),
    h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
  );
}
