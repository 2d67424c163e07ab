/** Which reps of a set count: people may have left some out. */

export const counting = (reps) => reps.filter((rep) => !rep.excluded_reason);
