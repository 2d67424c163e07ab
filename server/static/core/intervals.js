/**
 * How wide intervals are: the one place that says so. A screen shows one level: velocities, paths and the e1RM are
 * measurements, 95 %; everything on the stability screens is there to judge a change, 90 %. Why: docs/metrics.md.
 */

/** Half-widths of a normal interval, in standard deviations. */
export const Z90 = 1.645;
export const Z95 = 1.96;

/** Half-widths of a 90 % interval by Student's t, by degrees of freedom from 1. */
const T90 = [6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753];

/** For a mean of n values whose scatter is known from them alone. */
export const t90 = (n) => T90[n - 2] ?? Z90;

const isKnown = (sd) => sd !== null && sd !== undefined && Number.isFinite(sd);

export const margin90 = (sd) => (isKnown(sd) ? sd * Z90 : null);
export const margin95 = (sd) => (isKnown(sd) ? sd * Z95 : null);

/** The ends of an interval, as charts and tables take them; null where either is not known. */
export const around = (value, margin) => (value === null || margin === null ? null : { low: value - margin, high: value + margin });
