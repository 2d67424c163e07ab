/** What is told of reps and sets to people who listen instead of look. */

import { drift, percent, plural, velocity } from "../core/format.js";
import { ZONES, mainVelocity, reasonOf } from "./goal.js";

/** One sentence for each rep, for people who listen instead of look. */
export function repSentence(message) {
  const { rep, open_set: set } = message;
  const over = set.advice?.stop ? `Set over. ${reasonOf(set)}` : null;
  if (set.goal?.velocity_feedback === false) return [`Rep ${rep.index + 1}.`, over].filter(Boolean).join(" ");
  const forward = drift(rep.forward_drift_m, null);
  const [mps] = mainVelocity(rep, set.advice);
  const zone = set.advice?.reps.at(-1)?.zone;
  const parts = [
    `Rep ${rep.index + 1}: ${velocity(mps)} metres per second`,
    zone ? ZONES[zone].words.toLowerCase() : null,
    forward ? forward.toLowerCase().replace("mm", "millimetres") : null,
    set.velocity_loss_fraction > 0 ? `velocity loss ${percent(set.advice?.loss_fraction ?? set.velocity_loss_fraction)}` : null,
    rep.quality.state === "good" ? null : rep.quality.reasons.join(", "),
  ];
  return [over, `${parts.filter(Boolean).join(", ")}.`].filter(Boolean).join(" ");
}

export const setSentence = (set) => `Set ${set.index + 1} done, ${plural(set.reps.length, "rep")}.`;
