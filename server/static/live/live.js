/** The live screen at the rack: one huge number, then what explains it. Updates in place, so that nothing flickers. */

import { drawBarPath } from "../charts/barpath.js";
import { barsLegend, drawRepBars } from "../charts/repbars.js";
import { Strip } from "../charts/strip.js";
import { h, put, setText } from "../core/dom.js";
import { load, quality, sentenceCase, verdict } from "../core/format.js";
import { phase, shownSet } from "../core/state.js";
import { counting } from "../core/reps.js";
import { drawLinkLine, linkLine } from "../parts/linkline.js";
import { bigNumber } from "./bignumber.js";
import { makeControls } from "./controls.js";
import { drawClock, drawFacts, factsBox } from "./facts.js";
import { drawLoss, drawOver, drawZone, goalOf, goalWords, isBlind, isOver, lossBar, overPanel } from "./goal.js";
import { openLabelDialog } from "./label.js";
import { METRICS, forwardChip, metricId, nextMetric } from "./metrics.js";
import { drawEmpty, drawNotice, emptyPanel, noticeBox } from "./notices.js";
import { openNumbers } from "./numbers.js";
import { openSoundSwitch } from "./soundswitch.js";
import { fillScreen, wakeLock } from "./tablet.js";

/** Messages that change the number or the charts; all others leave them alone. */
const REDRAWN_ON = new Set(["snapshot", "rep", "set", "session", "unit", "label", "edit", "metric"]);
/** That the next set was changed, perhaps on another screen, stands beside it this long, ms. */
const CHANGED_MS = 8000;
/** The legend of the path has this much of its place, px. */
const LEGEND_PX = 44;

/** @param {HTMLElement} root @param {import("../core/screens.js").Context} context */
export function show(root, context) {
  let latest = null;
  let changedTimer = 0;
  const parts = layout();
  const controls = makeControls({
    sound: context.sound,
    say: context.say,
    role: context.role,
    label: () => currentLabel(latest),
    onSound: () => openSoundSwitch(context.sound, () => update(latest, { type: "sound" })),
    onNumbers: showNumbers,
    onFill: fillScreen,
  });
  parts.side.append(controls.root);
  put(root, parts.screen);
  const number = bigNumber(parts.numberBox, parts.number);
  const strip = new Strip(parts.canvas);
  const awake = wakeLock();
  // The place of the path is noted when it changes, so that drawing a rep asks the page for nothing.
  let place = null;
  const observer = new ResizeObserver(([entry]) => {
    const { width, height } = entry.contentRect;
    // On a tablet the place has a height of its own (live.css), on a phone the chart makes it.
    const fills = getComputedStyle(entry.target).getPropertyValue("--fills") !== "";
    place = fills ? { width, height: height - LEGEND_PX } : null;
    if (latest) drawPath(parts, shownSet(latest), place);
  });
  observer.observe(parts.path);

  parts.change.addEventListener("click", () => openLabelDialog(currentLabel(latest), context.unit(), { sets: latest.sets, isOpen: latest.openSet !== null }));
  parts.numberBox.addEventListener("click", switchMetric);

  function switchMetric() {
    if (isBlind(latest)) return;
    const { name } = METRICS[nextMetric(shownSet(latest)?.advice)];
    context.say(`${name} is shown.`);
    update(latest, { type: "metric" });
  }

  function showNumbers() {
    openNumbers(shownSet(latest), context.unit(), isBlind(latest));
  }

  /** A coach's screen may say what is lifted next: whoever stands at the bar has to see that it is new. */
  function tellChange(before, state) {
    const [old, next] = [before, state].map(({ label }) => [labelWords(label, context.unit()), label.goal ? goalWords(label.goal) : ""].filter(Boolean).join("; "));
    if (old === next) return;
    context.say(`Next set: ${next}.`);
    parts.changed.hidden = false;
    clearTimeout(changedTimer);
    changedTimer = setTimeout(() => { parts.changed.hidden = true; }, CHANGED_MS);
  }

  function update(state, message) {
    if (message?.type === "velocity") {
      latest = state;
      strip.push(message);
      return;
    }
    const now = performance.now();
    if (message?.type === "label" && latest) tellChange(latest, state);
    latest = state;
    drawEmpty(parts.screen, parts.empty, state);
    parts.screen.classList.toggle("idle", phase(state) === "idle");
    parts.screen.classList.toggle("stale", drawNotice(parts.notice, state, now));
    drawLinkLine(parts.links, state.link);
    if (message === null || REDRAWN_ON.has(message.type)) drawSet(parts, number, state, context.unit(), place);
    drawClock(parts.facts, state, now);
    controls.draw(state, now);
    awake.want(state.session !== null);
    if (message?.type === "snapshot" || message?.type === "theme") strip.restart();
  }

  return {
    update,
    unmount() {
      clearTimeout(changedTimer);
      strip.close();
      number.close();
      observer.disconnect();
      awake.close();
    },
    keys: [
      { key: " ", words: "Start or end the set", run: controls.endOrStart },
      { key: "x", words: "Leave the last rep out", run: controls.leaveOut },
      { key: "u", words: "Undo", run: controls.takeBack },
      { key: "c", words: "Change the set: lift, load, goal", run: () => parts.change.click() },
      { key: "v", words: "Another number: mean, peak, range, forward", run: switchMetric },
      { key: "n", words: "Numbers of this set as a table", run: showNumbers },
      { key: "f", words: "Full screen", run: fillScreen },
    ],
  };
}

function layout() {
  const p = {
    empty: emptyPanel(),
    notice: noticeBox(),
    links: linkLine(),
    contextWords: h("span"),
    changed: h("small", { class: "live-changed", hidden: true, text: "✎ changed" }),
    goalWords: h("p", { class: "goal-words" }),
    change: h("button", { class: "big change", type: "button", "aria-keyshortcuts": "c", text: "Change set" }),
    over: overPanel(),
    number: h("output", { class: "hero-number" }),
    metrics: Object.fromEntries(Object.entries(METRICS).map(([id, { name }]) => [id, h("span", { text: name })])),
    unit: h("span", { class: "hero-unit" }),
    caption: h("p", { class: "hero-caption" }),
    zone: h("span", { class: "zone", hidden: true }),
    chip: h("p", { class: "chip" }, h("span", { class: "chip-glyph", "aria-hidden": "true" }), h("strong"), h("small")),
    trend: h("a", { class: "trend-link", href: "#/stability" }),
    loss: lossBar(),
    facts: factsBox(),
    barsTitle: h("h2"),
    barsLegend: h("p", { class: "bars-legend" }),
    bars: h("div", { class: "repbars" }),
    path: h("div", { class: "path-box" }),
    pathTitle: h("h2", { text: "Bar path" }),
    canvas: h("canvas", { class: "strip", "aria-hidden": "true" }),
  };
  p.context = h("h1", { class: "live-context" }, p.contextWords, p.changed);
  p.numberBox = h("button", { class: "number-box", type: "button", "aria-keyshortcuts": "v" }, p.number);
  p.hero = h(
    "section",
    { class: "hero", "aria-label": "Last rep" },
    h("div", { class: "hero-head" }, h("div", { class: "hero-words" }, p.context, p.goalWords), p.change),
    h("div", { class: "number-place" }, p.numberBox, p.over.root),
    h("div", { class: "hero-line" }, p.unit, p.caption, h("span", { class: "metric-names", "aria-hidden": "true" }, ...Object.values(p.metrics))),
    h("div", { class: "chips" }, p.zone, p.chip, p.trend),
    p.loss.root,
  );
  p.side = h(
    "div",
    { class: "side" },
    p.notice,
    p.facts.root,
    p.links,
    h("section", { class: "card card-path" }, p.pathTitle, p.path),
    h("section", { class: "card card-strip" }, h("h2", {}, "Velocity now ", h("small", { text: "m/s, provisional" })), h("div", { class: "strip-box" }, stripScale(), p.canvas)),
  );
  const bars = h("section", { class: "card card-bars" }, h("div", { class: "card-head" }, p.barsTitle, p.barsLegend), p.bars);
  p.screen = h("div", { class: "live" }, h("div", { class: "live-grid" }, p.hero, bars, p.side));
  return p;
}

const stripScale = () => h("div", { class: "strip-scale", "aria-hidden": "true" }, h("span", { text: "+1" }), h("span", { text: "0" }), h("span", { text: "−1" }));

/** What is being lifted: the open set, else what the lifter said, else the last set. */
function currentLabel(state) {
  const told = state.openSet ?? state.label;
  return told.exercise_name ? told : { ...(shownSet(state) ?? told), goal: told.goal };
}

/** "Front squat · 100 kg" */
const labelWords = (label, unit) => [label.exercise_name ?? "Exercise not set", load(label.load_kg, unit)].filter(Boolean).join(" · ");

/** Everything that a rep or a set changes. */
function drawSet(parts, number, state, unit, place) {
  const set = shownSet(state);
  const label = currentLabel(state);
  const goal = goalOf(state);
  const blind = isBlind(state);
  const isNext = set !== null && state.openSet === null && (set.exercise_id !== label.exercise_id || set.load_kg !== label.load_kg);
  setText(parts.contextWords, `${isNext ? "Next: " : ""}${labelWords(label, unit)}`);
  setText(parts.goalWords, goal ? goalWords(goal) : "");
  parts.change.disabled = state.session === null;
  parts.screen.classList.toggle("blind", blind);
  parts.hero.classList.toggle("set-is-over", isOver(state));
  if (blind) drawBlindNumber(parts, number, state);
  else drawNumber(parts, number, set);
  drawOver(parts.over, state);
  drawZone(parts.zone, state);
  drawChips(parts, set, state);
  drawLoss(parts.loss, set, set ? set.goal : goal);
  drawFacts(parts.facts, state);
  drawBars(parts, set);
  drawPath(parts, set, place);
}

function drawNumber(parts, number, set) {
  const rep = set?.reps.at(-1) ?? null;
  const id = metricId(set?.advice);
  const metric = METRICS[id];
  const isLeftOut = Boolean(rep?.excluded_reason);
  const isDoubtful = rep !== null && (isLeftOut || rep.quality.state !== "good");
  parts.hero.classList.toggle("doubtful", isDoubtful);
  parts.hero.classList.toggle("nothing-yet", rep === null);
  for (const [key, name] of Object.entries(parts.metrics)) name.classList.toggle("current", key === id);
  number.show(rep === null ? metric.empty : metric.text(rep));
  setText(parts.unit, metric.unit);
  setText(parts.caption, rep === null ? metric.words : [metric.margin(rep), isDoubtful ? doubt(rep) : ""].filter(Boolean).join(" "));
  parts.caption.title = isDoubtful ? doubt(rep) : "";
  const value = rep === null ? "no rep yet" : `${metric.text(rep)} ${metric.unit}`;
  parts.numberBox.setAttribute("aria-label", `${sentenceCase(metric.words)}: ${value}. Show another number.`);
}

function doubt(rep) {
  if (rep.excluded_reason) return `× Left out: ${rep.excluded_reason}`;
  const { glyph, words } = quality(rep.quality.state);
  return `${glyph} ${sentenceCase(words)}: ${rep.quality.reasons.join("; ")}`;
}

/** Velocities are hidden from the lifter: only what was counted. */
function drawBlindNumber(parts, number, state) {
  const set = state.openSet ?? (state.label.goal?.velocity_feedback === false ? null : shownSet(state));
  const n = set ? counting(set.reps).length : 0;
  const wanted = goalOf(state)?.reps;
  parts.hero.classList.remove("doubtful", "nothing-yet");
  number.show(String(n), "00");
  setText(parts.unit, wanted ? `of ${wanted} reps` : n === 1 ? "rep" : "reps");
  setText(parts.caption, "Velocities are hidden during this set; they are stored.");
  parts.numberBox.setAttribute("aria-label", `${n} reps. Velocities are hidden during this set.`);
}

/** Where the bar went in the last rep, and what the sets so far say about the upper back. */
function drawChips(parts, set, state) {
  const rep = set?.reps.at(-1);
  parts.chip.hidden = !rep;
  if (rep) {
    const { glyph, words, aside, tone } = forwardChip(rep, state.typical, set.exercise_id === currentLabel(state).exercise_id);
    parts.chip.className = `chip ${tone}${rep.quality.state === "good" ? "" : " hatched"}`;
    [glyph, words, aside].forEach((text, i) => setText(parts.chip.children[i], text));
  }
  const lift = state.verdicts.find((item) => item.exercise_id === set?.exercise_id);
  parts.trend.hidden = !lift || state.openSet !== null;
  if (parts.trend.hidden) return;
  const { glyph, tone, words } = verdict(lift.headline);
  parts.trend.className = `trend-link tag ${tone}`;
  setText(parts.trend, `${glyph} Upper back: ${words.toLowerCase()}`);
}

function drawBars(parts, set) {
  const reps = set?.reps ?? [];
  setText(parts.barsTitle, `Reps, ${set?.advice?.main_velocity ?? "mean"} velocity, m/s`);
  if (reps.length > 0) {
    setText(parts.barsLegend, barsLegend(drawRepBars(parts.bars, reps, set)));
    return;
  }
  setText(parts.barsLegend, "");
  put(parts.bars, h("p", { class: "hint", text: "Each rep adds a bar here." }));
}

function drawPath(parts, set, place) {
  const reps = set?.reps ?? [];
  const rep = reps.at(-1);
  setText(parts.pathTitle, rep ? `Bar path from the side, rep ${rep.index + 1}` : "Bar path from the side");
  drawBarPath(parts.path, reps, rep, place);
}
