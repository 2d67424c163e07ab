/** Sockets that connect again by themselves, and notice by the silence when a connection is broken. */

const API = "/api/v1";
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;
/** The server says something at least every 2 s: after so long without a word nobody is there any more. */
const SILENT_MS = 5000;
/** On waking there is no time to lose: more than one heartbeat missed, and it is not waited for. */
const SUSPICIOUS_MS = 2500;
const WATCH_MS = 1000;

/** @param {(message: object) => void} onMessage @param {OnState} onState */
export const connectLive = (onMessage, onState) => keepOpen("/live", "snapshot", onMessage, onState);

/** @param {(message: object) => void} onMessage @param {OnState} onState @returns {() => void} closes it */
export const connectWall = (onMessage, onState) => keepOpen("/wall", "wall", onMessage, onState);

/**
 * Keep a socket open. Every connection begins with everything, so nothing has to be remembered here.
 *
 * @typedef {(state: "connecting" | "open" | "closed", silentMs: number) => void} OnState with how long nothing came
 * @param {string} path
 * @param {string} first type of the message that says everything
 * @param {(message: object) => void} onMessage
 * @param {OnState} onState
 */
function keepOpen(path, first, onMessage, onState) {
  /** The connection that counts. What one that was given up still brings is in the snapshot of the next. */
  let socket = null;
  let isOpen = false;
  let retryMs = FIRST_RETRY_MS;
  let retry = 0;
  // Date, not performance: it also runs while the computer sleeps.
  let heardAt = Date.now();
  let triedAt = heardAt;
  const since = (at) => Math.abs(Date.now() - at);

  function open() {
    clearTimeout(retry);
    onState("connecting", since(heardAt));
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const mine = new WebSocket(`${scheme}://${location.host}${API}${path}`);
    socket = mine;
    triedAt = Date.now();
    mine.addEventListener("message", (event) => mine === socket && take(JSON.parse(event.data)));
    mine.addEventListener("close", () => mine === socket && giveUp(nextRetryMs()));
  }

  function take(message) {
    heardAt = Date.now();
    if (message.type === "heartbeat") return;
    onMessage(message);
    if (message.type !== first) return;
    retryMs = FIRST_RETRY_MS;
    isOpen = true;
    onState("open", 0);
  }

  function giveUp(waitMs) {
    const old = socket;
    socket = null;
    isOpen = false;
    old.close();
    onState("closed", since(heardAt));
    retry = setTimeout(open, waitMs);
  }

  function nextRetryMs() {
    const now = retryMs * (0.75 + Math.random() / 2);
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    return now;
  }

  const silentMs = () => since(isOpen ? heardAt : triedAt);

  function watch() {
    if (socket !== null && silentMs() > SILENT_MS) giveUp(isOpen ? 0 : nextRetryMs());
  }

  /** The page is looked at again, or the network is back: do not wait for the next attempt. */
  function wake() {
    if (document.visibilityState === "hidden") return;
    retryMs = FIRST_RETRY_MS;
    if (socket === null) open();
    else if (silentMs() > SUSPICIOUS_MS) giveUp(0);
  }

  const wakers = [[window, "online"], [window, "pageshow"], [document, "visibilitychange"], [document, "resume"]];
  open();
  const watching = setInterval(watch, WATCH_MS);
  for (const [target, name] of wakers) target.addEventListener(name, wake);

  return () => {
    for (const [target, name] of wakers) target.removeEventListener(name, wake);
    clearInterval(watching);
    clearTimeout(retry);
    const last = socket;
    socket = null;
    if (last) closeQuietly(last);
  };
}

/** A browser complains of one that is closed while it still opens, as when a screen is left at once. */
function closeQuietly(socket) {
  if (socket.readyState === WebSocket.CONNECTING) socket.addEventListener("open", () => socket.close());
  else socket.close();
}
