/** The table of sets of one session; a row opens to its reps and paths. */

import { drawBarPath } from "./barpath.js";
import { h, put } from "./dom.js";
import { UNKNOWN, centimetres, clock, load, number, percent, plural, plusMinus, quality, velocity } from "./format.js";
import { partValue } from "./measures.js";
import { drawRepBars } from "./repbars.js";

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
    const velocities = set.reps.map((rep) => rep.mean_concentric_velocity_mps ?? 0);
    const doubtful = set.reps.filter((rep) => rep.quality.state !== "good").length;
    const forward = set.stability.forward_displacement_m;
    const isResolved = typeof forward?.value === "number";
    const toggle = h(
      "button",
      { class: "row-toggle", type: "button", "aria-expanded": String(open.has(set.index)), "aria-controls": `set-${set.index}` },
      `Set ${set.index + 1}`,
    );
    const line = h("tr", { class: "set-row" }, h("th", { scope: "row" }, toggle));
    const cells = {
      Exercise: set.exercise_name ?? UNKNOWN,
      Load: load(set.load_kg, settings.unit()) ?? UNKNOWN,
      Reps: String(set.reps.length),
      Best: velocities.length ? `${velocity(Math.max(...velocities))} m/s` : UNKNOWN,
      "Last rep": velocities.length ? `${velocity(velocities.at(-1))} m/s` : UNKNOWN,
      "Velocity loss": percent(set.velocity_loss_fraction),
      Forward: isResolved ? partValue("forward_displacement_m", forward.value, forward.sd) : "not resolvable",
      Quality: doubtful ? `! ${doubtful} of ${set.reps.length} reps low` : "good",
    };
    for (const [name, value] of Object.entries(cells)) line.append(h("td", { "data-label": name, text: value }));
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
    put(cell, h("div", { class: "detail-grid" }, h("div", {}, bars, repTable(set, chosenIn(set))), path), rejected(set));
    drawRepBars(bars, set.reps);
    drawBarPath(path, set.reps, chosenIn(set));
  }

  return { update, resize: () => latest && update(latest) };
}

function heading(view) {
  const reps = view.sets.reduce((sum, set) => sum + set.reps.length, 0);
  const facts = view.sets.length ? `${plural(view.sets.length, "set")} · ${plural(reps, "rep")}` : "No set is closed yet";
  return h("div", { class: "page-head" }, h("div", {}, h("h1", { text: view.title }), h("p", { class: "sub", text: facts })), view.tabs ?? null);
}

function empty() {
  return h("div", { class: "card empty" }, h("p", { text: "A set appears here a few seconds after its last rep." }));
}

function repTable(set, chosen) {
  const columns = ["Rep", "Start", "Mean, m/s", "Peak, m/s", "Range", "Forward", "Quality"];
  const rows = set.reps.map((rep) => {
    const { words, glyph } = quality(rep.quality.state);
    const cells = [
      String(rep.index + 1),
      clock(rep.start_s),
      `${velocity(rep.mean_concentric_velocity_mps)} ${plusMinus(rep.mean_concentric_velocity_sd_mps, 2)}`,
      velocity(rep.peak_concentric_velocity_mps),
      `${centimetres(rep.range_of_motion_m)} cm`,
      partValue("forward_displacement_m", rep.forward_drift_m, rep.forward_drift_sd_m),
      rep.quality.state === "good" ? words : `${glyph} ${words}: ${rep.quality.reasons.join("; ")}`,
    ];
    const isChosen = rep === chosen;
    const marks = isChosen ? { class: "chosen", "aria-current": "true", tabindex: -1 } : {};
    return h("tr", marks, ...cells.map((text, i) => h("td", { text: isChosen && i === 0 ? `▸ ${text}` : text })));
  });
  const head = h("tr", {}, ...columns.map((name) => h("th", { scope: "col", text: name })));
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": "Reps of the set" },
    h("table", { class: "reps" }, h("thead", {}, head), h("tbody", {}, ...rows)),
  );
}

function rejected(set) {
  if (!set.rejected.length) return null;
  const items = set.rejected.map((item) => h("li", { text: `At ${clock(item.start_s)}, ${number(item.end_s - item.start_s, 1)} s: ${item.reason}` }));
  return h("div", { class: "rejected" }, h("h3", { text: "Not counted" }), h("ul", {}, ...items));
}
