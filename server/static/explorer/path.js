/** The bar's path in a set: in three dimensions, or from the side and from the front where there is no graphics processor. */

import { getPath3d } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { number } from "../core/format.js";
import { unknown } from "../parts/blocks.js";
import { hasFastGraphics, loadPlotly, palette, faded } from "./plotly.js";
import { lazyTwin } from "./twin.js";
import { views } from "./views.js";

const HEIGHT_PX = 460;
const LEAST_SIDEWAYS_M = 0.1;

/** @param {HTMLElement} root */
export function makePath(root, id) {
  const bySet = new Map();
  const title = h("h2", { id: "explorer-path-title", text: "Bar path" });
  const choose = h("div", { class: "choices", role: "group", "aria-label": "How it is drawn" });
  const box = h("div", { class: "explorer-views" });
  const words = h("p", { class: "hint" });
  const twinRoot = h("div", {});
  const twin = lazyTwin(twinRoot, "bar path");
  put(root, h("figure", { class: "card figure part", "aria-labelledby": "explorer-path-title" }, h("figcaption", { class: "card-head" }, title, choose), box, words, twinRoot));
  let shown = null;
  let is3d = null;
  let plotly = null;

  const buttons = [["Side and front", false], ["3-D", true]].map(([text, value]) => h("button", { type: "button", class: "choice", text, onclick: () => turn(value) }));
  put(choose, ...buttons);

  function turn(value) {
    is3d = value;
    draw();
  }

  function clear() {
    const plot = box.querySelector(".explorer-3d");
    if (plot) plotly?.purge(plot);
  }

  async function show(rep, whole) {
    if (!rep) {
      choose.hidden = twinRoot.hidden = true;
      put(box, unknown("No bar path", "no rep was found in this recording"));
      return;
    }
    if (!bySet.has(rep.set)) bySet.set(rep.set, getPath3d(id, rep.set).catch((error) => ({ problem: error })));
    const answer = await bySet.get(rep.set);
    if (!answer.reps) bySet.delete(rep.set);
    const set = whole.sets.find((one) => one.set === rep.set);
    shown = { reps: answer.reps ?? [], rep: (answer.reps ?? []).find((one) => one.rep === rep.rep) ?? null, problem: answer.problem, set };
    draw();
  }

  async function draw() {
    if (!shown) return;
    const { rep, reps, problem } = shown;
    title.textContent = rep ? `Bar path of set ${rep.set + 1}, rep ${rep.rep + 1}` : "Bar path";
    const why = problem?.message ?? (rep === null ? "it is not worked out yet" : rep.up_m === null ? rep.reason : rep.forward_m === null ? rep.reason || "the direction of the bar is not known" : "");
    choose.hidden = Boolean(why);
    twinRoot.hidden = !rep?.up_m;
    if (rep?.up_m) twin.update(() => rowsOf(rep), `bar path set ${rep.set + 1} rep ${rep.rep + 1}`);
    if (why) {
      clear();
      put(box, unknown("Bar path not resolvable", why));
      words.textContent = "";
      return;
    }
    is3d ??= hasFastGraphics();
    buttons.forEach((one, i) => one.setAttribute("aria-pressed", String(is3d === (i === 1))));
    const known = reps.filter((one) => one.forward_m !== null);
    if (is3d) words.textContent = `${sentence(rep)} ${await draw3d(known, rep)}`;
    else {
      clear();
      const { chart, magnified } = views(box.clientWidth || 320, known, rep);
      put(box, chart);
      words.textContent = `${sentence(rep)} ${scaleWords(magnified)} The band is where the path lies with 95 % certainty.`;
    }
  }

  async function draw3d(reps, rep) {
    plotly = await loadPlotly();
    let plot = box.querySelector(".explorer-3d");
    if (!plot) {
      plot = h("div", { class: "explorer-3d", role: "img" });
    }
    plot.setAttribute("aria-label", `Path of the bar in space, set ${rep.set + 1}, rep ${rep.rep + 1}; the table has the numbers`);
    if (!plot.isConnected) put(box, plot);
    const { traces, layout, magnified } = space(reps, rep, palette(root), box.clientWidth || 320);
    await plotly.react(plot, traces, layout, { displayModeBar: false, scrollZoom: false });
    return `${scaleWords(magnified)} Drag to turn it.`;
  }

  return {
    show,
    redraw: draw,
    wait: () => {
      choose.hidden = twinRoot.hidden = true;
      put(box, unknown("Bar path", "it is being worked out"));
    },
    remove: clear,
  };
}

const scaleWords = (magnified) => (Math.abs(magnified - 1) < 0.05 ? "Drawn to scale." : `Sideways is drawn ${number(magnified, 1)} times as large as up.`);

function sentence(rep) {
  if (rep.direction === "found") return "From where the rep starts. Which way is forward, and which left, is not known: nobody stated the direction of the bar.";
  return "From where the rep starts; other reps of the set are faint.";
}

/** Head and rows, metres. */
function rowsOf(rep) {
  const names = ["forward_m", "forward_sd_m", "left_m", "left_sd_m", "up_m", "up_sd_m"].filter((name) => rep[name]);
  return [["t_s", ...names], rep.t_s.map((t, i) => [t, ...names.map((name) => rep[name][i])].map((value) => (value === null ? "" : String(value))))];
}

/** One line for each rep in a room that is as high as the bar went. */
function space(reps, rep, colours, width) {
  const all = (name) => reps.flatMap((one) => one[name]).filter((value) => value !== null);
  const up = [Math.min(0, ...all("up_m")), Math.max(0, ...all("up_m"))];
  const side = Math.max(LEAST_SIDEWAYS_M / 2, ...[...all("forward_m"), ...all("left_m")].map(Math.abs)) * 1.1;
  const height = up[1] - up[0] || 1;
  const magnified = Math.max(1, 0.55 / ((2 * side) / height));
  const across = ((2 * side) / height) * magnified;
  const line = (one, rest) => ({ type: "scatter3d", mode: "lines", x: one.forward_m, y: one.left_m, z: one.up_m, hoverinfo: "skip", ...rest });
  const start = { type: "scatter3d", mode: "markers", x: [0], y: [0], z: [0], hoverinfo: "skip", marker: { size: 5, color: colours.surface, line: { width: 2, color: colours.accent } } };
  const traces = [...reps.filter((one) => one !== rep).map((one) => line(one, { line: { width: 2, color: faded(colours["ink-3"], 0.55) } })), line(rep, { line: { width: 7, color: colours.accent } }), start];
  const isSigned = rep.direction === "stated";
  const axis = (text, range) => ({ title: { text, font: { size: 12, color: colours["ink-2"] } }, range, nticks: 5, gridcolor: colours["line-2"], zerolinecolor: colours["line-2"], tickfont: { size: 11, color: colours["ink-3"] }, showbackground: false, showspikes: false });
  const layout = {
    width, height: HEIGHT_PX, margin: { l: 0, r: 0, t: 0, b: 0 }, showlegend: false, paper_bgcolor: "rgba(0,0,0,0)", font: { family: "system-ui, sans-serif" }, uirevision: "same",
    scene: {
      aspectmode: "manual", aspectratio: { x: across, y: across, z: 1 }, camera: { eye: { x: 0.9, y: -1.5, z: 0.45 } },
      xaxis: axis(isSigned ? "forward, m" : "fore-aft, m", [-side, side]), yaxis: axis(isSigned ? "left, m" : "along the bar, m", [-side, side]), zaxis: axis("up, m", up),
    },
  };
  return { traces, layout, magnified };
}
