/** Bringing files in: a place to drop them, buttons for those who do not drop, and a card for each import. */

import { h } from "../core/dom.js";
import { plural } from "../core/format.js";
import { jobCard, progressLine } from "./jobcard.js";
import { openJobs } from "./openjobs.js";
import { overList } from "./over.js";
import { cancelJob, sendFile } from "./transfer.js";
import { bytes } from "./words.js";

/** @param {any} page what the screen's parts share */
export function importPart(page) {
  const uploads = h("div", { class: "files-cards" });
  const cards = h("div", { class: "files-cards" });
  const showOpen = openJobs(cards, () => jobCard(page));
  const problem = h("p", { class: "problem", role: "alert" });
  const sending = new Set();
  const over = overList("import");
  const begin = (entries) => {
    problem.textContent = refusal(entries, page.limits()) ?? "";
    if (!problem.textContent && entries.length) upload(entries, uploads, page, sending);
  };

  const update = (jobs) => {
    over.update(jobs);
    showOpen(jobs.filter((job) => job.kind === "import" && !sending.has(job.id)));
  };

  const element = h(
    "section",
    { class: "files-part", "aria-labelledby": "files-import" },
    h("h2", { id: "files-import", text: "Import" }),
    dropZone(begin, page),
    problem,
    uploads,
    cards,
    over.element,
  );
  return { element, update, isSending: () => sending.size > 0 };
}

function dropZone(begin, page) {
  const files = h("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: -1, "aria-hidden": "true", onchange: take });
  const folder = h("input", { type: "file", webkitdirectory: true, class: "visually-hidden", tabindex: -1, "aria-hidden": "true", onchange: take });
  function take({ target }) {
    begin([...target.files].map((file) => ({ file, name: file.webkitRelativePath || file.name })));
    target.value = "";  // the same file may be chosen again
  }
  const mayImport = page.role() === "admin";
  const zone = h(
    "div",
    { class: "card files-drop" },
    h("p", { class: "files-drop-title", text: "Drop files or a folder here" }),
    h("p", { class: "hint", text: "Recordings of other sensors and apps, bar paths and reps of other instruments, logs of Strong and Hevy; also zipped. Files of one recording, such as accelerometer and gyroscope, belong together in one import." }),
    h(
      "div",
      { class: "files-buttons" },
      h("button", { class: "primary", type: "button", text: "Choose files", disabled: !mayImport, onclick: () => files.click() }),
      h("button", { class: "tool", type: "button", text: "Choose a folder", disabled: !mayImport, onclick: () => folder.click() }),
    ),
    h("p", { class: "hint", text: mayImport ? `Nothing is kept before you say so. Up to ${bytes(page.limits().max_upload_bytes)} a file.` : "You may look, not import: that takes an administrator, who is whoever runs this server." }),
    files,
    folder,
  );
  if (!mayImport) return zone;
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.dataset.over = "";
  });
  zone.addEventListener("dragleave", () => { delete zone.dataset.over; });
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    begin(await dropped(event.dataTransfer));
  });
  return zone;
}

/** Files that were dropped, those inside folders too. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, name: file.name }));
  return (await Promise.all(entries.map((entry) => walk(entry, "")))).flat();
}

async function walk(entry, before) {
  const name = before + entry.name;
  if (entry.isFile) return [{ file: await new Promise((done, fail) => entry.file(done, fail)), name }];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));  // at most 100 at a time
    if (!some.length) break;
    for (const one of some) found.push(...(await walk(one, `${name}/`)));
  }
  return found;
}

/** Why files are not even sent, or null. */
function refusal(entries, limits) {
  const large = entries.find(({ file }) => file.size > limits.max_upload_bytes);
  if (large) return `${large.name} has ${bytes(large.file.size)}; up to ${bytes(limits.max_upload_bytes)} are taken. Cut it into sets.`;
  const total = entries.reduce((sum, { file }) => sum + file.size, 0);
  if (total > limits.max_job_bytes) return `Together they have ${bytes(total)}; up to ${bytes(limits.max_job_bytes)} are taken at once. Send fewer.`;
  if (total > limits.free_bytes) return `The disk of the server has ${bytes(limits.free_bytes)} left, they have ${bytes(total)}. Make room first.`;
  return entries.length > limits.max_files ? `${entries.length} files are too many; up to ${limits.max_files} are taken at once.` : null;
}

const isHidden = ({ name }) => name.split("/").some((part) => part.startsWith("."));

/** Send the files of one import, and show how far each is. */
async function upload(given, parent, page, sending) {
  const entries = given.filter((entry) => !isHidden(entry) && entry.file.size > 0);
  const what = entries.length === 1 ? entries[0].name : plural(entries.length, "file");
  const lines = entries.map(({ file, name }) => ({ line: progressLine(`Sending ${name}`), name, size: file.size }));
  let abort = () => {};
  let job = null;
  const cancel = h("button", { class: "tool", type: "button", text: "Cancel", onclick: () => abort() });
  const head = h("div", { class: "card-head" }, h("h3", { text: `Sending ${what}` }), cancel);
  const card = h("article", { class: "card files-job" }, head, ...lines.map(({ line }) => line.element));
  parent.prepend(card);
  if (!entries.length) return failed(card, what, { message: "There is nothing in it to send.", hint: "Files without content and hidden files are left out." }, null);
  for (const { line, name, size } of lines) line.draw(0, `${name}, ${bytes(size)}: waits`);
  page.say(`Sending ${what}.`);
  try {
    for (const [i, entry] of entries.entries()) {
      const { line, name, size } = lines[i];
      job = await sendFile(entry, {
        job: job?.id ?? null,
        more: i < entries.length - 1,
        onProgress: (sent) => line.draw(Math.min(1, sent / size), `${name}: ${bytes(Math.min(sent, size))} of ${bytes(size)}`),
        onStart: (stop) => { abort = stop; },
      });
      sending.add(job.id);
      line.draw(1, `${name}, ${bytes(size)}: sent`);
    }
    card.remove();
  } catch (error) {
    if (job) cancelJob(job.id).catch(() => null);
    const again = error.code === "cancelled" || error.status === 422 ? null : () => upload(given, parent, page, sending);
    failed(card, what, error, again);
    page.say(`${what}: ${error.message}`);
  } finally {
    if (job) sending.delete(job.id);
    page.refresh();
  }
  return undefined;
}

function failed(card, what, error, again) {
  const close = () => card.remove();
  card.replaceChildren(
    h("h3", { text: what }),
    h("p", { class: "files-problem" }, h("b", { "aria-hidden": "true", text: "! " }), h("strong", { text: error.message }), ` ${error.hint ?? ""}`),
    h(
      "div",
      { class: "actions files-actions" },
      h("button", { class: "tool", type: "button", text: "Close", onclick: close }),
      again ? h("button", { class: "primary", type: "button", text: "Send again", onclick: () => { close(); again(); } }) : null,
    ),
  );
}

