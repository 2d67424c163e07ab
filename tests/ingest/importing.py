"""Reads samples and real files in tests of the import formats."""

import os
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import ImportFileError
from ingest.imports.formats import recognise
from ingest.imports.imported import BarPath, ImuTracks, ReferenceReps
from ingest.imports.source import open_source
from tests.ingest import import_samples_b as samples

DATA = Path(os.environ.get("UPRIGHT_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
needs_data = [pytest.mark.data, pytest.mark.skipif(not DATA.is_dir(), reason=f"no recordings in {DATA}")]


def take(path):
    source = open_source(path)
    found = recognise(source)
    assert found is not None, path
    return found.read(source)


def imu(path):
    tracks = take(path)
    assert isinstance(tracks, ImuTracks)
    return tracks


def both(path):
    """Read acceleration and rate of turn."""
    tracks = imu(path)
    assert tracks.gyro is not None
    return tracks.accel, tracks.gyro


def reference(path):
    found = take(path)
    assert isinstance(found, ReferenceReps)
    return found


def bar(path):
    found = take(path)
    assert isinstance(found, BarPath)
    return found


def refused(path, what):
    with pytest.raises(ImportFileError, match=what) as caught:
        take(path)
    assert "\n" not in str(caught.value)


def at(t_s, values):
    """Interpolate the truth."""
    truth = samples.motion(2000.0)
    return np.stack([np.interp(t_s, truth.t_s, getattr(truth, values)[:, axis]) for axis in range(3)], axis=1)


def real(name):
    """Make a parameter of a recording that may be absent."""
    return pytest.param(DATA / name, id=name, marks=needs_data)
