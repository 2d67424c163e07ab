/** Whose sets a screen shows: an athlete, or the lifter without a name. */

import { choice } from "./form.js";
import { recall, remember } from "../core/memory.js";

/** In addresses, for the lifter without a name. */
export const NOBODY = "nobody";

/**
 * The athlete of an address, otherwise the one that was chosen last; null: the lifter without a name.
 *
 * @param {any[]} athletes
 * @param {string | undefined} segment
 */
export function athleteOf(athletes, segment) {
  if (segment) remember("athlete", segment);
  const wanted = segment ?? recall("athlete", NOBODY);
  return athletes.find((one) => one.id === wanted) ?? null;
}

/** A select where there is a choice. @param {(segment: string) => string} address */
export function athleteSelect(athletes, athlete, address) {
  if (!athletes.length) return null;
  const select = choice("athlete", [[NOBODY, "Nobody named"], ...athletes.map((one) => [one.id, one.name])], athlete?.id ?? NOBODY);
  select.setAttribute("aria-label", "Athlete");
  select.dataset.key = "athlete";
  select.addEventListener("change", () => { location.hash = address(select.value); });
  return select;
}
