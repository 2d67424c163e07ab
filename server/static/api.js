/** All talk with the server: REST, and one WebSocket that connects again by itself. */

const API = "/api/v1";
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;

/** An answer that is not what was asked for; `message` and `hint` are for people. */
export class ApiError extends Error {
  constructor(status, { code, message, hint }) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint ?? "";
  }
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(`${API}${path}`, options);
  } catch {
    throw new ApiError(0, { code: "offline", message: "The server does not answer.", hint: "Is Upright still running?" });
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) {
    throw new ApiError(response.status, body ?? { code: "http_error", message: `The server answered ${response.status}.` });
  }
  return body;
}

export const getExercises = () => request("/exercises");
export const getSessions = () => request("/sessions");
export const getSession = (id) => request(`/sessions/${encodeURIComponent(id)}`);
export const getMeasures = () => request("/measures");
export const getStability = (exerciseId) => request(`/stability?exercise_id=${encodeURIComponent(exerciseId)}`);

export const postLabel = (label) =>
  request("/live/label", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(label),
  });

/**
 * Keep the live socket open. Every connection begins with a snapshot, so nothing has to be remembered here.
 *
 * @param {(message: object) => void} onMessage
 * @param {(state: "connecting" | "open" | "closed") => void} onState
 */
export function connectLive(onMessage, onState) {
  let retryMs = FIRST_RETRY_MS;
  const open = () => {
    onState("connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${API}/live`);
    socket.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      onMessage(message);
      if (message.type !== "snapshot") return;
      retryMs = FIRST_RETRY_MS;
      onState("open");
    });
    socket.addEventListener("close", () => {
      onState("closed");
      setTimeout(open, retryMs * (0.75 + Math.random() / 2));
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    });
  };
  open();
}
