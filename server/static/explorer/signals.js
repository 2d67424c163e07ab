/** The window of signals that the page holds: lanes, lines without what is missing, bands, rows of its table. */

import { margin95 } from "../core/format.js";

/**
 * @typedef {object} Lane
 * @property {string} id
 * @property {string} name
 * @property {string} unit
 * @property {[string, string][]} channels name in the answer, sign at the end of its line
 * @property {number} digits for people
 */

/** @type {Lane[]} */
export const LANES = [
  { id: "force", name: "Acceleration, gravity included", short: "Acceleration", unit: "m/s²", digits: 2, channels: [["ax_mps2", "x"], ["ay_mps2", "y"], ["az_mps2", "z"]] },
  { id: "turn", name: "Angular velocity", short: "Angular velocity", unit: "rad/s", digits: 2, channels: [["gx_radps", "x"], ["gy_radps", "y"], ["gz_radps", "z"]] },
  { id: "velocity", name: "Vertical velocity", short: "Velocity", unit: "m/s", digits: 2, channels: [["velocity_mps", ""]] },
  { id: "height", name: "Height above the start of the set", short: "Height", unit: "m", digits: 3, channels: [["height_m", ""]] },
  { id: "forward", name: "Forward of the start of the set", short: "Forward", unit: "m", digits: 3, channels: [["forward_m", ""]] },
];

/** Above and below a lane's values, as a part of their range, and at least, in its unit. */
const [ROOM, LEAST_ROOM] = [0.06, 1e-3];

/** Why a lane has nothing to show in this window, in words; empty if it has. */
export function whyNothing(lane, data) {
  if (lane.channels.some(([name]) => data.channels[name])) return "";
  if (!data.samples) return "no samples in this window";
  if (lane.id === "turn") return "the sensor has no gyroscope";
  if (lane.id === "force") return "not measured";
  if (data.progress) return `being worked out, ${Math.round(data.progress.fraction * 100)} %`;
  if (lane.id === "forward" && data.why_no_forward) return `not resolvable: ${data.why_no_forward}`;
  if (lane.id === "forward" && data.channels.height_m) return "not resolvable in this set";
  return "not estimated here: only within sets is it known how the bar moves";
}

/** A line that stops at every gap: bins as the way from their least to their largest value and back. */
export function lineOf(data, channel) {
  const x = [];
  const y = [];
  if (!data.exact) {
    data.t_s.forEach((t, i) => {
      const [low, high] = [channel.low[i], channel.high[i]];
      x.push(t, t);
      y.push(...(i % 2 ? [high, low] : [low, high]));
    });
    return { x, y };
  }
  const gaps = data.gaps.map((gap) => gap.start_s);
  let next = 0;
  data.t_s.forEach((t, i) => {
    while (next < gaps.length && gaps[next] < t - 1e-4) {
      if (i) {
        x.push(gaps[next]);
        y.push(null);
      }
      next += 1;
    }
    x.push(t);
    y.push(channel.value[i]);
  });
  return { x, y };
}

/** The 95 % band of a channel: one outline for each part without a gap. */
export function bandOf(data, channel) {
  if (!channel.sd) return null;
  const x = [];
  const y = [];
  let part = [];
  const close = () => {
    if (part.length > 1) {
      if (x.length) {
        x.push(null);
        y.push(null);
      }
      const back = part.toReversed();
      x.push(...part.map((one) => one.t), ...back.map((one) => one.t));
      y.push(...part.map((one) => one.high), ...back.map((one) => one.low));
    }
    part = [];
  };
  const gaps = data.gaps;
  data.t_s.forEach((t, i) => {
    const [low, high] = data.exact ? [channel.value[i], channel.value[i]] : [channel.low[i], channel.high[i]];
    const margin = margin95(channel.sd[i]);
    if (low === null || margin === null) return close();
    if (part.length && gaps.some((gap) => gap.start_s >= part.at(-1).t - 1e-4 && gap.end_s <= t + 1e-4)) close();
    part.push({ t, low: low - margin, high: high + margin });
  });
  close();
  return x.length ? { x, y } : null;
}

/** From the least to the largest of a lane in the window, with its band and some room; null where nothing is known. */
export function rangeOf(lane, data, [from, to]) {
  let [low, high] = [Infinity, -Infinity];
  for (const [name] of lane.channels) {
    const channel = data.channels[name];
    if (!channel) continue;
    data.t_s.forEach((t, i) => {
      const [least, largest] = data.exact ? [channel.value[i], channel.value[i]] : [channel.low[i], channel.high[i]];
      if (t < from || t > to || least === null) return;
      const margin = margin95(channel.sd?.[i]) ?? 0;
      low = Math.min(low, least - margin);
      high = Math.max(high, largest + margin);
    });
  }
  if (low > high) return null;
  const room = Math.max((high - low) * ROOM, LEAST_ROOM);
  return [low - room, high + room];
}

/** Place of the point that is nearest to a time; -1 without any. */
export function nearest(times, t) {
  let [low, high] = [0, times.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] < t) low = middle;
    else high = middle;
  }
  return times.length && Math.abs(times[high] - t) < Math.abs(times[low] - t) ? high : low;
}

/**
 * What is visible, as rows for programs and people.
 *
 * @returns {[string[], string[][]]} head and rows
 */
export function rowsOf(data, lanes, [fromS, toS]) {
  const columns = [];
  for (const lane of lanes) {
    for (const [name] of lane.channels) {
      const channel = data.channels[name];
      if (!channel) continue;
      if (data.exact) columns.push([name, channel.value]);
      else columns.push([`${name}_least`, channel.low], [`${name}_largest`, channel.high]);
      if (channel.sd) columns.push([name.replace(/_([^_]+)$/, "_sd_$1"), channel.sd]);
    }
  }
  const rows = [];
  data.t_s.forEach((t, i) => {
    if (t < fromS || t > toS || columns.every(([, values]) => values[i] === null)) return;
    rows.push([String(t), ...columns.map(([, values]) => (values[i] === null ? "" : String(values[i])))]);
  });
  return [["t_s", ...columns.map(([name]) => name)], rows];
}
