/** Set review: of the session that runs, or ran last, and of a stored one. */

import { getSession, getSessions } from "../core/api.js";
import { focusOf } from "../core/liveview.js";
import { mountReview } from "./review.js";

/** Addresses: #/sets, #/sets/set/3/rep/2. */
export function show(root, context, rest) {
  /** What the live messages say: all there is of a replay, which is not stored, and of sets that could not be stored yet. */
  let live = null;
  let session = null;
  /** A replay is not stored: it is looked for once. */
  let isLookedFor = false;

  /** The session whose sets are still on the screens may have ended before this page was opened. */
  async function endedSession() {
    const [newest] = await getSessions({ limit: 1 });
    const found = newest ? await getSession(newest.recording_id) : null;
    isLookedFor = true;
    return found?.sets.length > 0 && found.sets[0].start_s === live.sets[0].start_s ? found : null;
  }

  async function stored() {
    if (session?.source === "replay") return null;
    if (session !== null) return getSession(session.recording_id).catch((error) => (error.status === 404 ? null : Promise.reject(error)));
    return live?.sets.length && !isLookedFor ? endedSession().catch(() => null) : null;
  }

  async function load() {
    const found = await stored();
    if (found === null) return { ...live, isStored: false };
    session ??= found.session;
    if (session.recording_id !== found.session.recording_id) return load(); // another began while this one was read
    const known = new Set(found.sets.map((one) => one.index));
    return { ...found, sets: [...found.sets, ...live.sets.filter((one) => !known.has(one.index))], isStored: true };
  }

  const review = mountReview(root, context, { base: "#/sets", load, isLive: true }, focusOf(rest));
  return {
    ...review,
    update(state, message) {
      session = state.session ?? session;
      live = { session, sets: state.sets, verdicts: state.verdicts };
      return review.update(state, message);
    },
  };
}

/** A set of a stored session: #/session/ID/set/3/rep/2. */
export async function showStoredSet(root, context, id, rest) {
  const load = async () => ({ ...(await getSession(id)), isStored: true });
  const review = mountReview(root, context, { base: `#/session/${id}`, load, isLive: false }, focusOf(rest));
  await review.ready;
  return review;
}
