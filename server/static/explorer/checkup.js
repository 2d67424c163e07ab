/** What a recording is like, in the sentences of `upright doctor`, and what can be computed from it. */

import { getCheckup } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { sentenceCase } from "../core/format.js";

const TITLES = {
  good: ["✓", "Can be computed"],
  low_quality: ["!", "Can be computed, with doubts"],
  not_resolvable: ["?", "Cannot be computed"],
};

/** @param {HTMLElement} root */
export async function showCheckup(root, id) {
  if (root.firstChild) return;
  const answer = await getCheckup(id).catch(() => null);
  if (!answer?.findings) return;
  const facts = answer.findings.map(({ subject, words }) => h("div", {}, h("dt", { text: sentenceCase(subject) }), h("dd", { text: words })));
  put(
    root,
    h(
      "section",
      { class: "card part", "aria-labelledby": "explorer-checkup" },
      h("div", { class: "card-head" }, h("h2", { id: "explorer-checkup", text: "What this recording is like" })),
      h("dl", { class: "explorer-facts" }, ...facts),
      h("div", { class: "explorer-answers" }, ...Object.keys(TITLES).map((state) => answers(state, answer.document.answers))),
    ),
  );
}

/** Names that share their reasons stand together. */
function answers(state, all) {
  const byReason = new Map();
  for (const one of all.filter((answer) => answer.state === state)) {
    const reason = one.reasons.join("; ");
    byReason.set(reason, [...(byReason.get(reason) ?? []), one.name]);
  }
  if (!byReason.size) return null;
  const [glyph, title] = TITLES[state];
  const rows = [...byReason].map(([reason, names]) => h("li", {}, names.join(", "), reason ? h("span", { class: "hint", text: `: ${reason}` }) : null));
  return h("div", {}, h("h3", {}, h("b", { "aria-hidden": "true", text: `${glyph} ` }), title), h("ul", {}, ...rows));
}
