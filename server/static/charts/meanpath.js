/** The mean way up of a set at matched heights, with how well it is known; and how two of them differ, in words. */

import { number } from "../core/format.js";
import { t90 } from "../core/intervals.js";

export const LEVELS = 25;
/** Heights that less than this many metres apart hold are no way up. */
const LEAST_HEIGHT_M = 0.05;
/** Differences below this are not told as a side, m: half a millimetre on the page. */
const NOTHING_M = 0.0005;

/** Forward position by height of the way up; only where the bar is higher than ever before. */
function climb(rep) {
  const points = [];
  const { t_s: times, forward_m: forward, up_m: up, forward_sd_m: sd } = rep.path;
  if (!forward || rep.quality.state === "not_resolvable") return points;
  times.forEach((t, i) => {
    if (t < rep.concentric_start_s || t > rep.concentric_end_s || forward[i] === null || up[i] === null) return;
    if (!points.length || up[i] > points.at(-1).z) points.push({ z: up[i], x: forward[i], sd: sd?.[i] ?? 0 });
  });
  return points;
}

function at(points, z, what) {
  const i = Math.max(1, points.findIndex((point) => point.z >= z));
  const [a, b] = [points[i - 1], points[i]];
  return a[what] + ((b[what] - a[what]) * (z - a.z)) / (b.z - a.z);
}

const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** Mean at a height, and its 90 % interval: the reps' scatter by Student's t, and how well each was measured. */
function level(group, z) {
  const xs = group.map((points) => at(points, z, "x"));
  const centre = mean(xs);
  const n = xs.length;
  const scatter = n > 1 ? xs.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (n - 1) : 0;
  const own = mean(group.map((points) => at(points, z, "sd") ** 2));
  const half = t90(n > 1 ? n : Infinity) * Math.sqrt((scatter + own) / n);
  return { z, mean: centre, low: centre - half, high: centre + half };
}

/** Both sets at heights that all their reps passed, or null. */
export function matched(first, last) {
  const groups = [first, last].map((set) => set.reps.map(climb).filter((points) => points.length > 3));
  if (groups.some((group) => group.length === 0)) return null;
  const all = groups.flat();
  const low = Math.max(...all.map((points) => points[0].z));
  const high = Math.min(...all.map((points) => points.at(-1).z));
  if (high - low < LEAST_HEIGHT_M) return null;
  const heights = Array.from({ length: LEVELS }, (_, k) => low + ((high - low) * k) / (LEVELS - 1));
  const lines = groups.map((group) => heights.map((z) => level(group, z)));
  return { low, high, lines, names: [first, last].map((set) => `set ${set.index + 1}`) };
}

export const heightWords = (i) => ({ 0: "at the bottom", [LEVELS - 1]: "at the top" })[i] ?? `${number((i / (LEVELS - 1)) * 100)} % of the way up`;

/** "2.1 cm further forward" of a difference in metres. */
export const sideWords = (m) => (Math.abs(m) < NOTHING_M ? "on the same line" : `${number(Math.abs(m) * 100, 1)} cm further ${m > 0 ? "forward" : "back"}`);

/** Where the bands lie apart: levels, in their order. */
const apart = ({ lines: [a, b] }) => a.flatMap((point, i) => (point.high < b[i].low || point.low > b[i].high ? [i] : []));

/** How the last set's path differs from the first's, and how sure that is. */
export function differenceWords(found) {
  const [first, last] = found.names;
  const by = found.lines[0].map((point, i) => found.lines[1][i].mean - point.mean);
  const most = by.reduce((best, one, i) => (Math.abs(one) > Math.abs(by[best]) ? i : best), 0);
  const levels = apart(found);
  const where = `${last} ran ${sideWords(by[most])} than ${first} where they differ most, ${heightWords(most)}`.replace("on the same line than", "on the same line as");
  if (!levels.length) return `No difference that is sure: ${where}, but the 90 % bands overlap all the way up.`;
  const share = number((levels.length / LEVELS) * 100);
  return `${where.charAt(0).toUpperCase()}${where.slice(1)}. The 90 % bands lie apart over ${share} % of the way up: there the paths differ.`;
}
