/** Tablet at a rack: the screen stays awake while a session runs, and can be filled. */

/** Keep the screen awake for as long as it is wanted; a page that comes back asks again. */
export function wakeLock() {
  let isWanted = false;
  let lock = null;
  let isAsking = false;

  async function ask() {
    if (!isWanted || lock !== null || isAsking || document.visibilityState !== "visible" || !navigator.wakeLock) return;
    isAsking = true;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => { lock = null; });
      if (!isWanted) release();
    } catch {
      // A low battery or a page without TLS: the tablet's own settings decide.
    } finally {
      isAsking = false;
    }
  }

  function release() {
    lock?.release();
    lock = null;
  }

  document.addEventListener("visibilitychange", ask);
  return {
    want(wanted) {
      if (wanted === isWanted) return;
      isWanted = wanted;
      if (wanted) ask();
      else release();
    },
    close() {
      document.removeEventListener("visibilitychange", ask);
      isWanted = false;
      release();
    },
  };
}

export const canFill = () => document.fullscreenEnabled === true;
export const isFilled = () => document.fullscreenElement !== null;

export function fillScreen() {
  if (!canFill()) return;
  // Refused without a gesture; then all stays as it is.
  (isFilled() ? document.exitFullscreen() : document.documentElement.requestFullscreen({ navigationUI: "hide" })).catch(() => null);
}
