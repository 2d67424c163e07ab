/** Settings that the browser keeps. It may refuse to; then they last as long as the page. */

const memory = new Map();

export function recall(name, fallback) {
  try {
    return localStorage.getItem(`upright.${name}`) ?? fallback;
  } catch {
    return memory.get(name) ?? fallback;
  }
}

export function remember(name, value) {
  memory.set(name, value);
  try {
    localStorage.setItem(`upright.${name}`, value);
  } catch {
    // Private windows refuse; `memory` has it.
  }
}
