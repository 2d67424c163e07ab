/** What a file turned out to be, in words: what, why, what would come of it, what it needs to be told. */

import { h } from "../core/dom.js";
import { clock, day, number, plural, timeOfDay, velocity } from "../core/format.js";
import { disclosure, table } from "../parts/blocks.js";
import { questionsOf } from "./questions.js";
import { KINDS } from "./words.js";

const lastPart = (name) => name.split("/").at(-1);

/**
 * @param {any} item of a job
 * @param {{exercises: any[], unit: () => "kg" | "lb"}} page
 * @param {boolean} isOneOfMany then each can be left out
 */
export function itemCard(item, page, isOneOfMany) {
  const questions = questionsOf(item, page);
  const [kind, becomes] = KINDS[item.kind];
  const isKeepable = item.kind !== "refused" && item.kind !== "training_log";
  const wanted = isOneOfMany && isKeepable ? h("input", { type: "checkbox", checked: true, name: "wanted" }) : null;
  const element = h(
    "section",
    { class: "files-item" },
    h("div", { class: "card-head" }, h("h4", { text: lastPart(item.name) }), wanted ? h("label", { class: "check" }, wanted, "Keep this") : null),
    h("p", { class: "files-what" }, h("strong", { text: item.format_title ?? kind }), item.format_title ? ` · ${kind}` : ""),
    item.with_names.length ? h("p", { class: "hint", text: `Together with ${item.with_names.map(lastPart).join(", ")}.` }) : null,
    item.problem ? h("p", { class: "files-problem" }, h("b", { "aria-hidden": "true", text: "! " }), item.problem) : null,
    item.summary ? h("p", { class: "files-summary", text: item.summary }) : null,
    item.recording ? recording(item.recording) : null,
    item.warnings.length ? h("ul", { class: "warnings" }, ...item.warnings.map((text) => h("li", {}, h("b", { "aria-hidden": "true", text: "! " }), text))) : null,
    item.kind === "training_log" ? h("ul", { class: "files-findings" }, ...item.findings.map((text) => h("li", { text }))) : why(item),
    h("p", { class: "hint", text: becomes }),
    questions.element,
  );
  return { item, element, isKeepable, isWanted: () => isKeepable && (wanted?.checked ?? true), read: questions.read };
}

function recording(one) {
  const rate = one.sample_rate_hz === null ? "rate not known" : `${number(one.sample_rate_hz, 1)} Hz`;
  const gaps = one.gaps ? `${plural(one.gaps, "gap")}, the longest ${number(one.longest_gap_s, 2)} s, ${plural(one.lost_samples, "sample")} lost` : "none";
  const moment = `${day(one.started_at)}, ${timeOfDay(one.started_at)}${one.is_dated ? "" : " (guessed)"}`;
  const facts = [
    ["Length", clock(one.duration_s)],
    ["Samples", `${one.samples.toLocaleString("en-GB")} at ${rate}`],
    ["Gaps", gaps],
    ["Recorded", moment],
    ["Sensor", `${one.sensor || "not named"}, taken to be on the ${one.mount}`],
  ];
  return h(
    "div",
    { class: "files-recording" },
    one.is_known ? h("p", { class: "tag" , text: "Imported before: keeping it replaces what was said then" }) : null,
    h("dl", { class: "files-facts" }, ...facts.map(([name, text]) => h("div", {}, h("dt", { text: name }), h("dd", { text })))),
    one.sets.length ? setTable(one.sets) : null,
    h("ul", { class: "hint" }, ...one.possible.map((text) => h("li", { text }))),
  );
}

function setTable(sets) {
  const rows = sets.map((set, i) => [String(i + 1), `${clock(set.start_s)} to ${clock(set.end_s)}`, String(set.n_reps), velocity(set.mean_velocity_mps), set.n_rejected ? plural(set.n_rejected, "movement") : "none"]);
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Sets that would be kept" }, table(["Set", "When", "Reps", "Mean velocity, m/s", "Not taken for reps"], rows));
}

/** How it was recognised and what was checked; behind a disclosure, since it convinces but is long. */
function why(item) {
  if (!item.beginning && !item.findings.length) return null;
  const begins = item.beginning ? [h("li", {}, "It begins with ", h("code", { text: item.beginning }))] : [];
  return disclosure(`why:${item.name}`, "Why it was taken for this, and what was checked", h("ul", { class: "files-findings" }, ...begins, ...item.findings.map((text) => h("li", { text }))));
}
