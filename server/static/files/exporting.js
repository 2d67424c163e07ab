/** Taking results along: what, of which sessions, in which format; then a bar, then a file to save. */

import { h, put } from "../core/dom.js";
import { day, plural, sentenceCase, timeOfDay } from "../core/format.js";
import { choice, labelled } from "../parts/form.js";
import { progressLine, stepFraction, stepWords } from "./jobcard.js";
import { openJobs } from "./openjobs.js";
import { overList } from "./over.js";
import { cancelJob, downloadAddress, startExport } from "./transfer.js";
import { EXPORTS, bytes, hasFormat, sizeGuess } from "./words.js";

/**
 * @param {any} page what the screen's parts share
 * @param {string | null} chosenId a session that is chosen at once
 */
export function exportPart(page, chosenId) {
  const jobs = h("div", { class: "files-cards" });
  const showOpen = openJobs(jobs, (job) => exportCard(page, job));
  const over = overList("export");
  const wish = h("div", {});
  const heading = h("h2", { id: "files-export", tabindex: -1, text: "Export" });
  const element = h(
    "section",
    { class: "files-part", "aria-labelledby": "files-export" },
    heading,
    wish,
    jobs,
    over.element,
  );
  let current = null;
  // The card of what was just begun may be below the edge.
  let isAwaited = false;
  const expectCard = () => { isAwaited = true; };
  const renew = () => {
    if (current && page.sessions.length) return current.renew();
    current = page.sessions.length ? form(page, chosenId, expectCard) : null;
    return put(wish, current?.element ?? nothing());
  };
  renew();
  const update = (all) => {
    over.update(all);
    showOpen(all.filter((job) => job.kind === "export"));
    if (!isAwaited || !jobs.firstElementChild) return;
    isAwaited = false;
    jobs.firstElementChild.scrollIntoView({ block: "nearest" });
  };
  return { element, update, heading, renew };
}

function nothing() {
  return h("div", { class: "card empty" }, h("h3", { text: "There is nothing to export yet" }), h("p", { text: "Lift with a sensor, or import a recording: each becomes a session, and sessions can be exported." }));
}

function form(page, chosenId, onBegun) {
  const mayExport = page.role() !== "view";
  const kinds = EXPORTS.map(([kind, name, words]) => {
    const box = h("input", { type: "checkbox", name: "kind", value: kind, checked: kind === "sheet", onchange: redraw });
    return { kind, box, element: h("label", { class: "files-kind" }, box, h("span", {}, h("strong", { text: name }), h("small", { text: words }))) };
  });
  const format = choice("format", [["csv", "CSV: for every program"], ["parquet", "Parquet: R, Python, DuckDB"]], "csv");
  const formatField = labelled("Format of tables and samples", format);
  const names = h("input", { type: "checkbox", name: "names" });
  const namesField = h("label", { class: "check" }, names, "Motion-BIDS: label athletes by their names, not by numbers");
  let which = whichSessions(page, chosenId ? [chosenId] : [], redraw);
  const summary = h("p", { class: "files-summary" });
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { class: "primary", type: "submit", text: "Export" });
  const chosenKinds = () => kinds.filter((one) => one.box.checked).map((one) => one.kind);

  function redraw() {
    const some = chosenKinds();
    const sessions = which.sessions();
    formatField.hidden = !hasFormat(some);
    namesField.hidden = !some.includes("motion-bids");
    const guess = sizeGuess(some, sessions);
    const size = guess === null ? "" : `, about ${bytes(guess)} as CSV`;
    const files = some.length > 1 || sessions.length > 1 ? " One zip archive, unless it is a single file." : "";
    summary.textContent = !some.length ? "Choose what to export." : sessions.length ? `${plural(sessions.length, "session")}${size}.${files}` : "No session is chosen.";
    submit.disabled = !mayExport || !some.length || !sessions.length;
  }

  const begin = (event) => {
    event.preventDefault();
    problem.textContent = "";
    const wish = { kinds: chosenKinds(), format: format.value, names: names.checked, ...which.wish() };
    onBegun();
    page.act(startExport(wish), (error) => { problem.textContent = `${error.message} ${error.hint ?? ""}`.trim(); });
  };
  const element = h(
    "form",
    { class: "card files-form", onsubmit: begin },
    h("fieldset", {}, h("legend", { text: "What" }), h("div", { class: "files-kinds" }, ...kinds.map((one) => one.element))),
    which.element,
    h("div", { class: "files-format" }, formatField, namesField),
    summary,
    problem,
    h("div", { class: "files-buttons" }, submit, mayExport ? null : h("p", { class: "hint", text: "You may look, not export: ask whoever runs this server." })),
  );
  redraw();
  const renew = () => {
    const before = which;
    which = whichSessions(page, before.picked(), redraw);
    before.element.replaceWith(which.element);
    redraw();
  };
  return { element, renew };
}

/** All sessions, those of one athlete, those since a day, or picked ones. */
function whichSessions(page, chosen, onChange) {
  const { sessions, athletes } = page;
  const picked = new Set(sessions.map((one) => one.recording_id).filter((id) => chosen.includes(id)));
  const names = new Map(athletes.map((one) => [one.id, one.name]));
  const ways = [["all", `All ${plural(sessions.length, "session")}`], ["picked", "Picked sessions"], ["since", "Since a day"], ...(athletes.length ? [["athlete", "Of one athlete"]] : [])];
  const radios = ways.map(([value, text]) => {
    const input = h("input", { type: "radio", name: "which", value, checked: value === (picked.size ? "picked" : "all"), onchange: draw });
    return { value, input, element: h("label", { class: "check" }, input, text) };
  });
  const athlete = choice("athlete", athletes.map((one) => [one.id, one.name]), athletes[0]?.id ?? "");
  athlete.addEventListener("change", onChange);
  const since = h("input", { type: "date", name: "since", value: new Date(Date.now() - 28 * 86_400_000).toISOString().slice(0, 10), onchange: onChange });
  const boxes = sessions.map((session) => pick(session, names, picked, onChange));
  const more = h("div", {});
  const way = () => radios.find((one) => one.input.checked).value;
  const fields = {
    all: [],
    athlete: [labelled("Athlete", athlete)],
    since: [labelled("First day", since)],
    picked: [h("div", { class: "files-picks", tabindex: 0, role: "group", "aria-label": "Sessions to export" }, h("ul", {}, ...boxes))],
  };
  const firstMoment = () => new Date(`${since.value}T00:00`);

  function draw() {
    put(more, ...fields[way()]);
    onChange();
  }
  put(more, ...fields[way()]);
  return {
    element: h("fieldset", {}, h("legend", { text: "Which sessions" }), h("div", { class: "files-ways" }, ...radios.map((one) => one.element)), more),
    sessions() {
      const kept = {
        all: () => true,
        athlete: (one) => one.athlete_id === athlete.value,
        since: (one) => since.value !== "" && new Date(one.started_at) >= firstMoment(),
        picked: (one) => picked.has(one.recording_id),
      };
      return sessions.filter(kept[way()]);
    },
    picked: () => [...picked],
    wish() {
      if (way() === "picked") return { sessions: [...picked] };
      if (way() === "athlete") return { athlete_id: athlete.value };
      return way() === "since" ? { since: firstMoment().toISOString() } : {};
    },
  };
}

function pick(session, names, picked, onChange) {
  const id = session.recording_id;
  const change = ({ target }) => {
    if (target.checked) picked.add(id);
    else picked.delete(id);
    onChange();
  };
  const lifts = session.title || sentenceCase(session.exercises.map((one) => one.replaceAll("_", " ")).join(", ") || "exercise not set");
  const about = [names.get(session.athlete_id), `${day(session.started_at)}, ${timeOfDay(session.started_at)}`, plural(session.n_sets, "set"), plural(session.n_reps, "rep")].filter(Boolean).join(" · ");
  const box = h("input", { type: "checkbox", value: id, checked: picked.has(id), onchange: change });
  return h("li", {}, h("label", { class: "files-kind" }, box, h("span", {}, h("strong", { text: lifts }), h("small", { text: about }))));
}

function exportCard(page, first) {
  const element = h("article", { class: "card files-job" });
  let drawnFor = "";
  let line = null;
  const stop = (text) => h("button", { class: "tool", type: "button", text, onclick: () => page.act(cancelJob(first.id)) });
  const update = (job) => {
    if (job.state !== drawnFor) {
      drawnFor = job.state;
      line = null;
      const title = h("h3", { text: job.exported?.name ?? `Exporting ${job.title}` });
      if (job.state === "ready") put(element, title, ready(job, page), h("div", { class: "actions files-actions" }, stop("Delete"), link(job, page)));
      else {
        line = progressLine(`Export of ${job.title}`);
        put(element, h("div", { class: "card-head" }, title, stop("Cancel")), line.element);
      }
    }
    line?.draw(stepFraction(job.step), stepWords(job.step));
  };
  return { element, update };
}

function ready({ exported }) {
  const n = exported.files.length;
  const inside = n > 1 ? `${plural(n, "file")}, ` : "";
  const left = exported.told.filter((text) => text.startsWith("left out"));
  return h(
    "div",
    {},
    h("p", { text: `${inside}${bytes(exported.bytes)}. The server deletes its copy when you have saved it, or after an hour.` }),
    left.length ? h("ul", { class: "warnings" }, ...left.map((text) => h("li", { text: sentenceCase(text) }))) : null,
  );
}

const link = (job, page) => h("a", { class: "primary files-download", href: downloadAddress(job.id), download: job.exported.name, text: "Download", onclick: () => setTimeout(page.refresh, 1000) });
