/** What was done to the session, newest first, and the two steps from here. */

import { h } from "../core/dom.js";
import { plural, shortDay, timeOfDay } from "../core/format.js";
import { disclosure } from "../parts/blocks.js";
import { tool } from "./parts.js";

const SHOWN = 5;

export function historyCard(view, doing) {
  const { changes, undo, redo } = view.history;
  if (!view.found.isStored) return null;
  const more = changes.length - SHOWN;
  return h(
    "section",
    { class: "card history no-print" },
    h("h2", { text: "What was changed" }),
    changes.length ? h("ol", {}, ...changes.slice(0, SHOWN).map(line)) : h("p", { class: "hint", text: "Nothing yet. Everything that is changed here can be undone; the recording itself never changes." }),
    more > 0 ? disclosure("history:more", plural(more, "earlier change"), h("ol", {}, ...changes.slice(SHOWN).map(line))) : null,
    view.mayEdit && (undo || redo)
      ? h("div", { class: "rep-actions" }, tool("history-undo", "Undo", doing.undo, { disabled: !undo || view.isBusy }), tool("history-redo", "Redo", doing.redo, { disabled: !redo || view.isBusy }))
      : null,
  );
}

function line(change) {
  const when = [`${shortDay(change.at)}, ${timeOfDay(change.at)}`, change.who, change.is_undone ? "undone" : null].filter(Boolean).join(" · ");
  return h("li", { class: change.is_undone ? "undone" : null }, h("span", { text: change.words }), h("small", { text: when }));
}
