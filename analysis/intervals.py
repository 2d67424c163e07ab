"""How wide an interval is, in standard deviations: the one place that says so.

Which level is shown where: ``docs/metrics.md``, "Intervals".
"""

Z90 = 1.645
"""Half the width of a 90 % interval of a normal distribution, standard deviations."""
Z95 = 1.96
"""Half the width of a 95 % interval of a normal distribution, standard deviations."""
