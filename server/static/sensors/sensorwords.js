/** Sensors in plain words: kind, signal, seat, and what a pairing measured. */

import { UNKNOWN, number, percent, plural, plusMinus, sentenceCase, velocity } from "../core/format.js";

const G_MPS2 = 9.80665;
const DEG_PER_RAD = 180 / Math.PI;

/** What people call what a driver serves. */
const KINDS = {
  native: "Upright bar sensor",
  witmotion: "WitMotion",
  polar_verity: "Polar Verity Sense",
  polar_h10: "Polar H10 strap",
  metamotion: "MbientLab MetaMotion",
  movesense: "Movesense",
  movella_dot: "Movella DOT",
  thingy52: "Nordic Thingy:52",
  bangle: "Bangle.js 2",
  openbarbell: "OpenBarbell",
  heart_rate: "Heart-rate strap",
};
const SEATS = { shaft: "On the bar's shaft", sleeve: "On the bar's sleeve", wrist: "On the wrist" };
/** Least signal for the word, dBm. Phones and laptops lose packets below about -85. */
const SIGNALS = [[-60, "Strong"], [-75, "Good"], [-87, "Weak"]];

export const kindWords = (driver) => KINDS[driver] ?? sentenceCase(driver.replaceAll("_", " "));
export const nameOf = (sensor) => sensor.name || sensor.address;
export const seatWords = (mount) => (mount === null ? "Not on the bar" : SEATS[mount.position]);
/** "Polar H10 strap · Not on the bar"; what does not sit on the bar is not calibrated. */
export function sensorWords(sensor) {
  const calibration = sensor.is_calibrated ? "Calibrated" : "Not calibrated, which is optional";
  return [kindWords(sensor.driver), seatWords(sensor.mount), sensor.mount === null ? null : calibration].filter(Boolean).join(" · ");
}

export const batteryWords = (fraction) => (fraction === null ? "Not told" : percent(fraction));

export function signalWords(dbm) {
  const [, word] = SIGNALS.find(([least]) => dbm >= least) ?? [null, "Very weak"];
  return `${word}, ${number(dbm)} dBm`;
}

/** What a pairing has measured so far; what is not known is left out. @returns {[string, string, string][]} name, value, what is usual */
export function figures(pairing) {
  const { rest, roll, rep } = pairing;
  const known = [];
  if (rest) {
    const bias = Math.hypot(...rest.gyro_bias_radps) * DEG_PER_RAD;
    known.push(
      ["Gravity at rest", `${number(rest.gravity_mps2, 2)} m/s²`, "should be near 9.81"],
      ["Noise, accelerometer", `${number((rest.accel_noise_mps2_per_rthz / G_MPS2) * 1e6)} µg/√Hz`, "usual 90 to 300"],
      ["Noise, gyroscope", `${number(rest.gyro_noise_radps_per_rthz * DEG_PER_RAD, 4)} °/s/√Hz`, "usual 0.004 to 0.015"],
      ["Gyroscope bias", `${number(bias, 2)} °/s`, "usual up to 3"],
    );
  }
  if (roll) known.push(["Roll of the bar", `${number(roll.turn_rad * DEG_PER_RAD)}°`, `bar level within ${number(roll.level_rad * DEG_PER_RAD, 1)}°`]);
  if (pairing.measured_rate_hz !== null) {
    const claimed = pairing.nominal_rate_hz === null ? "" : `the sensor claims ${number(pairing.nominal_rate_hz)} Hz`;
    known.push(["True rate", `${number(pairing.measured_rate_hz, 2)} Hz`, claimed]);
  }
  if (pairing.received_samples > 0) known.push(["Lost on the way", String(pairing.lost_samples), `of ${plural(pairing.received_samples + pairing.lost_samples, "sample")}`]);
  if (rep) {
    const reach = `over ${number(rep.range_of_motion_m, 2)} m ${plusMinus(rep.range_of_motion_sd_m, 2)}`;
    known.push(["Test rep", `${velocity(rep.mean_concentric_velocity_mps)} m/s ${plusMinus(rep.mean_concentric_velocity_sd_mps, 2)}`, reach]);
  }
  if (pairing.rssi_dbm !== null) known.push(["Signal", signalWords(pairing.rssi_dbm), ""]);
  if (pairing.battery_charge_fraction !== null) known.push(["Battery", percent(pairing.battery_charge_fraction), ""]);
  return known.filter(([, value]) => !value.startsWith(UNKNOWN));
}
