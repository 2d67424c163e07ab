/** The load-velocity profile of one lift in words, as a chart and as a table; or why there is none. */

import { getExercises, getProfile, getSessions } from "../core/api.js";
import { drawn, legend, table, unknown } from "../parts/blocks.js";
import { h } from "../core/dom.js";
import { choice } from "../parts/form.js";
import { load, number, plural, sentenceCase, shortDay } from "../core/format.js";
import { recall, remember } from "../core/memory.js";
import { profileChart } from "../charts/profilechart.js";

const Z95 = 1.96;
const CONFIDENCE = {
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
    body: () => [words(page, found), picture(page, found), threshold(found), setsCard(page, found)],
  };
}

async function newestLift(athlete) {
  const sessions = await getSessions(athlete?.id);
  return sessions.find((one) => one.athlete_id === (athlete?.id ?? null))?.exercises[0] ?? null;
}

function liftSelect(lifts, id, segment) {
  const select = choice("exercise", lifts.map((lift) => [lift.id, lift.name]), id);
  select.setAttribute("aria-label", "Exercise");
  select.dataset.key = "exercise";
  select.addEventListener("change", () => { location.hash = `#/training/profile/${select.value}${segment ? `/${segment}` : ""}`; });
  return select;
}

/** The e1RM with its interval, or the reason against one and what would help. */
function words(page, found) {
  const unit = page.unit();
  if (found.e1rm_kg === null) {
    return h(
      "section",
      { class: "card e1rm refused" },
      h("p", { class: "hint", text: `${found.exercise_name}: estimated one-repetition maximum` }),
      h("p", { class: "e1rm-words", text: "Not known yet" }),
      h("p", { class: "e1rm-reason", text: `${sentenceCase(found.reason)}.` }),
      h("p", { class: "e1rm-help" }, h("strong", { text: "What to add: " }), help(found)),
    );
  }
  const [low, high] = found.interval_kg;
  const { quality, recency } = found;
  const rests = `From ${plural(quality.sets, "set")} with ${plural(quality.loads, "load")}, ${load(quality.lightest_kg, unit)} to ${load(quality.heaviest_kg, unit)}; the newest ${ago(recency.newest_days)}, the oldest ${ago(recency.oldest_days)}.`;
  return h(
    "section",
    { class: "card e1rm" },
    h("p", { class: "hint", text: `${found.exercise_name}: estimated one-repetition maximum today` }),
    h("p", { class: "e1rm-words", text: load(found.e1rm_kg, unit) }),
    h("p", { class: "e1rm-interval", text: `95 % interval ${load(low, unit)} to ${load(high, unit)}.` }),
    h("p", { class: "hint", text: rests }),
  );
}

const ago = (days) => (days < 1 ? "today" : `${plural(Math.round(days), "day")} old`);

/** What a lifter can do about a refusal. */
function help({ reason, points, threshold: known, quality }) {
  if (!known || reason.includes("peak velocity")) return "nothing would help; choose a squat, a press, a deadlift or a row.";
  if (points.length && points.every((point) => point.load_kg === null)) return "say the load of each set, on the live screen or with Edit in its session.";
  if (reason.includes("velocity of a 1RM that is assumed")) return "nothing: believe the bar, not the estimate.";
  if (reason.includes("extrapolation") && quality) return `a set heavier than ${number(quality.heaviest_kg)} kg, each rep as fast as you can.`;
  if (reason.includes("contradict") || reason.includes("repeat")) return "repeat the sets that disagree, each rep as fast as you can, and check their loads with Edit.";
  return "single sets of two or three fast reps from light to heavy, with at least three well-spaced loads.";
}

function picture(page, found) {
  const known = found.points.filter((point) => point.load_kg > 0 && point.velocity_mps > 0);
  return h(
    "section",
    { class: "card part" },
    h("h2", { text: "Load and velocity" }),
    known.length
      ? drawn(page, (width) => profileChart(width, found, known, page.unit()))
      : unknown("Nothing to draw", `no set of ${found.exercise_name.toLowerCase()} has a load and a rep of good quality`),
    known.length
      ? legend(
          ["key-set", "fastest good rep of a set"],
          known.some((point) => point.left_out) && ["key-faint", "left out, the table says why"],
          found.curve && ["key-curve", "profile with its 95 % band, dashed where extrapolated"],
          found.e1rm_kg !== null && ["key-e1rm", "estimated 1RM with its 95 % interval"],
        )
      : null,
  );
}

function setsCard(page, { points }) {
  if (!points.length) return null;
  const rows = [...points].reverse().map((point) => [
    h("a", { href: `#/session/${point.recording_id}/set/${point.set_index + 1}`, text: `${shortDay(point.at)}, set ${point.set_index + 1}` }),
    load(point.load_kg, page.unit()) ?? "not told",
    `${number(point.velocity_mps, 2)} ${point.velocity_sd_mps ? `± ${number(Z95 * point.velocity_sd_mps, 2)}` : ""}`,
    point.left_out ? `no: ${point.left_out}` : "yes",
    String(point.reps),
  ]);
  return h("section", { class: "card" }, h("h2", { text: "Sets" }), table(["Set", "Load", "Fastest, m/s", "Counts", "Reps"], rows));
}

function threshold({ threshold: known, exercise_name: name }) {
  if (!known) return h("p", { class: "card threshold", text: `No velocity of a one-repetition maximum is known for ${name.toLowerCase()}.` });
  const confidence = CONFIDENCE[known.confidence] ?? known.confidence;
  return h(
    "aside",
    { class: "card threshold" },
    h("strong", { text: `Velocity of a 1RM: ${number(known.velocity_mps, 2)} m/s ± ${number(Z95 * known.sd_mps, 2)} between lifters, sessions and studies (${known.velocity} velocity). ` }),
    `How sure: ${confidence}. Source: ${known.source}.`,
  );
}
