/** The goal's fields in the dialog that says what the next set is; offered as agreed on, or as used last. */

import { getPreferences } from "../core/api.js";
import { h } from "../core/dom.js";
import { goalWords } from "./goal.js";
import { recall, remember } from "../core/memory.js";

const keyOf = (exerciseId) => `goal.${exerciseId || "none"}`;

/** What the server's users agreed on for each lift. Asked for anew with each form, which does not wait for it. */
let agreed = {};
const askWhatIsAgreed = () => getPreferences().then(({ lifts }) => { agreed = lifts; }, () => null);
askWhatIsAgreed();

/** The goal that is offered for a lift: what is agreed on, otherwise what this browser used last. */
export function rememberedGoal(exerciseId) {
  if (agreed[exerciseId]) return agreed[exerciseId];
  try {
    return JSON.parse(recall(keyOf(exerciseId), "null"));
  } catch {
    return null;
  }
}

export const rememberGoal = (exerciseId, goal) => remember(keyOf(exerciseId), JSON.stringify(goal));

const field = (name, min, max, step) => h("input", { name, type: "number", inputmode: "decimal", min, max, step });

export function goalFields() {
  askWhatIsAgreed();
  const loss = field("velocity_loss", 1, 90, "any");
  const low = field("target_low", 0.02, 5, "any");
  const high = field("target_high", 0.02, 5, "any");
  const slowest = field("min_velocity", 0.02, 5, "any");
  const reps = field("reps", 1, 100, 1);
  const shown = h("input", { name: "velocity_feedback", type: "checkbox" });
  const summary = h("summary", {}, "Goal");
  const root = h(
    "details",
    { class: "goal-fields" },
    summary,
    h("div", { class: "goal-grid" },
      h("label", {}, "Stop at velocity loss (%)", loss),
      h("label", {}, "Stop after reps", reps),
      h("label", {}, "Target from (m/s)", low),
      h("label", {}, "Target to (m/s)", high),
      h("label", {}, "Stop below (m/s)", slowest)),
    h("label", { class: "check" }, shown, "Show velocities during the set"),
    h("p", { class: "hint", text: "Seeing them makes lifters about 8 % faster, so it is kept with the set. Empty: no such limit." }),
  );
  // A field that is folded away cannot be pointed at.
  root.addEventListener("invalid", () => { root.open = true; }, true);
  const valueOf = (input) => (input.value === "" ? null : Number(input.value));

  function fill(goal) {
    const show = (input, value) => { input.value = value === null || value === undefined ? "" : String(Math.round(value * 1000) / 1000); };
    show(loss, goal?.velocity_loss_stop_fraction ? goal.velocity_loss_stop_fraction * 100 : null);
    show(low, goal?.target_mps?.[0]);
    show(high, goal?.target_mps?.[1]);
    show(slowest, goal?.min_velocity_mps);
    show(reps, goal?.reps);
    shown.checked = goal?.velocity_feedback !== false;
    summary.textContent = goal ? `Goal: ${goalWords(goal)}` : "Goal";
  }

  /** Read the goal; null if nothing was asked for. */
  function read() {
    const [from, to] = [valueOf(low), valueOf(high)];
    if ((from === null) !== (to === null)) throw Object.assign(new Error("A target needs both velocities."), { hint: "" });
    const goal = {
      velocity_loss_stop_fraction: loss.value === "" ? null : Number(loss.value) / 100,
      target_mps: from === null ? null : [from, to],
      min_velocity_mps: valueOf(slowest),
      reps: valueOf(reps),
      velocity_feedback: shown.checked,
    };
    const isEmpty = shown.checked && Object.values(goal).every((value) => value === null || value === true);
    return isEmpty ? null : goal;
  }

  return { root, fill, read };
}
