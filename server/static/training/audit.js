/** Whether the stored sets train the upper back for strength: findings with their sets, and the coach's suggestions. */

import { getAudit } from "../core/api.js";
import { disclosure, table } from "../parts/blocks.js";
import { saveButton } from "../parts/figure.js";
import { h } from "../core/dom.js";
import { NOBODY } from "../parts/athletes.js";
import { choice } from "../parts/form.js";
import { UNKNOWN, load, percent, plural, sentenceCase, shortDay } from "../core/format.js";

const WEEKS = [4, 8, 12, 26, 52];
const HEAVINESS = { heavy: "heavy", probably_heavy: "probably heavy", probably_light: "probably light", light: "light", unknown: "not known" };

export async function showAudit(page, given, athlete) {
  page.whose = athlete?.id ?? NOBODY;
  const weeks = WEEKS.includes(Number(given)) ? Number(given) : 12;
  const found = await getAudit(weeks, athlete);
  return {
    chosen: String(weeks),
    sub: "Whether your programme trains the upper back for strength",
    select: (segment) => weeksSelect(weeks, segment),
    body: () => [findings(page, found), suggestions(page, found), weekTable(found), basis(page, found)],
  };
}

function weeksSelect(weeks, segment) {
  const select = choice("weeks", WEEKS.map((n) => [String(n), `Last ${n} weeks`]), String(weeks));
  select.setAttribute("aria-label", "Weeks");
  select.dataset.key = "weeks";
  select.addEventListener("change", () => { location.hash = `#/training/audit/${select.value}${segment ? `/${segment}` : ""}`; });
  return select;
}

function findings(page, found) {
  const { log } = found;
  const span = log.sets ? `${plural(log.sets, "set")} in ${plural(log.sessions, "session")} are stored, ${shortDay(log.first_date)} to ${shortDay(log.last_date)}; ${plural(found.working_sets.length, "working set")} were judged.` : "No set is stored yet.";
  const sets = new Map(found.working_sets.map((set) => [set.index, set]));
  return h(
    "section",
    { class: "card findings" },
    h("h2", { text: "Findings" }),
    h("p", { class: "hint", text: span }),
    h("ul", {}, ...found.findings.map((one, i) => finding(page, one, i, sets))),
  );
}

function finding(page, { kind, sureness, sentence, sets: indices }, i, sets) {
  const [glyph, tone] = kind === "nothing_to_fault" ? ["✓", "good"] : kind.startsWith("cannot_tell") ? ["?", "none"] : ["!", "warn"];
  const behind = indices.map((index) => sets.get(index)).filter(Boolean);
  const isFault = tone === "warn";
  return h(
    "li",
    { class: `finding ${tone}` },
    h("b", { class: "finding-glyph", "aria-hidden": "true", text: glyph }),
    h(
      "div",
      {},
      h("p", {}, sentence, isFault ? h("span", { class: "tag sureness", text: sureness === "sure" ? "sure" : "probable, not sure" }) : null),
      behind.length ? disclosure(`finding:${i}`, `${plural(behind.length, "set")} behind this`, setTable(page, behind)) : null,
    ),
  );
}

function setTable(page, sets) {
  const rows = sets.map((set) => [
    set.recording_id ? h("a", { href: `#/session/${set.recording_id}/set/${set.set_index + 1}`, text: `${shortDay(set.date)}, set ${set.set_index + 1}` }) : shortDay(set.date),
    set.exercise ? h("a", { href: `#/sessions/${page.whose}/${set.exercise}`, text: set.name }) : set.name,
    load(set.load_kg, page.unit()) ?? UNKNOWN,
    String(set.reps),
    set.rpe === null ? UNKNOWN : String(set.rpe),
    set.load_fraction === null ? UNKNOWN : `${set.load_fraction_is_upper_bound ? "at most " : ""}${percent(set.load_fraction)}`,
    HEAVINESS[set.heaviness] ?? set.heaviness,
  ]);
  return table(["Set", "Lift", "Load", "Reps", "RPE", "Of the 1RM", "Judged"], rows);
}

function suggestions(page, found) {
  if (!found.suggestions.length) return null;
  const items = found.suggestions.map((one) => h("li", {}, one.sentence, one.is_done ? h("span", {}, " ", h("a", { href: `#/sessions/${page.whose}/${one.exercise}`, text: "Your sessions with it" })) : null));
  return h(
    "section",
    { class: "card suggestions" },
    h("div", { class: "card-head" }, h("h2", { text: "What the coach would add" }), h("span", { class: "tag opinion", text: "coaching opinion" })),
    h("ol", {}, ...items),
    h("p", { class: "part-sentence" }, h("strong", { text: "How: " }), `${found.prescription}.`),
    h("p", { class: "hint", text: "In the coach's order, the first choice first. One coach's experience, not a measurement." }),
  );
}

function weekTable({ weeks }) {
  if (!weeks.length) return null;
  const rows = [...weeks].reverse().map((week) => [
    shortDay(week.monday),
    `${week.upper_back_sessions} of ${week.sessions}`,
    `${week.upper_back_sets} of ${week.sets}`,
    week.perhaps_heavy_sets ? `${week.heavy_sets} (perhaps ${week.heavy_sets + week.perhaps_heavy_sets})` : String(week.heavy_sets),
  ]);
  const head = ["Week from", "Sessions", "Sets", "Heavy sets"];
  return h(
    "section",
    { class: "card" },
    h("h2", { text: "Week by week" }),
    h("p", { class: "hint", text: "Of the upper back; warm-ups and drop sets are left out." }),
    table(head, rows),
    saveButton("audit:weeks", "Upper back, week by week", [head, rows]),
  );
}

function basis(page, found) {
  const { notes } = found.log;
  const maxes = found.one_rep_maxes.map((one) => [one.lift.replaceAll("_", " "), `${one.is_lower_bound ? "at least " : ""}${load(one.load_kg, page.unit())}`, one.source.replaceAll("_", " ")]);
  return h(
    "aside",
    { class: "note" },
    h("strong", { text: "What this is, and is not. " }),
    `${sentenceCase(found.basis)}.`,
    notes.length ? ` ${notes.map((note) => `${sentenceCase(note)}.`).join(" ")}` : "",
    maxes.length ? disclosure("maxes", "One-repetition maximums used", table(["Lift", "1RM", "Taken from"], maxes)) : null,
  );
}
