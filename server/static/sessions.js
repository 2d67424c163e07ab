/** The list of earlier sessions. */

import { getSessions } from "./api.js";
import { h, put } from "./dom.js";
import { day, plural, timeOfDay } from "./format.js";

/** @param {HTMLElement} root */
export async function showSessions(root) {
  const sessions = await getSessions();
  const head = h("div", { class: "page-head" }, h("div", {}, h("h1", { text: "Sessions" }), h("p", { class: "sub", text: plural(sessions.length, "session") })));
  put(root, head, sessions.length ? h("ul", { class: "card session-list" }, ...sessions.map(item)) : empty());
}

function item(session) {
  const lifts = session.exercises.map((id) => id.replaceAll("_", " ")).join(", ") || "exercise not set";
  return h(
    "li",
    {},
    h(
      "a",
      { href: `#/session/${session.recording_id}` },
      h("div", {}, h("strong", { class: "lifts", text: session.title || lifts }), session.title ? h("span", { class: "sub lifts", text: lifts }) : null),
      h("span", { class: "when", text: `${day(session.started_at)}, ${timeOfDay(session.started_at)}` }),
      h("span", { class: "count", text: `${plural(session.n_sets, "set")} · ${plural(session.n_reps, "rep")}` }),
      h("span", { class: "source", text: session.source }),
    ),
  );
}

function empty() {
  return h("div", { class: "card empty" }, h("h2", { text: "No session is stored yet" }), h("p", { text: "Every recorded session stays here, on this computer only." }));
}
