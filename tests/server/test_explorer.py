"""Looking into recordings: the laws of a window, the work done beside the server, Plotly's file."""

from __future__ import annotations

import gzip
import json
import time
from uuid import UUID

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.imu import STANDARD_GRAVITY_MPS2, ImuBlock, SensorInfo, SetLabel
from firmware_sim.lifter import SetPlan
from firmware_sim.scenarios import SessionStep
from ingest.items import AccelBlock
from server.annotation_files import AnnotationFiles
from server.annotations import SessionAnnotation, SetAnnotation
from server.app import create_app
from server.explorer.computing import compute
from server.explorer.desk import Progress, SignalDesk, Signals
from server.explorer.plotly import plotly_file
from server.explorer.signals import RAW, raw_table
from server.explorer.window import CHANNELS, window_of
from server.reanalysis import rebuild_recording
from server.settings import Settings
from tests.server.lifting import make_set, recording
from tests.server.recordings import RECORDING_ID, mislabelled, write_recording

pytestmark = pytest.mark.slow

INFO = SensorInfo(200.0)


def table(t_s, seed=0):
    """Any signals at these times."""
    values = np.random.default_rng(seed).normal(size=(len(t_s), 6)).cumsum(axis=0)
    derived = {"velocity_mps": values[:, 0], "velocity_sd_mps": np.abs(values[:, 1])}
    columns = dict(zip(RAW, values.T, strict=True)) | derived
    return pl.DataFrame({"t_s": t_s} | columns | {"clipped": np.arange(len(t_s)) % 50 == 0})


times = st.lists(st.floats(0.001, 0.5), min_size=1, max_size=300).map(np.cumsum)


class TestWindow:
    @given(times, st.integers(10, 60), st.floats(0, 1), st.floats(0, 1))
    def test_bins_contain_every_sample_and_touch_it(self, t_s, points, a, b):
        signals = table(t_s)
        from_s, to_s = sorted((a * t_s[-1], b * t_s[-1]))
        window = window_of(signals, from_s, to_s, points)
        inside = signals.filter(pl.col("t_s").is_between(from_s, to_s))
        assert window["samples"] == len(inside)
        if not len(inside):
            assert window["channels"] == {}
            return
        # Told to so many decimals: half of the last is the most that rounding moves a number.
        for channel in CHANNELS[:6]:
            told, values = window["channels"][channel.name], inside[channel.name].to_numpy()
            half = 0.51 * 10**-channel.decimals
            if window["exact"]:
                assert np.abs(np.array(told["value"]) - values).max() <= half
                continue
            middles, step = np.array(window["t_s"]), window["step_s"]
            place = np.abs(inside["t_s"].to_numpy()[:, None] - middles).argmin(axis=1)
            # A sample between two bins may be in either: its time is told to 10 µs.
            for k, (t, value) in enumerate(zip(inside["t_s"], values, strict=True)):
                near = [
                    i
                    for i in range(max(place[k] - 1, 0), min(place[k] + 2, len(middles)))
                    if abs(t - middles[i]) <= step / 2 + 2e-5
                ]
                assert any(
                    told["low"][i] is not None and told["low"][i] - half <= value <= told["high"][i] + half
                    for i in near
                )
            lows = [low for low in told["low"] if low is not None]
            highs = [high for high in told["high"] if high is not None]
            assert min(lows) == pytest.approx(values.min(), abs=half)
            assert max(highs) == pytest.approx(values.max(), abs=half)

    @given(times, st.integers(10, 60))
    def test_the_whole_is_the_window_from_end_to_end(self, t_s, points):
        signals = table(t_s)
        whole = window_of(signals, 0.0, 1e6, points)
        ends = window_of(signals, float(t_s[0]), float(t_s[-1]), points)
        ignored = {"from_s": 0, "to_s": 0}
        assert whole | ignored == ends | ignored

    def test_a_gap_stays_a_gap(self):
        t_s = np.concatenate([np.arange(0, 10, 0.005), np.arange(15, 30, 0.005)])
        window = window_of(table(t_s), 0.0, 30.0, 300)
        middles = np.array(window["t_s"])
        empty = np.array([low is None for low in window["channels"]["ax_mps2"]["low"]])
        assert not window["exact"]
        assert empty[(middles > 10.05) & (middles < 14.95)].all()
        assert not empty[(middles < 9.9) | (middles > 15.1)].any(), "nothing else is missing"

    def test_jitter_makes_no_gaps(self):
        rng = np.random.default_rng(3)
        t_s = np.arange(0, 60, 0.005) + rng.uniform(-0.002, 0.002, 12000)
        for points in (300, 1000, 4000, 5999):
            window = window_of(table(t_s), 0.0, 60.0, points)
            assert not window["exact"]
            assert None not in window["channels"]["ax_mps2"]["low"], points

    def test_what_is_not_known_is_null_and_never_nan(self):
        t_s = np.arange(0, 10, 0.005)
        signals = table(t_s).with_columns(
            pl.when(pl.col("t_s") < 5).then(np.nan).otherwise(pl.col("velocity_mps")).alias("velocity_mps")
        )
        for points in (20, 4000):
            window = window_of(signals, 0.0, 10.0, points)
            assert "NaN" not in json.dumps(window, allow_nan=False)
            told = window["channels"]["velocity_mps"]
            values = told["value"] if window["exact"] else told["low"]
            assert values[0] is None
            assert values[-1] is not None
            assert "velocity_mps" not in window_of(signals, 0.0, 4.0, points)["channels"]

    def test_clipped_samples_are_intervals(self):
        t_s = np.arange(0, 10, 0.005)
        window = window_of(table(t_s), 1.0, 1.9, 400)
        assert window["clipped_samples"] == 4
        assert [start for start, _ in window["clipped"]] == [1.0, 1.25, 1.5, 1.75]


def test_samples_without_a_gyroscope_have_no_rate_of_turn():
    t_s = np.arange(400) / 200
    force = np.tile([0.0, 0.0, STANDARD_GRAVITY_MPS2], (400, 1))
    blocks = [AccelBlock(t_s, force), ImuBlock(t_s + 2, force, np.zeros((400, 3)))]
    signals = raw_table([blocks[0], SetLabel("deadlift"), blocks[1]], INFO)
    first = window_of(signals, 0.0, 1.9, 1000)["channels"]
    assert set(first) == {"ax_mps2", "ay_mps2", "az_mps2"}
    assert "gx_radps" in window_of(signals, 2.0, 3.0, 1000)["channels"]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A data folder with a session of three sets, one under a wrong label, and its results."""
    from server.store import Store

    settings = Settings(data_dir=tmp_path_factory.mktemp("explored"))
    settings.recordings_dir.mkdir()
    path = mislabelled(settings.recordings_dir / "some.mcap")
    with Store(settings.results_url) as store:
        rebuild_recording(path, store, AnnotationFiles(settings.data_dir))
    # What the process does, done here: it gives way to everything else, and the tests leave it nothing.
    compute(SignalDesk(settings, lambda _: False).job_for(RECORDING_ID))
    return settings


@pytest.fixture(scope="module")
def explored(recorded):
    """A client of its server, when all has been worked out."""
    from starlette.testclient import TestClient

    from server.live import LiveHub
    from server.store import Store
    from tests.server.conftest import ADDRESS
    from tests.server.lifting import RecordingControls

    with Store(recorded.results_url) as store:
        app = create_app(recorded, LiveHub(), store, RecordingControls())
        with TestClient(app, base_url=ADDRESS, headers={"origin": ADDRESS}) as client:
            yield client


def signals(client, **window):
    answer = client.get(f"/api/v1/sessions/{RECORDING_ID}/signals", params=window)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestSignals:
    def test_all_channels_and_all_that_was_found(self, explored):
        answer = signals(explored)
        assert answer["progress"] is None
        assert set(answer["channels"]) == {channel.name for channel in CHANNELS}
        assert [one["set"] for one in answer["sets"]] == list(range(len(answer["sets"])))
        assert answer["reps"]
        assert {label["exercise_id"] for label in answer["labels"]} == {"back_squat"}
        assert answer["why_no_forward"] == ""

    def test_a_rep_goes_up_where_the_result_says_so(self, explored):
        whole = signals(explored)
        rep = whole["reps"][0]
        ends = {"from_s": rep["concentric_start_s"], "to_s": rep["concentric_end_s"], "points": 4000}
        window = signals(explored, **ends)
        assert window["exact"]
        velocity = np.array(window["channels"]["velocity_mps"]["value"])
        mean = np.trapezoid(velocity, window["t_s"]) / (window["t_s"][-1] - window["t_s"][0])
        # The same motion at the same samples: only where within a sample the phase begins differs.
        assert mean == pytest.approx(rep["mean_velocity_mps"], abs=0.005)
        assert [one["rep"] for one in window["reps"]] == [rep["rep"]]

    def test_paths_begin_at_zero_and_rise_by_the_range_of_motion(self, explored):
        paths = explored.get(f"/api/v1/sessions/{RECORDING_ID}/path3d", params={"set": 0}).json()["reps"]
        one_set = explored.get(f"/api/v1/sessions/{RECORDING_ID}/sets/0").json()["set"]
        assert len(paths) == len(one_set["reps"])
        for path, rep in zip(paths, one_set["reps"], strict=True):
            assert (path["forward_m"][0], path["left_m"][0], path["up_m"][0]) == (0, 0, 0)
            assert path["direction"] == "stated"
            assert max(path["up_m"]) - min(path["up_m"]) == pytest.approx(rep["range_of_motion_m"], abs=0.02)
            assert path["up_sd_m"][0] == pytest.approx(0, abs=1e-6)
            assert max(path["forward_sd_m"]) < 0.1
        alone = explored.get(f"/api/v1/sessions/{RECORDING_ID}/path3d", params={"set": 0, "rep": 1}).json()
        assert alone["reps"] == [paths[1]]
        missing = explored.get(f"/api/v1/sessions/{RECORDING_ID}/path3d", params={"set": 0, "rep": 99})
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")

    def test_what_the_recording_is_like(self, explored):
        answer = explored.get(f"/api/v1/sessions/{RECORDING_ID}/checkup").json()
        words = {one["subject"]: one["words"] for one in answer["findings"]}
        assert "Hz measured" in words["rate"]
        assert answer["document"]["schema"] == "upright.checkup/1"

    def test_a_corrected_lift_makes_it_void(self, recorded):
        desk = SignalDesk(recorded, lambda _: False)
        before = desk.job_for(RECORDING_ID).key
        files = AnnotationFiles(recorded.data_dir)
        try:
            files.keep_session(
                RECORDING_ID, SessionAnnotation(sets=(SetAnnotation(1.0, 9.0, exercise_id="deadlift"),))
            )
            assert desk.job_for(RECORDING_ID).key != before
            files.keep_session(RECORDING_ID, SessionAnnotation(sets=(SetAnnotation(1.0, 9.0, note="hard"),)))
            assert desk.job_for(RECORDING_ID).key == before, "a note changes no signal"
        finally:
            files.keep_session(RECORDING_ID, SessionAnnotation())

    def test_what_is_spoilt_is_computed_anew(self, recorded):
        (folder,) = (recorded.data_dir / "cache/signals").iterdir()
        kept = (folder / "facts.json").read_bytes()
        try:
            (folder / "facts.json").write_text("{", encoding="utf-8")
            desk = SignalDesk(recorded, lambda _: False)
            desk.close()
            assert desk.signals(RECORDING_ID) == Progress("waiting", 0.0), "nothing is begun after the end"
        finally:
            (folder / "facts.json").write_bytes(kept)

    def test_a_window_makes_sense(self, explored):
        for query in ("from_s=nan", "from_s=-1", "points=5", "points=1e9"):
            assert explored.get(f"/api/v1/sessions/{RECORDING_ID}/signals?{query}").status_code == 422
        beyond = signals(explored, from_s=1e6, to_s=1000001)
        assert (beyond["samples"], beyond["channels"], beyond["reps"]) == (0, {}, [])


@pytest.mark.timeout(300)  # a process that gives way to all others; a second where nothing else runs
def test_a_process_works_it_out_and_tells_how_far_it_is(tmp_path):
    settings = Settings(data_dir=tmp_path)
    settings.recordings_dir.mkdir()
    steps = (SessionStep(SetPlan("back_squat", 1, rest="short"), 100.0, 0.0),)
    write_recording(settings.recordings_dir / "short.mcap", steps, {})
    desk = SignalDesk(settings, lambda _: False)
    told, found = [], desk.signals(RECORDING_ID)
    while (progress := found if isinstance(found, Progress) else found.progress) is not None:
        told.append(progress.fraction)
        time.sleep(0.05)
        found = desk.signals(RECORDING_ID)
    assert isinstance(found, Signals)
    assert told == sorted(told)
    assert found.facts["is_complete"]
    assert len(found.table) > 1000
    again = SignalDesk(settings, lambda _: False)
    kept = again.signals(RECORDING_ID)
    assert isinstance(kept, Signals), "it is kept for the next server"
    assert kept.table.equals(found.table)


class TestRefusals:
    def address(self, what="signals"):
        return f"/api/v1/sessions/{recording().recording_id}/{what}"

    def test_no_such_session(self, client):
        assert client.get(self.address()).json()["code"] == "not_found"

    def test_the_recording_is_gone(self, client, store):
        store.save_set(recording(), make_set(0))
        answer = client.get(self.address())
        assert (answer.status_code, answer.json()["code"]) == (404, "recording_gone")
        assert "results are still here" in answer.json()["hint"]

    def test_it_is_being_made(self, client, store, hub):
        store.save_set(recording(), make_set(0))
        hub.start_session(recording())
        for what in ("signals", "checkup", "path3d?set=0"):
            assert client.get(self.address(what)).json()["code"] == "recording_runs"
        hub.end_session()
        assert client.get(self.address()).json()["code"] == "recording_gone"

    def test_it_cannot_be_read(self, client, store, tmp_path):
        store.save_set(recording(), make_set(0))
        (tmp_path / "recordings").mkdir()
        spoilt = tmp_path / "recordings" / f"20261102T173000Z-{str(UUID(int=1))[:8]}.mcap"
        spoilt.write_bytes(b"nothing of use")
        answer = client.get(self.address())
        assert (answer.status_code, answer.json()["code"]) == (422, "recording_unusable")


class TestPlotly:
    def test_it_is_served_packed_and_for_ever(self, client):
        told = client.get("/api/v1/plotly").json()
        file = plotly_file()
        assert file
        answer = client.get(told["url"], headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == file.plain == gzip.decompress(file.packed)
        assert told["bytes"] < len(file.plain) / 3
        again = client.get(
            told["url"], headers={"accept-encoding": "gzip", "if-none-match": answer.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        plain = client.get(told["url"], headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.headers["etag"] != answer.headers["etag"]
        assert "immutable" not in client.get("/vendor/plotly.min.js").headers["cache-control"]

    def test_the_styles_that_it_would_make_are_known(self):
        file = plotly_file()
        assert file
        assert len(file.style_ids) >= 2, "another version makes its style elements another way"

    def test_without_the_package_the_answer_says_so(self, client, monkeypatch):
        monkeypatch.setattr("server.api_signals.plotly_file", lambda: None)
        answer = client.get("/api/v1/plotly")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "uv pip install plotly" in answer.json()["hint"]
