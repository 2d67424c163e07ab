/** Lets people go from point to point of a chart: the pointer finds the nearest, arrow keys move, Enter opens what is behind. */

import { h, s } from "../core/dom.js";

/** A pointer this near takes the point, px: half a finger. */
const REACH_PX = 24;

/**
 * @typedef {object} Point
 * @property {number} x in the units of the drawing
 * @property {number} y
 * @property {string} words a whole sentence
 * @property {string} [href] what is behind it
 * @property {Point[]} [inner] finer points, such as the reps of a set: up and down go through them
 */

/**
 * @param {SVGElement} svg drawn one unit to the pixel, as wide as its box or scaled down
 * @param {Point[]} points from left to right
 * @param {{label: string, key: string, say?: (words: string) => void}} how
 */
export function explorable(svg, points, { label, key, say = () => {} }) {
  if (!points.length) return svg;
  const ring = s("circle", { class: "picked", r: 10, visibility: "hidden" });
  const tip = h("div", { class: "tip", hidden: true });
  svg.append(ring);
  const ways = points.some((one) => one.inner?.length) ? "Left and right arrows go through the sets, up and down through the reps" : "Left and right arrows go through the points";
  const name = `${label}. ${ways}${points.some((one) => one.href) ? ", Enter opens" : ""}.`;
  const box = h("div", { class: "explorable", tabindex: 0, role: "application", "aria-roledescription": "chart", "aria-label": name, "data-key": `${key}:points` }, svg, tip);
  let [at, inside] = [-1, -1];

  const picked = () => (inside < 0 ? points[at] : points[at].inner[inside]);
  const scale = () => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width || 1;

  function show(isTouch = false) {
    const point = picked();
    for (const [attribute, value] of [["cx", point.x], ["cy", point.y], ["visibility", "visible"]]) ring.setAttribute(attribute, String(value));
    const more = point.href && isTouch ? h("a", { href: point.href, text: "Open" }) : null;
    tip.replaceChildren(h("span", { text: point.words }), ...(more ? [more] : []));
    tip.hidden = false;
    const offset = svg.getBoundingClientRect().left - box.getBoundingClientRect().left;
    const left = offset + point.x * scale() - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(0, Math.min(left, box.clientWidth - tip.offsetWidth))}px`;
    const above = point.y * scale() - tip.offsetHeight - 14;
    tip.style.top = `${above > -40 ? above : point.y * scale() + 16}px`;
  }

  function hide() {
    tip.hidden = true;
    ring.setAttribute("visibility", "hidden");
  }

  function go(next, nextInside = -1) {
    at = Math.max(0, Math.min(points.length - 1, next));
    inside = Math.max(-1, Math.min((points[at].inner?.length ?? 0) - 1, nextInside));
    show();
    say(picked().words);
  }

  const MOVES = {
    ArrowRight: () => go(at + 1),
    ArrowLeft: () => go(at < 0 ? points.length - 1 : at - 1),
    ArrowDown: () => go(Math.max(at, 0), inside + 1),
    ArrowUp: () => go(Math.max(at, 0), inside - 1),
    Home: () => go(0),
    End: () => go(points.length - 1),
    Escape: hide,
    Enter: () => { if (at >= 0 && picked().href) location.hash = picked().href; },
  };
  box.addEventListener("keydown", (event) => {
    if (!MOVES[event.key] || event.ctrlKey || event.metaKey || event.altKey || event.target !== box) return;
    event.preventDefault();
    MOVES[event.key]();
  });
  box.addEventListener("blur", hide);

  /** @returns {boolean} whether one is near */
  function find(event) {
    const area = svg.getBoundingClientRect();
    const [x, y] = [(event.clientX - area.left) / scale(), (event.clientY - area.top) / scale()];
    let least = REACH_PX / scale();
    let found = null;
    points.forEach((point, i) => [point, ...(point.inner ?? [])].forEach((one, k) => {
      const distance = Math.hypot(one.x - x, one.y - y) + (k ? 1 : 0);
      if (distance < least) [least, found] = [distance, [i, k - 1]];
    }));
    if (found) [at, inside] = found;
    return found !== null;
  }

  svg.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const isNear = find(event);
    svg.style.cursor = isNear && picked().href ? "pointer" : "";
    if (isNear) show();
    else if (document.activeElement !== box) hide();
  });
  svg.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") hide(); });
  svg.addEventListener("click", (event) => {
    if (!find(event)) return hide();
    if (event.pointerType === "touch") show(true);
    else if (picked().href) location.hash = picked().href;
  });
  return box;
}
