/** Tables as files: comma separated, a point for decimals, as every program reads them. */

import { h } from "./dom.js";

/** Quotes where the format asks for them (RFC 4180). */
const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What a cell says: text, or the text of an element. A real minus sign becomes one that programs read. */
const said = (value) => (value instanceof Node ? value.textContent : String(value ?? "")).trim().replaceAll("−", "-");

/** @param {(string | Node)[]} head @param {(string | Node)[][]} rows */
export const csvOf = (head, rows) => [head, ...rows].map((row) => row.map((value) => cell(said(value))).join(",")).join("\r\n");

/** Give a text to the browser as a file. */
export function download(name, text, type = "text/csv;charset=utf-8") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: address, download: name });
  link.click();
  // Later: the browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** "Mean velocity, set 3" as the name of a file. */
export const fileName = (words) => `${words.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")}.csv`;
