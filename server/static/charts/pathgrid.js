/** The bar paths of all reps of a set, side by side on one scale. */

import { h, s } from "../core/dom.js";
import { drift, margin95, number, quality } from "../core/format.js";

const [LEAST_WIDTH_PX, MOST_WIDTH_PX, HEIGHT_PX] = [118, 220, 190];
const PAD = 8;
/** Paths that hardly leave the line do not fill the picture: noise would look like a path. */
const LEAST_FORWARD_M = 0.05;
const GAP_PX = 12;
const BORDER_PX = 2;

/** @param {any[]} reps @param {{width: number, chosen: any, choose: (index: number) => void}} options */
export function pathGrid(reps, { width, chosen, choose }) {
  const columns = Math.max(1, Math.min(reps.length, Math.floor((width + GAP_PX) / (LEAST_WIDTH_PX + GAP_PX))));
  const each = Math.min(MOST_WIDTH_PX, Math.floor((width - (columns - 1) * GAP_PX) / columns) - BORDER_PX);
  const axes = scale(reps, each);
  const items = reps.map((rep) => h("li", {}, cell(rep, axes, { isChosen: rep === chosen, choose })));
  return h("div", {}, h("ol", { class: "path-grid" }, ...items), h("p", { class: "legend", text: `← back, forward → · forward magnified ${number(axes.stretch, 1)} ×` }));
}

function scale(reps, width) {
  let [forward, low, high] = [LEAST_FORWARD_M, 0, 0];
  for (const { path } of reps) {
    path.forward_m?.forEach((x, i) => { forward = Math.max(forward, Math.abs(x ?? 0) + (margin95(path.forward_sd_m?.[i]) ?? 0)); });
    for (const z of path.up_m) [low, high] = [Math.min(low, z ?? 0), Math.max(high, z ?? 0)];
  }
  const [across, down] = [width - 2 * PAD, HEIGHT_PX - 2 * PAD];
  return {
    width,
    x: (m) => PAD + ((m + forward) / (2 * forward)) * across,
    y: (m) => PAD + ((high - m) / (high - low || 1)) * down,
    mark: (0.05 / (2 * forward)) * across,
    stretch: across / (2 * forward) / (down / (high - low || 1)),
  };
}

function cell(rep, axes, { isChosen, choose }) {
  const state = rep.excluded_reason ? { glyph: "×", words: "left out" } : quality(rep.quality.state);
  const words = drift(rep.forward_drift_m, rep.forward_drift_sd_m) ?? "not resolvable";
  return h(
    "button",
    {
      type: "button", class: `path-cell${isChosen ? " is-chosen" : ""}${rep.excluded_reason ? " is-out" : ""}`, "data-key": `path-${rep.index}`, "aria-pressed": String(isChosen),
      "aria-label": `Rep ${rep.index + 1}: ${words}${state.glyph ? `, ${state.words}` : ""}`, onclick: () => choose(rep.index),
    },
    h("span", { class: "path-name" }, h("b", { text: `${rep.index + 1} ${state.glyph}`.trim() }), h("small", { text: rep.path.forward_m ? words : "" })),
    rep.path.forward_m ? picture(rep, axes) : h("span", { class: "hatched path-none", text: "Not resolvable" }),
  );
}

function picture(rep, axes) {
  const { t_s: t, forward_m: x, up_m: z, forward_sd_m: sd } = rep.path;
  const xy = (i, by = 0) => `${axes.x(x[i] + by).toFixed(1)} ${axes.y(z[i]).toFixed(1)}`;
  const known = t.map((_, i) => i).filter((i) => x[i] !== null && z[i] !== null);
  const line = (some) => some.map((i, k) => `${k ? "L" : "M"}${xy(i)}`).join("");
  const up = known.filter((i) => t[i] >= rep.concentric_start_s && t[i] <= rep.concentric_end_s);
  const band = sd ? known.slice(1).map((i, k) => strip(known[k], i)).join("") : "";
  /** All turning the same way, so that the way down and the way up add up. */
  function strip(a, b) {
    const [upper, lower] = z[b] > z[a] ? [b, a] : [a, b];
    const [m, n] = [upper, lower].map((i) => margin95(sd[i]) ?? 0);
    return `M${xy(upper, -m)}L${xy(upper, m)}L${xy(lower, n)}L${xy(lower, -n)}Z`;
  }
  return s(
    "svg",
    { viewBox: `0 0 ${axes.width} ${HEIGHT_PX}`, width: axes.width, height: HEIGHT_PX, class: "path-mini", "aria-hidden": "true" },
    s("line", { class: "plumb", x1: axes.x(0), x2: axes.x(0), y1: PAD, y2: HEIGHT_PX - PAD }),
    band ? s("path", { class: `band ${rep.quality.state}`, d: band }) : null,
    s("path", { class: "phase", d: line(known) }),
    s("path", { class: "concentric", d: line(up) }),
    s("path", { class: "scale-mark", d: `M${PAD} ${HEIGHT_PX - 4}h${axes.mark.toFixed(1)}M${PAD} ${HEIGHT_PX - 8}v6m${axes.mark.toFixed(1)} 0v-6` }),
    s("text", { class: "caption", x: PAD + axes.mark + 4, y: HEIGHT_PX - 1, text: "5 cm" }),
  );
}
