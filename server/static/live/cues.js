/** What is heard of a rep, by the mode of the sound. A velocity that the lifter must not see is not heard either. */

import { velocity } from "../core/format.js";
import { mainVelocity } from "./goal.js";

/** The loss is told from this far below the stop on, as a fraction of velocity. */
const NEAR_THE_STOP = 0.05;

const hides = (openSet) => openSet.goal?.velocity_feedback === false;

/** The tone of a rep, or null. */
export function cueOf(openSet, mode) {
  const { goal, advice } = openSet;
  if (advice?.stop) return "stop";
  if (mode === "target" && goal && advice) return (!hides(openSet) && advice.reps.at(-1)?.zone) || "counted";
  if (mode === "loss" && !hides(openSet)) return isNear(goal, advice) ? "near" : null;
  return null;
}

function isNear(goal, advice) {
  const stop = goal?.velocity_loss_stop_fraction ?? null;
  const loss = advice?.loss_fraction ?? null;
  return stop !== null && loss !== null && loss >= stop - NEAR_THE_STOP;
}

/** What is said of a rep in the mode that reads aloud. */
export function spokenOf(openSet, rep) {
  if (hides(openSet)) return String(rep.index + 1);
  if (rep.quality.state === "not_resolvable") return "unsure";
  const [mps] = mainVelocity(rep, openSet.advice);
  return mps === null ? "unsure" : velocity(mps);
}

/** Play what a message sounds like. @param {any} sound see `core/sound.js` */
export function hear(sound, state, message) {
  if (message.type === "velocity") return;
  if (message.type === "rep") {
    const mode = sound.mode();
    sound.play(cueOf(message.open_set, mode));
    if (mode === "read") sound.speak(spokenOf(message.open_set, message.rep));
  }
  const isUnderWay = state.openSet !== null || (state.progress !== null && state.progress.phase !== "idle");
  sound.tick(state.socket === "open" && state.session !== null && isUnderWay && state.openSet?.advice?.stop !== true);
}
