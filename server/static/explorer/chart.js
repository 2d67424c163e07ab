/** The lanes on the page: Plotly in an element of its own, with a line of numbers for where the pointer is. */

import { h, put } from "../core/dom.js";
import { number, plusMinus } from "../core/format.js";
import { chartOf, marginOf } from "./lanes.js";
import { loadPlotly, palette } from "./plotly.js";
import { LANES, nearest } from "./signals.js";

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false, scrollZoom: false, showTips: false };
/** A finger drags the page; a mouse drags the chart. */
const canDrag = matchMedia("(pointer: fine)");

/** @param {HTMLElement} root @param {{onView: (view: [number, number]) => void, unit: () => string}} page */
export function makeChart(root, { onView, unit }) {
  const readout = h("p", { class: "explorer-readout", text: "Point at a time to read its numbers." });
  const cursor = h("div", { class: "explorer-cursor", hidden: true });
  const plot = h("div", { class: "explorer-plot", role: "img", "aria-label": "Signals: they are being drawn" });
  const box = h("div", { class: "explorer-box" }, plot, cursor);
  put(root, readout, box, legend());
  let plotly = null;
  let last = null;

  async function draw(data, view, lanes) {
    last = { data, view, lanes };
    if (!plotly) {
      const waiting = setTimeout(() => plot.classList.add("is-waiting"), 300);
      plotly = await loadPlotly().finally(() => clearTimeout(waiting));
      plot.classList.remove("is-waiting");
    }
    if (!plot.isConnected || last.data !== data) return;
    const how = { view, lanes, width: Math.max(box.clientWidth, 240), colours: palette(root), unit: unit(), canDrag: canDrag.matches };
    const { traces, layout } = chartOf(data, how);
    const isFirst = !plot.data;
    await plotly.react(plot, traces, layout, CONFIG);
    plot.setAttribute("aria-label", `Signals from ${number(view[0], 1)} to ${number(view[1], 1)} seconds; the table has the numbers`);
    if (isFirst) plot.on("plotly_relayout", (change) => "xaxis.range[0]" in change && onView([change["xaxis.range[0]"], change["xaxis.range[1]"]]));
  }

  function point(event) {
    if (!last) return;
    const { left, width } = box.getBoundingClientRect();
    const margin = marginOf(width);
    const [from, to] = last.view;
    const place = (event.clientX - left - margin.l) / (width - margin.l - margin.r);
    cursor.hidden = place < 0 || place > 1;
    if (cursor.hidden) return;
    cursor.style.left = `${event.clientX - left}px`;
    readout.textContent = said(last, from + place * (to - from));
  }

  box.addEventListener("pointermove", point);
  box.addEventListener("pointerleave", () => { cursor.hidden = true; });
  box.addEventListener("wheel", (event) => {
    if (!last || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const [from, to] = last.view;
    const grow = event.deltaY > 0 ? 1.25 : 0.8;
    const middle = (from + to) / 2;
    onView([middle - ((to - from) / 2) * grow, middle + ((to - from) / 2) * grow]);
  }, { passive: false });

  return {
    draw,
    redraw: () => last && draw(last.data, last.view, last.lanes),
    remove: () => plotly?.purge(plot),
  };
}

/** The numbers of all lanes at a time, in words. */
function said({ data, lanes }, t) {
  const i = nearest(data.t_s, t);
  if (i < 0) return "";
  const gap = data.gaps.find((one) => t > one.start_s && t < one.end_s);
  const parts = LANES.filter((lane) => lanes.includes(lane.id)).flatMap((lane) => {
    const values = lane.channels.map(([name]) => data.channels[name]).filter(Boolean).map((one) => range(one, i, lane.digits));
    return values.length ? [`${lane.short.toLowerCase()} ${values.join(" / ")} ${lane.unit}`] : [];
  });
  return `At ${number(t, 2)} s: ${gap ? "no samples" : parts.join(", ")}`;
}

function range(channel, i, digits) {
  const [low, high] = channel.value ? [channel.value[i], channel.value[i]] : [channel.low[i], channel.high[i]];
  const value = low === high || number(low, digits) === number(high, digits) ? number(low, digits) : `${number(low, digits)} to ${number(high, digits)}`;
  return `${value} ${channel.sd && low !== null ? plusMinus(channel.sd[i], digits) : ""}`.trim();
}

function legend() {
  const key = (name, text) => h("span", { class: `key ${name}` }, h("i", { "aria-hidden": "true" }), text);
  return h(
    "p",
    { class: "legend explorer-legend" },
    key("explorer-key-rep", "rep"),
    key("explorer-key-concentric", "concentric phase"),
    key("explorer-key-turning", "turning point"),
    key("explorer-key-low", "! low quality"),
    key("explorer-key-none", "? not resolvable, or not counted"),
    key("explorer-key-out", "⊘ left out"),
    key("explorer-key-gap", "no samples"),
    key("explorer-key-clip", "clipped"),
    key("explorer-key-rest", "still"),
    key("explorer-key-sure", "95 % band"),
  );
}
