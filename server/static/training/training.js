/** Training: the load-velocity profile of a lift, or the audit of the programme. */

import { getAthletes } from "../core/api.js";
import { athleteOf, athleteSelect } from "../parts/athletes.js";
import { showAudit } from "./audit.js";
import { redraw, tabs } from "../parts/blocks.js";
import { h } from "../core/dom.js";
import { showProfile } from "./profile.js";

/**
 * Addresses: #/training/profile/EXERCISE/ATHLETE and #/training/audit/WEEKS/ATHLETE; all may be left out.
 *
 * @param {HTMLElement} root
 * @param {import("../core/screens.js").Context} context
 * @param {string[]} rest
 */
export async function show(root, context, [view, what, segment]) {
  const isAudit = view === "audit";
  const athletes = await getAthletes();
  const athlete = athleteOf(athletes, segment);
  const page = { draws: [], unit: context.unit, say: context.say };
  const shown = await (isAudit ? showAudit : showProfile)(page, what, athlete);
  const whose = athleteSelect(athletes, athlete, (id) => `#/training/${isAudit ? "audit" : "profile"}/${shown.chosen}/${id}`);
  const views = tabs([["#/training/profile", "Load and velocity", !isAudit], ["#/training/audit", "Programme", isAudit]]);
  const title = h("div", {}, h("h1", { text: "Training" }), h("p", { class: "sub", text: shown.sub }));
  const head = h("div", { class: "page-head" }, title, h("div", { class: "page-tools" }, shown.select(segment), whose, views));
  const draw = () => redraw(root, page, head, ...shown.body());
  draw();
  return { resize: draw, update: (_state, message) => ["unit", "theme"].includes(message?.type) && draw() };
}
