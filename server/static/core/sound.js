/**
 * Short tones for each rep and for the end of a set, made by the browser: no files.
 *
 * Browsers keep a page silent until somebody has touched it, so the context is made in the first gesture.
 */

import { recall, remember } from "./memory.js";

/** Tones of each cue: start s, frequency Hz, length s, loudness. High is good, low is slow, two falling end it. */
export const CUES = {
  in: [[0, 1319, 0.07, 0.3]],
  above: [[0, 1760, 0.05, 0.3], [0.08, 1760, 0.05, 0.3]],
  below: [[0, 392, 0.16, 0.4]],
  counted: [[0, 880, 0.05, 0.25]],
  stop: [[0, 988, 0.25, 0.6], [0.3, 622, 0.55, 0.6]],
};
/** Tones rise and fall this fast, s: without it they click. */
const EDGE_S = 0.008;

export function makeSound() {
  let context = null;
  const isOn = () => recall("sound", "on") === "on";

  /** In a gesture: make or wake the context. */
  function unlock() {
    if (!isOn()) return;
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
  }

  function play(cue) {
    if (!isOn() || context === null || !CUES[cue]) return;
    if (context.state === "suspended") context.resume();
    for (const [start, hz, length, loudness] of CUES[cue]) {
      const at = context.currentTime + start;
      const tone = context.createOscillator();
      const gain = context.createGain();
      tone.type = "triangle";
      tone.frequency.value = hz;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(loudness, at + EDGE_S);
      gain.gain.setValueAtTime(loudness, at + length - EDGE_S);
      gain.gain.linearRampToValueAtTime(0, at + length);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + length);
    }
  }

  return {
    unlock,
    play,
    /** "off", "waiting" for a gesture, or "on". */
    state: () => (isOn() ? (context === null ? "waiting" : "on") : "off"),
    /** A press of the button is a gesture too: the first only lets sound in, later ones turn it off and on. */
    toggle(wasWaiting) {
      if (!wasWaiting) remember("sound", isOn() ? "off" : "on");
      unlock();
      play("in");
    },
  };
}
