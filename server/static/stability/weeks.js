/** Stability of one lift across weeks: sessions on the axis of time, breaks where conditions changed. */

import { getAthletes, getExercises, getStability } from "../core/api.js";
import { athleteOf, athleteSelect } from "../parts/athletes.js";
import { chanceWords, drawn, headline, howToRead, legend, numbers, proxyNote, redraw, tag, twin, unknown } from "../parts/blocks.js";
import { chart } from "../charts/chart.js";
import { h } from "../core/dom.js";
import { UNKNOWN, number, plural, shortDay } from "../core/format.js";
import { measureOf, partHead, partNumber, partRange, partValue } from "../core/measures.js";
import { indexOverWeeks } from "./setindex.js";
import { signGrids } from "./signs.js";

const [LARGE_PX, SMALL_PX] = [260, 190];
const WEEK_MS = 7 * 86400e3;

/** @param {HTMLElement} root @param {{exerciseId: string | null, athlete: string | undefined, tabs: Node}} view */
export async function showWeeks(root, { exerciseId, athlete: segment, tabs }) {
  const [every, athletes] = await Promise.all([getExercises(), getAthletes()]);
  const athlete = athleteOf(athletes, segment);
  const lifts = every.filter((lift) => lift.parts.length > 0);
  const chosen = lifts.find((lift) => lift.id === exerciseId) ?? lifts[0];
  const select = h(
    "select",
    { "aria-label": "Exercise", "data-key": "exercise", onchange: () => { location.hash = `#/stability/all/${select.value}${segment ? `/${segment}` : ""}`; } },
    ...lifts.map((lift) => h("option", { value: lift.id, text: lift.name })),
  );
  select.value = chosen.id;
  const found = await getStability(chosen.id, athlete?.id);
  const whose = athleteSelect(athletes, athlete, (id) => `#/stability/all/${chosen.id}/${id}`);
  const page = { draws: [], lift: chosen.id };
  const draw = () => redraw(root, page, heading(found, [select, whose], tabs), ...body(page, found), proxyNote());
  draw();
  return { resize: draw };
}

function heading({ history }, selects, tabs) {
  const facts = history ? `Each day's working sets, averaged, over ${plural(history.sessions.length, "session")}` : "No session yet";
  return h(
    "div",
    { class: "page-head" },
    h("div", {}, h("h1", { text: "Upper-back stability across weeks" }), h("p", { class: "sub", text: facts })),
    h("div", { class: "page-tools" }, ...selects, tabs),
  );
}

function body(page, { history, exercise_name: name }) {
  if (!history) {
    return [h("div", { class: "card empty" }, h("h2", { text: "No sets yet" }), h("p", { text: `No set of ${name.toLowerCase()} is stored.` }))];
  }
  const time = timeline(history);
  const [primary, ...others] = history.parts;
  return [
    howToRead(true),
    h(
      "section",
      { class: "exercise", "aria-label": name },
      h("h2", { class: "exercise-name", text: name }),
      headline(history),
      time.breaks.length ? breakList(time.breaks) : null,
      partCard(page, primary, time),
      ...signGrids(history.sessions),
      h("div", { class: "parts" }, ...others.map((part) => partCard(page, part, time))),
      indexOverWeeks(page, history.sessions, (i) => time.place(history.sessions[i].started_at), (i) => time.joined.has(history.sessions[i].session_id), time.breaks),
    ),
  ];
}

/** Where each session and break stands, from 0, left, to 1, right. */
function timeline(history) {
  const { points } = history.parts[0];
  const times = points.map((point) => Date.parse(point.started_at));
  const [first, last] = [times[0], times.at(-1)];
  const place = (iso) => (last === first ? 0.5 : 0.05 + (0.9 * (Date.parse(iso) - first)) / (last - first));
  const breaks = history.breaks.map((one) => {
    const i = points.findIndex((point) => point.session_id === one.session_id);
    const before = points[Math.max(0, i - 1)].started_at;
    return { place: (place(before) + place(one.started_at)) / 2, words: `${shortDay(one.started_at)}, ${one.reason}` };
  });
  return { place, breaks, joined: new Set(points.filter((point) => point.joined).map((point) => point.session_id)) };
}

function breakList(breaks) {
  const items = breaks.map(({ words }) => h("li", { text: `From ${words}.` }));
  return h(
    "div",
    { class: "notice breaks" },
    h("strong", { text: "Not compared across a break" }),
    h("ul", {}, ...items),
    h("span", { text: "A sensor or mount that sits elsewhere measures something else. Sessions before the break are drawn faint." }),
  );
}

function partCard(page, part, time) {
  const { name, explain, direction } = measureOf(part.part);
  const known = part.points.filter((point) => point.value !== null);
  const key = `${page.lift}:${part.part}`;
  return h(
    "article",
    { class: part.primary ? "card part primary-part" : "card part" },
    h("div", { class: "card-head" }, h("h3", { text: name }), tag(part.word)),
    h("p", { class: "hint", text: `${explain} ${direction}` }),
    known.length ? drawn(page, (width) => partChart(width, part, known, time)) : unknown("Not known", part.reasons[0] ?? "not measured"),
    known.length ? partLegend(part, known, time) : null,
    known.length ? h("p", { class: "part-sentence", text: slopeWords(part, known) }) : null,
    known.length ? behind(key, part) : null,
    known.length ? twin(key, ...rowsOf(part)) : null,
  );
}

function partChart(width, part, known, time) {
  const { name, unit, factor, digits } = measureOf(part.part);
  const dots = known.map((point) => ({
    place: time.place(point.started_at),
    label: shortDay(point.started_at),
    name: `${shortDay(point.started_at)}: ${partValue(part.part, point.adjusted)}`,
    value: point.adjusted,
    faint: !point.joined,
    group: point.joined ? "joined" : point.session_id,
  }));
  const label = `${name} over ${known.length} sessions`;
  const bandFrom = time.breaks.at(-1)?.place ?? 0;
  return chart(width, part.primary ? LARGE_PX : SMALL_PX, { label, unit, factor, digits, dots, band: part.usual, bandFrom, breaks: time.breaks });
}

function partLegend(part, known, time) {
  return legend(
    ["key-set", "session"],
    known.some((point) => !point.joined) && ["key-faint", "before the break: not compared"],
    part.usual && ["key-usual", "your ordinary sets"],
    time.breaks.length > 0 && ["key-break", "sensor, mount or method changed"],
  );
}

/** The slope in words, with the interval that the change over the whole span has. */
function slopeWords(part, known) {
  if (part.slope_per_week === null) return part.sentence;
  const joined = known.filter((point) => point.joined).map((point) => Date.parse(point.started_at));
  const weeks = (joined.at(-1) - joined[0]) / WEEK_MS;
  const show = (value) => partValue(part.part, value, null, { sign: true, finer: true });
  const { low, high } = part.change;
  const isOpen = low < 0 && high > 0;
  const { worse } = measureOf(part.part);
  const meaning = worse === 0 ? "" : part.slope_per_week * worse > 0 ? ", which is worse" : ", which is better";
  const way = `${part.slope_per_week > 0 ? "Rising" : "Falling"}${meaning}`;
  return `${isOpen ? "Neither rising nor falling for sure" : way}: ${show(part.slope_per_week)} per week (90 % interval ${show(low / weeks)} to ${show(high / weeks)}).`;
}

function behind(key, part) {
  const { part: id, test } = part;
  const from = test.method === "baseline" ? "newest session against those before" : "first to last session, along the line";
  const rows = [
    ["Change", from, partRange(id, part.change, { sign: true })],
    ["Least that matters", "smallest worthwhile change", partValue(id, part.smallest_worthwhile_change)],
    ["Your ordinary sets", "90 % of them lie here", part.usual ? `${partValue(id, part.usual.low)} to ${partValue(id, part.usual.high)}` : UNKNOWN],
    ["Chance alone would do this", "p-value", chanceWords(test)],
  ];
  return numbers(key, rows, part.reasons);
}

function rowsOf(part) {
  const head = ["Session", partHead(part.part), "as measured", "sets", "reps", "load, kg", "compared"];
  const rows = part.points.map((point) => [
    h("a", { href: `#/session/${point.session_id}/stability`, text: shortDay(point.started_at) }),
    partNumber(part.part, point.adjusted),
    partNumber(part.part, point.value),
    String(point.n_sets),
    String(point.n_reps),
    number(point.load_kg, 1),
    point.joined ? "yes" : "no, before a break",
  ]);
  return [head, rows];
}
