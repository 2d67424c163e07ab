/** What a role may not do, in words; the server decides anyway. */

import { h } from "../core/dom.js";

/** What one does in a role, as the server calls it. */
export const DOING = { view: "viewing", lift: "lifting", admin: "administering" };

/**
 * Why there are no buttons here; null for those who may press them.
 *
 * @param {import("../core/screens.js").Context} context
 * @param {string} what takes an administrator
 */
export function onlyAdmin(context, what) {
  if (context.role() === "admin") return null;
  return h(
    "div",
    { class: "notice" },
    h("strong", { text: `Signed in for ${DOING[context.role()]}` }),
    h("span", {}, `${what} takes an administrator. Whoever started Upright has that token; sign in with it `, h("a", { href: "#/settings", text: "under Settings" }), "."),
  );
}
