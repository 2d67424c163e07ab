/** The bar's way up in the first and the last set, one over the other, seen from the side. */

import { LEVELS, differenceWords, heightWords, matched, sideWords } from "./meanpath.js";
import { explorable } from "./points.js";
import { h, s } from "../core/dom.js";
import { UNKNOWN, number, sentenceCase, signed } from "../core/format.js";
import { legend } from "../parts/blocks.js";
import { figure } from "../parts/figure.js";

const TOLD_LEVELS = [0, 3, 6, 9, 12, 15, 18, 21, 24];
const HEIGHT_PX = 330;
const MOST_WIDTH_PX = 520;
const MARGIN = { left: 44, right: 16, top: 24, bottom: 42 };
const LEAST_FORWARD_M = 0.04;

/** @param {any} page see `mountStability` @param {any[]} sets working sets of one lift in one session */
export function overlayCard(page, sets) {
  const [first, last] = [sets[0], sets.at(-1)];
  if (!first || first === last) return null;
  const found = matched(first, last);
  const key = `${page.lift}:overlay`;
  return figure(page, {
    key,
    title: "Bar path on the way up, cm: first and last set",
    sub: "Average of the set's reps at the same height, seen from the side; each rep starts at 0.",
    draw: found ? (width) => chart(Math.min(width, MOST_WIDTH_PX), page, key, found) : null,
    reason: why(first, last),
    legend: found
      ? legend(["key-first", `set ${first.index + 1}, first`], ["key-last", `set ${last.index + 1}, last`], ["key-range", "90 % band of the average"], ["key-none", stretchOf(page, found)])
      : null,
    words: [found ? h("p", { class: "part-sentence", text: differenceWords(found) }) : null],
    table: found ? [["Height", `set ${first.index + 1}, cm`, "90 % interval", `set ${last.index + 1}, cm`, "90 % interval", "further forward, cm"], rowsOf(found)] : null,
    file: `Bar path of set ${first.index + 1} and set ${last.index + 1}, ${page.name}`,
    className: "overlay",
  });
}

const why = (...sets) =>
  sets.flatMap((set) => set.reps).flatMap((rep) => rep.quality.reasons)[0] ?? "fore-aft path not resolvable: the sensor's mount does not say which way is forward";

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

function chart(width, page, key, found) {
  const axes = scales(width, found);
  const svg = s("svg", { class: "barpath", viewBox: `0 0 ${width} ${HEIGHT_PX}`, role: "img", "aria-label": `Side view of the bar's mean path in ${found.names.join(" and ")}; the table has the numbers` });
  const label = `Side view of the bar's mean path in ${found.names.join(" and ")}`;
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
  const points = TOLD_LEVELS.map((i) => ({ x: axes.x(found.lines[1][i].mean), y: axes.y(found.lines[1][i].z), words: levelWords(found, i) }));
  return explorable(svg, points, { label, key, say: page.say });
}

function levelWords({ lines: [a, b], names: [first, last] }, i) {
  const words = `${sentenceCase(heightWords(i))}: ${last} ${sideWords(b[i].mean - a[i].mean)} than ${first}`;
  return `${words.replace("on the same line than", "on the same line as")} (${number(b[i].mean * 100, 1)} against ${number(a[i].mean * 100, 1)} cm).`;
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
  const ends = (point) => `${number(point.low * 100, 1)} to ${number(point.high * 100, 1)}`;
  return TOLD_LEVELS.map((i) => {
    const [a, b] = [lines[0][i], lines[1][i]];
    const by = b.mean - a.mean;
    return [sentenceCase(heightWords(i)), number(a.mean * 100, 1), ends(a), number(b.mean * 100, 1), ends(b), Number.isFinite(by) ? signed(by * 100, 1) : UNKNOWN];
  });
}
