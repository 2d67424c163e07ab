/** The live state and the one pure function that changes it. */

export const initialState = Object.freeze({
  socket: "connecting",
  socketSince: 0,
  seq: 0,
  session: null,
  link: null,
  linkAt: 0,
  label: { exercise_id: null, exercise_name: null, load_kg: null, goal: null },
  openSet: null,
  sets: [],
  verdicts: [],
  undo: null,
  redo: null,
  nGaps: 0,
  gapSamples: 0,
  /** What is typical of a rep of the lift that is lifted now. */
  typical: null,
  /** How far the set is: `{setIndex, phase, closesAt}`, the last in this page's time or null. */
  progress: null,
  /** When the last rep ended, in this page's time. */
  lastRepAt: null,
  /** The newest samples that were lost: `{at, seconds, missing}`. */
  lastGap: null,
  disk: null,
});

/**
 * @param {typeof initialState} state
 * @param {any} message a live message, or {type: "socket", state, silentMs} from this page
 * @param {number} now milliseconds, any origin
 */
export function reduce(state, message, now) {
  if (message.type === "socket") return { ...state, socket: message.state, socketSince: sinceWhen(state, message, now) };
  if (message.type === "snapshot") return fromSnapshot(state, message, now);
  if (message.seq <= state.seq) return state;
  const next = { ...state, seq: message.seq };
  switch (message.type) {
    case "velocity":
      return next;
    case "link":
      return { ...next, link: message.link, linkAt: now };
    case "label":
      return { ...next, label: message.label, typical: message.typical };
    case "rep":
      return { ...next, ...steps(message), openSet: message.open_set, typical: message.typical, lastRepAt: since(message.last_rep_age_s, now) };
    case "progress":
      return { ...next, progress: progressOf(message.progress, now) };
    case "set":
      return { ...next, ...steps(message), ...closeSet(state, message.set), verdicts: message.verdicts };
    case "edit":
      return { ...next, ...steps(message), ...corrected(state, message), verdicts: message.verdicts };
    case "gap":
      return { ...next, nGaps: message.n_gaps, gapSamples: message.gap_samples, lastGap: { at: now, seconds: message.end_s - message.start_s, missing: message.missing } };
    case "health":
      return { ...next, disk: message.disk };
    case "session":
      return message.session ? startSession(next, message.session) : { ...next, session: null };
    default:
      return next;
  }
}

/** Connecting again and again is one and the same outage; it began with the last word that came. */
function sinceWhen(state, message, now) {
  if (message.state === "open") return now;
  if (state.socket === "open" || state.socketSince === 0) return now - (message.silentMs ?? 0);
  return state.socketSince;
}

function fromSnapshot(state, message, now) {
  return {
    ...state,
    seq: message.seq,
    session: message.session,
    link: message.link,
    linkAt: now,
    label: message.label,
    openSet: message.open_set,
    sets: message.sets,
    verdicts: message.verdicts,
    ...steps(message),
    nGaps: message.n_gaps,
    gapSamples: message.gap_samples,
    typical: message.typical,
    progress: progressOf(message.progress, now),
    // While nothing comes from the sensor, time goes on all the same.
    lastRepAt: since(message.last_rep_age_s, now - 1000 * (message.link?.last_sample_age_s ?? 0)),
    disk: message.disk ?? null,
  };
}

/** In this page's time: `age` seconds ago. */
const since = (age, now) => (age === null || age === undefined ? null : now - age * 1000);

function progressOf(progress, now) {
  if (!progress) return null;
  const { set_index: setIndex, phase: how, closes_in_s: left } = progress;
  return { setIndex, phase: how, closesAt: left === null ? null : now + left * 1000 };
}

function closeSet(state, set) {
  const others = state.sets.filter((other) => other.index !== set.index);
  return {
    sets: [...others, set].sort((a, b) => a.index - b.index),
    openSet: state.openSet?.index === set.index ? null : state.openSet,
  };
}

/** Somebody corrected something: nothing new happened at the bar. */
function corrected(state, message) {
  const changed = new Map(message.sets.map((set) => [set.index, set]));
  return { sets: state.sets.map((set) => changed.get(set.index) ?? set), openSet: message.open_set };
}

/** What undo and redo would do next: {id, words} or null. */
const steps = ({ undo = null, redo = null }) => ({ undo, redo });

function startSession(state, session) {
  const { label, openSet, sets, verdicts, undo, redo, nGaps, gapSamples, typical, progress, lastRepAt, lastGap } = initialState;
  return { ...state, session, label, openSet, sets, verdicts, undo, redo, nGaps, gapSamples, typical, progress, lastRepAt, lastGap };
}

/** The set on the screen: the open one, else the last one closed. */
export const shownSet = (state) => state.openSet ?? state.sets.at(-1) ?? null;

/** What the session is doing, as one word. */
export function phase(state) {
  if (state.socket !== "open") return state.seq === 0 && state.socket === "connecting" ? "starting" : "offline";
  // A sensor that has not streamed yet has no session: it wants pairing, or refuses to start.
  if (!state.session && ["lost", "searching"].includes(state.link?.state)) return "searching";
  if (!state.session) return state.sets.length > 0 ? "ended" : "idle";
  if (state.link?.state === "lost") return "lost";
  if (!state.link || state.link.state === "searching") return "searching";
  if (state.openSet) return "lifting";
  return state.sets.length > 0 ? "resting" : "waiting";
}

/** Seconds since the last sample arrived, or null. */
export function sampleAge(state, now) {
  const age = state.link?.last_sample_age_s;
  return age === null || age === undefined ? null : age + (now - state.linkAt) / 1000;
}
