/** Starts the page: header, keys, sound, the live socket; `core/router.js` shows the screens. */

import { getMe, getMeasures } from "./core/api.js";
import { listenToKeys } from "./core/keys.js";
import { nextTheme, otherUnit, setTheme, setUnit, showTheme, theme, unit } from "./core/look.js";
import { learnMeasures } from "./core/measures.js";
import { makeRouter } from "./core/router.js";
import { SCREENS, loadOthers, loadScreen, screenOf } from "./core/screens.js";
import { connectLive } from "./core/socket.js";
import { makeSound } from "./core/sound.js";
import { initialState, reduce } from "./core/state.js";
import { hear } from "./live/cues.js";
import { repSentence, setSentence } from "./live/sentences.js";
import { drawBadge } from "./parts/badge.js";
import { openHelp } from "./parts/help.js";
import { drawDiskNotice } from "./parts/disknotice.js";
import { companionNews } from "./parts/linkline.js";
import { fillNav, markScreen } from "./parts/nav.js";
import { makeOutage } from "./parts/outage.js";

const TICK_MS = 500;
/** The other screens are loaded when the first one has had its time, so that they open also when the server is away. */
const OTHERS_AFTER_MS = 10_000;
/** Screens that are complete again with the snapshot of a new connection; the others read what they show. */
const IN_STATE = new Set(["live", "sets", "stability", "wall"]);
const THEME_GLYPHS = { system: "◐", light: "○", dark: "●" };

const part = (id) => document.getElementById(id);
const [root, badge, details, spoken, unitButton, themeButton] = ["screen", "badge", "link-details", "spoken", "unit", "theme"].map(part);

let state = initialState;
let me = { role: "admin" };
let screen = SCREENS[0];

const sound = makeSound();
const context = { unit, setUnit: lookAfter(setUnit, "unit"), setTheme: lookAfter(setTheme, "theme"), sound, toggleSound, me: () => me, role: () => me.role, say: (words) => { spoken.textContent = words; } };
const router = makeRouter(root, context, {
  onScreen(next) {
    screen = next;
    markScreen(next);
  },
  onShown: (shown) => shown.update?.(state, null),
});
const outage = makeOutage(part("outage"), {
  again: router.refresh,
  isBusy: () => document.querySelector("dialog[open]") !== null || root.querySelector(":is(input, select, textarea):focus") !== null,
  say: context.say,
});
const keysOfScreen = () => router.shown()?.keys ?? [];

function take(message) {
  const before = state;
  state = reduce(state, message, performance.now());
  if (message.type === "rep") context.say(repSentence(message));
  if (message.type === "set") context.say(setSentence(message.set));
  const news = message.type === "link" ? companionNews(before.link, state.link) : null;
  if (news) context.say(news);
  if (message.type !== "velocity") {
    drawBadge(badge, details, state, performance.now());
    drawDiskNotice(part("disk"), state, context.say);
    outage(before, state, performance.now(), { isShownLive: screen.id === "live", isLive: IN_STATE.has(screen.id) && Boolean(router.shown()?.update) });
  }
  router.shown()?.update?.(state, message);
  hear(sound, state, message);
}

/** Something of this page has changed that screens draw: "unit", "theme", "sound" or the "tick" of the clock. */
const tell = (type) => take({ type, seq: state.seq });

function drawTools() {
  showTheme();
  themeButton.textContent = THEME_GLYPHS[theme()];
  themeButton.title = `Colours: ${theme()}`;
  themeButton.setAttribute("aria-label", `Colours: ${theme()}. Change.`);
  unitButton.textContent = unit();
  unitButton.setAttribute("aria-label", `Loads in ${unit()}. Change.`);
}

/** Change the look, and all that shows it. */
function lookAfter(change, type) {
  return (value) => {
    change(value);
    drawTools();
    tell(type);
  };
}

const changeTheme = () => context.setTheme(nextTheme());
const changeUnit = () => context.setUnit(otherUnit());

/** Any touch or key lets sound in; the button alone turns it off. */
function letSoundIn() {
  if (sound.state() !== "waiting") return;
  sound.unlock();
  tell("sound");
}

function toggleSound(wasWaiting) {
  sound.toggle(wasWaiting);
  tell("sound");
}

const KEYS = [
  ...SCREENS.map(({ id, name, key }) => ({ key, words: name, run: () => { location.hash = `#/${id}`; } })),
  { key: "l", words: "Loads in kg or lb", run: changeUnit },
  { key: "m", words: "Sound on or off", run: () => toggleSound(sound.state() === "waiting") },
  { key: "t", words: "Colours: as the system, light, dark", run: changeTheme },
  { key: "?", words: "Help: this screen and its keys", run: help },
];

function help() {
  openHelp(KEYS, keysOfScreen(), screen);
}

/** What this browser may do. Where its token was renewed, loading the page anew shows where to sign in. */
async function askWhoWeAre() {
  try {
    me = await getMe();
  } catch (error) {
    if (error.status === 401) location.reload();
  }
}

/** After a change of the address people who listen are told where they are, and the keyboard begins there. */
function go() {
  root.focus({ preventScroll: true });
  context.say(screenOf(location.hash.split("/")[1]).name);
  window.scrollTo(0, 0);
  return router.route();
}

listenToKeys(KEYS, keysOfScreen);
// Not on pointerup: a screen that is drawn anew before the click would lose it.
document.addEventListener("click", letSoundIn);
document.addEventListener("keydown", letSoundIn);
let resizing = 0;
window.addEventListener("resize", () => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => router.shown()?.resize?.());
});
themeButton.addEventListener("click", changeTheme);
unitButton.addEventListener("click", changeUnit);
part("help").addEventListener("click", help);
window.addEventListener("hashchange", go);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => tell("theme"));

fillNav(part("nav"), part("more"), help);
drawTools();
drawBadge(badge, details, state, performance.now());
connectLive(take, (socket, silentMs) => {
  take({ type: "socket", state: socket, silentMs });
  if (socket === "closed" && me.is_lan) askWhoWeAre();
});
// Without them the page shows ids instead of names, and takes the visitor for the owner: the server decides anyway.
const known = Promise.all([askWhoWeAre(), loadScreen(screenOf(location.hash.split("/")[1])).catch(() => null)]);
await Promise.all([getMeasures().then(learnMeasures, () => null), known.then(router.route)]);
setInterval(() => tell("tick"), TICK_MS);
setTimeout(loadOthers, OTHERS_AFTER_MS);
