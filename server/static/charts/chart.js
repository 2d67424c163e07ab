/** One chart for all of stability: dots with error bars over sets or time, single reps, a usual band, breaks. */

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { explorable } from "./points.js";

const MARGIN = { left: 46, right: 16, top: 24, bottom: 30 };
const LEAST_TICK_GAP_PX = 46;
const LEAST_BREAK_GAP_PX = 150;
const NARROW_TICK_GAP_PX = 24;

/**
 * @typedef {object} Dot
 * @property {number} place from 0, left, to 1, right
 * @property {string} label under the axis; empty: none
 * @property {string} name a sentence, for the pointer and for arrow keys
 * @property {number} value
 * @property {{low: number, high: number} | null} [bar] how well it is known: 90 %
 * @property {boolean} [faint] shown, not compared
 * @property {boolean} [outside] beyond the usual, on the worse side
 * @property {boolean} [borderline] and its bar reaches back into it
 * @property {boolean} [blamed] a rep to blame: crossed
 * @property {string} [group] dots of one group are joined
 * @property {string} [href] what is behind it
 * @property {{value: number, blamed: boolean, name: string, href?: string}[]} [reps]
 */

/**
 * @param {number} width px
 * @param {number} height px
 * @param {{key: string, label: string, axis?: string, say?: (words: string) => void, unit?: string, factor: number, digits: number, dots: Dot[], ticks?: {place: number, label: string}[], band?: {low: number, high: number} | null,
 *   bandFrom?: number, line?: {value: number, words: string}, breaks?: {place: number, words: string}[],
 *   range?: [number, number]}} spec
 */
export function chart(width, height, spec) {
  const axes = scales(width, height, spec);
  const svg = s("svg", { class: "trend", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${spec.label}; the table has the numbers` });
  svg.append(...band(axes, spec), ...grid(axes, spec), ...breaks(axes, spec), ...joins(axes, spec.dots));
  spec.dots.forEach((dot, i) => svg.append(...reps(axes, dot, i)));
  for (const dot of spec.dots) svg.append(...mark(axes, dot));
  svg.append(...labels(axes, spec.ticks ?? spec.dots, spec.axis));
  return explorable(svg, spec.dots.map((dot) => pointOf(axes, dot)), spec);
}

const pointOf = (axes, dot) => ({
  x: axes.x(dot.place),
  y: axes.y(dot.value),
  words: dot.name,
  href: dot.href,
  inner: (dot.reps ?? []).map((rep, k) => ({ x: repX(axes, dot, k), y: axes.y(rep.value), words: rep.name, href: rep.href })),
});

function scales(width, height, { factor, digits, dots, band: usual, line, range }) {
  const values = dots.flatMap((dot) => {
    return [dot.value, dot.bar?.low ?? dot.value, dot.bar?.high ?? dot.value, ...(dot.reps ?? []).map((rep) => rep.value)];
  });
  if (usual) values.push(usual.low, usual.high);
  if (line) values.push(line.value);
  const [low, high] = range ?? [Math.min(...values) * factor, Math.max(...values) * factor];
  const ticks = height > 220 ? 5 : 4;
  const step = range ? 25 : niceStep((high - low || Math.abs(high) || 1) / (ticks - 1));
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(bottom + step, Math.ceil(high / step) * step);
  return {
    width,
    height,
    step,
    bottom,
    top,
    digits: step < 1 ? Math.max(digits, 1) : Math.min(digits, step % 1 ? 1 : 0),
    left: MARGIN.left,
    right: width - MARGIN.right,
    x: (place) => MARGIN.left + place * (width - MARGIN.left - MARGIN.right),
    y: (value) => MARGIN.top + ((top - value * factor) / (top - bottom)) * (height - MARGIN.top - MARGIN.bottom),
    unscaled: (v) => v / factor,
  };
}

function grid(axes, { line, unit }) {
  const parts = [];
  for (let v = axes.bottom; v <= axes.top + axes.step / 2; v += axes.step) {
    const y = axes.y(axes.unscaled(v));
    parts.push(s("line", { class: "grid", x1: axes.left, x2: axes.right, y1: y, y2: y }));
    parts.push(s("text", { class: "tick", x: axes.left - 8, y: y + 4, "text-anchor": "end", text: number(v, axes.digits) }));
  }
  if (unit) parts.push(s("text", { class: "caption", x: axes.left - 8, y: MARGIN.top - 11, "text-anchor": "end", text: unit === "°" ? "deg." : unit }));
  if (line) {
    const y = axes.y(line.value);
    parts.push(s("line", { class: "reference", x1: axes.left, x2: axes.right, y1: y, y2: y }));
    parts.push(s("text", { class: "caption", x: axes.right, y: y - 9, "text-anchor": "end", text: line.words }));
  }
  return parts;
}

function band(axes, { band: usual, bandFrom = 0 }) {
  if (!usual) return [];
  const x = axes.x(bandFrom);
  const [y, bottom] = [axes.y(usual.high), axes.y(usual.low)];
  return [s("rect", { class: "usual", x, width: axes.right - x, y, height: Math.max(bottom - y, 1) })];
}

function breaks(axes, spec) {
  let labelled = -Infinity;
  return (spec.breaks ?? []).flatMap(({ place, words, sign = "break" }) => {
    const x = axes.x(place);
    const hasRoom = x - labelled > LEAST_BREAK_GAP_PX;
    if (hasRoom) labelled = x;
    const isRight = place > 0.5;
    return [
      s("line", { class: "break", x1: x, x2: x, y1: MARGIN.top - 16, y2: axes.height - MARGIN.bottom }, s("title", { text: words })),
      s("text", { class: "caption", x: x + (isRight ? -6 : 6), y: MARGIN.top - 8, "text-anchor": isRight ? "end" : "start", text: hasRoom ? sign : "" }),
    ];
  });
}

/** Dots of one group, joined; a group of its own stands alone. */
function joins(axes, dots) {
  const line = dots.map((dot, i) => {
    const isNew = i === 0 || dot.group !== dots[i - 1].group;
    return `${isNew ? "M" : "L"}${axes.x(dot.place).toFixed(1)} ${axes.y(dot.value).toFixed(1)}`;
  });
  return [s("path", { class: "join", d: line.join("") })];
}

/** Single reps, in their order from left to right, around the place of their set. */
function reps(axes, dot, index) {
  return (dot.reps ?? []).map((rep, k) => {
    const x = repX(axes, dot, k);
    const y = axes.y(rep.value);
    if (!rep.blamed) return s("circle", { class: "rep-dot", cx: x, cy: y, r: 2.5, "data-set": index });
    return s("path", { class: "rep-blamed", d: `M${x - 4} ${y - 4}l8 8M${x - 4} ${y + 4}l8-8` });
  });
}

/** Clear of the bar of their set, which stands in the middle. */
function repX(axes, dot, k) {
  const n = dot.reps.length;
  const spread = Math.min(7, 44 / Math.max(n, 1));
  return axes.x(dot.place) + (k - (n - 1) / 2) * spread;
}

function mark(axes, dot) {
  const x = axes.x(dot.place);
  const y = axes.y(dot.value);
  const tone = `${dot.faint ? " faint" : ""}${dot.borderline ? " borderline" : ""}`;
  const parts = [];
  if (dot.bar) {
    const [upper, lower] = [axes.y(dot.bar.high), axes.y(dot.bar.low)];
    parts.push(s("path", { class: `errorbar${tone}`, d: `M${x} ${upper}V${lower}M${x - 5} ${upper}h10M${x - 5} ${lower}h10` }));
  }
  if (dot.blamed) parts.push(s("path", { class: "rep-blamed point-blamed", d: `M${x - 6} ${y - 6}l12 12M${x - 6} ${y + 6}l12-12`, "data-words": dot.name }));
  else parts.push(
    dot.outside
      ? s("path", { class: `point outside${tone}`, d: `M${x} ${y - 8}l8 8l-8 8l-8-8Z`, "data-words": dot.name })
      : s("circle", { class: `point${tone}`, cx: x, cy: y, r: 5, "data-words": dot.name }),
  );
  return parts;
}

/** As many labels as there is room for, the last one always; what they count stands before them. */
function labels(axes, dots, axis) {
  const kept = [];
  for (const dot of dots.filter((one) => one.label).reverse()) {
    const x = axes.x(dot.place);
    const gap = dot.label.length < 3 ? NARROW_TICK_GAP_PX : LEAST_TICK_GAP_PX;
    if (kept.length && kept.at(-1).x - x < gap) continue;
    kept.push({ x, text: dot.label });
  }
  const named = axis ? [s("text", { class: "caption", x: axes.left - 8, y: axes.height - 8, "text-anchor": "end", text: axis })] : [];
  return [...named, ...kept.map(({ x, text }) => s("text", { class: "tick", x: Math.min(x, axes.width - 18), y: axes.height - 8, "text-anchor": "middle", text }))];
}

/** 1, 2 or 5 times a power of ten, at least as large as asked. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((m) => m * power >= least * 0.999);
}
