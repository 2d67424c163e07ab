/** What the Files screen asks of the server; files are sent one after the other, so that their progress is known. */

import { ApiError, request, send } from "../core/api.js";

export const getJobs = () => request("/files/jobs");
export const lookAgain = (id, item, choices) => send("POST", `/files/jobs/${id}/look`, { item, choices });
export const keepJob = (id, choices) => send("POST", `/files/jobs/${id}/keep`, { choices });
export const cancelJob = (id) => request(`/files/jobs/${id}`, { method: "DELETE" });
export const startExport = (wish) => send("POST", "/files/exports", wish);
export const downloadAddress = (id) => `/api/v1/files/jobs/${id}/download`;

const AWAY = {
  code: "offline",
  message: "The upload broke off: the server does not answer.",
  hint: "Nothing of it was kept. When the server is back, send it again; it begins anew.",
};

/**
 * Send one file.
 *
 * @param {{file: File, name: string}} one with the folder in its name, if it came with one
 * @param {{job: string | null, more: boolean, onProgress: (bytes: number) => void, onStart: (abort: () => void) => void}} how
 * @returns {Promise<any>} the job
 */
export function sendFile({ file, name }, { job, more, onProgress, onStart }) {
  const query = new URLSearchParams({ name, more: String(more), modified: new Date(file.lastModified).toISOString() });
  if (job) query.set("job", job);
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();  // fetch does not tell how much was sent
    call.responseType = "json";
    call.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    call.addEventListener("load", () => {
      if (call.status === 200 && call.response) resolve(call.response);
      else reject(new ApiError(call.status, call.response ?? { code: "http_error", message: `The server answered ${call.status}.` }));
    });
    call.addEventListener("error", () => reject(new ApiError(0, AWAY)));
    call.addEventListener("abort", () => reject(new ApiError(0, { code: "cancelled", message: "Cancelled; nothing was kept." })));
    onStart(() => call.abort());
    call.open("POST", `/api/v1/files/uploads?${query}`);
    call.setRequestHeader("content-type", "application/octet-stream");
    call.send(file);
  });
}
