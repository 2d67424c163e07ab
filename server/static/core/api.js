/** All questions to the server; what it says by itself comes through `socket.js`. */

const API = "/api/v1";

/** An answer that is not what was asked for; `message` and `hint` are for people. */
export class ApiError extends Error {
  constructor(status, { code, message, hint }) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint ?? "";
  }
}

export async function request(path, options = {}) {
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

/** "?a=1&b=2" of what is there. */
function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

export const send = (method, path, body) =>
  request(path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Who this browser is to the server. */
export const getMe = () => request("/me");
export const signOut = () => request("/me/sign-out", { method: "POST" });
export const getAccess = () => request("/access");
export const getTokens = () => request("/access/tokens");
export const renewTokens = () => request("/access/renew", { method: "POST" });
/** Picture of a code. @param {number} nth of the tokens: another one, another address, so that no old picture is shown */
export const codeUrl = (role, nth) => `${API}/access/code.svg${query({ role, nth })}`;
/** The goals that are offered for each lift. */
export const getPreferences = () => request("/preferences");
export const putPreferences = (preferences) => send("PUT", "/preferences", preferences);
export const getExercises = () => request("/exercises");
/** @param {{athlete_id?: string, is_unnamed?: boolean, exercise_id?: string, words?: string, limit?: number, offset?: number}} [wanted] newest first */
export const getSessions = (wanted = {}) => request(`/sessions${query(wanted)}`);
/** Sessions before and after one, and whether its recording is there. */
export const getPlace = (id) => request(`/sessions/${encodeURIComponent(id)}/place`);
export const getSession = (id) => request(`/sessions/${encodeURIComponent(id)}`);
/** Sets of all sessions without their reps, newest first. */
export const getRecentSets = (limit) => request(`/sets${query({ limit })}`);
export const getMeasures = () => request("/measures");
/** @param {string} [weeks] only the last so many */
export const getStability = (exerciseId, athleteId, weeks) =>
  request(`/stability${query({ exercise_id: exerciseId, athlete_id: athleteId, weeks })}`);
/** @param {string} [asOf] for another day than today */
export const getProfile = (exerciseId, athleteId, asOf) =>
  request(`/profile${query({ exercise_id: exerciseId, athlete_id: athleteId, as_of: asOf })}`);
export const getAudit = (weeks, athlete) =>
  request(`/audit${query({ weeks, athlete_id: athlete?.id, body_mass_kg: athlete?.body_mass_kg })}`);
export const getAthletes = () => request("/athletes");

/** Answers of a recording that is not worked out yet say only how far it is: `{progress}`. */
export const getSignals = (id, { fromS = null, toS = null, points }) =>
  request(`/sessions/${encodeURIComponent(id)}/signals${query({ from_s: fromS, to_s: toS, points })}`);
export const getPath3d = (id, set) => request(`/sessions/${encodeURIComponent(id)}/path3d${query({ set })}`);
export const getCheckup = (id) => request(`/sessions/${encodeURIComponent(id)}/checkup`);
export const getPlotly = () => request("/plotly");

export const getSensors = () => request("/sensors");
export const scanSensors = (timeoutS) => send("POST", "/sensors/scan", { timeout_s: timeoutS });
export const forgetSensor = (address) => request(`/sensors/${encodeURIComponent(address)}`, { method: "DELETE" });
export const putMount = (address, mount) => send("PUT", `/sensors/${encodeURIComponent(address)}/mount`, mount);
export const getPairing = () => request("/pairing");
export const startPairing = (wish) => send("POST", "/pairing", wish);
export const tellDirection = (wentForward) => send("POST", "/pairing/direction", { top_went_forward: wentForward });
export const skipRep = () => request("/pairing/skip-rep", { method: "POST" });
export const stopPairing = () => request("/pairing", { method: "DELETE" });
export const connectSensor = (address, companions) => send("POST", "/live/stream", { address, companions });
export const disconnectSensor = () => request("/live/stream", { method: "DELETE" });

export const excludeLiveRep = (rep) => send("POST", "/live/exclude", rep);
/** @param {string} id of the edit as the page knows it: nobody else's is taken back by accident */
export const undoLive = (id) => send("POST", "/live/undo", { id });
export const postLabel = (label) => send("POST", "/live/label", label);
export const postAthlete = (athlete) => send("POST", "/athletes", athlete);
export const patchAthlete = (id, changes) => send("PATCH", `/athletes/${encodeURIComponent(id)}`, changes);
/** @param {string} [heirId] whose the sessions are from now on; otherwise nobody's */
export const deleteAthlete = (id, heirId) => request(`/athletes/${encodeURIComponent(id)}${query({ heir_id: heirId })}`, { method: "DELETE" });
export const patchSession = (id, changes) => send("PATCH", `/sessions/${encodeURIComponent(id)}`, changes);
export const patchSet = (id, index, changes) => send("PATCH", `/sessions/${encodeURIComponent(id)}/sets/${index}`, changes);
/** Sets of a lift in all sessions without their reps, newest first. */
export const getSets = (exerciseId) => request(`/sets${query({ exercise_id: exerciseId, limit: 500 })}`);
export const getSet = (id, index) => request(`/sessions/${encodeURIComponent(id)}/sets/${index}`);
export const getHistory = (id) => request(`/sessions/${encodeURIComponent(id)}/history`);
/** @param {"undo" | "redo"} step @param {string} [changeId] the change that is meant; otherwise the newest */
export const stepSession = (id, step, changeId) => send("POST", `/sessions/${encodeURIComponent(id)}/${step}`, { id: changeId ?? null });
/** @param {"exclude" | "restore" | "split" | "merge"} how */
export const editRep = (id, index, how, wish) => send("POST", `/sessions/${encodeURIComponent(id)}/sets/${index}/${how}`, wish);

/** @param {{name: string, address: string, token?: string, fingerprint?: string}} rack */
export const addRack = (rack) => send("POST", "/wall/racks", rack);
export const removeRack = (id) => request(`/wall/racks/${encodeURIComponent(id)}`, { method: "DELETE" });
export const changeWall = (changes) => send("PATCH", "/wall", changes);

export const getHealth = () => request("/health");
/** A zip; the browser saves it. */
export const DIAGNOSTICS = `${API}/health/diagnostics`;
