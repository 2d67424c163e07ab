/** Which racks the wall follows: add one, take one away, names on or off. */

import { addRack, changeWall, removeRack } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { labelled, problemWords } from "../parts/form.js";

/** @param {typeof import("./wallstate.js").initialWall} wall as it is now */
export function openRacks(wall) {
  const problem = h("p", { class: "problem", role: "alert" });
  const list = h("ul", { class: "rack-list" });
  const field = (name, props) => h("input", { name, autocomplete: "off", ...props });
  const name = field("name", { required: true, maxlength: 40, placeholder: `Rack ${wall.tiles.length + 1}` });
  const address = field("address", { required: true, maxlength: 2000, inputmode: "url", placeholder: "https://192.168.1.20:8000/?token=…" });
  const fingerprint = field("fingerprint", { maxlength: 200, placeholder: "AB:CD:…" });
  const ownName = field("own_name", { maxlength: 40, value: wall.ownName });
  const names = h("input", { type: "checkbox" });
  names.checked = wall.showsNames;
  const add = h("button", { class: "primary", type: "submit", text: "Add rack" });

  /** Do something; the answer is the whole wall. */
  async function attempt(work) {
    problem.textContent = "";
    try {
      drawList(await work());
      return true;
    } catch (error) {
      problem.textContent = problemWords(error);
      return false;
    }
  }

  function drawList({ tiles }) {
    const others = tiles.filter((tile) => !tile.is_own);
    put(list, ...(others.length ? others.map(item) : [h("li", { class: "hint", text: "None yet." })]));
  }

  const item = (tile) => h("li", {},
    h("span", {}, h("strong", { text: tile.name }), h("small", { text: tile.address })),
    tile.is_kept
      ? h("button", { class: "tool", type: "button", text: "Remove", "aria-label": `Remove ${tile.name}`, onclick: () => attempt(() => removeRack(tile.rack_id)) })
      : h("small", { text: "from the command line" }));

  const form = h("form", { class: "rack-add" },
    labelled("Name", name),
    labelled("Address", address, "As the rack's server printed it, with its token."),
    labelled("Fingerprint of its certificate", fingerprint, "For an https address with a self-made certificate, if the address has none in it."),
    h("div", { class: "actions" }, add));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    add.disabled = true;
    const rack = { name: name.value, address: address.value, ...(fingerprint.value.trim() ? { fingerprint: fingerprint.value } : {}) };
    if (await attempt(() => addRack(rack))) form.reset();
    add.disabled = false;
    name.focus();
  });
  ownName.addEventListener("change", () => attempt(() => changeWall({ own_name: ownName.value })));
  names.addEventListener("change", () => attempt(() => changeWall({ shows_names: names.checked })));

  const dialog = h("dialog", { class: "dialog racks", "aria-label": "Racks on this wall", onclose: forget },
    h("h2", { text: "Racks on this wall" }), list,
    h("section", {}, h("h3", { text: "Add a rack" }), form), problem,
    h("section", {}, h("h3", { text: "Shown" }),
      labelled("Name of this computer's own rack", ownName),
      h("label", { class: "check" }, names, "Show names of lifters: everybody in the room can read them"),
      h("p", { class: "hint", text: "There is no leaderboard: numbers of other lifts, loads and ranges do not compare." })),
    h("div", { class: "actions" }, h("button", { class: "tool", type: "button", text: "Done", onclick: () => dialog.close() })));

  function leave() {
    dialog.close();
  }
  function forget() {
    window.removeEventListener("hashchange", leave);
    dialog.remove();
  }
  window.addEventListener("hashchange", leave);
  drawList({ tiles: wall.tiles });
  // In full screen, only what is inside the element that fills it can be seen.
  (document.fullscreenElement ?? document.body).append(dialog);
  dialog.showModal();
}
