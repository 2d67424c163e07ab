/** Height and vertical velocity of one rep over time, with a time to choose: where it is split. */

import { h, s } from "../core/dom.js";
import { number } from "../core/format.js";

const [WIDTH, HEIGHT, GAP] = [460, 92, 18];
/** Numbers beside the axis that are nearer to zero than this leave it to the zero, px. */
const LEAST_TICK_GAP_PX = 14;
const MARGIN = { left: 44, right: 10, top: 18 };
/** A part is at least this long, s; the server refuses less. */
const LEAST_PART_S = 0.2;
const STEP_S = 0.02;

/** Slope of the stored path between its neighbours, m/s. */
function velocities({ t_s: t, up_m: up }) {
  return t.map((_, i) => {
    const [a, b] = [Math.max(i - 1, 0), Math.min(i + 1, t.length - 1)];
    return up[a] === null || up[b] === null || t[b] === t[a] ? null : (up[b] - up[a]) / (t[b] - t[a]);
  });
}

/** Where a rep that is two is most likely divided: the bar is nearest to where it began, well inside. */
function likely(rep, first, last) {
  const { t_s: t, up_m: up } = rep.path;
  const inside = t.map((at, i) => [at, Math.abs((up[i] ?? 9) - (up[0] ?? 0))]).filter(([at]) => at > first + 0.2 * (last - first) && at < last - 0.2 * (last - first));
  return inside.sort((a, b) => a[1] - b[1])[0]?.[0] ?? (first + last) / 2;
}

/** @returns {{root: HTMLElement, at: () => number}} `at` is the chosen time, s of the recording */
export function repCurve(rep) {
  const { t_s: t, up_m: up } = rep.path;
  const [first, last] = [rep.start_s, Math.max(rep.concentric_end_s, rep.end_s ?? 0)];
  const x = (time) => MARGIN.left + ((time - t[0]) / (t.at(-1) - t[0])) * (WIDTH - MARGIN.left - MARGIN.right);
  const lanes = [
    ["Height, cm", up.map((one) => (one === null ? null : one * 100)), 0],
    ["Vertical velocity, m/s", velocities(rep.path), 1],
  ];
  const cut = s("line", { class: "split-line", y1: MARGIN.top, y2: 2 * HEIGHT + GAP });
  const svg = s("svg", { class: "repcurve", viewBox: `0 0 ${WIDTH} ${2 * HEIGHT + GAP + 20}`, role: "img", "aria-label": `Height and vertical velocity of rep ${rep.index + 1} over time` });
  for (const [title, values, place] of lanes) svg.append(...lane(title, t, values, x, place * (HEIGHT + GAP)));
  svg.append(s("text", { class: "caption", x: WIDTH - MARGIN.right, y: 2 * HEIGHT + GAP + 16, "text-anchor": "end", text: "time →" }), cut);
  const slider = h("input", { type: "range", name: "at_s", min: (first + LEAST_PART_S).toFixed(2), max: (last - LEAST_PART_S).toFixed(2), step: STEP_S, value: likely(rep, first, last).toFixed(2) });
  const told = h("output", {});

  function draw() {
    const at = Number(slider.value);
    cut.setAttribute("x1", x(at).toFixed(1));
    cut.setAttribute("x2", x(at).toFixed(1));
    told.textContent = `${number(at - first, 2)} s after its start; ${number(last - at, 2)} s remain`;
    slider.setAttribute("aria-valuetext", told.textContent);
  }

  slider.addEventListener("input", draw);
  svg.addEventListener("pointerdown", (event) => {
    const box = svg.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width) * WIDTH;
    slider.value = String(t[0] + ((share - MARGIN.left) / (WIDTH - MARGIN.left - MARGIN.right)) * (t.at(-1) - t[0]));
    draw();
  });
  draw();
  return { root: h("div", { class: "split-choice" }, svg, h("label", {}, "The first part ends", slider, told)), at: () => Number(slider.value) };
}

function lane(title, t, values, x, top) {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const y = (value) => top + MARGIN.top + ((high - value) / (high - low || 1)) * (HEIGHT - MARGIN.top);
  const path = values.map((value, i) => (value === null ? "" : `${i && values[i - 1] !== null ? "L" : "M"}${x(t[i]).toFixed(1)} ${y(value).toFixed(1)}`)).join("");
  const digits = high - low > 10 ? 0 : 1;
  const ticks = [low, 0, high]
    .filter((value) => value === 0 || Math.abs(y(value) - y(0)) >= LEAST_TICK_GAP_PX)
    .map((value) => s("text", { class: "tick", x: MARGIN.left - 8, y: y(value) + 4, "text-anchor": "end", text: number(value, value === 0 ? 0 : digits) }));
  return [
    s("text", { class: "caption", x: MARGIN.left, y: top + 11, text: title }),
    s("line", { class: "plumb", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(0), y2: y(0) }),
    ...ticks,
    s("path", { class: "curve", d: path }),
  ];
}
