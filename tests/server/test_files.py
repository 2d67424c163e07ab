"""Imports and exports of the page: real processes, real files, the whole way through the REST interface."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import replace
from uuid import uuid4

import polars as pl
import pytest
from starlette.testclient import TestClient

from ingest.imports.importer import import_file
from server.app import create_app
from server.files.desk import FileDesk
from server.files.errors import UploadRefusedError
from server.files.keeping import Journal
from server.files.limits import FileLimits
from server.files.names import safe_path
from server.files.page_words import asked_in, for_page
from server.files.spool import Spool
from server.imports import IMPORT_JSON, ImportDecision, import_folders, keep_import
from server.settings import Settings
from server.store import Store
from tests.ingest import import_samples as samples
from tests.ingest import import_samples_reference as references
from tests.server.lifting import make_set, recording

pytestmark = pytest.mark.slow

API = "/api/v1/files"
ADDRESS = "http://127.0.0.1:8000"
PATIENCE_S = 90
"""A process that loads scipy on a busy machine takes ten seconds and more."""
STRONG = (
    "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,RPE\n"
    '2026-01-05 18:00:00,"Pull",1h,"Bent Over Row (Barbell)",1,100,5,0,0,"",8\n'
    '2026-01-12 18:00:00,"Pull",1h,"Bent Over Row (Barbell)",1,100,5,0,0,"",8\n'
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One server for the module: its working process loads scipy once."""
    folder = tmp_path_factory.mktemp("files")
    with Store(f"sqlite:///{folder / 'results.db'}") as store:
        app = create_app(Settings(data_dir=folder), _hub(), store, _controls())
        with TestClient(app, base_url=ADDRESS, headers={"origin": ADDRESS}) as client:
            yield folder, store, client
    assert not list((folder / "transfers").glob("*"))  # a server that ends leaves nothing there


def _hub():
    from server.live import LiveHub

    return LiveHub()


def _controls():
    from tests.server.lifting import RecordingControls

    return RecordingControls()


@pytest.fixture
def client(place):
    return place[2]


@pytest.fixture
def folder(place):
    return place[0]


def send(client, path, *, name=None, status=200, **query):
    answer = client.post(
        f"{API}/uploads", params={"name": name or path.name, **query}, content=path.read_bytes()
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def wait(client, job, *states):
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = client.get(f"{API}/jobs/{job['id']}").json()
        if found["state"] in states or (not states and found["state"] not in _BUSY):
            return found
        time.sleep(0.05)
    pytest.fail(f"{job['id']} did not end in time")


_BUSY = {"receiving", "looking", "keeping", "exporting"}


def kept(folder):
    return [*import_folders(folder / "imports"), *folder.glob("references/*/reference.json")]


def uploads(folder):
    """What waits in the folder of the transfers, once deletions in threads are done."""
    end = time.monotonic() + 5
    while found := [path for path in (folder / "transfers").glob("*/*") if path.name != "in-use"]:
        if time.monotonic() > end:
            return found
        time.sleep(0.05)
    return []


def test_a_recording_is_looked_at_kept_and_exported(client, folder, tmp_path):
    before = kept(folder)
    job = wait(client, send(client, samples.imu_csv(tmp_path)), "asking")
    (item,) = job["items"]
    assert (item["kind"], item["format"]) == ("recording", "imu-csv")
    assert item["beginning"].startswith("t_s,ax_mps2")
    assert {one["name"] for one in item["questions"]} >= {"exercise_id", "load_kg", "mount", "started_at"}
    assert kept(folder) == before  # nothing before somebody says so

    choices = {"exercise_id": "back_squat", "load_kg": 100, "mount": "sleeve"}
    again = client.post(f"{API}/jobs/{job['id']}/look", json={"item": 0, "choices": choices}).json()
    again = wait(client, again, "asking")
    assert again["items"][0]["recording"]["mount"] == "sleeve"
    assert again["items"][0]["choices"]["load_kg"] == 100

    answer = client.post(f"{API}/jobs/{job['id']}/keep", json={"choices": {"0": choices}})
    done = wait(client, answer.json())
    assert done["state"] == "done", done
    (stored,) = done["stored"]
    session = client.get(f"/api/v1/sessions/{stored['session_id']}").json()
    assert len(session["sets"]) == stored["n_sets"] == len(item["recording"]["sets"])
    assert [one["exercise_id"] for one in session["sets"]] == ["back_squat"] * len(session["sets"])
    assert uploads(folder) == []

    wish = {"kinds": ["reps", "sets", "samples", "fit"], "sessions": [stored["session_id"]]}
    ready = wait(client, client.post(f"{API}/exports", json=wish).json())
    assert ready["state"] == "ready", ready
    answer = client.get(f"{API}/jobs/{ready['id']}/download")
    assert ready["exported"]["name"] in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        reps = pl.read_csv(archive.read("reps.csv"))
        samples_name = next(name for name in names if name.endswith("samples.csv"))
        assert pl.read_csv(archive.read(samples_name)).height == item["recording"]["samples"]
    assert reps.height == sum(len(one["reps"]) for one in session["sets"])
    assert "README.txt" in names
    assert wait(client, ready, "done")
    assert uploads(folder) == []  # the server's copy goes with the download
    assert client.get(f"{API}/jobs/{ready['id']}/download").status_code == 404


def test_the_tables_of_one_recording_are_one_import(client, tmp_path):
    first = samples.metabase(tmp_path)
    other = next(path for path in sorted(tmp_path.iterdir()) if path != first)
    job = send(client, other, more=True)
    assert job["state"] == "receiving"
    job = wait(client, send(client, first, job=job["id"]), "asking")
    (item,) = job["items"]
    assert len(item["with_names"]) == 1
    assert client.delete(f"{API}/jobs/{job['id']}").json()["state"] == "cancelled"


def test_a_zip_archive_is_unpacked_and_cannot_lead_out(client, folder, tmp_path):
    first = samples.metabase(tmp_path)
    packed = tmp_path / "squat.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in first.parent.glob("*.csv"):
            archive.write(path, f"recording/{path.name}")
    job = wait(client, send(client, packed), "asking")
    assert [item["format"] for item in job["items"]] == ["metabase"]
    client.delete(f"{API}/jobs/{job['id']}")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../outside.csv", "x")
    job = wait(client, send(client, packed))
    assert (job["state"], job["problem"]["code"]) == ("refused", "upload_refused")
    assert not list(folder.parent.rglob("outside.csv"))
    assert uploads(folder) == []


def test_a_refused_file_leaves_nothing_and_says_why(client, folder, tmp_path):
    path = tmp_path / "letter.csv"
    path.write_text("Dear coach,\nno numbers here\n")
    before = kept(folder)
    job = wait(client, send(client, path))
    assert job["state"] == "refused"
    assert "nknown kind of file" in job["problem"]["message"]
    assert (kept(folder), uploads(folder)) == (before, [])
    answer = client.post(f"{API}/jobs/{job['id']}/keep", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "job_failed")


def test_a_log_is_judged_and_asks_for_its_unit(client, folder, tmp_path):
    path = tmp_path / "strong.csv"
    path.write_text(STRONG)
    before = kept(folder)
    job = wait(client, send(client, path), "asking")
    (item,) = job["items"]
    assert item["kind"] == "refused"
    assert [(one["name"], one["is_needed"]) for one in item["questions"]] == [("weight_unit", True)]
    assert "--" not in item["problem"]
    wish = {"item": 0, "choices": {"weight_unit": "kg"}}
    job = wait(client, client.post(f"{API}/jobs/{job['id']}/look", json=wish).json(), "asking")
    (item,) = job["items"]
    assert item["kind"] == "training_log"
    assert item["summary"].startswith("2 sets in 2 sessions")
    assert item["findings"]
    assert client.post(f"{API}/jobs/{job['id']}/keep", json={}).status_code == 409  # judged, never kept
    client.delete(f"{API}/jobs/{job['id']}")
    assert kept(folder) == before


def test_what_another_instrument_measured_becomes_a_reference(client, folder, tmp_path):
    job = wait(client, send(client, references.kinovea(tmp_path)), "asking")
    assert job["items"][0]["kind"] == "bar_path"
    done = wait(client, client.post(f"{API}/jobs/{job['id']}/keep", json={}).json())
    assert done["stored"][0]["reference_id"]
    assert done["stored"][0]["session_id"] is None
    assert list(folder.glob("references/*/reference.json"))


def test_two_at_once_wait_for_each_other(client, tmp_path):
    path = samples.imu_csv(tmp_path)
    jobs = [send(client, path, name=name) for name in ("one.csv", "two.csv")]
    assert [wait(client, job)["state"] for job in jobs] == ["asking", "asking"]
    for job in jobs:
        client.delete(f"{API}/jobs/{job['id']}")


def test_work_can_be_cancelled(client, folder, tmp_path):
    before = kept(folder)
    job = send(client, samples.imu_csv(tmp_path))
    assert client.delete(f"{API}/jobs/{job['id']}").json()["state"] == "cancelled"  # while it is looked at
    job = wait(client, send(client, samples.imu_csv(tmp_path), name="again.csv"), "asking")
    client.post(f"{API}/jobs/{job['id']}/keep", json={})
    job = client.delete(f"{API}/jobs/{job['id']}").json()
    # Ended before or after it was whole, but nothing between.
    assert job["state"] in {"cancelled", "done"}
    if job["state"] == "cancelled":
        assert set(kept(folder)) <= set(before)
    assert uploads(folder) == []


@pytest.mark.parametrize(
    "name", ["../../results.db", "/etc/passwd", "a/../b.csv", "..\\up.csv", "a//b", ".hidden"]
)
def test_names_that_lead_elsewhere_are_refused(client, folder, name):
    answer = client.post(f"{API}/uploads", params={"name": name}, content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_refused")
    with pytest.raises(UploadRefusedError):
        safe_path(name)
    assert uploads(folder) == []


def test_a_folder_of_a_recording_and_odd_letters_are_fine():
    assert safe_path("meta/time.csv").as_posix() == "meta/time.csv"
    assert safe_path("C:set?.csv").as_posix() == "C_set_.csv"
    with pytest.raises(UploadRefusedError):
        safe_path("x" * 300)


def test_an_empty_file_is_refused(client):
    answer = client.post(f"{API}/uploads", params={"name": "a.csv"}, content=b"")
    assert (answer.status_code, answer.json()["message"]) == (422, "a.csv is empty.")


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_that_is_too_large_is_refused_with_and_without_a_length(tmp_path, announced):
    """The desk counts what comes, whatever was announced."""
    limits = replace(FileLimits(), max_upload_bytes=10_000, reserve_bytes=0)
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as store:
        desk = FileDesk(Settings(data_dir=tmp_path), store, limits)
        with TestClient(_bare_app(desk, store)) as client:
            body = b"x" * 20_000
            sent = body if announced else iter([body[:9000], body[9000:]])
            answer = client.post(f"{API}/uploads", params={"name": "a.csv"}, content=sent)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
            assert client.get(f"{API}/jobs").json()["jobs"][0]["state"] == "refused"
            assert uploads(tmp_path) == []


def test_a_full_disk_is_told_before_anything_is_written(tmp_path):
    limits = replace(FileLimits(), reserve_bytes=1 << 60)
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as store:
        desk = FileDesk(Settings(data_dir=tmp_path), store, limits)
        with TestClient(_bare_app(desk, store)) as client:
            answer = client.post(f"{API}/uploads", params={"name": "a.csv"}, content=b"x")
            assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
            assert "stay free for recordings" in answer.json()["message"]


def _bare_app(desk, store):
    """The routes with another desk than the server's own."""
    from contextlib import asynccontextmanager

    from fastapi import APIRouter, FastAPI

    from server.api_files import add_files
    from server.app import _add_error_handlers

    @asynccontextmanager
    async def lifespan(_app):
        await desk.board.open()
        yield
        await desk.board.close()

    app = FastAPI(lifespan=lifespan)
    router = APIRouter(prefix="/api/v1")
    add_files(router, desk, store)
    app.include_router(router)
    _add_error_handlers(app)
    return app


def test_bodies_of_other_paths_stay_small(client):
    answer = client.post("/api/v1/files/exports", content=b"x" * 100_000)
    assert answer.status_code == 413


def test_an_export_of_nothing_is_refused(client):
    answer = client.post(f"{API}/exports", json={"kinds": ["reps"], "athlete_id": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    job = client.post(f"{API}/exports", json={"kinds": ["reps"], "sessions": [str(uuid4())]}).json()
    job = wait(client, job)
    assert (job["state"], job["problem"]["code"]) == ("failed", "not_found")
    assert client.get(f"{API}/jobs/{uuid4()}").status_code == 404


def test_sessions_are_chosen_by_day(place):
    _, store, client = place
    for number in range(2):
        store.save_set(recording(number), make_set(0))
    since = recording(1).started_at.isoformat()
    wish = {"kinds": ["sessions"], "format": "parquet", "since": since}
    job = wait(client, client.post(f"{API}/exports", json=wish).json(), "ready")
    assert job["exported"]["name"].endswith("-sessions.parquet")
    frame = pl.read_parquet(io.BytesIO(client.get(f"{API}/jobs/{job['id']}/download").content))
    assert str(recording(1).recording_id) in frame["recording_id"].to_list()
    assert str(recording(0).recording_id) not in frame["recording_id"].to_list()


def test_half_an_import_of_a_killed_server_is_taken_back(tmp_path):
    settings = Settings(data_dir=tmp_path)
    sample = tmp_path / "in"
    sample.mkdir()
    file = import_file(samples.table_without_units(sample))
    dead = settings.transfers_dir / "dead"
    (dead / "job").mkdir(parents=True)
    journal = Journal(dead / "job", settings.imports_dir, settings.references_dir)
    from server.kept_files import content_id

    journal.note(settings.imports_dir, content_id((file.path,)), IMPORT_JSON)
    one = keep_import(settings.imports_dir, file, ImportDecision())
    with Store(settings.results_url) as store:
        store.save_recording(replace(recording(), recording_id=one.kept.id))
        Spool(settings.transfers_dir, settings.imports_dir, settings.references_dir).clean(store)
        assert not store.sessions(None)
    assert import_folders(settings.imports_dir) == []
    assert list(settings.transfers_dir.iterdir()) == []


def test_an_import_that_was_there_before_gets_its_decision_back(tmp_path):
    file = import_file(samples.table_without_units(tmp_path))
    imports = tmp_path / "imports"
    one = keep_import(imports, file, ImportDecision("back_squat"))
    (tmp_path / "job").mkdir()
    journal = Journal(tmp_path / "job", imports, tmp_path / "references")
    journal.note(imports, one.kept.id, IMPORT_JSON)
    keep_import(imports, file, ImportDecision("deadlift"))
    journal.undo()
    content = json.loads((one.kept.folder / IMPORT_JSON).read_text())
    assert content["decision"]["exercise_id"] == "back_squat"


def test_a_live_server_is_left_alone_by_another_one(tmp_path):
    settings = Settings(data_dir=tmp_path)
    places = (settings.transfers_dir, settings.imports_dir, settings.references_dir)
    running, other = Spool(*places), Spool(*places)
    folder = running.folder("job")
    with Store(settings.results_url) as store:
        other.clean(store)
    assert folder.is_dir()
    running.close()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("text", "said", "asked"),
    [
        (
            "the unit is unknown: say it with --gyro-unit rad/s or --gyro-unit deg/s",
            "say it below",
            ["gyro_unit"],
        ),
        ("If the file is right: --accel-unit g.", "If the file is right, say so below.", ["accel_unit"]),
        ("Say which with --accel-sign up or --accel-sign down", "elow", ["accel_sign"]),
        ("if only the sign is, say --gyro-sign minus", "say so below", ["gyro_sign"]),
        ("in kg or lb; say which with --unit kg or --unit lb", "say it below", ["weight_unit"]),
        ("say which with --date-order day-first or month-first", "say it below", ["day_first"]),
        ("turns faster than any can in deg/s; say the unit with --gyro-unit", "say", ["gyro_unit"]),
        ("not stated (--bar-axis x,y,z)", "not stated", []),
    ],
)
def test_options_of_the_command_line_become_questions_of_the_page(text, said, asked):
    assert said in for_page(text)
    assert "--" not in for_page(text)
    assert asked_in(text) == asked
