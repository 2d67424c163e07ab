/** Shows the screen of the address, and what stands there while it is loading or when it cannot be had. */

import { h, put } from "./dom.js";
import { loadScreen, screenOf } from "./screens.js";

/** A screen that takes longer than this says that it is loading, ms. */
const PATIENCE_MS = 250;

/**
 * @param {HTMLElement} root where screens are drawn
 * @param {import("./screens.js").Context} context
 * @param {{onScreen: (screen: import("./screens.js").Screen) => void, onShown: (shown: any) => void}} listeners
 */
export function makeRouter(root, context, { onScreen, onShown }) {
  let shown = null;
  let visit = 0;
  let place = null;

  /** A screen draws into a place of its own: one whose answers come late does not draw over the next. */
  function nextPlace() {
    if (place && !place.firstChild) place.remove();
    const mine = h("div", { class: "place" });
    place = mine;
    root.append(mine);
    // The screen before stays until there is something to show instead.
    const observer = new MutationObserver(() => {
      observer.disconnect();
      if (mine === place) put(root, mine);
    });
    observer.observe(mine, { childList: true });
    return mine;
  }

  async function route() {
    visit += 1;
    const here = visit;
    const [id = "live", ...rest] = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
    const screen = screenOf(id);
    shown?.unmount?.();
    shown = null;
    onScreen(screen);
    root.className = `screen-${screen.id}`;
    const mine = nextPlace();
    const waiting = setTimeout(() => here === visit && !mine.firstChild && put(mine, loading(screen)), PATIENCE_MS);
    try {
      const module = await loadScreen(screen);
      if (here !== visit) return;
      const drawn = await module.show(mine, context, rest, id);
      if (here !== visit) {
        drawn?.unmount?.();
        return;
      }
      shown = drawn ?? {};
      onShown(shown);
    } catch (error) {
      if (here === visit) put(mine, failed(error, route));
    } finally {
      clearTimeout(waiting);
    }
  }

  /** Show the same screen anew, where the reader was. */
  async function refresh() {
    const { scrollX, scrollY } = window;
    const hadFocus = root.contains(document.activeElement);
    await route();
    if (hadFocus) root.focus({ preventScroll: true });
    window.scrollTo(scrollX, scrollY);
  }

  return { route, refresh, shown: () => shown };
}

function loading(screen) {
  return h("div", { class: "loading", role: "status" }, h("span", { class: "visually-hidden", text: `Loading ${screen.name}` }), h("i"), h("i"), h("i"));
}

/** @param {any} error an ApiError, or the browser's where a module cannot be had */
function failed(error, again) {
  const isOurs = error.hint !== undefined;
  const title = isOurs ? error.message : "This screen could not be loaded";
  const hint = isOurs ? error.hint : "The server does not answer, or was updated meanwhile: try again, or load the page anew.";
  return h(
    "div",
    { class: "card empty" },
    h("h1", { text: title }),
    h("p", { text: hint }),
    h("button", { class: "primary", type: "button", text: "Try again", onclick: again }),
  );
}
