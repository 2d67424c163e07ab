/** The table of sets of one session; a row opens to its reps and paths. */

import { drawBarPath } from "../charts/barpath.js";
import { h, put } from "../core/dom.js";
import { UNKNOWN, clock, load, number, percent, plural, velocity } from "../core/format.js";
import { partValue } from "../core/measures.js";
import { drawRepBars } from "../charts/repbars.js";
import { counting, repTable } from "../parts/reptable.js";

/**
 * @param {HTMLElement} root
 * @param {{unit: () => string}} settings
 * @param {{set: number, rep: number | null} | null} focus the set to open, and the rep of it to point at
 */
export function mountSets(root, settings, focus = null) {
  const open = new Set(focus ? [focus.set] : []);
  let latest = null;
  let isShown = focus === null;

  function update(view) {
    latest = view;
    put(root, heading(view), view.sets.length ? table(view.sets) : empty());
    for (const index of open) drawDetail(index);
    if (!isShown) isShown = showFocus();
  }

  /** Once: later messages must not scroll away what somebody reads. */
  function showFocus() {
    const place = root.querySelector(`#set-${focus.set} .chosen`) ?? root.querySelector(`#set-${focus.set}`);
    place?.scrollIntoView({ block: "center" });
    place?.focus({ preventScroll: true });
    return Boolean(place);
  }

  const chosenIn = (set) => (focus?.set === set.index ? set.reps.find((rep) => rep.index === focus.rep) : undefined);

  function table(sets) {
    const columns = ["Set", "Exercise", "Load", "Reps", "Best", "Last rep", "Velocity loss", "Forward", "Quality"];
    const head = h("tr", {}, ...columns.map((name) => h("th", { scope: "col", text: name })));
    const body = sets.flatMap((set) => [row(set), detailRow(set, columns.length)]);
    return h("div", { class: "card table-card" }, h("table", { class: "sets" }, h("thead", {}, head), h("tbody", {}, ...body)));
  }

  function row(set) {
    const reps = counting(set.reps);
    const nOut = set.reps.length - reps.length;
    const velocities = reps.map((rep) => rep.mean_concentric_velocity_mps ?? 0);
    const doubtful = reps.filter((rep) => rep.quality.state !== "good").length;
    const forward = set.stability.forward_displacement_m;
    const isResolved = typeof forward?.value === "number";
    const toggle = h(
      "button",
      { class: "row-toggle", type: "button", "aria-expanded": String(open.has(set.index)), "aria-controls": `set-${set.index}` },
      `Set ${set.index + 1}`,
    );
    const line = h("tr", { class: "set-row" }, h("th", { scope: "row" }, toggle));
    const cells = {
      Exercise: exerciseWords(set),
      Load: loadWords(set, settings.unit()),
      Reps: nOut ? `${reps.length}, ${nOut} left out` : String(reps.length),
      Best: velocities.length ? `${velocity(Math.max(...velocities))} m/s` : UNKNOWN,
      "Last rep": velocities.length ? `${velocity(velocities.at(-1))} m/s` : UNKNOWN,
      "Velocity loss": percent(set.velocity_loss_fraction),
      Forward: isResolved ? partValue("forward_displacement_m", forward.value, forward.sd) : "not resolvable",
      Quality: doubtful ? `! ${doubtful} of ${reps.length} reps low` : "good",
    };
    for (const [name, value] of Object.entries(cells)) line.append(h("td", { "data-label": name, class: value.includes(",") ? "corrected" : null, text: value }));
    if (doubtful) line.lastChild.className = "doubt";
    if (!isResolved) line.children[7].className = "muted";
    toggle.addEventListener("click", () => {
      if (!open.delete(set.index)) open.add(set.index);
      toggle.setAttribute("aria-expanded", String(open.has(set.index)));
      root.querySelector(`#set-${set.index}`).hidden = !open.has(set.index);
      drawDetail(set.index);
    });
    return line;
  }

  function detailRow(set, span) {
    return h("tr", { id: `set-${set.index}`, class: "detail", hidden: !open.has(set.index) }, h("td", { colspan: span }));
  }

  function drawDetail(index) {
    const set = latest.sets.find((item) => item.index === index);
    const cell = root.querySelector(`#set-${index} td`);
    if (!set || !cell || !open.has(index)) return;
    const bars = h("div", { class: "repbars small" });
    const path = h("div", { class: "path-box" });
    const reps = counting(set.reps);
    const chosen = chosenIn(set);
    const head = latest.edit ? said(set, latest) : null;
    put(cell, head, h("div", { class: "detail-grid" }, h("div", {}, reps.length ? bars : null, repTable(set, chosen)), path), rejected(set));
    drawRepBars(bars, reps);
    drawBarPath(path, reps, reps.includes(chosen) ? chosen : undefined);
  }

  return { update, resize: () => latest && update(latest), open: (index) => open.add(index) };
}

/** "Front squat, recorded back squat" where it was corrected; live sets have no corrections. */
function exerciseWords(set) {
  const name = set.exercise_name ?? UNKNOWN;
  const isCorrected = set.labelled_exercise_id !== undefined && set.labelled_exercise_id !== set.exercise_id;
  return isCorrected ? `${name}, recorded ${set.labelled_exercise_name?.toLowerCase() ?? "without a name"}` : name;
}

/** "100 kg, recorded 95" where it was corrected. */
function loadWords(set, unit) {
  const words = load(set.load_kg, unit) ?? UNKNOWN;
  const isCorrected = set.labelled_load_kg !== undefined && set.labelled_load_kg !== set.load_kg;
  return isCorrected ? `${words}, recorded ${load(set.labelled_load_kg, unit)?.replace(` ${unit}`, "") ?? "without a load"}` : words;
}

/** What people said of a stored set, and the way to its review, where more can be said. */
function said(set, { setsBase }) {
  const seen = { true: "Velocities shown", false: "Velocities hidden" }[set.velocity_feedback];
  const words = [set.rpe === null ? null : `RPE ${set.rpe}`, seen].filter(Boolean).join(" · ");
  const isOther = set.analysed_exercise_id !== set.exercise_id;
  return h(
    "div",
    { class: "said" },
    h(
      "div",
      { class: "said-words" },
      words ? h("p", { text: words }) : null,
      set.note ? h("p", { class: "said-note", text: set.note }) : null,
      isOther ? h("p", { class: "hint", text: "Its reps are those found before the lift was corrected." }) : null,
    ),
    h("a", { class: "tool button-link", href: `${setsBase}/set/${set.index + 1}`, text: `Review set ${set.index + 1}` }),
  );
}

function heading(view) {
  const reps = view.sets.reduce((sum, set) => sum + counting(set.reps).length, 0);
  const counts = view.sets.length ? [plural(view.sets.length, "set"), plural(reps, "rep")] : ["No set is closed yet"];
  const edit = view.edit
    ? h("button", { type: "button", class: "tool", "data-key": "edit-session", "aria-label": "Edit session", onclick: view.edit.session, text: "Edit" })
    : null;
  return h(
    "div",
    { class: "page-head" },
    h(
      "div",
      { class: "page-words" },
      h("div", { class: "title-line" }, h("h1", { text: view.title }), edit),
      h("p", { class: "sub", text: [...(view.facts ?? []), ...counts].join(" · ") }),
      view.note ? h("p", { class: "said-note", text: view.note }) : null,
      view.verdictLine ?? null,
    ),
    view.tabs ?? null,
  );
}

function empty() {
  return h("div", { class: "card empty" }, h("p", { text: "A set appears here a few seconds after its last rep." }));
}

function rejected(set) {
  if (!set.rejected.length) return null;
  const items = set.rejected.map((item) => h("li", { text: `At ${clock(item.start_s)}, ${number(item.end_s - item.start_s, 1)} s: ${item.reason}` }));
  return h("div", { class: "rejected" }, h("h3", { text: "Not counted" }), h("ul", {}, ...items));
}
