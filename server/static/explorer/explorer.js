/** The screen for people who look into recordings. Addresses: #/explorer, #/explorer/ID, #/explorer/ID/set/3/rep/2. */

import { focusOf } from "../core/liveview.js";
import { showRecording } from "./recording.js";
import { showRecordings } from "./recordings.js";

export function show(root, context, [id, ...rest]) {
  return id ? showRecording(root, context, id, focusOf(rest)) : showRecordings(root, context);
}
