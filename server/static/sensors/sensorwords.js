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

const microG = (mps2) => (mps2 / G_MPS2) * 1e6;

/**
 * What a pairing has measured so far; what is not known is left out.
 *
 * @returns {[string, string, string, boolean?][]} name, value, what is usual, whether it is unusual
 */
export function figures(pairing) {
  const { rest, roll, rep, usual } = pairing;
  const known = [];
  if (rest) {
    const most = { accel: microG(usual.accel_noise_mps2_per_rthz[1] * usual.noise_margin), gyro: usual.gyro_noise_radps_per_rthz[1] * usual.noise_margin * DEG_PER_RAD, bias: usual.gyro_bias_radps * DEG_PER_RAD };
    const accel = microG(rest.accel_noise_mps2_per_rthz);
    const gyro = rest.gyro_noise_radps_per_rthz * DEG_PER_RAD;
    const bias = Math.hypot(...rest.gyro_bias_radps) * DEG_PER_RAD;
    known.push(
      ["Gravity at rest", `${number(rest.gravity_mps2, 2)} m/s²`, `9.81, uncalibrated within ${percent(usual.gravity_fraction)}`, Math.abs(rest.gravity_mps2 / G_MPS2 - 1) > usual.gravity_fraction],
      ["Noise, accelerometer", `${number(accel)} µg/√Hz`, `usual up to ${number(most.accel)}`, accel > most.accel],
      ["Noise, gyroscope", `${number(gyro, 4)} °/s/√Hz`, `usual up to ${number(most.gyro, 4)}`, gyro > most.gyro],
      ["Gyroscope bias", `${number(bias, 2)} °/s`, `usual up to ${number(most.bias)}`, bias > most.bias],
    );
  }
  if (roll) known.push(["Roll of the bar", `${number(roll.turn_rad * DEG_PER_RAD)}°`, `bar level within ${number(roll.level_rad * DEG_PER_RAD, 1)}°`]);
  if (pairing.measured_rate_hz !== null) {
    const { nominal_rate_hz: nominal, measured_rate_hz: measured } = pairing;
    const claimed = nominal === null ? "" : `the sensor claims ${number(nominal)} Hz`;
    known.push(["True rate", `${number(measured, 2)} Hz`, claimed, nominal !== null && Math.abs(measured / nominal - 1) > usual.rate_fraction]);
  }
  const sent = pairing.received_samples + pairing.lost_samples;
  if (pairing.received_samples > 0) known.push(["Lost on the way", String(pairing.lost_samples), `of ${plural(sent, "sample")}`, pairing.lost_samples > usual.lost_fraction * sent]);
  if (rep) {
    const reach = `over ${number(rep.range_of_motion_m, 2)} m ${plusMinus(rep.range_of_motion_sd_m, 2)}`;
    known.push(["Test rep", `${velocity(rep.mean_concentric_velocity_mps)} m/s ${plusMinus(rep.mean_concentric_velocity_sd_mps, 2)}`, reach]);
  }
  if (pairing.rssi_dbm !== null) known.push(["Signal", signalWords(pairing.rssi_dbm), ""]);
  if (pairing.battery_charge_fraction !== null) known.push(["Battery", percent(pairing.battery_charge_fraction), ""]);
  return known.filter(([, value]) => !value.startsWith(UNKNOWN));
}

/** What the figures add up to, for whoever does not read them. @param {ReturnType<typeof figures>} found */
export function figuresVerdict(found) {
  const odd = found.filter(([, , , isOdd]) => isOdd).map(([name]) => name.toLowerCase());
  if (!odd.length) return "✓ The sensor measures as it should.";
  return `! Unusual: ${odd.join(", ")}. It works, but less exactly; if it stays so, another place, a charged battery or a calibration may help.`;
}
