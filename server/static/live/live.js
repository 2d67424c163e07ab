/** The live screen: one huge number, then what explains it. Updates in place, so that nothing flickers. */

import { drawBarPath } from "../charts/barpath.js";
import { h, put, setText } from "../core/dom.js";
import {
  NO_VELOCITY,
  UNKNOWN,
  age,
  centimetres,
  drift,
  load,
  percent,
  plusMinus,
  quality,
  sentenceCase,
  velocity,
  verdict,
} from "../core/format.js";
import { drawGoal, goalOf, isBlind, isOver, mainVelocity, overPanel } from "./goal.js";
import { openLabelDialog } from "./label.js";
import { drawLinkLine, linkLine } from "../parts/linkline.js";
import { drawRepBars } from "../charts/repbars.js";
import { phase, sampleAge, shownSet } from "../core/state.js";
import { Strip } from "../charts/strip.js";

/** The last sample may be this old before the link counts as silent, s. */
const SILENT_S = 2;
/** Messages that change the big number or the charts; all others leave them alone. */
const REDRAWN_ON = new Set(["snapshot", "rep", "set", "session", "unit", "label"]);

export function show(root, context) {
  return mountLive(root, context);
}

/** @param {HTMLElement} root @param {{unit: () => string, sound: any, toggleSound: (wasWaiting: boolean) => void}} settings */
function mountLive(root, settings) {
  const parts = layout();
  put(root, parts.screen);
  const strip = new Strip(parts.canvas);
  let latest = null;
  parts.change.addEventListener("click", () => openLabelDialog(currentLabel(latest), settings.unit()));
  // What it was before the tap: the tap itself lets sound in before the click arrives.
  let wasWaiting = false;
  for (const gesture of ["pointerdown", "keydown"]) {
    parts.sound.addEventListener(gesture, () => { wasWaiting = settings.sound.state() === "waiting"; });
  }
  parts.sound.addEventListener("click", () => {
    settings.toggleSound(wasWaiting || settings.sound.state() === "waiting");
    wasWaiting = false;
  });

  function update(state, message) {
    latest = state;
    if (message?.type === "velocity") {
      strip.push(message);
      return;
    }
    drawNotice(parts, state);
    drawLinkLine(parts.links, state.link);
    drawHeader(parts, state, settings.unit());
    if (message === null || REDRAWN_ON.has(message.type)) {
      drawHero(parts, shownSet(state), state);
      drawCharts(parts, shownSet(state));
    }
    drawGoal(parts.goal, parts.over, state, settings.sound.state());
    drawSound(parts.sound, settings.sound.state());
    // Last, when the strip has its place: its size and colours are read from the page.
    if (message?.type === "snapshot" || message?.type === "theme") strip.reset();
  }

  return { update, unmount: () => strip.close(), resize: () => latest && drawCharts(parts, shownSet(latest)) };
}

function layout() {
  const p = {
    notice: h("div", { class: "notice", hidden: true }),
    links: linkLine(),
    context: h("h1", { class: "live-context" }),
    change: h("button", { class: "tool change", type: "button", text: "Change set" }),
    sound: h("button", { class: "tool sound", type: "button" }),
    over: overPanel(),
    goal: h("div", { class: "goal", hidden: true }),
    unit: h("span", { class: "hero-unit", text: "m/s" }),
    barsTitle: h("h2", { text: "Reps, mean velocity" }),
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
    h("div", { class: "hero-head" }, p.context, h("div", { class: "hero-tools" }, p.sound, p.change)),
    p.over.root,
    h("div", { class: "hero-value" }, p.number, p.unit),
    p.caption,
    h("div", { class: "chips" }, p.chip, p.trend),
    p.facts,
    p.goal,
  );
  const scale = h("div", { class: "strip-scale", "aria-hidden": "true" });
  scale.append(h("span", { text: "+1" }), h("span", { text: "0" }), h("span", { text: "−1" }));
  const grid = h(
    "div",
    { class: "live-grid" },
    p.hero,
    h("section", { class: "card card-path" }, p.pathTitle, p.path),
    h("section", { class: "card card-bars" }, p.barsTitle, p.bars),
    h(
      "section",
      { class: "card card-strip" },
      h("h2", {}, "Vertical velocity now ", h("small", { text: "m/s, provisional" })),
      h("div", { class: "strip-box" }, scale, p.canvas),
    ),
  );
  p.screen = h("div", { class: "live" }, p.notice, p.links, grid);
  return p;
}

/** What stands in the way of the next rep, in words; nothing when all is well. */
function noticeOf(state, now) {
  const sensor = state.link?.sensor_name ?? "the sensor";
  const waited = age((now - state.socketSince) / 1000);
  const silent = sampleAge(state, now);
  if (state.socket === "open" && state.link?.state === "connected" && state.link.reason)
    return ["warn", "Something is wrong", `${sentenceCase(state.link.reason)}.`];
  switch (phase(state)) {
    case "offline":
      return ["bad", "Dashboard disconnected", `No answer from Upright for ${waited}. Connecting again by itself.`];
    case "lost":
      return ["bad", `Sensor lost ${age(silent)} ago`, `${state.link.reason || "The link broke"}. Connecting again by itself; what is on the screen is kept.`];
    case "searching":
      return ["calm", `Looking for ${sensor}`, state.link?.reason || "Wake the sensor: move the bar a little."];
    case "idle":
      return ["calm", "No session is running", state.link?.reason || "Connect a sensor under Sensors, or start with “upright record”; “upright demo” shows how it looks. Earlier sessions are under Sessions."];
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

function drawSound(button, state) {
  const words = { off: "Sound off", waiting: "Tap for sound", on: "Sound on" }[state];
  const why = state === "waiting" ? "Browsers keep a page silent until it is touched once: tap here, or anywhere. " : "";
  setText(button, `♪ ${words}`);
  button.setAttribute("aria-pressed", String(state === "on"));
  button.title = `${why}High: in the target. Low: below it. Two long tones: the set is over. Key: m`;
}

function drawHero(parts, set, state) {
  const blind = isBlind(state);
  parts.screen.classList.toggle("blind", blind);
  parts.hero.classList.toggle("is-over", isOver(state));
  if (blind) {
    drawBlindHero(parts, state);
    return;
  }
  const rep = set?.reps.at(-1) ?? null;
  const advice = set?.advice ?? null;
  const [mps, sd, kind] = rep ? mainVelocity(rep, advice) : [null, null, "Mean"];
  const isDoubtful = rep !== null && rep.quality.state !== "good";
  parts.hero.classList.toggle("doubtful", isDoubtful);
  parts.hero.classList.toggle("nothing-yet", rep === null);
  setText(parts.number, rep === null ? NO_VELOCITY : velocity(mps));
  setText(parts.unit, "m/s");
  drawChips(parts, set, rep, state);
  if (rep === null) {
    setText(parts.caption, "Mean concentric velocity of the last rep");
  } else {
    const { glyph, words } = quality(rep.quality.state);
    const doubt = isDoubtful ? `${glyph} ${sentenceCase(words)}: ${rep.quality.reasons.join("; ")}. ` : "";
    setText(parts.caption, `${doubt}${kind} concentric velocity ${plusMinus(sd, 2)}`);
  }
  const fact = (name, value, note = "") =>
    h("div", {}, h("dt", { text: name }), h("dd", {}, value, note ? h("small", { text: note }) : null));
  const isDone = set && !state.openSet;
  const wanted = state.openSet?.goal?.reps;
  const unit = wanted ? `of ${wanted}` : set?.reps.length === 1 ? "rep" : "reps";
  const other = kind === "Peak" ? ["Mean", rep?.mean_concentric_velocity_mps] : ["Peak", rep?.peak_concentric_velocity_mps];
  put(
    parts.facts,
    isOver(state) ? fact("Last rep", velocity(mps), "m/s") : null,
    fact(isDone ? `Set ${set.index + 1} done` : "Rep", set ? String(set.reps.length) : UNKNOWN, isDone || wanted ? unit : ""),
    fact("Velocity loss", percent(advice?.loss_fraction ?? set?.velocity_loss_fraction)),
    isOver(state) ? null : fact(other[0], velocity(other[1]), "m/s"),
    fact("Range", centimetres(rep?.range_of_motion_m), "cm"),
  );
}

/** Velocities are hidden from the lifter: only what was counted. */
function drawBlindHero(parts, state) {
  const n = (state.openSet ?? (state.label.goal?.velocity_feedback === false ? null : shownSet(state)))?.reps.length ?? 0;
  const wanted = goalOf(state)?.reps;
  parts.hero.classList.remove("doubtful", "nothing-yet");
  setText(parts.number, String(n));
  setText(parts.unit, wanted ? `of ${wanted} reps` : n === 1 ? "rep" : "reps");
  setText(parts.caption, "Velocities are hidden during this set; they are stored.");
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
  setText(parts.barsTitle, `Reps, ${set?.advice?.main_velocity ?? "mean"} velocity`);
  if (reps.length > 0) drawRepBars(parts.bars, reps, set);
  else put(parts.bars, h("p", { class: "hint", text: "Each rep adds a bar here." }));
  drawBarPath(parts.path, reps);
}
