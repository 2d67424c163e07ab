/** The dialog that says what the next set is, for fingers with chalk: last lifts and loads first, plates as steps. */

import { getExercises, getRecentSets, postLabel } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { clock, fromKg, toKg } from "../core/format.js";
import { recall, remember } from "../core/memory.js";
import { problemWords } from "../parts/form.js";
import { goalFields, rememberGoal, rememberedGoal } from "./goalform.js";

/** A pair of the smallest usual plates, and of larger ones. */
const STEPS = { kg: [2.5, 10], lb: [5, 20] };
const MOST = { kg: 1000, lb: 2200 };
const MOST_LIFTS = 6;
const MOST_LOADS = 4;
/** So many sets hold the lifts of the last weeks. */
const RECENT_SETS = 80;
const RESTS_S = [60, 90, 120, 180, 240, 300];

let catalogue = null;

/** Lifts and their loads, newest first: of this session, then of earlier ones. */
function usedLifts(sets) {
  const lifts = new Map();
  for (const { exercise_id: id, exercise_name: name, load_kg: kg } of sets) {
    if (!id) continue;
    const lift = lifts.get(id) ?? { id, name, loads: [] };
    if (kg !== null && !lift.loads.includes(kg)) lift.loads.push(kg);
    lifts.set(id, lift);
  }
  return [...lifts.values()];
}

const rounded = (value) => String(Math.round(value * 100) / 100);

function loadField(unit, kg) {
  const input = h("input", { name: "load", type: "number", inputmode: "decimal", min: 0, max: MOST[unit], step: "any", "aria-label": `Load, bar included (${unit})`, value: kg === null ? null : rounded(fromKg(kg, unit)) });
  const step = (by) => {
    // On to whole steps of the smallest plates: 101.3 and 2.5 more is 102.5.
    const steps = (Number(input.value) + by) / STEPS[unit][0];
    const next = (by > 0 ? Math.floor(steps + 1e-9) : Math.ceil(steps - 1e-9)) * STEPS[unit][0];
    input.value = rounded(Math.min(MOST[unit], Math.max(0, next)));
    input.dispatchEvent(new Event("input"));
  };
  const [small, large] = STEPS[unit];
  const button = (by) => h("button", { class: "plate-step", type: "button", "aria-label": `${by > 0 ? "Add" : "Take off"} ${Math.abs(by)} ${unit}`, text: `${by > 0 ? "+" : "−"}${Math.abs(by)}`, onclick: () => step(by) });
  const root = h("div", { class: "load-steps", role: "group", "aria-label": "Load" }, button(-large), button(-small), input, button(small), button(large));
  return { root, input };
}

function restField() {
  const select = h("select", { name: "rest" }, h("option", { value: "", text: "Not timed" }), ...RESTS_S.map((seconds) => h("option", { value: seconds, text: clock(seconds) })));
  const wanted = recall("rest.wanted_s", "");
  if (wanted && !RESTS_S.includes(Number(wanted))) select.append(h("option", { value: wanted, text: clock(Number(wanted)) }));
  select.value = wanted;
  return select;
}

/**
 * @param {{exercise_id: string | null, load_kg: number | null, goal: object | null}} label as it is now
 * @param {string} unit
 * @param {{sets: any[], isOpen: boolean}} session
 */
export async function openLabelDialog(label, unit, { sets, isOpen }) {
  const problem = h("p", { class: "problem", role: "alert" });
  const select = h("select", { name: "exercise" }, h("option", { value: label.exercise_id ?? "", text: label.exercise_name ?? "Not told" }));
  const load = loadField(unit, label.load_kg);
  const rest = restField();
  const goal = goalFields();
  const [lifts, loads] = [h("div", { class: "quick" }), h("div", { class: "quick" })];
  let used = usedLifts([...sets].reverse());
  goal.fill(label.goal ?? rememberedGoal(label.exercise_id));

  const quick = (text, isChosen, onclick) => h("button", { class: "choice", type: "button", "aria-pressed": String(isChosen), text, onclick });
  function drawQuick() {
    put(lifts, ...used.slice(0, MOST_LIFTS).map((one) => quick(one.name, one.id === select.value, () => choose(one.id, one.loads[0]))));
    const known = used.find((one) => one.id === select.value)?.loads.slice(0, MOST_LOADS) ?? [];
    put(loads, ...known.map((kg) => quick(`${rounded(fromKg(kg, unit))} ${unit}`, load.input.value === rounded(fromKg(kg, unit)), () => setLoad(kg))));
  }
  function setLoad(kg) {
    load.input.value = rounded(fromKg(kg, unit));
    drawQuick();
  }
  function choose(id, kg) {
    select.value = id;
    goal.fill(rememberedGoal(id));
    if (kg !== undefined) setLoad(kg);
    drawQuick();
  }
  select.addEventListener("change", () => choose(select.value));
  load.input.addEventListener("input", drawQuick);

  const save = h("button", { type: "submit", class: "primary", text: "Save" });
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { text: "What is the next set?" }),
    isOpen ? h("p", { class: "hint", text: "Saving closes the set that is open." }) : null,
    lifts,
    h("label", {}, "Exercise", select),
    h("div", { class: "field" }, h("span", { text: `Load, bar included (${unit})` }), load.root, loads),
    h("label", {}, "Rest between sets", rest),
    goal.root,
    problem,
    h("div", { class: "actions" }, h("button", { type: "button", class: "tool", text: "Cancel", onclick: () => dialog.close() }), save),
  );
  const dialog = h("dialog", { class: "dialog big-dialog change-set", "aria-label": "What is the next set?", onclose: () => dialog.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const kg = load.input.value === "" ? null : toKg(Number(load.input.value), unit);
    [save.disabled, save.textContent] = [true, "Saving…"];
    try {
      const wanted = goal.read();
      await postLabel({ exercise_id: select.value || null, load_kg: kg, goal: wanted });
      rememberGoal(select.value, wanted);
      remember("rest.wanted_s", rest.value);
      dialog.close();
    } catch (error) {
      problem.textContent = problemWords(error);
      [save.disabled, save.textContent] = [false, "Save"];
    }
  });
  document.body.append(dialog);
  drawQuick();
  dialog.showModal();
  try {
    const [all, earlier] = await Promise.all([catalogue ?? getExercises(), getRecentSets(RECENT_SETS).catch(() => [])]);
    catalogue = all;
    used = usedLifts([...sets].reverse().concat(earlier.map((line) => line.set)));
    put(select, h("option", { value: "", text: "Not told" }), ...catalogue.map((lift) => h("option", { value: lift.id, text: lift.name })));
    select.value = label.exercise_id ?? "";
    drawQuick();
  } catch (error) {
    problem.textContent = problemWords(error);
  }
}
