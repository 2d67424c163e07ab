/** Stability of one lift across weeks: sessions on the axis of time, breaks where conditions changed. */

import { getAthletes, getExercises, getSessions, getStability } from "../core/api.js";
import { athleteOf, athleteSelect } from "../parts/athletes.js";
import { chanceWords, headline, howToRead, legend, numbers, proxyNote, redraw, tag } from "../parts/blocks.js";
import { figure } from "../parts/figure.js";
import { choice } from "../parts/form.js";
import { chart } from "../charts/chart.js";
import { keys } from "../charts/legends.js";
import { h } from "../core/dom.js";
import { UNKNOWN, number, plural, shortDay } from "../core/format.js";
import { measureOf, partHead, partNumber, partRange, partValue } from "../core/measures.js";
import { indexOverWeeks } from "./setindex.js";
import { signGrids } from "./signs.js";
import { sureWords } from "./sure.js";

const [LARGE_PX, SMALL_PX] = [260, 190];
const WEEK_MS = 7 * 86400e3;
const SINCE = [["", "All weeks"], ["4", "Last 4 weeks"], ["8", "Last 8 weeks"], ["12", "Last 12 weeks"], ["26", "Last 26 weeks"], ["52", "Last 52 weeks"]];

/** @param {HTMLElement} root @param {any} context @param {{exerciseId: string | null, athlete?: string, weeks?: string, tabs: Node}} view */
export async function showWeeks(root, context, { exerciseId, athlete: segment, weeks, tabs }) {
  const [every, athletes] = await Promise.all([getExercises(), getAthletes()]);
  const athlete = athleteOf(athletes, segment);
  const lifts = every.filter((lift) => lift.parts.length > 0);
  const chosen = lifts.find((lift) => lift.id === exerciseId) ?? (await newestLift(lifts, athlete)) ?? lifts[0];
  const since = SINCE.some(([value]) => value === weeks) ? weeks : "";
  const found = await getStability(chosen.id, athlete?.id, since);
  const address = (lift, whose, from) => `#/stability/all/${lift}/${whose}${from ? `/${from}` : ""}`;
  const whose = athlete?.id ?? "nobody";
  const selects = [
    select("exercise", "Exercise", lifts.map((lift) => [lift.id, lift.name]), chosen.id, (id) => address(id, whose, since)),
    athleteSelect(athletes, athlete, (id) => address(chosen.id, id, since)),
    select("since", "Since", SINCE, since, (from) => address(chosen.id, whose, from)),
  ];
  const page = { draws: [], lift: chosen.id, name: chosen.name, say: context.say };
  const draw = () => redraw(root, page, heading(found, selects, tabs), ...body(page, found, since), proxyNote());
  draw();
  return { resize: draw, update: (_state, message) => message?.type === "theme" && draw() };
}

async function newestLift(lifts, athlete) {
  const [newest] = await getSessions({ ...(athlete ? { athlete_id: athlete.id } : { is_unnamed: true }), limit: 1 });
  return newest?.exercises.map((id) => lifts.find((lift) => lift.id === id)).find(Boolean);
}

function select(key, label, options, value, address) {
  const control = choice(key, options, value);
  control.setAttribute("aria-label", label);
  control.dataset.key = key;
  control.addEventListener("change", () => { location.hash = address(control.value); });
  return control;
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

function body(page, { history, exercise_name: name }, since) {
  if (!history) return [nothing(name, since)];
  const time = timeline(history);
  const [primary, ...others] = history.parts;
  return [
    howToRead(true),
    h(
      "section",
      { class: "exercise", "aria-label": name },
      h("h2", { class: "exercise-name", text: name }),
      headline(history, "", sureWords(history.word, primary.test, "such spans")),
      time.breaks.length ? breakList(time.breaks) : null,
      partCard(page, primary, time),
      ...signGrids(history.sessions),
      h("div", { class: "parts" }, ...others.map((part) => partCard(page, part, time))),
      indexOverWeeks(page, history.sessions, (i) => time.place(history.sessions[i].started_at), (i) => time.joined.has(history.sessions[i].session_id), time.breaks),
    ),
  ];
}

function nothing(name, since) {
  const lift = name.toLowerCase();
  return h(
    "div",
    { class: "card empty" },
    h("h2", { text: since ? `No ${lift} in the last ${since} weeks` : "No sets yet" }),
    h("p", { text: since ? "Choose a longer span above, or another lift or athlete." : `No set of ${lift} is stored for this athlete. A change across weeks needs four sessions with the same sensor and mount.` }),
    since ? null : h("p", { class: "hint" }, "To see what it will look like, try the simulator: ", h("code", { text: "upright demo" })),
  );
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
    return { place: (place(before) + place(one.started_at)) / 2, words: `${shortDay(one.started_at)}, ${one.reason}`, sign: signOf(one.reason) };
  });
  return { place, breaks, joined: new Set(points.filter((point) => point.joined).map((point) => point.session_id)) };
}

/** "new mount" of "mount: hub before, shaft now": what stands at the line. */
function signOf(reason) {
  const changed = ["mount", "sensor", "algorithm"].filter((word) => reason.includes(`${word}:`));
  return changed.length === 1 ? `new ${changed[0]}` : "break";
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
  const { explain, direction, name } = measureOf(part.part);
  const known = part.points.filter((point) => point.value !== null);
  const key = `${page.lift}:${part.part}`;
  const isKnown = known.length > 0;
  return figure(page, {
    key,
    title: `${partHead(part.part)}: each session`,
    aside: tag(part.word),
    sub: `${explain} ${direction}`,
    draw: isKnown ? (width) => partChart(width, page, key, part, known, time) : null,
    reason: part.reasons[0],
    legend: isKnown ? legend(...keys("session", part.usual && "usual", known.some((point) => isOutside(part, point)) && "outsideDay", known.some((point) => !point.joined) && "before", time.breaks.length > 0 && "break")) : null,
    words: isKnown ? [h("p", { class: "part-sentence", text: slopeWords(part, known) }), behind(key, part)] : [],
    table: isKnown ? rowsOf(part) : null,
    file: `${name} over weeks, ${page.name}`,
    className: part.primary ? "primary-part" : "",
  });
}

/** Beyond the band of ordinary sets, on the worse side. */
function isOutside(part, { adjusted, joined }) {
  const { worse } = measureOf(part.part);
  if (!part.usual || !joined || worse === 0) return false;
  return worse > 0 ? adjusted > part.usual.high : adjusted < part.usual.low;
}

function partChart(width, page, key, part, known, time) {
  const { name, unit, factor, digits } = measureOf(part.part);
  const dots = known.map((point) => ({
    place: time.place(point.started_at),
    label: shortDay(point.started_at),
    name: `${shortDay(point.started_at)}: ${partValue(part.part, point.adjusted)}, ${plural(point.n_sets, "set")}${point.joined ? "" : "; before a break, not compared"}${isOutside(part, point) ? "; worse than your ordinary sets" : ""}.`,
    value: point.adjusted,
    faint: !point.joined,
    outside: isOutside(part, point),
    group: point.joined ? "joined" : point.session_id,
    href: `#/session/${point.session_id}/stability`,
  }));
  const label = `${name} over ${known.length} sessions`;
  const bandFrom = time.breaks.at(-1)?.place ?? 0;
  return chart(width, part.primary ? LARGE_PX : SMALL_PX, { key, label, say: page.say, unit, factor, digits, dots, band: part.usual, bandFrom, breaks: time.breaks });
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
