/** How this browser sounds: mode, loudness, voice, tempo, and a button to hear it. */

import { h } from "../core/dom.js";
import { percent } from "../core/format.js";
import { recall, remember } from "../core/memory.js";
import { setTempo, tempo, TEMPO_LIMITS_S } from "../core/metronome.js";
import { MODES, USUAL_VOLUME } from "../core/sound.js";
import { choice } from "../parts/form.js";
import { card, row } from "./cards.js";

/** The phases of the metronome, in the order in which it ticks through them. */
const PHASES = ["Down", "Pause", "Up", "Pause on top"];

/** @param {any} context @param {() => void} draw */
export function soundCard({ sound }, draw) {
  const speech = window.speechSynthesis;
  // Browsers know their voices only a while after the start.
  speech?.addEventListener?.("voiceschanged", draw);
  const { mode } = sound;

  function setMode(next) {
    sound.setMode(next);
    draw();
  }

  function modes() {
    const option = ([id, { name, words }]) => {
      const input = h("input", { type: "radio", name: "sound", value: id, "data-key": `sound:${id}`, checked: id === mode() });
      input.addEventListener("change", () => setMode(id));
      return h("label", { class: "sound-mode" }, input, h("span", {}, h("strong", { text: name }), h("span", { class: "hint", text: words })));
    };
    return h("fieldset", { class: "sound-modes" }, h("legend", { class: "visually-hidden", text: "What is heard" }), ...Object.entries(MODES).map(option));
  }

  function volume() {
    const value = Number(recall("sound.volume", USUAL_VOLUME));
    const shown = h("output", { text: percent(value) });
    const slider = h("input", { type: "range", name: "volume", min: 0, max: 1, step: 0.05, value, "data-key": "volume", "aria-label": "Loudness", "aria-valuetext": percent(value) });
    slider.addEventListener("input", () => {
      remember("sound.volume", slider.value);
      shown.textContent = percent(Number(slider.value));
      slider.setAttribute("aria-valuetext", shown.textContent);
    });
    return row("Loudness", null, h("div", { class: "slider" }, slider, shown));
  }

  function voice() {
    const voices = sound.voices();
    if (!voices.length) return row("Voice", "This browser has no voice to read aloud with.", null);
    const select = choice("voice", [["", "As the browser likes"], ...voices.map(({ id, name }) => [id, name])], recall("sound.voice", ""));
    if (select.selectedIndex < 0) select.value = "";
    select.setAttribute("aria-label", "Voice");
    select.dataset.key = "voice";
    select.addEventListener("change", () => remember("sound.voice", select.value));
    return row("Voice", "That reads aloud.", select);
  }

  /** Seconds of each phase; what is not possible is not kept, and the field says what is. */
  function seconds() {
    const fields = PHASES.map((name, i) => {
      const [min, max] = TEMPO_LIMITS_S[i];
      const input = h("input", { type: "number", name: `tempo-${i}`, min, max, step: 1, required: true, inputmode: "numeric", value: tempo()[i], "data-key": `tempo:${i}` });
      input.addEventListener("change", () => {
        if (input.reportValidity()) setTempo(tempo().with(i, Number(input.value)));
      });
      return h("label", {}, h("span", { text: name }), input);
    });
    return row("Tempo", "Seconds of each part of a rep.", h("div", { class: "tempo-fields" }, ...fields));
  }

  const test = () => h("button", { type: "button", class: "primary", "data-key": "test", disabled: mode() === "off", text: "Play an example", onclick: () => sound.preview(mode()) });
  return {
    card: () => card("Sound", modes(), volume(), mode() === "read" ? voice() : null, mode() === "tempo" ? seconds() : null, h("div", {}, test())),
    unmount: () => speech?.removeEventListener?.("voiceschanged", draw),
  };
}
