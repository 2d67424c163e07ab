/** What came of imports and exports since the server started: short, with the way to what was kept. */

import { h, put } from "../core/dom.js";
import { timeOfDay } from "../core/format.js";
import { disclosure } from "../parts/blocks.js";
import { isOver, nameOf } from "./jobcard.js";

/** So many are shown; the others are behind a disclosure. */
const SHOWN = 3;
const SIGNS = { done: ["✓", "good"], cancelled: ["–", ""], refused: ["!", "bad"], failed: ["!", "bad"] };

/** @param {"import" | "export"} kind */
export function overList(kind) {
  const element = h("div", { class: "files-history" });
  let drawnFor = "";
  const update = (all) => {
    const jobs = all.filter((job) => job.kind === kind && isOver(job));
    const now = jobs.map((job) => job.id + job.state).join();
    if (now === drawnFor) return;
    drawnFor = now;
    if (!jobs.length) return put(element);
    const isRefused = jobs.some((job) => job.state === "refused");
    return put(
      element,
      h("h3", { text: kind === "import" ? "Imports since the server started" : "Exports since the server started" }),
      h("ul", { class: "card files-over" }, ...jobs.slice(0, SHOWN).map(over)),
      jobs.length > SHOWN ? disclosure(`earlier:${kind}`, `${jobs.length - SHOWN} earlier`, h("ul", { class: "card files-over" }, ...jobs.slice(SHOWN).map(over))) : null,
      isRefused ? h("p", { class: "hint", text: "Refused although it is good? docs/formats.md says what each format needs; what a person can decide, such as a unit, is asked before a file is refused." }) : null,
    );
  };
  return { element, update };
}

function over(job) {
  const [glyph, tone] = SIGNS[job.state];
  const problem = job.problem ? `${job.problem.message} ${job.problem.hint}`.trim() : "";
  const words = job.stored.length ? problem : `${job.step.words} ${problem}`.trim();
  return h(
    "li",
    { class: tone || null },
    h("b", { "aria-hidden": "true", text: glyph }),
    h(
      "div",
      {},
      h("p", {}, h("strong", { text: job.exported?.name ?? nameOf(job) }), h("span", { class: "hint", text: ` ${timeOfDay(job.created_at)}` })),
      words ? h("p", { text: words }) : null,
      ...job.stored.map(stored),
    ),
  );
}

function stored(one) {
  const words = one.problem ? `${one.name}: ${one.words} ${one.problem}` : one.words;
  const link = one.session_id ? h("a", { class: "files-open", href: `#/session/${one.session_id}`, text: "Open the session" }) : null;
  return h("p", {}, words, link ? " " : null, link);
}
