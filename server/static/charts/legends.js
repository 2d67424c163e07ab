/** The one set of signs that the charts of sets, reps and sessions use, with their words. */

const KEYS = {
  set: ["key-set", "set: average of its reps, with its 90 % interval"],
  session: ["key-set", "session: average of its sets"],
  rep: ["key-rep", "single rep"],
  repWith: ["key-set", "rep, with its 90 % interval"],
  usual: ["key-usual", "where 90 % of your ordinary sets lie"],
  outside: ["key-outside", "set worse than your ordinary sets"],
  outsideDay: ["key-outside", "session worse than your ordinary sets"],
  borderline: ["key-borderline", "borderline: its interval reaches into the band"],
  blamed: ["key-blamed", "rep outside your ordinary ones"],
  before: ["key-faint", "before the break: not compared"],
  doubtful: ["key-faint", "doubtful rep"],
  leftOut: ["key-faint", "left out: the table says why"],
  old: ["key-old", "paler: older, counts less"],
  break: ["key-break", "sensor, mount or method changed"],
  corrected: ["key-none", "corrected for load and speed"],
  index: ["key-set", "set, with its 90 % interval"],
  measured: ["key-set", "fastest good rep of a set, with its 95 % interval"],
  curve: ["key-curve", "profile with its 95 % band"],
  beyond: ["key-beyond", "extrapolated: no set was this heavy"],
  e1rm: ["key-e1rm", "estimated 1RM with its 95 % interval"],
};

/** @param {(string | false | null | undefined)[]} names those that are in the chart @returns {[string, string][]} for `legend` */
export const keys = (...names) => names.filter(Boolean).map((name) => KEYS[name]);
