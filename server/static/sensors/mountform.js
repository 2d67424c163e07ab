/** The form that says how a paired sensor sits, where a pairing would ask for a bar and a roll. */

import { putMount } from "../core/api.js";
import { h } from "../core/dom.js";
import { choice, labelled, openForm } from "../parts/form.js";
import { nameOf } from "./sensorwords.js";

const PLACES = [["shaft", "On the bar's shaft"], ["sleeve", "On the bar's sleeve"], ["wrist", "On the wrist"]];
const AXES = ["x", "y", "z"];

/** @param {any} sensor a paired one @param {() => void} onSaved */
export function openMountForm(sensor, onSaved) {
  const mount = sensor.mount;
  const place = choice("position", PLACES, mount.position);
  const turned = h("input", { type: "checkbox", name: "turned", disabled: mount.bar_axis === null });
  const lever = AXES.map((axis, i) =>
    h("input", { name: `lever-${axis}`, type: "number", step: "any", inputmode: "decimal", value: Math.round(mount.lever_m[i] * 1e4) / 10, "aria-label": `${axis}, mm` }));
  const fields = [
    labelled("Where it sits", place),
    h("label", { class: "check" }, turned, h("span", {}, "It was turned round: what was forward is back", mount.bar_axis === null ? h("small", { text: " (its forward is not known: pair it again)" }) : null)),
    h(
      "fieldset",
      { class: "lever" },
      h("legend", { text: "From the middle of the bar to the sensor, in its own axes, mm" }),
      ...lever.map((input, i) => h("label", {}, AXES[i], input)),
      h("small", { text: "20 mm wrong shifts the path of a bar that rolls by up to 20 mm; zero is right for a sensor in the bar." }),
    ),
  ];
  openForm(`How ${nameOf(sensor)} sits`, fields, async () => {
    const sign = turned.checked ? -1 : 1;
    const axis = place.value === "wrist" || mount.bar_axis === null ? null : mount.bar_axis.map((value) => sign * value);
    await putMount(sensor.address, { position: place.value, bar_axis: axis, lever_m: lever.map((input) => Number(input.value) / 1000) });
    return onSaved;
  });
}
