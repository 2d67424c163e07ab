/** While the server is away: a line above every screen but Live, which says it itself; afterwards what was missed is read. */

import { h, put, setText } from "../core/dom.js";
import { age } from "../core/format.js";

const GONE = "The server does not answer. What is on the screen is kept; connecting again by itself.";

/**
 * @param {HTMLElement} element of the line
 * @param {{again: () => void, isBusy: () => boolean, say: (words: string) => void}} page `again` shows the screen anew
 */
export function makeOutage(element, { again, isBusy, say }) {
  let isAway = false;
  const line = h("span");

  function begin() {
    isAway = true;
    const since = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    put(element, h("strong", { text: "Disconnected" }), line, h("span", { text: `What you see is from ${since}.` }));
    say(GONE);
  }

  /** Screens that live on the socket have got its snapshot by now; the others read what they show again. */
  function end(isLive) {
    isAway = false;
    say("Connected again.");
    if (isLive) return;
    if (!isBusy()) again();
    else offer();
  }

  /** Nobody likes to lose what they are typing. */
  function offer() {
    const read = () => {
      element.hidden = true;
      again();
    };
    put(element, h("strong", { text: "Connected again" }), h("span", { text: "What you see may be old." }), h("button", { type: "button", class: "tool", text: "Read again", onclick: read }));
    element.hidden = false;
  }

  /**
   * @param {any} before the state before the message @param {any} state
   * @param {number} now ms, as in the state
   * @param {{isShownLive: boolean, isLive: boolean}} screen whether it has a notice of its own; whether the snapshot completes it
   */
  return (before, state, now, { isShownLive, isLive }) => {
    if (before.socket === "open" && state.socket !== "open") begin();
    if (isAway && state.socket === "open") end(isLive);
    if (isAway) setText(line, `No answer for ${age((now - state.socketSince) / 1000)}.`);
    if (isAway || isShownLive) element.hidden = !isAway || isShownLive;
    else if (!element.querySelector("button")) element.hidden = true;
    document.body.classList.toggle("away", isAway);
  };
}
