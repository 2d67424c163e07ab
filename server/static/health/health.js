/** Health: words first, then what is behind them; read anew every few seconds while it is looked at. */

import { DIAGNOSTICS, getHealth } from "../core/api.js";
import { h, put, setText } from "../core/dom.js";
import { age } from "../core/format.js";
import { problemWords } from "../parts/form.js";
import { asText, groups, headline } from "./healthwords.js";

const EVERY_MS = 5000;
const TOLD_MS = 2500;
const GLYPHS = { good: "✓", note: "i", warn: "!", bad: "✕" };

/** @param {HTMLElement} root @param {import("../core/screens.js").Context} context */
export async function show(root, context) {
  let health = await getHealth();
  let readAt = performance.now();
  let isGone = false;
  let timer = 0;
  const read = h("p", { class: "sub" });
  const copy = h("button", { class: "tool", type: "button", text: "Copy as text", onclick: copyText });
  const save = context.role() === "admin" ? h("a", { class: "primary button", href: DIAGNOSTICS, download: "", text: "Download diagnostics" }) : null;
  const words = h("section", { class: "health-words", "aria-label": "In words" });
  const boxes = h("div", { class: "health-groups" });
  const problems = h("section", { class: "card health-problems", "aria-labelledby": "problems" });
  put(root,
    h("div", { class: "page-head" }, h("div", {}, h("h1", { text: "Health" }), read), h("div", { class: "page-tools" }, copy, save)),
    words, boxes, problems,
    h("p", { class: "note", text: "Diagnostics are a zip of texts for whoever helps: this page, the last lines of the log, settings without secrets, and of the newest recordings when and how they were made. No names, no tokens, no measured data." }));

  async function copyText() {
    const text = asText(health);
    try {
      await navigator.clipboard.writeText(text);
      flash(copy, "Copied");
    } catch {
      // Only an encrypted page may use the clipboard: the text is shown, marked, to be copied by hand.
      showText(text);
    }
  }

  async function refresh() {
    clearTimeout(timer);
    try {
      const next = await getHealth();
      if (health.level !== next.level) context.say(headline(next)[0]);
      health = next;
      readAt = performance.now();
      isGone = false;
      draw();
    } catch (error) {
      isGone = problemWords(error);
    }
    drawRead();
    if (root.contains(words)) timer = setTimeout(refresh, EVERY_MS);
  }

  function drawRead() {
    const old = age((performance.now() - readAt) / 1000);
    setText(read, isGone ? `${isGone} These numbers are ${old} old.` : "Read anew every 5 s");
    root.classList.toggle("is-stale", Boolean(isGone));
  }

  function draw() {
    const [title, text] = headline(health);
    const more = health.findings.slice(health.level === "good" ? 0 : 1);
    put(words,
      h("div", { class: `health-headline ${health.level}` }, h("span", { class: "health-glyph", "aria-hidden": "true", text: GLYPHS[health.level] }), h("div", {}, h("p", { class: "health-title", text: title }), h("p", { text }))),
      more.length ? h("ul", { class: "health-findings" }, ...more.map((one) => h("li", { class: `is-${one.level}` }, h("i", { "aria-hidden": "true", text: GLYPHS[one.level] }), h("div", {}, h("strong", { text: one.title }), h("span", { text: one.text }))))) : null);
    put(boxes, ...groups(health).map(group));
    drawProblems();
  }

  function drawProblems() {
    const lines = health.problems.map((one) => h("li", { class: one.level === "WARNING" ? "warn" : "bad" },
      h("time", { datetime: one.at, text: new Date(one.at).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" }) }),
      h("strong", { text: one.level === "WARNING" ? "! Warning" : "✕ Error" }),
      h("span", { text: one.text })));
    put(problems, h("h2", { id: "problems", text: "Last problems" }),
      lines.length ? h("ul", {}, ...lines) : h("p", { class: "hint", text: "None since the server started." }));
  }

  draw();
  drawRead();
  timer = setTimeout(refresh, EVERY_MS);
  return {
    update: (_state, message) => (message?.type === "health" ? refresh() : message?.type === "tick" && isGone && drawRead()),
    unmount: () => clearTimeout(timer),
    keys: [{ key: "r", words: "Read anew", run: refresh }, { key: "c", words: "Copy as text", run: copyText }],
  };
}

function group({ title, rows, bar }) {
  return h("section", { class: "card health-group" }, h("h2", { text: title }), bar ? diskBar(bar) : null,
    h("dl", {}, ...rows.map(([name, value, why]) => h("div", {}, h("dt", { text: name }), h("dd", {}, value, why ? h("small", { text: why }) : null)))));
}

/** How full the disk is; the hours that are left stand in words above. */
function diskBar({ used, words, level, caption }) {
  const fill = h("i");
  fill.style.width = `${Math.min(1, used) * 100}%`;
  return h("div", { class: `disk ${level}` },
    h("p", { class: `disk-hours${caption.length > 30 ? " explained" : ""}` }, words, h("small", { text: caption })),
    h("div", { class: "disk-bar", role: "img", "aria-label": `Disk ${Math.round(used * 100)} % full` }, fill));
}

function flash(button, words) {
  const before = button.textContent;
  setText(button, words);
  setTimeout(() => setText(button, before), TOLD_MS);
}

function showText(text) {
  const area = h("textarea", { class: "health-text", readonly: true, rows: 16, "aria-label": "Health as text" }, text);
  const dialog = h("dialog", { class: "dialog health-copy", "aria-label": "Health as text", onclose: () => dialog.remove() },
    h("h2", { text: "Copy this text" }), area,
    h("div", { class: "actions" }, h("button", { class: "tool", type: "button", text: "Close", onclick: () => dialog.close() })));
  document.body.append(dialog);
  dialog.showModal();
  area.select();
}
