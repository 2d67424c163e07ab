/** Side view of the bar: forward on x, height on y. One rep, the last unless told, with its 95 % band, other reps of the set as ghosts. */

import { h, put, s } from "../core/dom.js";
import { margin95, number, sentenceCase } from "../core/format.js";

/** Part of the window that the chart may be high, and its bounds, px. */
const WINDOW_PART = 0.42;
const [LEAST_HEIGHT_PX, MOST_HEIGHT_PX] = [320, 500];
const MOST_WIDTH_PX = 520;
const MARGIN = { left: 44, right: 16, top: 14, bottom: 42 };
/** In a place of its own height the chart is never lower than this, px. */
const LEAST_PLACE_PX = 110;
/** The forward axis shows at least this much to either side, m, so that noise does not look like drift. */
const LEAST_FORWARD_M = 0.09;
const LEAST_HEIGHT_M = 0.3;

/**
 * @param {HTMLElement} root
 * @param {any[]} reps of one set
 * @param {any} last the one that is drawn in full
 * @param {{width: number, height: number} | null} place to be filled, with the legend; otherwise the window decides
 */
export function drawBarPath(root, reps, last = reps.at(-1), place = null) {
  if (!last) {
    put(root, h("p", { class: "hint", text: "The bar's path appears with the first rep." }));
    return;
  }
  if (!last.path.forward_m || last.path.forward_m.length < 2) {
    put(root, notResolvable(last));
    return;
  }
  const shown = reps.filter((rep) => rep === last || !rep.excluded_reason);
  const width = place?.width || Math.min(root.clientWidth || 360, MOST_WIDTH_PX);
  const height = place ? Math.max(LEAST_PLACE_PX, place.height) : Math.max(LEAST_HEIGHT_PX, Math.min(MOST_HEIGHT_PX, window.innerHeight * WINDOW_PART));
  const axes = scales(width, height, shown);
  put(root, chart(axes, shown, last), legend(last, shown, axes.stretch));
}

function notResolvable(rep) {
  const reason = rep.quality.reasons.join("; ") || "the sensor's mount does not say which way is forward";
  return h(
    "div",
    { class: "hatched-box", role: "img", "aria-label": `Fore-aft path not resolvable: ${reason}` },
    h("strong", { text: "Fore-aft path not resolvable" }),
    h("span", { text: sentenceCase(reason) }),
  );
}

function chart(axes, reps, last) {
  const label = `Side view of the bar's path, rep ${last.index + 1}`;
  const svg = s("svg", { class: "barpath", viewBox: `0 0 ${axes.width} ${axes.height}`, role: "img", "aria-label": label });
  svg.append(...grid(axes));
  for (const rep of reps.filter((one) => one !== last)) {
    if (rep.path.forward_m) svg.append(s("path", { class: "ghost", d: line(axes, rep.path) }));
  }
  const band = bandOf(axes, last.path);
  if (band) svg.append(s("path", { class: `band ${last.quality.state}`, d: band }));
  svg.append(s("path", { class: "phase", d: line(axes, last.path) }));
  svg.append(s("path", { class: "concentric", d: line(axes, between(last)) }));
  svg.append(...marks(axes, last));
  return svg;
}

/** One scale for all reps of the set, so that ghosts and the last rep can be compared. */
function scales(width, height, reps) {
  let forward = LEAST_FORWARD_M;
  let low = 0;
  let high = 0;
  for (const { path } of reps) {
    path.forward_m?.forEach((x, i) => {
      forward = Math.max(forward, Math.abs(x ?? 0) + (margin95(path.forward_sd_m?.[i]) ?? 0));
    });
    for (const z of path.up_m) {
      low = Math.min(low, z ?? 0);
      high = Math.max(high, z ?? 0);
    }
  }
  const pad = Math.max(LEAST_HEIGHT_M - (high - low), 0.08) / 2;
  [low, high, forward] = [low - pad, high + pad, forward * 1.1];
  const plotWidth = width - MARGIN.left - MARGIN.right;
  const plotHeight = height - MARGIN.top - MARGIN.bottom;
  return {
    width,
    height,
    forward,
    low,
    high,
    x: (m) => MARGIN.left + ((m + forward) / (2 * forward)) * plotWidth,
    y: (m) => MARGIN.top + ((high - m) / (high - low)) * plotHeight,
    stretch: plotWidth / (2 * forward) / (plotHeight / (high - low)),
  };
}

function line(axes, path) {
  return path.up_m
    .map((z, i) => [path.forward_m[i], z])
    .filter(([x, z]) => x !== null && z !== null)
    .map(([x, z], i) => `${i ? "L" : "M"}${axes.x(x).toFixed(1)} ${axes.y(z).toFixed(1)}`)
    .join("");
}

function between(rep) {
  const { t_s, forward_m, up_m } = rep.path;
  const keep = t_s.map((t) => t >= rep.concentric_start_s && t <= rep.concentric_end_s);
  return { forward_m: forward_m.filter((_, i) => keep[i]), up_m: up_m.filter((_, i) => keep[i]) };
}

/** One strip between each two points, all turning the same way, so that the way down and the way up add up. */
function bandOf(axes, path) {
  if (!path.forward_sd_m) return null;
  const edge = (i, sign) => {
    const x = path.forward_m[i] + sign * (margin95(path.forward_sd_m[i]) ?? 0);
    return `${axes.x(x).toFixed(1)} ${axes.y(path.up_m[i]).toFixed(1)}`;
  };
  const strips = [];
  for (let i = 1; i < path.up_m.length; i += 1) {
    const [upper, lower] = path.up_m[i] > path.up_m[i - 1] ? [i, i - 1] : [i - 1, i];
    strips.push(`M${edge(upper, -1)}L${edge(upper, 1)}L${edge(lower, 1)}L${edge(lower, -1)}Z`);
  }
  return strips.join("");
}

function grid(axes) {
  const { width } = axes;
  const parts = [];
  const bottom = axes.height - MARGIN.bottom;
  const step = axes.forward > 0.25 ? 0.2 : axes.forward > 0.12 ? 0.1 : 0.05;
  for (let k = -Math.floor(axes.forward / step); k * step <= axes.forward; k += 1) {
    const x = axes.x(k * step);
    parts.push(s("line", { class: k ? "grid" : "plumb", x1: x, x2: x, y1: MARGIN.top, y2: bottom }));
    parts.push(s("text", { class: "tick", x, y: bottom + 16, "text-anchor": "middle", text: number(k * step * 1000) }));
  }
  for (let k = Math.ceil(axes.low / 0.2); k * 0.2 <= axes.high; k += 1) {
    const y = axes.y(k * 0.2);
    parts.push(s("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y }));
    parts.push(s("text", { class: "tick", x: MARGIN.left - 8, y: y + 4, "text-anchor": "end", text: number(k * 20) }));
  }
  const caption = axes.height - 6;
  parts.push(s("text", { class: "caption", x: MARGIN.left, y: caption, text: "← back" }));
  parts.push(s("text", { class: "caption", x: width - MARGIN.right, y: caption, "text-anchor": "end", text: "forward, mm →" }));
  parts.push(s("text", { class: "caption", x: 2, y: 11, text: "cm" }));
  return parts;
}

function marks(axes, rep) {
  const { t_s, forward_m, up_m } = rep.path;
  const turn = t_s.findIndex((t) => t >= rep.turning_point_s);
  const at = turn < 0 ? t_s.length - 1 : turn;
  const circle = (name, i) => s("circle", { class: name, cx: axes.x(forward_m[i]), cy: axes.y(up_m[i]), r: 5 });
  return [circle("mark-start", 0), circle("mark-turn", at)];
}

function legend(rep, reps, stretch) {
  const item = (name, text) => h("span", { class: `key ${name}` }, h("i", { "aria-hidden": "true" }), text);
  return h(
    "p",
    { class: `legend ${rep.quality.state}` },
    item("key-start", "start"),
    item("key-turn", "turning point"),
    rep.path.forward_sd_m ? item("key-band", "95 % band") : null,
    reps.length > 1 ? item("key-ghost", rep === reps.at(-1) ? "earlier reps" : "other reps") : null,
    h("span", { class: "key", text: `forward magnified ${number(stretch, 1)} ×` }),
  );
}
