/** One recording: fetches windows of it, draws them, and leads from rep to rep. */

import { getSession, getSignals } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { day, number, plural, timeOfDay } from "../core/format.js";
import { recall, remember } from "../core/memory.js";
import { makeChart } from "./chart.js";
import { showCheckup } from "./checkup.js";
import { controlsOf } from "./controls.js";
import { showFound } from "./found.js";
import { makePath } from "./path.js";
import { LANES, rowsOf } from "./signals.js";
import { progressLine, refused } from "./states.js";
import { repWords } from "./strip.js";
import { lazyTwin } from "./twin.js";

const ASK_AGAIN_MS = 1200;
const SETTLED_MS = 60;
/** A rep is shown with so much before and after it, s. */
const AROUND_REP_S = 0.7;
const LEAST_WINDOW_S = 0.1;
/** Beyond each end of what is visible so much of it is fetched too, so that dragging shows something. */
const BEYOND = 0.25;
const PAN = 0.25;
const ZOOM = 2;

/**
 * @param {HTMLElement} root
 * @param {{set: number, rep: number | null} | null} focus
 */
export async function showRecording(root, context, id, focus) {
  const { session } = await getSession(id);
  const parts = skeleton(session);
  put(root, ...parts.all);
  const state = { whole: null, data: null, view: [0, 1], rep: null, lanes: chosenLanes(), isGone: false, asked: 0 };
  const timers = new Set();
  const later = (run, ms) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
    return timer;
  };
  const chart = makeChart(parts.chart, { onView: (view) => look(view), unit: context.unit });
  const path = makePath(parts.path, id);
  const twin = lazyTwin(parts.twin, "signals that are visible");
  const controls = controlsOf(parts.controls, { pan, zoom, whole, step, toggle, lanes: state.lanes });

  const points = () => Math.max(200, Math.round((parts.chart.clientWidth || 600) * (1 + 2 * BEYOND)));

  /** Ask for the whole recording until all of it is worked out; show what there is meanwhile. */
  async function load() {
    try {
      const answer = await getSignals(id, { points: points() });
      if (state.isGone) return;
      put(parts.status, answer.progress ? progressLine(answer) : null);
      if (answer.progress) later(load, ASK_AGAIN_MS);
      if (answer.schema) await arrived(answer);
    } catch (error) {
      if (!state.isGone) fail(error);
    }
  }

  async function arrived(answer) {
    const isFirst = state.whole === null;
    const hasMore = state.whole?.progress?.phase !== answer.progress?.phase;
    state.whole = answer;
    if (isFirst) {
      state.view = [answer.start_s, answer.end_s];
      describe(answer);
      const rep = focus && answer.reps.find((one) => one.set === focus.set && one.rep === (focus.rep ?? 0));
      if (rep) go(rep, focus.rep === null);
    }
    if (isFirst || hasMore) {
      beside();
      await show();
    }
  }

  function describe(answer) {
    parts.facts.textContent = [...parts.facts.dataset.said.split(" · "), `${plural(answer.total_samples, "sample")} in ${number(answer.end_s - answer.start_s, 1)} s`, answer.damage === "complete" ? null : `file ${answer.damage}`].filter(Boolean).join(" · ");
  }

  function beside() {
    showFound(parts.found, state.whole, { goRep: go, goTo: look });
    if (!state.whole.progress) {
      showCheckup(parts.checkup, id);
      path.show(state.rep ?? state.whole.reps[0] ?? null, state.whole);
    } else {
      path.wait();
    }
  }

  /** Fetch and draw what is visible. */
  async function show() {
    state.asked += 1;
    const mine = state.asked;
    const [from, to] = state.view;
    const beyond = (to - from) * BEYOND;
    try {
      const isWhole = from <= state.whole.start_s && to >= state.whole.end_s;
      const data = isWhole ? state.whole : await getSignals(id, { fromS: Math.max(0, from - beyond), toS: to + beyond, points: points() });
      if (mine !== state.asked || state.isGone || !data.schema) return;
      state.data = data;
      await chart.draw(data, state.view, state.lanes);
      const [view, lanes] = [state.view, LANES.filter((lane) => state.lanes.includes(lane.id))];
      const span = view.map((t) => number(Math.max(t, 0), 2)).join(" to ");
      twin.update(() => rowsOf(data, lanes, view), `signals ${session.started_at.slice(0, 16)} ${span} s`);
      controls.update(state);
    } catch (error) {
      if (!state.isGone && mine === state.asked) fail(error);
    }
  }

  let settling = 0;
  /** Look at another window; its data come when it has come to rest. */
  function look([from, to]) {
    if (!state.whole) return;
    const { start_s: start, end_s: end } = state.whole;
    const width = Math.min(Math.max(to - from, LEAST_WINDOW_S), Math.max(end - start, LEAST_WINDOW_S));
    const first = Math.min(Math.max(from, start), end - width);
    state.view = [first, first + width];
    clearTimeout(settling);
    settling = later(show, SETTLED_MS);
  }

  function pan(sign) {
    const [from, to] = state.view;
    look([from + sign * PAN * (to - from), to + sign * PAN * (to - from)]);
  }

  function zoom(sign) {
    const [from, to] = state.view;
    const half = ((to - from) / 2) * (sign > 0 ? 1 / ZOOM : ZOOM);
    look([(from + to) / 2 - half, (from + to) / 2 + half]);
  }

  function whole() {
    if (state.whole) look([state.whole.start_s, state.whole.end_s]);
  }

  function go(rep, isWholeSet = false) {
    state.rep = rep;
    const set = state.whole.sets.find((one) => one.set === rep.set);
    const [from, to] = isWholeSet && set ? [set.start_s, set.end_s] : [rep.start_s, rep.end_s];
    history.replaceState(null, "", `#/explorer/${encodeURIComponent(id)}/set/${rep.set + 1}${isWholeSet ? "" : `/rep/${rep.rep + 1}`}`);
    context.say(repWords(rep));
    controls.update(state);
    if (!state.whole.progress) path.show(rep, state.whole);
    look([from - AROUND_REP_S, to + AROUND_REP_S]);
  }

  /** To the next rep or the one before: of the one that was chosen, or of what is in the middle of the window. */
  function step(sign) {
    const reps = state.whole?.reps ?? [];
    const at = state.rep ? reps.findIndex((one) => one.set === state.rep.set && one.rep === state.rep.rep) : -1;
    const middle = (state.view[0] + state.view[1]) / 2;
    const isAll = state.whole && state.view[1] - state.view[0] >= 0.99 * (state.whole.end_s - state.whole.start_s);
    const after = reps.findIndex((one) => one.start_s > middle);
    const fresh = isAll ? (sign > 0 ? 0 : reps.length - 1) : sign > 0 ? after : (after < 0 ? reps.length : after) - 1;
    const next = reps[at < 0 ? fresh : at + sign];
    if (next) go(next);
    else context.say(sign > 0 ? "No rep after this" : "No rep before this");
  }

  function toggle(lane) {
    state.lanes = state.lanes.includes(lane) ? state.lanes.filter((one) => one !== lane) : [...state.lanes, lane];
    remember("explorer-lanes", state.lanes.join(","));
    controls.update(state);
    if (state.whole) show();
  }

  function fail(error) {
    if (state.data && error.code === "offline") put(parts.status, progressLine({ problem: error }));
    else {
      put(parts.status, null);
      put(parts.body, refused(error, id, load, () => put(parts.body, ...parts.inBody)));
    }
    if (error.code === "recording_runs") state.isWaiting = true;
  }

  put(parts.status, progressLine({ progress: { phase: "waiting", fraction: 0 } }));
  load();
  return {
    keys: [
      { key: "ArrowLeft", words: "Earlier, later", run: () => pan(-1) },
      { key: "ArrowRight", words: "Earlier, later", run: () => pan(1) },
      { key: "+", words: "Closer, wider", run: () => zoom(1) },
      { key: "-", words: "Closer, wider", run: () => zoom(-1) },
      { key: "[", words: "Rep before, next rep", run: () => step(-1) },
      { key: "]", words: "Rep before, next rep", run: () => step(1) },
      { key: "Home", words: "Whole recording", run: whole },
    ],
    update(_, message) {
      if (message?.type === "theme" || message?.type === "unit") {
        chart.redraw();
        path.redraw();
      }
      if (state.isWaiting && message?.type === "session" && message.session === null) {
        state.isWaiting = false;
        put(parts.body, ...parts.inBody);
        load();
      }
    },
    resize() {
      if (state.data) chart.redraw();
      path.redraw();
    },
    unmount() {
      state.isGone = true;
      timers.forEach(clearTimeout);
      chart.remove();
      path.remove();
    },
  };
}

function chosenLanes() {
  const known = LANES.map((lane) => lane.id);
  const kept = recall("explorer-lanes", known.join(",")).split(",").filter((one) => known.includes(one));
  return kept.length ? kept : known;
}

/** The page before there is anything to show. */
function skeleton(session) {
  const said = [session.sensor_name || null, session.mount_position ? `on the ${session.mount_position}` : null, session.source].filter(Boolean).join(" · ");
  const title = session.title || `${day(session.started_at)}, ${timeOfDay(session.started_at)}`;
  const facts = h("p", { class: "sub", "data-said": said, text: said });
  const links = h("div", { class: "page-tools" }, h("a", { class: "tool link", href: "#/explorer", text: "All recordings" }), h("a", { class: "tool link", href: `#/session/${session.recording_id}`, text: "Session" }));
  const head = h("div", { class: "page-head" }, h("div", {}, h("h1", { text: title }), facts), links);
  const [status, controls, chart, twin, path, found, checkup] = ["status", "controls", "chart", "twin", "path", "found", "checkup"].map((name) => h("div", { class: `explorer-${name}` }));
  status.setAttribute("role", "status");
  const figure = h(
    "figure",
    { class: "card figure part explorer-figure", "aria-labelledby": "explorer-lanes-title" },
    h("figcaption", { class: "card-head" }, h("h2", { id: "explorer-lanes-title", text: "Signals over time, and what was found in them" })),
    controls,
    chart,
    twin,
  );
  const inBody = [figure, h("div", { class: "explorer-grid" }, path, found), checkup];
  const body = h("div", { class: "explorer-body" }, ...inBody);
  return { all: [head, status, body], facts, status, controls, chart, twin, path, found, checkup, body, inBody };
}
