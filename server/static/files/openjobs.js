/** The cards of jobs that go on: one for each, made when it begins, taken away when it is over. */

import { isOver } from "./jobcard.js";

/**
 * @param {HTMLElement} box where the cards are, the newest first
 * @param {(job: any) => {element: HTMLElement, update: (job: any) => void}} make
 * @returns {(jobs: any[]) => void} to be called with the jobs of this kind, the newest first
 */
export function openJobs(box, make) {
  const shown = new Map();
  return (jobs) => {
    const open = jobs.filter((job) => !isOver(job));
    for (const [id, card] of shown) {
      if (!open.some((job) => job.id === id)) {
        card.element.remove();
        shown.delete(id);
      }
    }
    for (const job of open.reverse()) {
      if (!shown.has(job.id)) {
        shown.set(job.id, make(job));
        box.prepend(shown.get(job.id).element);
      }
      shown.get(job.id).update(job);
    }
  };
}
