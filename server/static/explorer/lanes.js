/** All lanes as one Plotly chart: they share the axis of time, so that what happens at once stands above each other. */

import { faded } from "./plotly.js";
import { LANES, bandOf, lineOf, rangeOf, whyNothing } from "./signals.js";
import { NARROW_ROWS, ROWS, gapTrace, shading, stripTraces } from "./strip.js";

const STRIP_PX = 132;
const NARROW_PX = 560;
const AXIS_PX = 46;
const BETWEEN_PX = 34;
/** Signs at the ends of lines are at least so far from each other. */
const SIGN_PX = 16;

/** Room around the lanes, px; the same for every draw, so that a place on the screen is a time. */
export const marginOf = (width) => ({ l: width < NARROW_PX ? 58 : 84, r: 22, t: 2, b: AXIS_PX });

/**
 * @param {any} data answer of the server
 * @param {{view: [number, number], lanes: string[], width: number, colours: Record<string, string>, unit: string, canDrag: boolean}} how
 */
export function chartOf(data, how) {
  const { view, width, colours } = how;
  const isNarrow = width < NARROW_PX;
  const margin = marginOf(width);
  const secondsPerPx = (view[1] - view[0]) / Math.max(width - margin.l - margin.r, 1);
  const lanes = LANES.filter((lane) => how.lanes.includes(lane.id));
  const laneHeight = isNarrow ? 104 : 128;
  const plotHeight = STRIP_PX + lanes.length * (BETWEEN_PX + laneHeight);
  const part = (fromTop, height) => [1 - (fromTop + height) / plotHeight, 1 - fromTop / plotHeight];
  const layout = frame(how, plotHeight + margin.t + margin.b, margin);
  const axis = { fixedrange: true, zeroline: false, showline: false, gridcolor: colours.line, tickfont: { size: 12, color: colours["ink-3"] } };
  layout.yaxis = { ...axis, domain: [0, 1], range: [0, 1], visible: false };
  layout.yaxis2 = { ...axis, domain: part(0, STRIP_PX), range: [-0.5, 3.5], tickvals: [0, 1, 2, 3], ticktext: isNarrow ? NARROW_ROWS : ROWS, showgrid: false };
  layout.shapes = shading(data, colours, secondsPerPx);
  layout.annotations = [];
  const traces = [gapTrace("y", data, colours, secondsPerPx), ...stripTraces("y2", data, colours, how.unit, secondsPerPx)];
  lanes.forEach((lane, k) => {
    const name = k + 3;
    const domain = part(STRIP_PX + BETWEEN_PX + k * (BETWEEN_PX + laneHeight), laneHeight);
    layout[`yaxis${name}`] = { ...axis, domain, nticks: 5 };
    layout.annotations.push(title(lane, domain[1], colours, isNarrow));
    const why = whyNothing(lane, data);
    if (why) addNothing(layout, traces, `y${name}`, `yaxis${name}`, why, view, colours, isNarrow);
    else addLines(layout, traces, lane, `y${name}`, `yaxis${name}`, laneHeight, data, view, colours);
  });
  return { traces, layout };
}

function frame({ view, width, colours, canDrag }, height, margin) {
  return {
    width, height, margin, showlegend: false, hovermode: "closest", dragmode: canDrag ? "pan" : false, barmode: "overlay",
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 13, color: colours["ink-2"] },
    hoverlabel: { bgcolor: colours.raised, bordercolor: colours["line-2"], font: { color: colours.ink, size: 14 }, align: "left" },
    uniformtext: { mode: "hide", minsize: 10 },
    xaxis: {
      range: [...view], fixedrange: !canDrag, zeroline: false, gridcolor: colours.line, tickfont: { size: 12, color: colours["ink-3"] },
      title: { text: "seconds since the recording began", font: { size: 12, color: colours["ink-3"] }, standoff: 6 }, nticks: width < NARROW_PX ? 5 : 10,
      tickformat: "~r", exponentformat: "none", hoverformat: ".2f",
    },
  };
}

const title = (lane, top, colours, isNarrow) => ({
  text: `${isNarrow ? lane.short : lane.name}, ${lane.unit}`, xref: "paper", yref: "paper", x: 0, y: top, xanchor: "left", yanchor: "bottom", yshift: 3,
  showarrow: false, align: "left", font: { size: 13, color: colours["ink-2"], weight: 600 },
});

/** A lane of which nothing is known here is hatched, with the reason. */
function addNothing(layout, traces, axis, axisName, why, view, colours, isNarrow) {
  layout[axisName] = { ...layout[axisName], range: [0, 1], showticklabels: false, showgrid: false };
  traces.push({
    type: "bar", orientation: "h", yaxis: axis, y: [0.5], width: 1, base: [view[0]], x: [view[1] - view[0]], hoverinfo: "skip",
    marker: { color: faded(colours["ink-3"], 0.05), line: { width: 0 }, pattern: { shape: "/", fgcolor: colours["ink-3"], size: 10, solidity: 0.12, fillmode: "overlay" } },
  });
  layout.annotations.push({
    text: isNarrow ? why.replace(/(.{30,}?) /g, "$1<br>") : why, xref: "paper", x: 0.5, yref: axis, y: 0.5, showarrow: false, font: { size: 13, color: colours.ink },
    bgcolor: colours.surface, borderpad: 4,
  });
}

function addLines(layout, traces, lane, axis, axisName, laneHeight, data, view, colours) {
  const tones = lane.channels.length > 1 ? [colours["axis-x"], colours["axis-y"], colours["axis-z"]] : [colours.accent];
  if (lane.id === "velocity" || lane.id === "forward") {
    layout.shapes.push({ type: "line", layer: "below", xref: "paper", yref: axis, x0: 0, x1: 1, y0: 0, y1: 0, line: { width: 1, color: colours["line-2"] } });
  }
  const range = rangeOf(lane, data, view);
  if (range) layout[axisName].range = range;
  lane.channels.forEach(([name, sign], i) => {
    const channel = data.channels[name];
    if (!channel) return;
    const band = bandOf(data, channel);
    if (band) traces.push({ type: "scatter", mode: "lines", yaxis: axis, ...band, fill: "toself", fillcolor: faded(tones[i], 0.2), line: { width: 0 }, hoverinfo: "skip" });
    const line = lineOf(data, channel);
    traces.push({ type: "scatter", mode: "lines", yaxis: axis, ...line, connectgaps: false, line: { width: 1.4, color: tones[i] }, hoverinfo: "skip" });
    if (sign) layout.annotations.push(endSign(sign, axis, line, view, tones[i]));
  });
  if (range) spread(layout.annotations.filter((one) => one.isSign && one.yref === axis), range, laneHeight);
}

/** The name of an axis at the right end of its line: colour alone does not tell lines apart. */
function endSign(sign, axis, { x, y }, view, colour) {
  let last = x.length - 1;
  while (last > 0 && (y[last] === null || x[last] > view[1])) last -= 1;
  return { text: sign, xref: "paper", x: 1, xanchor: "left", xshift: 3, yref: axis, y: y[last] ?? 0, showarrow: false, font: { size: 13, color: colour, weight: 700 }, isSign: true };
}

/** Signs of lines that end at nearly the same height step aside. */
function spread(signs, [low, high], laneHeight) {
  const place = (one) => ((one.y - low) / (high - low)) * laneHeight;
  let last = -SIGN_PX;
  for (const one of signs.toSorted((a, b) => a.y - b.y)) {
    const at = Math.max(place(one), last + SIGN_PX);
    one.yshift = at - place(one);
    last = at;
  }
}
