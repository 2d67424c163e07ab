/** The wall: what every rack does, for a screen that hangs where all can see it. */

import { h, put, setText } from "../core/dom.js";
import { age } from "../core/format.js";
import { connectWall } from "../core/socket.js";
import { makeTile } from "./tile.js";
import { openRacks } from "./racks.js";
import { columnsFor, initialWall, reduceWall, summary } from "./wallstate.js";

/** Narrower than this, tiles stand below one another and the page scrolls, px. */
const LIST_BELOW = 720;

/** @param {HTMLElement} root @param {import("../core/screens.js").Context} context */
export function show(root, context) {
  let wall = initialWall;
  let socket = "connecting";
  let socketSince = performance.now();
  let topBefore = -1;
  /** @type {Map<string, ReturnType<typeof makeTile>>} */
  const tiles = new Map();
  const sub = h("p", { class: "sub" });
  const notice = h("div", { class: "notice", hidden: true }, h("strong"), h("span"));
  const grid = h("ul", { class: "wall-grid", "aria-label": "Racks" });
  const empty = h("div", { class: "wall-empty", hidden: true });
  const racks = h("button", { class: "tool", type: "button", text: "Racks", onclick: () => openRacks(wall) });
  const full = h("button", { class: "tool", type: "button", text: "Full screen", onclick: toggleFull });
  const head = h("div", { class: "wall-head" }, h("h1", { text: "Wall" }), sub, h("div", { class: "page-tools" }, racks, full));
  const screen = h("div", { class: "wall" }, head, notice, empty, grid);
  put(root, screen);
  full.hidden = !document.fullscreenEnabled;

  function toggleFull() {
    // Refused where the browser does not want it, which it says itself.
    if (document.fullscreenElement) document.exitFullscreen();
    else screen.requestFullscreen?.().catch(() => null);
  }

  function drawFull() {
    setText(full, document.fullscreenElement === screen ? "Leave full screen" : "Full screen");
    layout();
  }

  /** The room below whatever stands above the wall: a line may come and go there. */
  function fitHeight(isList) {
    const isFull = document.fullscreenElement === screen;
    const below = parseFloat(getComputedStyle(root.closest("main")).paddingBottom);
    screen.style.height = isList || isFull ? "" : `${Math.max(320, Math.floor(window.innerHeight - screen.getBoundingClientRect().top - window.scrollY - below))}px`;
  }

  function layout() {
    const isList = window.innerWidth < LIST_BELOW;
    screen.classList.toggle("is-list", isList);
    fitHeight(isList);
    const n = wall.tiles.length;
    if (n === 0 || isList) {
      grid.style.gridTemplate = "";
      return;
    }
    const columns = columnsFor(n, grid.clientWidth, grid.clientHeight);
    grid.style.gridTemplate = `repeat(${Math.ceil(n / columns)}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))`;
  }

  /** Tiles come, go and change places; those that stay are the same elements. */
  function place() {
    const ids = wall.tiles.map((tile) => tile.rack_id);
    for (const id of [...tiles.keys()].filter((one) => !ids.includes(one))) tiles.delete(id);
    for (const id of ids) if (!tiles.has(id)) tiles.set(id, makeTile());
    put(grid, ...ids.map((id) => tiles.get(id).root));
    layout();
  }

  function draw() {
    const now = performance.now();
    const top = screen.getBoundingClientRect().top + window.scrollY;
    if (top !== topBefore) {
      topBefore = top;
      layout();
    }
    const isStarting = wall.seq < 0;
    racks.hidden = context.role() !== "admin" || isStarting;
    const isEmpty = !isStarting && wall.tiles.length === 0;
    empty.hidden = !isEmpty;
    if (isEmpty && !empty.firstChild) put(empty, ...howToAdd(context, () => openRacks(wall)));
    grid.hidden = isEmpty;
    setText(sub, isStarting ? "Connecting…" : isEmpty ? "" : summary(wall.tiles, now));
    const isAway = socket === "closed" && now - socketSince > 1500;
    screen.classList.toggle("is-away", isAway);
    // Elsewhere the page's own line says it; in full screen only the wall is seen.
    notice.hidden = !isAway || document.fullscreenElement !== screen;
    notice.className = "notice bad";
    setText(notice.firstChild, "Wall disconnected");
    setText(notice.lastChild, `No answer from this wall's server for ${age((now - socketSince) / 1000)}. Connecting again by itself.`);
    for (const tile of wall.tiles) tiles.get(tile.rack_id).draw(tile, context.unit(), now);
  }

  function take(message) {
    const before = wall.tiles.map((tile) => tile.rack_id).join();
    wall = reduceWall(wall, message, performance.now());
    if (wall.tiles.map((tile) => tile.rack_id).join() !== before) place();
    draw();
  }

  function onSocket(state) {
    const next = state === "open" ? "open" : "closed";
    if (next !== socket) socketSince = performance.now();
    socket = next;
    draw();
  }

  const close = connectWall(take, onSocket);
  document.addEventListener("fullscreenchange", drawFull);
  drawFull();

  return {
    update: (_state, message) => (message === null || ["tick", "unit", "theme"].includes(message.type)) && draw(),
    resize: layout,
    unmount() {
      close();
      document.removeEventListener("fullscreenchange", drawFull);
      if (document.fullscreenElement) document.exitFullscreen();
    },
    keys: [{ key: "f", words: "Full screen", run: toggleFull }],
  };
}

function howToAdd(context, open) {
  const isAdmin = context.role() === "admin";
  const step = (...children) => h("li", {}, ...children);
  return [
    h("h2", { text: "No rack is on this wall yet" }),
    h("ol", {},
      step("At each rack, start ", h("code", { text: "upright serve --lan" }), ". It prints an address with a token."),
      step(isAdmin ? "Add that address here. The wall connects by itself, and again after every break." : "Whoever administers this wall adds that address here."),
      step("A sensor of this computer appears by itself once it is connected."),
    ),
    isAdmin ? h("button", { class: "primary", type: "button", text: "Add a rack", onclick: open }) : null,
    h("p", { class: "hint", text: "Up to 16 racks. Names of lifters are hidden unless you turn them on." }),
  ].filter(Boolean);
}
