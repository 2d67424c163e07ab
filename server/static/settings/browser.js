/** What this browser keeps for itself: look, sound, keys, and as what it is signed in. */

import { signOut } from "../core/api.js";
import { h } from "../core/dom.js";
import { areKeysOn, turnKeys } from "../core/keys.js";
import { theme } from "../core/look.js";
import { DOING } from "../parts/roles.js";
import { card, oneOf, row } from "./cards.js";
import { soundCard } from "./soundcard.js";

const RIGHTS = {
  view: "It sees everything and changes nothing.",
  lift: "It says what is lifted, starts and stops sets, leaves reps out and corrects sets.",
  admin: "It may do everything.",
};

/** @param {any} context @param {() => void} draw */
export async function browserView(context, draw) {
  const sound = soundCard(context, draw);
  return {
    follows: ["unit", "theme", "sound"],
    unmount: sound.unmount,
    parts: () => h("div", { class: "setting-cards" }, lookCard(context), sound.card(), keysCard(), signedInCard(context)),
  };
}

function lookCard(context) {
  return card(
    "Look",
    row("Loads in", "What is stored stays in kilograms.", oneOf("Loads in", [["kg", "kg"], ["lb", "lb"]], context.unit(), context.setUnit)),
    row("Colours", null, oneOf("Colours", [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]], theme(), context.setTheme)),
  );
}

function keysCard() {
  const isOn = h("input", { type: "checkbox", name: "keys", checked: areKeysOn() });
  isOn.addEventListener("change", () => turnKeys(isOn.checked));
  return card(
    "Keyboard",
    h("label", { class: "check" }, isOn, "Single keys do something"),
    h("p", { class: "hint" }, "Press ", h("kbd", { text: "?" }), " anywhere for the list. Turn them off where voice control or shaky hands press them unasked."),
  );
}

function signedInCard(context) {
  const { role, is_lan: isLan, is_secure: isSecure, version } = context.me();
  const link = isSecure
    ? "Encrypted."
    : window.isSecureContext
      ? "On this computer; nothing goes over the network."
      : "Not encrypted: others on this network can read along, and this browser lets its screen go dark.";
  const token = h("input", { name: "token", required: true, autocomplete: "off", autocapitalize: "none", spellcheck: "false", "aria-label": "Token" });
  return card(
    "Signed in",
    h("p", {}, "For ", h("strong", { text: DOING[role] }), `. ${RIGHTS[role] ?? ""}`),
    h("p", { class: "hint", text: isLan ? link : "Only this computer can connect, so nobody is asked for a token." }),
    isLan ? h("form", { class: "sign-in", action: "/", method: "get" }, h("label", {}, "Token of another role", token), h("button", { type: "submit", class: "tool", text: "Sign in with it" })) : null,
    isLan ? h("div", {}, h("button", { type: "button", class: "tool", "data-key": "sign-out", text: "Sign out", onclick: leave })) : null,
    version ? h("p", { class: "hint", text: `Upright ${version}` }) : null,
  );
}

/** On a tablet that others use too: what is loaded anew then asks for a token. */
async function leave({ currentTarget: button }) {
  button.disabled = true;
  try {
    await signOut();
  } finally {
    location.reload();
  }
}
