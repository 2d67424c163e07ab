/** The Files screen: import, export, and what was done since the server started. Addresses: #/files, #/files/export/SESSION. */

import { getAthletes, getExercises, getSessions } from "../core/api.js";
import { h, put } from "../core/dom.js";
import { exportPart } from "./exporting.js";
import { importPart } from "./importing.js";
import { isBusy, isOver, nameOf } from "./jobcard.js";
import { getJobs } from "./transfer.js";

/** How often jobs are asked for while something goes on, and while nothing does, ms. */
const BUSY_MS = 400;
const IDLE_MS = 5000;

/** @param {HTMLElement} root @param {import("../core/screens.js").Context} context @param {string[]} rest */
export async function show(root, context, rest) {
  const [first, sessions, athletes, exercises] = await Promise.all([getJobs(), getSessions(), getAthletes(), getExercises()]);
  let known = first;
  let timer = 0;
  let isGone = false;
  let nStored = first.jobs.flatMap((job) => job.stored).filter((one) => one.session_id).length;
  const states = new Map(first.jobs.map((job) => [job.id, job.state]));
  const page = {
    sessions,
    athletes,
    exercises,
    unit: context.unit,
    role: context.role,
    say: context.say,
    limits: () => known.limits,
    refresh: () => ask(),
    act,
  };
  const away = h("div", { class: "notice warn", role: "status", hidden: true }, h("strong", { text: "The server does not answer" }), h("span", { text: "What is shown may be old; it is asked again every few seconds. If the server was restarted, imports that were not kept yet are gone: send them again." }));
  const bringing = importPart(page);
  const taking = exportPart(page, rest[0] === "export" ? rest[1] ?? null : null);
  put(
    root,
    h("div", { class: "page-head" }, h("div", {}, h("h1", { text: "Files" }), h("p", { class: "sub", text: "Bring recordings in, take results along." })), h("button", { class: "tool files-jump", type: "button", text: "To export", onclick: toExport })),
    away,
    h("div", { class: "files" }, bringing.element, taking.element),
  );

  function toExport() {
    taking.heading.scrollIntoView();
    taking.heading.focus({ preventScroll: true });
  }

  function draw() {
    bringing.update(known.jobs);
    taking.update(known.jobs);
    root.querySelector(".files").classList.toggle("stale", !away.hidden);
  }

  /** People who listen are told when something ends or asks, never how far it is. */
  function tell() {
    for (const job of known.jobs) {
      const before = states.get(job.id);
      states.set(job.id, job.state);
      if (before !== job.state && !isBusy(job) && !(before === undefined && isOver(job))) context.say(`${nameOf(job)}: ${job.problem?.message ?? summaryOf(job)}`);
    }
  }

  /** What was imported meanwhile can be exported. */
  async function learnSessions() {
    const n = known.jobs.flatMap((job) => job.stored).filter((one) => one.session_id).length;
    if (n === nStored) return;
    nStored = n;
    page.sessions = await getSessions();
    if (!isGone) taking.renew();
  }

  async function ask() {
    clearTimeout(timer);
    try {
      known = await getJobs();
      await learnSessions();
      away.hidden = true;
    } catch {
      away.hidden = false;
    }
    if (isGone) return;
    tell();
    draw();
    plan();
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(ask, known.jobs.some(isBusy) || bringing.isSending() ? BUSY_MS : IDLE_MS);
  }

  async function act(promise, onProblem = (error) => context.say(error.message)) {
    try {
      await promise;
    } catch (error) {
      onProblem(error);
    }
    await ask();
  }

  draw();
  plan();
  if (rest[0] === "export") toExport();
  return {
    unmount() {
      isGone = true;
      clearTimeout(timer);
    },
  };
}

const summaryOf = (job) => (job.state === "asking" ? `${job.items.map((item) => item.summary || item.problem).join(" ")} It waits for your decision.` : job.step.words);
