/** Connection and loss in the header: short in the pill, all of it in the popover. */

import { h, put } from "../core/dom.js";
import { UNKNOWN, age, number, percent } from "../core/format.js";
import { linkRows } from "./linkline.js";
import { phase, sampleAge } from "../core/state.js";

const WORDS = {
  starting: ["calm", "Connecting"],
  offline: ["bad", "Offline"],
  idle: ["calm", "No session"],
  ended: ["calm", "Ended"],
  lost: ["bad", "Sensor lost"],
  searching: ["warn", "Searching"],
  waiting: ["good", "Connected"],
  lifting: ["good", "Connected"],
  resting: ["good", "Connected"],
};

/** @param {HTMLElement} badge @param {HTMLElement} details */
export function drawBadge(badge, details, state, now) {
  const { link } = state;
  const [tone, words] = WORDS[phase(state)];
  const seen = sampleAge(state, now);
  const isLive = tone === "good";
  const short = isLive ? (link?.sensor_name ?? words) : words;
  const rest = isLive ? [age(seen), percent(link?.battery_fraction), `lost ${percent(link?.lost_fraction, 1)}`] : [];
  put(
    badge,
    h("i", { class: `dot ${tone}`, "aria-hidden": "true" }),
    h("span", { class: "badge-words", text: short }),
    ...rest.map((text) => h("span", { class: "badge-rest", text })),
  );
  badge.setAttribute("aria-label", `${[words, short, ...rest].join(", ")}. Show details.`);
  const row = (name, value) => [h("dt", { text: name }), h("dd", { text: value })];
  put(
    details,
    h(
      "dl",
      {},
      ...row("Sensor", link?.sensor_name ?? UNKNOWN),
      ...row("Link", words),
      ...row("Battery", percent(link?.battery_fraction)),
      ...row("Last sample", seen === null ? UNKNOWN : `${age(seen)} ago`),
      ...row("Sampling rate", link?.sample_rate_hz ? `${number(link.sample_rate_hz, 1)} Hz` : UNKNOWN),
      ...row("Lost samples", `${link?.lost_samples ?? 0} (${percent(link?.lost_fraction, 2)})`),
      ...row("Gaps", String(state.nGaps)),
      ...linkRows(link).flatMap(([name, value]) => row(name, value)),
      ...row("Algorithm", state.session?.algorithm ?? UNKNOWN),
    ),
  );
}
