/** Buttons over the lanes: everything that the keys do, and which lanes are shown. */

import { h, put } from "../core/dom.js";
import { number } from "../core/format.js";
import { LANES } from "./signals.js";
import { glyphOf, repWords } from "./strip.js";

export function controlsOf(root, { pan, zoom, whole, step, toggle, lanes }) {
  const button = (name, text, run) => h("button", { type: "button", class: "tool", "aria-label": name, title: name, text, onclick: run });
  const where = h("p", { class: "explorer-where" });
  const why = h("p", { class: "explorer-why", hidden: true });
  const rep = h("span", { class: "explorer-rep" });
  const switches = LANES.map((lane) => h("button", { type: "button", class: "choice", "aria-pressed": String(lanes.includes(lane.id)), "data-lane": lane.id, text: lane.short, onclick: () => toggle(lane.id) }));
  put(
    root,
    h("div", { class: "explorer-moves", role: "group", "aria-label": "Move in time" },
      h("span", { class: "explorer-pair" }, button("Rep before", "‹ Rep", () => step(-1)), rep, button("Next rep", "Rep ›", () => step(1))),
      h("span", { class: "explorer-pair" }, button("Earlier", "←", () => pan(-1)), button("Later", "→", () => pan(1))),
      h("span", { class: "explorer-pair" }, button("Wider", "−", () => zoom(-1)), button("Closer", "+", () => zoom(1))),
      button("Whole recording", "Whole", whole),
    ),
    h("div", { class: "choices", role: "group", "aria-label": "Lanes" }, ...switches),
    why,
    where,
  );
  return {
    update(state) {
      for (const one of switches) one.setAttribute("aria-pressed", String(state.lanes.includes(one.dataset.lane)));
      rep.textContent = state.rep ? `Set ${state.rep.set + 1}, rep ${state.rep.rep + 1} ${glyphOf(state.rep)}`.trim() : "No rep chosen";
      why.hidden = !state.rep || !glyphOf(state.rep);
      why.textContent = why.hidden ? "" : `${glyphOf(state.rep)} ${repWords(state.rep)}`;
      if (!state.data) return;
      const [from, to] = state.view;
      const digits = to - from < 10 ? 2 : 1;
      const how = state.data.exact ? "every sample" : `least and largest of every ${number(state.data.step_s * 1000)} ms`;
      where.textContent = `${number(from, digits)} s to ${number(to, digits)} s, ${how}`;
    },
  };
}
