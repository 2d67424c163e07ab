/** Mean velocity of each rep of a set, as small bars on the scale that the sets of a lift share. */

import { s } from "../core/dom.js";
import { quality, velocity } from "../core/format.js";

const [BAR_PX, GAP_PX, HEIGHT_PX, LEAST_BARS] = [7, 2, 30, 3];
/** Bars begin here, as a share of the fastest rep: differences between reps are a few per cent. */
const FLOOR = 0.4;

/**
 * @param {any[]} reps that count
 * @param {number} fastest of all sets that share the scale, m/s
 */
export function sparkline(reps, fastest) {
  const values = reps.map((rep) => rep.mean_concentric_velocity_mps ?? 0);
  const best = Math.max(...values);
  const width = Math.max(reps.length, LEAST_BARS) * (BAR_PX + GAP_PX);
  const words = reps.map((rep) => `${velocity(rep.mean_concentric_velocity_mps)}${rep.quality.state === "good" ? "" : ` ${quality(rep.quality.state).words}`}`);
  const svg = s("svg", { class: "sparkline", viewBox: `0 0 ${width} ${HEIGHT_PX}`, width, height: HEIGHT_PX, role: "img", "aria-label": `Mean velocity of each rep: ${words.join(", ")} m/s` });
  svg.append(s("title", { text: `${words.join(", ")} m/s` }));
  reps.forEach((rep, i) => {
    const share = Math.max(0.08, (values[i] / (fastest || 1) - FLOOR) / (1 - FLOOR));
    const height = Math.min(1, share) * (HEIGHT_PX - 2);
    const kind = [rep.quality.state, values[i] === best ? "best" : ""].join(" ");
    svg.append(s("rect", { class: `spark ${kind}`, x: i * (BAR_PX + GAP_PX) + 1, y: HEIGHT_PX - 1 - height, width: BAR_PX - 1, height, rx: 1.5 }));
  });
  return svg;
}
