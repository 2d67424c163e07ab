/** Who can connect, and the tokens by which they do: shown to an administrator, and only after a press. */

import { codeUrl, getAccess, getTokens, renewTokens } from "../core/api.js";
import { h } from "../core/dom.js";
import { sentenceCase } from "../core/format.js";
import { table } from "../parts/blocks.js";
import { openForm } from "../parts/form.js";
import { DOING, onlyAdmin } from "../parts/roles.js";
import { card, oneOf, row } from "./cards.js";

const MAY = [
  ["Viewing", "See everything, on every screen"],
  ["Lifting", "Also: say what is lifted, start and stop sets, leave reps out, correct and undo, effort and notes"],
  ["Administering", "Also: sensors, athletes, imports, these settings, diagnostics, deleting"],
];
const ALONE = "Only this computer can connect. To let a tablet in, stop Upright and start it with:";

/** "AB:CD:EF", to be broken after a colon only. */
const inPairs = (fingerprint) => fingerprint.split(/(?<=:)/).flatMap((pair) => [pair, h("wbr")]);

/** @param {any} context @param {() => void} draw */
export async function accessView(context, draw) {
  const mayCard = () => card("What each role may do", table(["Role", "May"], MAY));
  if (context.role() !== "admin") {
    return { parts: () => h("div", { class: "setting-list" }, onlyAdmin(context, "Seeing who can connect"), mayCard()) };
  }
  const access = await getAccess();
  let role = "lift";
  /** Shown after a press, and gone again when the screen is left. @type {any[] | null} */
  let tokens = null;
  /** Counts the tokens of this visit. */
  let nth = 1;
  let problem = "";

  async function reveal() {
    problem = "";
    try {
      tokens = await getTokens();
    } catch (error) {
      problem = `${error.message} ${error.hint}`;
    }
    draw();
  }

  function hide() {
    tokens = null;
    draw();
  }

  function renew() {
    const words = "Every other browser is signed out at once, also in the middle of a set, and scans the new code. This browser stays signed in.";
    openForm("Renew all tokens", [h("p", { text: words })], async () => {
      const fresh = await renewTokens();
      return () => {
        tokens = fresh;
        nth += 1;
        draw();
        context.say("All tokens are new");
      };
    }, { submit: "Renew", busy: "Renewing…" });
  }

  function secret() {
    const one = tokens?.find((token) => token.role === role);
    if (!tokens) return h("div", {}, h("button", { type: "button", class: "primary", "data-key": "reveal", text: "Show code and token", onclick: reveal }));
    if (!one) return h("p", { class: "hint", text: `There is no token for ${DOING[role]}: this server was given one of its own for administering.` });
    return h(
      "div",
      { class: "code" },
      // Its address holds no token; the picture does, and no cache keeps it.
      h("img", { src: codeUrl(role, nth), width: 264, height: 264, alt: `Code that signs a tablet in for ${DOING[role]}` }),
      h("dl", { class: "access-facts" },
        h("dt", { text: "Token" }), h("dd", {}, h("code", { text: one.token })),
        h("dt", { text: "Address with it" }), h("dd", {}, h("code", { text: one.url }))),
      h("button", { type: "button", class: "tool", "data-key": "hide", text: "Hide", onclick: hide }),
    );
  }

  function signInCard() {
    return card(
      "Sign a tablet in",
      h("p", { class: "hint", text: "Scan the code with the tablet's camera, or open the address there and type the token. It stays signed in for a month, also when Upright is started anew." }),
      row("For", null, oneOf("Role", Object.entries(DOING).map(([one, doing]) => [one, sentenceCase(doing)]), role, (next) => { role = next; draw(); })),
      h("p", { class: "problem", role: "alert", text: problem }),
      secret(),
      access.can_renew ? row("Lost a tablet?", "New tokens sign everybody out.", h("button", { type: "button", class: "tool", "data-key": "renew", text: "Renew all tokens", onclick: renew })) : null,
    );
  }

  function whoCard() {
    if (!access.is_lan) return card("Who can connect", h("p", { text: ALONE }), h("p", {}, h("code", { text: "upright serve --lan" })));
    const encrypted = access.fingerprint
      ? [
          h("dt", { text: "SHA-256 fingerprint" }),
          h("dd", {}, h("code", { class: "fingerprint" }, ...inPairs(access.fingerprint)), h("p", { class: "hint", text: "The tablet's browser warns once, since nobody else vouches for this certificate. In the warning, look at the certificate: if the fingerprint is this one, go on." })),
          h("dt", { text: "Valid for" }),
          h("dd", { text: access.names.join(", ") }),
        ]
      : [h("dt", { text: "Encryption" }), h("dd", { text: "None (--no-tls): others on this network can read along and take the tokens, and tablets let their screen go dark." })];
    return card("Who can connect", h("p", { text: "Everybody on this network who has a token." }), h("dl", { class: "access-facts" }, h("dt", { text: "Address" }), h("dd", {}, h("code", { text: access.url ?? "–" })), ...encrypted));
  }

  return { parts: () => h("div", { class: "setting-cards" }, whoCard(), mayCard(), access.is_lan ? signInCard() : null) };
}
