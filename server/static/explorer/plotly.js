/** Plotly from the server, loaded when the first chart of it is drawn, and the page's colours for it. */

import { getPlotly } from "../core/api.js";
import { h } from "../core/dom.js";

const NAMES = ["ink", "ink-2", "ink-3", "line", "line-2", "surface", "raised", "accent", "accent-soft", "good", "warn", "bad", "axis-x", "axis-y", "axis-z"];

let loading = null;

/** @returns {Promise<any>} Plotly; a second call gets the same */
export function loadPlotly() {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load() {
  const { url, style_ids: ids } = await getPlotly();
  // Plotly makes style elements unless it finds these; the page's policy forbids elements that a script makes.
  // The class says that it shall add no rules either: they are in explorer.css.
  for (const id of ids) {
    if (!document.getElementById(id)) document.head.append(h("template", { id, class: "no-inline-styles" }));
  }
  await new Promise((done, fail) => {
    const script = h("script", { src: url });
    script.addEventListener("load", done);
    script.addEventListener("error", () => {
      script.remove();
      fail(Object.assign(new Error("The charts could not be loaded."), { hint: "Is Upright still running? Try again." }));
    });
    document.head.append(script);
  });
  return window.Plotly;
}

/** @param {HTMLElement} root within the screen @returns {Record<string, string>} tokens by name, as "rgb(…)" */
export function palette(root) {
  const probe = h("span", { hidden: true });
  root.append(probe);
  const colours = Object.fromEntries(NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return colours;
}

/** The same colour, see-through. */
export const faded = (colour, alpha) => colour.replace("rgb(", "rgba(").replace(")", `, ${alpha})`);

/** How browsers call what draws without a graphics processor: it takes seconds for what should be done at once. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Whether a graphics processor draws. */
export function hasFastGraphics() {
  const context = document.createElement("canvas").getContext("webgl", { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const info = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE.test(name);
}

/** Names of lifts are the user's own words; Plotly reads some as markup. */
export const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
