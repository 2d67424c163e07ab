/** Earlier sessions: their list, one of them, its stability, a set of it. */

import { showStoredSet } from "../sets/sets.js";
import { showList } from "./list.js";
import { showSession } from "./session.js";
import { showSessionStability } from "./sessionstability.js";

/** Addresses: #/sessions/ATHLETE/LIFT, #/session/ID, #/session/ID/set/3/rep/2, #/session/ID/stability. */
export function show(root, context, rest, id) {
  if (id === "sessions") return showList(root, context, rest);
  if (rest[1] === "set") return showStoredSet(root, context, rest[0], rest.slice(1));
  return rest[1] === "stability" ? showSessionStability(root, context, rest[0]) : showSession(root, context, rest[0]);
}
