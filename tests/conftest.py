"""Settings of all tests: one numerical thread, and the hypothesis profiles."""

from __future__ import annotations

import gc
import os
import sys

# Tests start hundreds of processes: where Python keeps no bytecode, each compiles all libraries, for 8 s.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported; small systems only lose by threads

from hypothesis import settings

sys.dont_write_bytecode = False

# Examples that run a whole simulated set ask for fewer. No deadline: other work shares the machine.
settings.register_profile("dev", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
# The gate has 20 minutes, and finds the same in each run.
settings.register_profile("gate", max_examples=25, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


def pytest_collection_finish() -> None:
    """Keep the libraries and tests that are loaded out of every later search for garbage."""
    gc.collect()
    gc.freeze()
