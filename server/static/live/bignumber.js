/** The one number: as high as its place allows. It is narrowed a little before it is made smaller. */

import { setText } from "../core/dom.js";

/** A digit is at least this part of its height wide, as in condensed faces; below it digits are hard to tell apart. */
const NARROWEST = 0.6;
/** The number is measured at this size, px; a font grows in proportion. */
const MEASURED_PX = 1000;
/** The widest usual number; a longer one makes itself smaller. */
const USUAL = "0.00";
/** As `letter-spacing` in live.css, em. */
const SPACING_EM = -0.04;

/**
 * @param {HTMLElement} box where it has its place; its size must not depend on the number
 * @param {HTMLElement} number
 */
export function bigNumber(box, number) {
  const context = document.createElement("canvas").getContext("2d");
  let place = null;
  let shown = { text: "", usual: USUAL };

  /** Height of a digit, width of a text, distance from the middle of a line to that of a digit: in em. */
  function measure(text, usual) {
    const { fontFamily, fontWeight } = getComputedStyle(number);
    context.font = `${fontWeight} ${MEASURED_PX}px ${fontFamily}`;
    const digit = context.measureText("0");
    const width = Math.max(...[text, usual].map((one) => context.measureText(one).width / MEASURED_PX + one.length * SPACING_EM));
    // Round digits reach a little below the line.
    const high = (digit.actualBoundingBoxAscent + digit.actualBoundingBoxDescent) / MEASURED_PX;
    const offset = (digit.fontBoundingBoxDescent - digit.fontBoundingBoxAscent + digit.actualBoundingBoxAscent - digit.actualBoundingBoxDescent) / 2;
    return { high, wide: width, narrowest: Math.min(1, (NARROWEST * high * MEASURED_PX) / digit.width), offset: offset / MEASURED_PX };
  }

  function fit({ text, usual }) {
    if (place === null || place.width < 1 || place.height < 1) return;
    const { high, wide, narrowest, offset } = measure(text, usual);
    const size = Math.min(place.height / high, place.width / (wide * narrowest));
    const narrow = Math.min(1, place.width / (wide * size));
    number.style.fontSize = `${size}px`;
    number.style.lineHeight = `${high * size}px`;
    number.style.transform = `translateY(${offset * size}px) scaleX(${narrow})`;
  }

  const observer = new ResizeObserver(([entry]) => {
    place = entry.contentRect;
    fit(shown);
  });
  observer.observe(box);

  return {
    /** Show a text in the size of the usual one; only a text of another length has to be fitted again. */
    show(text, usual = USUAL) {
      const before = shown;
      shown = { text, usual };
      setText(number, text);
      if (text.length !== before.text.length || usual !== before.usual) fit(shown);
    },
    close: () => observer.disconnect(),
  };
}
