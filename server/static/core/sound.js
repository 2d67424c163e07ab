/**
 * Tones, speech and a metronome, made by the browser: no files.
 *
 * Browsers keep a page silent until somebody has touched it, so the context is made in the first gesture. What is
 * played when is told by `live/cues.js`.
 */

import { makeMetronome } from "./metronome.js";
import { recall, remember } from "./memory.js";

/** How the page sounds: the words of the switch and of the settings. */
export const MODES = {
  off: { name: "Off", words: "No sound." },
  read: { name: "Read aloud", words: "Says the velocity of each rep." },
  target: { name: "Target", words: "High: in the target. Low: too slow. Twice high: above it." },
  loss: { name: "Velocity loss", words: "Silent until the loss is within 5 points of the stop." },
  tempo: { name: "Tempo", words: "Counts down, pause and up while a set is open." },
};

/** Tones of each cue: start s, frequency Hz, length s, loudness. High is good, low is slow, two falling end it. */
export const CUES = {
  in: [[0, 1319, 0.07, 0.3]],
  above: [[0, 1760, 0.05, 0.3], [0.08, 1760, 0.05, 0.3]],
  below: [[0, 392, 0.16, 0.4]],
  counted: [[0, 880, 0.05, 0.25]],
  near: [[0, 740, 0.09, 0.4], [0.14, 740, 0.09, 0.4]],
  stop: [[0, 988, 0.25, 0.6], [0.3, 622, 0.55, 0.6]],
};
/** What an example of each mode sounds like. */
const EXAMPLES = { target: "in", loss: "near" };
/** Tones rise and fall this fast, s: without it they click. */
const EDGE_S = 0.008;
/** `CUES` are as loud as this setting. */
export const USUAL_VOLUME = 0.8;

export function makeSound() {
  let context = null;
  const mode = () => (recall("sound.mode", "target") in MODES ? recall("sound.mode", "target") : "target");
  const isOn = () => mode() !== "off";
  const volume = () => Math.min(1, Math.max(0, Number(recall("sound.volume", USUAL_VOLUME)) || 0));
  const metronome = makeMetronome(tone);

  /** In a gesture: make or wake the context. */
  function unlock() {
    if (!isOn()) return;
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
  }

  /** One tone, `start` s from now. */
  function tone(start, hz, length, loudness) {
    if (context === null) return;
    const at = context.currentTime + start;
    const peak = Math.min(1, (loudness * volume()) / USUAL_VOLUME);
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.type = "triangle";
    oscillator.frequency.value = hz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(peak, at + EDGE_S);
    gain.gain.setValueAtTime(peak, at + length - EDGE_S);
    gain.gain.linearRampToValueAtTime(0, at + length);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + length);
  }

  function play(cue) {
    if (!isOn() || context === null || !CUES[cue]) return;
    if (context.state === "suspended") context.resume();
    for (const one of CUES[cue]) tone(...one);
  }

  /** Say a few words; what is still being said makes way. */
  function speak(words) {
    const speech = window.speechSynthesis;
    if (!isOn() || context === null || !words || !speech) return;
    speech.cancel();
    const said = new SpeechSynthesisUtterance(words);
    said.voice = speech.getVoices().find((one) => one.voiceURI === recall("sound.voice", "")) ?? null;
    said.lang = said.voice?.lang ?? "en";
    said.volume = volume();
    speech.speak(said);
  }

  function setMode(next) {
    if (next !== "off") remember("sound.last", next);
    remember("sound.mode", next);
    if (next !== "tempo") metronome.stop();
    if (next === "off") window.speechSynthesis?.cancel();
  }

  return {
    unlock,
    play,
    speak,
    mode,
    setMode,
    /** "off", "waiting" for a gesture, or "on". */
    state: () => (isOn() ? (context === null ? "waiting" : "on") : "off"),
    /** Voices that can read aloud; browsers may know them only a while after the start. */
    voices: () => (window.speechSynthesis?.getVoices() ?? []).map(({ voiceURI, name }) => ({ id: voiceURI, name })),
    /** Whether the metronome is to tick. */
    tick(isWanted) {
      if (isWanted && mode() === "tempo" && context !== null) metronome.start();
      else metronome.stop();
    },
    /** An example of a mode. */
    preview(wanted = mode()) {
      unlock();
      if (wanted === "read") speak("0.52");
      else if (wanted === "tempo") metronome.once();
      else play(EXAMPLES[wanted]);
    },
    /** A press of the button is a gesture too: the first only lets sound in, later ones turn it off and on. */
    toggle(wasWaiting) {
      if (!wasWaiting) setMode(isOn() ? "off" : recall("sound.last", "target"));
      unlock();
      play("in");
    },
  };
}
