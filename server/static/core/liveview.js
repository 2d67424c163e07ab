/** The running session as the screens of its sets take it, and when they have to be drawn again. */

const NEWS = new Set(["set", "snapshot", "session", "unit", "theme"]);

export const isNews = (message) => message === null || NEWS.has(message.type);

export function liveView({ session, sets, verdicts }) {
  return { title: session?.title || "This session", sets, verdicts, setsBase: "#/sets", stabilitySub: "Across the sets of this session" };
}

/** "set/3/rep/2", counted as people count; the rep may be left out. */
export function focusOf([word, set, , rep]) {
  return word === "set" && Number(set) >= 1 ? { set: Number(set) - 1, rep: Number(rep) >= 1 ? Number(rep) - 1 : null } : null;
}
