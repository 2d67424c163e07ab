"""A recording sample by sample, for people who look into it; see ``docs/explorer.md``."""
