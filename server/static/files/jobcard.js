/** One import from the first byte to the link to its session. Drawn anew only when its state changes: answers stay. */

import { h, put, setText } from "../core/dom.js";
import { plural } from "../core/format.js";
import { disclosure } from "../parts/blocks.js";
import { itemCard } from "./itemcard.js";
import { cancelJob, keepJob, lookAgain } from "./transfer.js";

const BUSY = new Set(["receiving", "looking", "keeping", "exporting"]);
export const isBusy = (job) => BUSY.has(job.state);
export const isOver = (job) => ["done", "refused", "failed", "cancelled"].includes(job.state);

/** "3 files" or the name of the only one. */
export const nameOf = (job) => (job.files.length > 1 ? `${job.title} and ${plural(job.files.length - 1, "other file")}` : job.title);

/** A bar with words below it. @param {string} label for people who listen */
export function progressLine(label) {
  const bar = h("progress", { class: "files-progress", "aria-label": label });
  const words = h("p", { class: "hint" });
  const draw = (fraction, text) => {
    if (fraction === null) bar.removeAttribute("value");
    else bar.value = fraction;
    setText(words, text);
  };
  return { element: h("div", { class: "files-line" }, bar, words), draw };
}

export function stepWords({ words, number, of }) {
  return of > 1 && number ? `Step ${number} of ${of}: ${words}` : words;
}

/** How much of a job is done: steps before this one, and this one's share. */
export function stepFraction({ number, of, fraction }) {
  if (of > 1 && number) return (number - 1 + (fraction ?? 0)) / of;
  return fraction;
}

/**
 * @param {any} page what the screen's parts share: `exercises`, `unit`, `refresh`
 * @returns {{element: HTMLElement, update: (job: any) => void}}
 */
export function jobCard(page) {
  const element = h("article", { class: "card files-job" });
  let drawnFor = "";
  let line = null;

  const draw = (job) => {
    line = null;
    const title = h("h3", { text: nameOf(job) });
    if (job.state === "asking") return put(element, title, asking(job, page));
    line = progressLine(`Import of ${nameOf(job)}`);
    const cancel = h("button", { class: "tool", type: "button", text: "Cancel", onclick: () => page.act(cancelJob(job.id)) });
    return put(element, h("div", { class: "card-head" }, title, cancel), line.element);
  };

  const update = (job) => {
    const now = job.state === "asking" ? `asking ${JSON.stringify(job.items)}` : job.state;
    if (now !== drawnFor) {
      const hadFocus = element.contains(document.activeElement);
      draw(job);
      drawnFor = now;
      if (hadFocus) element.querySelector("button, input, select")?.focus({ preventScroll: true });
    }
    line?.draw(stepFraction(job.step), stepWords(job.step));
  };
  return { element, update };
}

function asking(job, page) {
  const isShown = (item) => item.kind !== "refused" || item.questions.length > 0;
  const items = job.items.filter(isShown);
  const unused = job.items.filter((item) => !isShown(item));
  const cards = items.map((item) => itemCard(item, page, items.length > 1));
  const problem = h("p", { class: "problem", role: "alert" });
  const trouble = (error) => { problem.textContent = `${error.message} ${error.hint ?? ""}`.trim(); };
  const keepable = cards.filter((card) => card.isKeepable);

  const keep = () => {
    const wanted = keepable.filter((card) => card.isWanted());
    if (!wanted.length) return trouble({ message: "Nothing is chosen.", hint: "Choose what to keep, or discard it." });
    const choices = Object.fromEntries(wanted.map((card) => [card.item.index, card.read()]));
    return page.act(keepJob(job.id, choices), trouble);
  };
  for (const card of cards) {
    if (card.item.questions.length) card.element.append(h("div", {}, h("button", { class: keepable.length ? "tool" : "primary", type: "button", text: "Look again with these answers", onclick: () => page.act(lookAgain(job.id, card.item.index, card.read()), trouble) })));
  }
  return h(
    "div",
    { class: "files-asking" },
    ...cards.map((card) => card.element),
    unused.length ? disclosure(`unused:${job.id}`, `${plural(unused.length, "file")} not used`, h("ul", { class: "files-findings" }, ...unused.map((item) => h("li", {}, h("strong", { text: item.name }), ` ${item.problem}`)))) : null,
    problem,
    h(
      "div",
      { class: "actions files-actions" },
      h("button", { class: "tool", type: "button", text: keepable.length ? "Discard" : "Close", onclick: () => page.act(cancelJob(job.id), trouble) }),
      keepable.length ? h("button", { class: "primary", type: "button", text: "Keep", onclick: keep }) : null,
    ),
  );
}
