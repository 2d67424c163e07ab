/** Heart rate and companions in plain words: a line on the screens, rows in the header's details. */

import { h, put } from "../core/dom.js";
import { percent, sentenceCase } from "../core/format.js";

const STATES = {
  searching: { glyph: "…", tone: "calm", words: "being looked for" },
  connected: { glyph: "✓", tone: "good", words: "connected" },
  lost: { glyph: "!", tone: "bad", words: "lost" },
  ended: { glyph: "–", tone: "calm", words: "ended" },
};

/** "Strap on chest: lost, too far away". */
function companionWords(one) {
  const { words } = STATES[one.state];
  const isUp = one.state === "connected";
  const battery = isUp && one.battery_fraction !== null ? `battery ${percent(one.battery_fraction)}` : null;
  return [words, isUp ? null : one.reason, battery].filter(Boolean).join(", ");
}

const companionName = (one) => [sentenceCase(one.role), one.sensor_name].filter(Boolean).join(": ");

/** Heart rates that come in now: one that was lost is not the lifter's any more. @returns {[number, string | null][]} bpm, from which sensor */
function heartRates(link) {
  const sources = [link, ...link.companions];
  return sources.filter((one) => one.state === "connected" && one.heart_rate_bpm !== null).map((one) => [one.heart_rate_bpm, one.sensor_name]);
}

/** @returns {{glyph: string, tone: string, name: string, words: string}[]} nothing where there is none */
function items(link) {
  if (!link || link.state === "ended") return [];
  const rates = heartRates(link).map(([bpm, from]) => ({ glyph: "♥", tone: "heart", name: "Heart rate", words: `${bpm} bpm${from ? `, ${from}` : ""}` }));
  const others = link.companions.map((one) => ({ ...STATES[one.state], name: companionName(one), words: companionWords(one) }));
  return [...rates, ...others];
}

/** Draw into a list; it is left alone while it would look the same. */
export function drawLinkLine(list, link) {
  const shown = items(link);
  const key = JSON.stringify(shown);
  if (list.dataset.shown === key) return;
  list.dataset.shown = key;
  list.hidden = shown.length === 0;
  put(list, ...shown.map(({ glyph, tone, name, words }) =>
    h("li", { class: tone }, h("i", { "aria-hidden": "true", text: glyph }), h("strong", { text: name }), h("span", { text: words }))));
}

export const linkLine = () => h("ul", { class: "link-line", "aria-label": "Heart rate and other sensors", hidden: true });

/** @returns {[string, string][]} name, value */
export const linkRows = (link) => items(link).map(({ name, words }) => [name, sentenceCase(words)]);

/** What changed among the companions, for people who listen instead of look; null if nothing. */
export function companionNews(before, after) {
  const was = new Map((before?.companions ?? []).map((one) => [one.role, one.state]));
  const news = (after?.state === "ended" ? [] : (after?.companions ?? [])).filter((one) => {
    const state = was.get(one.role);
    return state !== undefined && state !== one.state && (one.state === "lost" || (state === "lost" && one.state === "connected"));
  });
  return news.length ? news.map((one) => `${companionName(one)}, ${companionWords(one)}.`).join(" ") : null;
}
