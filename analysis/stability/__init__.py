"""Upper-back stability: from measures of reps to baselines, changes and verdicts."""
