/** What stands on the page while a recording is worked out, and when it cannot be looked into. */

import { h } from "../core/dom.js";

const PHASES = {
  waiting: "Waiting for its turn",
  reading: "Reading the recording",
  examining: "Looking at its samples",
  analysing: "Working out velocity, height and forward",
};

/** @param {{progress?: {phase: string, fraction: number}, problem?: any}} what */
export function progressLine({ progress, problem }) {
  if (problem) return h("div", { class: "notice bad" }, h("strong", { text: problem.message }), h("span", { text: problem.hint }));
  const words = PHASES[progress.phase] ?? "Working";
  const isMoving = progress.fraction > 0;
  return h(
    "div",
    { class: "notice explorer-progress" },
    h("strong", { text: isMoving ? `${words}: ${Math.round(progress.fraction * 100)} %` : `${words}…` }),
    h("progress", { max: 1, value: isMoving ? progress.fraction : null, "aria-label": words }),
    h("span", { text: "This is done once for each recording; then it opens at once." }),
  );
}

/** @param {any} error an ApiError @param {() => void} load @param {() => void} restore puts the page back */
export function refused(error, id, load, restore) {
  const again = () => {
    restore();
    load();
  };
  const isFinal = error.code === "recording_gone" || error.code === "recording_unusable";
  return h(
    "div",
    { class: "card empty", role: "alert" },
    h("h2", { text: error.message }),
    h("p", { text: error.hint ?? "" }),
    h(
      "div",
      { class: "page-tools" },
      isFinal ? h("a", { class: "primary link", href: `#/session/${encodeURIComponent(id)}`, text: "Open its results" }) : null,
      error.code === "recording_runs" ? h("a", { class: "primary link", href: "#/live", text: "Watch it live" }) : null,
      h("button", { class: "tool", type: "button", text: "Try again", onclick: again }),
    ),
  );
}
