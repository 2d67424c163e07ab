/** Starts the page: routing, header, keys. Screens get the state and draw it. */

import { getMeasures } from "./core/api.js";
import { drawBadge } from "./parts/badge.js";
import { tabs } from "./parts/blocks.js";
import { h, put } from "./core/dom.js";
import { cueOf } from "./live/goal.js";
import { mountLive, repSentence, setSentence } from "./live/live.js";
import { companionNews } from "./parts/linkline.js";
import { learnMeasures } from "./core/measures.js";
import { recall, remember } from "./core/memory.js";
import { showSensors } from "./sensors/sensors.js";
import { showSessions } from "./sessions/sessions.js";
import { mountSets } from "./sets/sets.js";
import { connectLive } from "./core/socket.js";
import { makeSound } from "./core/sound.js";
import { mountStability } from "./stability/stability.js";
import { initialState, reduce } from "./core/state.js";
import { showStored } from "./sessions/stored.js";
import { showTraining } from "./training/training.js";
import { showWeeks } from "./stability/weeks.js";

const TICK_MS = 500;
/** A screen that takes longer than this says that it is loading. */
const PATIENCE_MS = 250;
const THEMES = ["system", "light", "dark"];

const root = document.getElementById("screen");
const badge = document.getElementById("badge");
const details = document.getElementById("link-details");
const spoken = document.getElementById("spoken");
const unitButton = document.getElementById("unit");
const themeButton = document.getElementById("theme");

let state = initialState;
let screen = null;
/** Counts visits, so that an answer that comes late does not draw over the next screen. */
let visit = 0;

const sound = makeSound();
const settings = { unit: () => recall("unit", "kg"), sound, toggleSound };

const liveTabs = (isAll) => tabs([["#/stability", "This session", !isAll], ["#/stability/all", "Across weeks", isAll]]);

function liveView() {
  const { session, sets, verdicts } = state;
  return { title: session?.title || "This session", sets, verdicts, setsBase: "#/sets", stabilitySub: "Across the sets of this session" };
}

/** Screens that follow the live state: `update` is called for every message. */
function follow(mounted, update) {
  update(null);
  return { ...mounted, update };
}

/** "set/3/rep/2", counted as people count; the rep may be left out. */
function focusOf([word, set, , rep]) {
  return word === "set" && Number(set) >= 1 ? { set: Number(set) - 1, rep: Number(rep) >= 1 ? Number(rep) - 1 : null } : null;
}

function showLiveScreen(name, rest) {
  if (name === "live") {
    const live = mountLive(root, settings);
    return follow(live, (message) => live.update(state, message));
  }
  const mounted = name === "sets" ? mountSets(root, settings, focusOf(rest)) : mountStability(root);
  const view = () => ({ ...liveView(), tabs: name === "stability" ? liveTabs(false) : null });
  const isNews = (message) => message === null || ["set", "snapshot", "session", "unit"].includes(message.type);
  return follow(mounted, (message) => isNews(message) && mounted.update(view()));
}

async function show(name, rest) {
  if (name === "sessions") return showSessions(root, rest[0]);
  if (name === "session") return showStored(root, settings, rest[0], rest[1] === "stability" ? "stability" : focusOf(rest.slice(1)));
  if (name === "training") return showTraining(root, settings, rest);
  if (name === "sensors") {
    const sensors = await showSensors(root);
    return follow(sensors, (message) => sensors.update(state, message));
  }
  if (name === "stability" && rest[0] === "all") return showWeeks(root, { exerciseId: rest[1] ?? null, athlete: rest[2], tabs: liveTabs(true) });
  return showLiveScreen(["sets", "stability"].includes(name) ? name : "live", rest);
}

async function route() {
  visit += 1;
  const here = visit;
  const [name = "live", ...rest] = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  screen?.unmount?.();
  screen = null;
  const current = name === "session" ? "sessions" : name;
  for (const link of document.querySelectorAll("[data-screen]")) {
    if (link.dataset.screen === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  root.className = `screen-${current}`;
  const waiting = setTimeout(() => {
    if (here === visit && !root.firstChild) put(root, h("p", { class: "hint", role: "status", text: "Loading…" }));
  }, PATIENCE_MS);
  try {
    const shown = await show(name, rest);
    if (here === visit) screen = shown;
  } catch (error) {
    if (here !== visit) return;
    const again = h("button", { class: "primary", type: "button", text: "Try again", onclick: route });
    put(root, h("div", { class: "card empty" }, h("h1", { text: error.message }), h("p", { text: error.hint ?? "" }), again));
  } finally {
    clearTimeout(waiting);
  }
}

function take(message) {
  const before = state;
  state = reduce(state, message, performance.now());
  if (message.type === "rep") {
    spoken.textContent = repSentence(message);
    sound.play(cueOf(message.open_set));
  }
  if (message.type === "set") spoken.textContent = setSentence(message.set);
  const news = message.type === "link" ? companionNews(before.link, state.link) : null;
  if (news) spoken.textContent = news;
  if (message.type !== "velocity") drawBadge(badge, details, state, performance.now());
  screen?.update?.(message);
}

function drawTools() {
  const theme = recall("theme", "system");
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  themeButton.textContent = { system: "◐", light: "○", dark: "●" }[theme];
  themeButton.title = `Colours: ${theme}`;
  themeButton.setAttribute("aria-label", `Colours: ${theme}. Change.`);
  unitButton.textContent = settings.unit();
  unitButton.setAttribute("aria-label", `Loads in ${settings.unit()}. Change.`);
}

function nextTheme() {
  remember("theme", THEMES[(THEMES.indexOf(recall("theme", "system")) + 1) % THEMES.length]);
  drawTools();
  take({ type: "theme", seq: state.seq });
}

function nextUnit() {
  remember("unit", settings.unit() === "kg" ? "lb" : "kg");
  drawTools();
  take({ type: "unit", seq: state.seq });
}

/** Any touch or key lets sound in; the button alone turns it off. */
function letSoundIn() {
  if (sound.state() !== "waiting") return;
  sound.unlock();
  take({ type: "sound", seq: state.seq });
}

function toggleSound(wasWaiting) {
  sound.toggle(wasWaiting);
  take({ type: "sound", seq: state.seq });
}

const KEYS = {
  1: () => { location.hash = "#/live"; },
  2: () => { location.hash = "#/sets"; },
  3: () => { location.hash = "#/stability"; },
  4: () => { location.hash = "#/sessions"; },
  5: () => { location.hash = "#/training"; },
  6: () => { location.hash = "#/sensors"; },
  l: nextUnit,
  m: () => toggleSound(sound.state() === "waiting"),
  t: nextTheme,
};

document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof Element && event.target.closest("input, select, textarea, dialog");
  if (!isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) KEYS[event.key]?.();
});
document.addEventListener("pointerup", letSoundIn);
document.addEventListener("keydown", letSoundIn);
let resizing = 0;
window.addEventListener("resize", () => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => screen?.resize?.());
});
themeButton.addEventListener("click", nextTheme);
unitButton.addEventListener("click", nextUnit);
window.addEventListener("hashchange", route);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => take({ type: "theme", seq: state.seq }));

drawTools();
drawBadge(badge, details, state, performance.now());
// Without it the page shows ids instead of names, which is better than nothing.
learnMeasures(await getMeasures().catch(() => []));
await route();
connectLive(take, (socket, silentMs) => take({ type: "socket", state: socket, silentMs }));
setInterval(() => take({ type: "tick", seq: state.seq }), TICK_MS);
