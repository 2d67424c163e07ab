/** The load-velocity profile of one lift in words, as a chart and as a table; or why there is none. */

import { getExercises, getProfile, getSessions } from "../core/api.js";
import { legend } from "../parts/blocks.js";
import { figure } from "../parts/figure.js";
import { h } from "../core/dom.js";
import { choice } from "../parts/form.js";
import { UNKNOWN, load, number, percent, roughLoad, sentenceCase, shortDay } from "../core/format.js";
import { Z95 } from "../core/intervals.js";
import { recall, remember } from "../core/memory.js";
import { keys } from "../charts/legends.js";
import { profileChart } from "../charts/profilechart.js";
import { beyond, confidence, isFar } from "./confidence.js";

const SOURCES = {
  published: "from published studies",
  "from memory": "a figure from memory, to be checked",
  assumed: "assumed, nobody measured it for this lift",
};

export async function showProfile(page, exerciseId, athlete) {
  const lifts = await getExercises();
  const id = [exerciseId, recall("lift", null), await newestLift(athlete)].find((one) => lifts.some((lift) => lift.id === one)) ?? lifts[0].id;
  if (exerciseId) remember("lift", id);
  const found = await getProfile(id, athlete?.id);
  return {
    chosen: id,
    sub: "How fast each load moves, and what it says of the one-repetition maximum",
    select: (segment) => liftSelect(lifts, id, segment),
    body: () => [words(page, found), picture(page, found), threshold(found)],
  };
}

async function newestLift(athlete) {
  const sessions = await getSessions({ ...(athlete ? { athlete_id: athlete.id } : { is_unnamed: true }), limit: 1 });
  return sessions[0]?.exercises[0] ?? null;
}

function liftSelect(lifts, id, segment) {
  const select = choice("exercise", lifts.map((lift) => [lift.id, lift.name]), id);
  select.setAttribute("aria-label", "Exercise");
  select.dataset.key = "exercise";
  select.addEventListener("change", () => { location.hash = `#/training/profile/${select.value}${segment ? `/${segment}` : ""}`; });
  return select;
}

/** The e1RM with its interval and how far to trust it, or the reason against one and what would help. */
function words(page, found) {
  const unit = page.unit();
  if (found.e1rm_kg === null) {
    return h(
      "section",
      { class: "card e1rm refused" },
      h("p", { class: "hint", text: `${found.exercise_name}: estimated one-repetition maximum` }),
      h("p", { class: "e1rm-words", text: "Not known yet" }),
      h("p", { class: "e1rm-reason", text: `${sentenceCase(found.reason)}.` }),
      h("p", { class: "e1rm-help" }, h("strong", { text: "What to add: " }), help(found, unit)),
      found.points.length ? null : h("p", { class: "hint" }, "No sensor at hand? Try the simulator: ", h("code", { text: "upright demo" })),
    );
  }
  const [low, high] = found.interval_kg;
  const { word, rows } = confidence(found, unit);
  const facts = rows.map((one) => h("li", { class: `trust ${one.word}` }, h("span", { class: "trust-name", text: one.name }), h("strong", { text: one.word }), h("small", { text: one.words })));
  return h(
    "section",
    { class: "card e1rm" },
    h(
      "div",
      { class: "e1rm-number" },
      h("p", { class: "hint", text: `${found.exercise_name}: estimated one-repetition maximum today` }),
      h("p", { class: "e1rm-words", text: roughLoad(found.e1rm_kg, unit) }),
      h("p", { class: "e1rm-interval", text: `95 % interval ${roughLoad(low, unit)} to ${roughLoad(high, unit)}.` }),
    ),
    h("div", { class: "e1rm-trust" }, h("p", {}, "Confidence: ", h("strong", { text: word }), ". It is as good as its weakest part."), h("ul", {}, ...facts)),
    isFar(found)
      ? h(
          "div",
          { class: "notice warn far" },
          h("strong", { text: `${percent(beyond(found))} beyond the heaviest set` }),
          h("span", { text: `Nobody has seen this lifter move more than ${load(found.quality.heaviest_kg, unit)}: the curve is drawn on from there. Lift a heavier set, each rep as fast as you can, before you plan with this number.` }),
        )
      : null,
  );
}

/** What a lifter can do about a refusal. */
function help({ reason, points, threshold: known, quality }, unit) {
  if (!known || reason.includes("peak velocity")) return "nothing would help; choose a squat, a press, a deadlift or a row.";
  if (points.length && points.every((point) => point.load_kg === null)) return "say the load of each set, on the live screen or with Edit in its session.";
  if (reason.includes("velocity of a 1RM that is assumed")) return "nothing: believe the bar, not the estimate.";
  if (reason.includes("extrapolation") && quality) return `a set heavier than ${load(quality.heaviest_kg, unit)}, each rep as fast as you can.`;
  if (reason.includes("contradict") || reason.includes("repeat")) return "repeat the sets that disagree, each rep as fast as you can, and check their loads with Edit.";
  return "single sets of two or three fast reps from light to heavy, with at least three well-spaced loads.";
}

function picture(page, found) {
  const known = found.points.filter((point) => point.load_kg > 0 && point.velocity_mps > 0);
  const has = known.length > 0;
  return figure(page, {
    key: `profile:${found.exercise_id}`,
    title: `Velocity over load, m/s and ${page.unit()}: fastest rep of each set`,
    level: "h2",
    sub: found.threshold ? "The faster a load moves, the further it is from the heaviest. Where the curve meets the dashed line lies the one-repetition maximum." : "The faster a load moves, the further it is from the heaviest.",
    draw: has ? (width) => profileChart(width, page, found, known) : null,
    reason: `no set of ${found.exercise_name.toLowerCase()} has a load and a rep of good quality`,
    legend: has
      ? legend(...keys(
          "measured",
          known.some((point) => !point.left_out && point.age_days > 14) && "old",
          known.some((point) => point.left_out) && "leftOut",
          found.curve && "curve",
          found.curve && found.curve.load_kg.at(-1) > found.quality.heaviest_kg && "beyond",
          found.e1rm_kg !== null && "e1rm",
        ))
      : null,
    table: found.points.length ? rowsOf(page, found) : null,
    file: `Load-velocity profile, ${found.exercise_name}`,
    className: "profile",
  });
}

function rowsOf(page, { points }) {
  const unit = page.unit();
  const rows = [...points].reverse().map((point) => [
    h("a", { href: `#/session/${point.recording_id}/set/${point.set_index + 1}`, text: `${shortDay(point.at)}, set ${point.set_index + 1}` }),
    load(point.load_kg, unit)?.replace(` ${unit}`, "") ?? "not told",
    number(point.velocity_mps, 2),
    point.velocity_sd_mps ? `± ${number(Z95 * point.velocity_sd_mps, 2)}` : UNKNOWN,
    point.left_out ? `no: ${point.left_out}` : "yes",
    String(point.reps),
  ]);
  return [["Set", `Load, ${unit}`, "Fastest, m/s", "95 %", "Counts", "Reps"], rows];
}

function threshold({ threshold: known, exercise_name: name }) {
  if (!known) return h("p", { class: "card threshold", text: `No velocity of a one-repetition maximum is known for ${name.toLowerCase()}.` });
  return h(
    "aside",
    { class: "card threshold" },
    h("strong", { text: `Velocity of a 1RM: ${number(known.velocity_mps, 2)} m/s ± ${number(Z95 * known.sd_mps, 2)} between lifters, sessions and studies (${known.velocity} velocity). ` }),
    `How sure: ${SOURCES[known.confidence] ?? known.confidence}. Source: ${known.source}.`,
  );
}
