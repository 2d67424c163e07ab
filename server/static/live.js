/** The live screen: one huge number, then what explains it. Updates in place, so that nothing flickers. */

import { drawBarPath } from "./barpath.js";
import { h, put, setText } from "./dom.js";
import {
  NO_VELOCITY,
  UNKNOWN,
  age,
  centimetres,
  drift,
  load,
  percent,
  plural,
  plusMinus,
  quality,
  sentenceCase,
  velocity,
  verdict,
} from "./format.js";
import { openLabelDialog } from "./label.js";
import { drawRepBars } from "./repbars.js";
import { phase, sampleAge, shownSet } from "./state.js";
import { Strip } from "./strip.js";

/** The last sample may be this old before the link counts as silent, s. */
const SILENT_S = 2;
/** Messages that change the big number or the charts; all others leave them alone. */
const REDRAWN_ON = new Set(["snapshot", "rep", "set", "session", "unit"]);

/** @param {HTMLElement} root @param {{unit: () => string}} settings */
export function mountLive(root, settings) {
  const parts = layout();
  put(root, parts.screen);
  const strip = new Strip(parts.canvas);
  let latest = null;
  parts.change.addEventListener("click", () => openLabelDialog(currentLabel(latest), settings.unit()));

  function update(state, message) {
    latest = state;
    if (message?.type === "velocity") {
      strip.push(message);
      return;
    }
    drawNotice(parts, state);
    drawHeader(parts, state, settings.unit());
    if (message === null || REDRAWN_ON.has(message.type)) {
      drawHero(parts, shownSet(state), state);
      drawCharts(parts, shownSet(state));
    }
    // Last, when the strip has its place: its size and colours are read from the page.
    if (message?.type === "snapshot" || message?.type === "theme") strip.reset();
  }

  return { update, unmount: () => strip.close(), resize: () => latest && drawCharts(parts, shownSet(latest)) };
}

function layout() {
  const p = {
    notice: h("div", { class: "notice", hidden: true }),
    context: h("h1", { class: "live-context" }),
    change: h("button", { class: "tool change", type: "button", text: "Change set" }),
    number: h("output", { class: "hero-number" }),
    caption: h("p", { class: "hero-caption" }),
    facts: h("dl", { class: "facts" }),
    chip: h("span", { class: "chip" }),
    trend: h("a", { class: "tag", href: "#/stability" }),
    bars: h("div", { class: "repbars" }),
    path: h("div", { class: "path-box" }),
    pathTitle: h("h2", { text: "Bar path" }),
    canvas: h("canvas", { class: "strip", "aria-hidden": "true" }),
  };
  p.hero = h(
    "section",
    { class: "hero", "aria-label": "Last rep" },
    h("div", { class: "hero-head" }, p.context, p.change),
    h("div", { class: "hero-value" }, p.number, h("span", { class: "hero-unit", text: "m/s" })),
    p.caption,
    h("div", { class: "chips" }, p.chip, p.trend),
    p.facts,
  );
  const scale = h("div", { class: "strip-scale", "aria-hidden": "true" });
  scale.append(h("span", { text: "+1" }), h("span", { text: "0" }), h("span", { text: "−1" }));
  const grid = h(
    "div",
    { class: "live-grid" },
    p.hero,
    h("section", { class: "card card-path" }, p.pathTitle, p.path),
    h("section", { class: "card card-bars" }, h("h2", { text: "Reps, mean velocity" }), p.bars),
    h(
      "section",
      { class: "card card-strip" },
      h("h2", {}, "Vertical velocity now ", h("small", { text: "m/s, provisional" })),
      h("div", { class: "strip-box" }, scale, p.canvas),
    ),
  );
  p.screen = h("div", { class: "live" }, p.notice, grid);
  return p;
}

/** What stands in the way of the next rep, in words; nothing when all is well. */
function noticeOf(state, now) {
  const sensor = state.link?.sensor_name ?? "the sensor";
  const waited = age((now - state.socketSince) / 1000);
  const silent = sampleAge(state, now);
  switch (phase(state)) {
    case "offline":
      return ["bad", "Dashboard disconnected", `No answer from Upright for ${waited}. Connecting again by itself.`];
    case "lost":
      return ["bad", `Sensor lost ${age(silent)} ago`, `${state.link.reason || "The link broke"}. Connecting again by itself; what is on the screen is kept.`];
    case "searching":
      return ["calm", `Looking for ${sensor}`, state.link?.reason || "Wake the sensor: move the bar a little."];
    case "idle":
      return ["calm", "No session is running", "Start one with “upright record”, or see how it looks with “upright demo”. Earlier sessions are under Sessions."];
    case "waiting":
      return ["calm", "Ready for the first rep", "Hold the bar still for two seconds, then lift."];
    case "ended":
      return ["calm", "Session ended", "Its sets stay here until the next session starts."];
    default:
      return silent !== null && silent > SILENT_S
        ? ["warn", `No data for ${age(silent)}`, "The link is up, but the sensor is silent."]
        : null;
  }
}

function drawNotice(parts, state) {
  const notice = noticeOf(state, performance.now());
  parts.notice.hidden = notice === null;
  parts.screen.classList.toggle("idle", phase(state) === "idle");
  const isStale = notice !== null && (notice[0] === "bad" || notice[0] === "warn");
  parts.screen.classList.toggle("stale", isStale);
  if (notice === null) return;
  const [tone, title, text] = notice;
  parts.notice.className = `notice ${tone}`;
  if (!parts.notice.firstChild) parts.notice.append(h("strong"), h("span"));
  setText(parts.notice.firstChild, title);
  setText(parts.notice.lastChild, text);
}

/** What is being lifted: the open set, else what the lifter said, else the last set. */
function currentLabel(state) {
  const told = state.openSet ?? state.label;
  return told.exercise_name ? told : (shownSet(state) ?? told);
}

function drawHeader(parts, state, unit) {
  const shown = currentLabel(state);
  const words = [shown.exercise_name ?? "Exercise not set", load(shown.load_kg, unit)].filter(Boolean);
  setText(parts.context, words.join(" · "));
  parts.change.hidden = state.session === null;
}

function drawHero(parts, set, state) {
  const rep = set?.reps.at(-1) ?? null;
  const isDoubtful = rep !== null && rep.quality.state !== "good";
  parts.hero.classList.toggle("doubtful", isDoubtful);
  parts.hero.classList.toggle("nothing-yet", rep === null);
  setText(parts.number, rep === null ? NO_VELOCITY : velocity(rep.mean_concentric_velocity_mps));
  drawChips(parts, set, rep, state);
  if (rep === null) {
    setText(parts.caption, "Mean concentric velocity of the last rep");
  } else {
    const { glyph, words } = quality(rep.quality.state);
    const doubt = isDoubtful ? `${glyph} ${sentenceCase(words)}: ${rep.quality.reasons.join("; ")}. ` : "";
    setText(parts.caption, `${doubt}Mean concentric velocity ${plusMinus(rep.mean_concentric_velocity_sd_mps, 2)}`);
  }
  const fact = (name, value, note = "") =>
    h("div", {}, h("dt", { text: name }), h("dd", {}, value, note ? h("small", { text: note }) : null));
  put(
    parts.facts,
    fact(state.openSet || !set ? "Rep" : `Set ${set.index + 1} done`, set ? String(set.reps.length) : UNKNOWN, state.openSet || !set ? "" : set.reps.length === 1 ? "rep" : "reps"),
    fact("Velocity loss", percent(set?.velocity_loss_fraction)),
    fact("Peak", velocity(rep?.peak_concentric_velocity_mps), "m/s"),
    fact("Range", centimetres(rep?.range_of_motion_m), "cm"),
  );
}

/** Where the bar went in the last rep, and what the sets so far say about the upper back. */
function drawChips(parts, set, rep, state) {
  const words = rep && drift(rep.forward_drift_m, rep.forward_drift_sd_m);
  parts.chip.hidden = rep === null;
  parts.chip.className = words && rep.quality.state === "good" ? "chip" : "chip hatched";
  setText(parts.chip, words ?? "Forward not resolvable");
  const lift = state.verdicts.find((item) => item.exercise_id === set?.exercise_id);
  parts.trend.hidden = !lift;
  if (!lift) return;
  const { glyph, tone, words: judged } = verdict(lift.word);
  parts.trend.className = `tag ${tone}`;
  setText(parts.trend, `${glyph} Upper back: ${judged.toLowerCase()}`);
}

function drawCharts(parts, set) {
  const reps = set?.reps ?? [];
  const rep = reps.at(-1);
  setText(parts.pathTitle, rep ? `Bar path, rep ${rep.index + 1}` : "Bar path");
  if (reps.length > 0) drawRepBars(parts.bars, reps);
  else put(parts.bars, h("p", { class: "hint", text: "Each rep adds a bar here." }));
  drawBarPath(parts.path, reps);
}

/** One sentence for each rep, for people who listen instead of look. */
export function repSentence(message) {
  const { rep, open_set: set } = message;
  const forward = drift(rep.forward_drift_m, null);
  const parts = [
    `Rep ${rep.index + 1}: ${velocity(rep.mean_concentric_velocity_mps)} metres per second`,
    forward ? forward.toLowerCase().replace("mm", "millimetres") : null,
    set.velocity_loss_fraction > 0 ? `velocity loss ${percent(set.velocity_loss_fraction)}` : null,
    rep.quality.state === "good" ? null : rep.quality.reasons.join(", "),
  ];
  return `${parts.filter(Boolean).join(", ")}.`;
}

export const setSentence = (set) => `Set ${set.index + 1} done, ${plural(set.reps.length, "rep")}.`;
