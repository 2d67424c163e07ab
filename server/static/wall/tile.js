/** One rack on the wall. Made once, drawn in place, so that nothing flickers and fonts keep their place. */

import { h, setText } from "../core/dom.js";
import { NO_VELOCITY, age, clock, load, percent, quality, velocity, verdict } from "../core/format.js";
import { ZONES } from "../live/goal.js";
import { ageNow, isOld, isSilent } from "./wallstate.js";

/** The gauge reaches this far beyond the stop; without a stop it ends here. */
const GAUGE_REACH = 1.5;
const GAUGE_END = 0.4;

/** Each state as a sign and a word; its pattern is in wall.css. */
const STATES = {
  connecting: ["…", "Connecting"],
  unreachable: ["✕", "Lost"],
  refused: ["✕", "Refused"],
  idle: ["–", "No session"],
  searching: ["…", "Looking for sensor"],
  ready: ["○", "Ready"],
  lifting: ["▲", "Lifting"],
  over: ["■", "Stop"],
  resting: ["Ⅱ", "Rest"],
  sensor_lost: ["!", "Lost"],
  ended: ["✓", "Ended"],
};

/** Sign and words of a tile's state, with seconds where they count. */
export function stateWords(tile, now) {
  const [glyph, word] = STATES[tile.state] ?? ["?", tile.state];
  if (isSilent(tile, now)) return ["!", `No news for ${age(Math.floor(ageNow(tile, "heard_age_s", now)))}`];
  const lost = ageNow(tile, "lost_age_s", now);
  if (lost !== null && isOld(tile, now)) return [glyph, `${word} ${whole(lost)}`];
  const rest = ageNow(tile, "rest_age_s", now);
  return [glyph, tile.state === "resting" && rest !== null ? `${word} ${clock(rest)}` : word];
}

/** "12 s", "3 min": whole seconds, since they are counted. */
const whole = (seconds) => (seconds < 120 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min`);

export function makeTile() {
  const p = {
    name: h("h2", { class: "tile-name" }),
    lifter: h("span", { class: "tile-lifter" }),
    glyph: h("i", { "aria-hidden": "true" }),
    state: h("span"),
    number: h("span", { class: "tile-number" }),
    unit: h("span", { class: "tile-unit" }),
    mark: h("span", { class: "tile-mark" }, h("i", { "aria-hidden": "true" }), h("span")),
    lift: h("span", { class: "tile-lift" }),
    load: h("span", { class: "tile-load" }),
    reps: h("p", { class: "tile-reps" }, h("span", { class: "tile-set" }), h("span")),
    fill: h("i", { class: "tile-fill" }),
    stop: h("i", { class: "tile-stop" }),
    loss: h("span"),
    stopWords: h("span"),
    word: h("p", { class: "tile-word" }),
    reason: h("p", { class: "tile-reason" }),
  };
  p.gauge = h("div", { class: "tile-gauge" }, h("p", { class: "tile-loss" }, p.loss, p.stopWords), h("div", { class: "tile-track", "aria-hidden": "true" }, p.fill, p.stop));
  const head = h("div", { class: "tile-head" }, h("div", { class: "tile-who" }, p.name, p.lifter), h("p", { class: "tile-state" }, p.glyph, p.state));
  const value = h("p", { class: "tile-value" }, p.number, p.unit, p.mark);
  const foot = h("div", { class: "tile-foot" }, h("div", { class: "tile-facts" }, h("p", { class: "tile-what" }, p.lift, p.load), p.reps), p.gauge, p.word, p.reason);
  const root = h("li", { class: "tile" }, head, value, foot);
  return { root, draw: (tile, unit, now) => draw(root, p, tile, unit, now) };
}

function draw(root, p, tile, unit, now) {
  const [glyph, words] = stateWords(tile, now);
  const old = isOld(tile, now);
  const isBlank = tile.n_reps === null && tile.state !== "ready";
  root.className = ["tile", `is-${tile.state}`, old && "is-old", isBlank && "is-blank", tile.quality && tile.quality !== "good" && "is-doubtful"].filter(Boolean).join(" ");
  setText(p.name, tile.name);
  setText(p.lifter, tile.lifter ?? "");
  setText(p.glyph, glyph);
  setText(p.state, words);
  drawNumber(p, tile);
  const heavy = load(tile.load_kg, unit);
  setText(p.lift, tile.exercise_name ?? "");
  setText(p.load, heavy && tile.exercise_name ? ` · ${heavy}` : (heavy ?? ""));
  setText(p.reps.firstChild, tile.n_reps === null ? "" : `Set ${tile.set_number} · `);
  setText(p.reps.lastChild, repWords(tile));
  drawGauge(p, tile);
  drawWord(p.word, tile);
  // What is wrong stands where the lift was: there is no room for both on a small tile.
  const isTold = tile.reason && (old || ["searching", "refused"].includes(tile.state));
  setText(p.reason, isTold ? `${tile.state === "sensor_lost" ? "Sensor: " : ""}${tile.reason}` : "");
}

/** The last rep; where velocities are hidden from the lifter, the count of reps. */
function drawNumber(p, tile) {
  if (tile.velocities_hidden) {
    setText(p.number, tile.n_reps === null ? "–" : String(tile.n_reps));
    setText(p.unit, tile.n_reps === 1 ? "rep" : "reps");
    drawMark(p.mark, "", "velocities hidden", "in-words");
    return;
  }
  const isKnown = tile.velocity_mps !== null;
  setText(p.number, isKnown ? velocity(tile.velocity_mps) : NO_VELOCITY);
  p.number.classList.toggle("nothing", !isKnown);
  setText(p.unit, tile.velocity_kind === "peak" ? "m/s peak" : "m/s");
  const doubt = tile.quality && tile.quality !== "good" ? quality(tile.quality) : null;
  const zone = tile.zone ? ZONES[tile.zone] : null;
  if (doubt) drawMark(p.mark, doubt.glyph, doubt.words, "doubt", tile.quality_reasons.join("; "));
  else drawMark(p.mark, zone?.glyph ?? "", zone?.words.toLowerCase() ?? "", zone ? `zone-${tile.zone}` : "");
}

/** A sign and its words beside the number; small tiles keep the sign. */
function drawMark(mark, glyph, words, tone, why = "") {
  setText(mark.firstChild, glyph);
  setText(mark.lastChild, glyph && words ? ` ${words}` : words);
  mark.className = `tile-mark ${tone}`;
  mark.title = why;
}

function repWords(tile) {
  if (tile.n_reps === null) return "";
  const what = tile.wanted_reps === null ? (tile.n_reps === 1 ? "rep" : "reps") : `of ${tile.wanted_reps}`;
  return `${tile.n_reps} ${what}`;
}

function drawGauge(p, tile) {
  const { velocity_loss_fraction: loss, stop_fraction: stop } = tile;
  p.gauge.hidden = loss === null && stop === null;
  if (p.gauge.hidden) return;
  const reach = stop === null ? GAUGE_END : stop * GAUGE_REACH;
  const share = (value) => `${Math.min(1, Math.max(0, value / reach)) * 100}%`;
  p.fill.style.width = share(loss ?? 0);
  p.stop.hidden = stop === null;
  p.stop.style.left = share(stop ?? 0);
  p.gauge.classList.toggle("full", stop !== null && loss !== null && loss >= stop);
  setText(p.loss, `Loss ${percent(loss === null ? null : Math.max(loss, 0))}`);
  setText(p.stopWords, stop === null ? "" : `stop ${percent(stop)}`);
}

function drawWord(line, tile) {
  const isTold = tile.stability !== null && tile.stability !== "too little data";
  const { glyph, tone, words } = verdict(tile.stability ?? "");
  line.className = `tile-word ${tone}`;
  setText(line, isTold ? `${glyph} Upper back: ${words.toLowerCase()}` : "");
}
