/** The stability of a stored session. */

import { getPlace, getSession } from "../core/api.js";
import { day, timeOfDay } from "../core/format.js";
import { tabs } from "../parts/blocks.js";
import { counting } from "../core/reps.js";
import { mountStability } from "../stability/stability.js";

/** @param {HTMLElement} root @param {import("../core/screens.js").Context} context @param {string} id */
export async function showSessionStability(root, context, id) {
  const found = await getSession(id);
  const base = `#/session/${id}`;
  const stability = mountStability(root, context);
  const { session, sets } = found;
  const title = session.title || `${day(session.started_at)}, ${timeOfDay(session.started_at)}`;
  const view = {
    ...found,
    sets: sets.map((set) => ({ ...set, reps: counting(set.reps) })),
    setsBase: base,
    stabilityTitle: title,
    stabilitySub: "Upper-back stability across the sets of this session",
    tabs: tabs([[base, "Session", false], [`${base}/stability`, "Stability", true]]),
  };
  let place = null;
  getPlace(id).then((answer) => { place = answer; }, () => null);
  const go = (other) => () => { if (place?.[other]) location.hash = `#/session/${place[other]}/stability`; };
  stability.update(view);
  return {
    resize: stability.resize,
    update: (_state, message) => ["unit", "theme"].includes(message?.type) && stability.update(view),
    keys: [
      { key: "[", words: "Earlier session of this athlete", run: go("previous_id") },
      { key: "]", words: "Later session of this athlete", run: go("next_id") },
    ],
  };
}
