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
  nGaps: 0,
  gapSamples: 0,
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
      return { ...next, label: message.label };
    case "rep":
      return { ...next, openSet: message.open_set };
    case "set":
      return { ...next, ...closeSet(state, message.set), verdicts: message.verdicts };
    case "gap":
      return { ...next, nGaps: message.n_gaps, gapSamples: message.gap_samples };
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
    nGaps: message.n_gaps,
    gapSamples: message.gap_samples,
    disk: message.disk ?? null,
  };
}

function closeSet(state, set) {
  const others = state.sets.filter((other) => other.index !== set.index);
  return {
    sets: [...others, set].sort((a, b) => a.index - b.index),
    openSet: state.openSet?.index === set.index ? null : state.openSet,
  };
}

function startSession(state, session) {
  const { label, openSet, sets, verdicts, nGaps, gapSamples } = initialState;
  return { ...state, session, label, openSet, sets, verdicts, nGaps, gapSamples };
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
