/** The quick choice of how the page sounds, with large buttons; all of it is in the settings. */

import { h } from "../core/dom.js";
import { MODES } from "../core/sound.js";

/** @param {any} sound see `core/sound.js` @param {() => void} onChange */
export function openSoundSwitch(sound, onChange) {
  const choose = (mode) => {
    sound.setMode(mode);
    sound.preview(mode);
    onChange();
    dialog.close();
  };
  const choices = Object.entries(MODES).map(([mode, { name, words }]) =>
    h("button", { class: "big big-choice", type: "button", "aria-pressed": String(sound.mode() === mode), onclick: () => choose(mode) }, h("strong", { text: name }), h("small", { text: words })));
  const dialog = h(
    "dialog",
    { class: "dialog big-dialog", "aria-label": "Sound", onclose: () => dialog.remove() },
    h("h2", { text: "Sound" }),
    h("div", { class: "big-choices" }, ...choices),
    h("div", { class: "actions" }, h("a", { class: "tool big-link", href: "#/settings", text: "Volume, voice, tempo", onclick: () => dialog.close() }), h("button", { class: "tool", type: "button", text: "Close", onclick: () => dialog.close() })),
  );
  document.body.append(dialog);
  dialog.showModal();
}
