"""Reports: one self-contained HTML file of a session, or of a block of weeks. See ``docs/report.md``."""
