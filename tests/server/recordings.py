"""Real recordings for the tests of annotations: simulated sets, the firmware's own bytes, any labels."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from analysis import Mount, MountPosition, SetLabel
from firmware_sim.firmware import Firmware
from firmware_sim.lifter import SetPlan
from firmware_sim.scenarios import SessionStep, session
from ingest.packets import DATA, INFO, LinkEvent, RawPacket, label_packet, link_packet
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
from tests.server.lifting import recording

PACKET_S = 0.05
TAIL_S = 7.0
RECORDING_ID = UUID(int=77)


def write_recording(path: Path, steps: tuple[SessionStep, ...], labels: dict[int, SetLabel]) -> Path:
    """Record sets; ``labels`` are given where the lifter would give that of the set with the same index."""
    scenario = session("mislabelled", steps, seed=11)
    due = [(scenario.sets[index].label_at_s, label) for index, label in sorted(labels.items())]
    mount = Mount(MountPosition.SHAFT, scenario.bar_axis, scenario.lever_m)
    header = RecordingHeader(
        driver="native",
        sensor_name="Upright-1",
        mount=mount,
        recording_id=str(RECORDING_ID),
        started_at=recording().started_at,
    )
    recorder = Recorder(path, header)
    firmware = Firmware(
        lambda settings, _: scenario.stream(settings),
        scenario.settings,
        clock_error_fraction=scenario.unit.clock_error_fraction,
        model=scenario.unit.model.name,
        powered_on_s=0.0,
    )
    recorder.write(link_packet(0.0, LinkEvent("connected", "Upright-1", mtu=247)))
    recorder.write(RawPacket(0.0, INFO, firmware.info(0.0)))
    firmware.command(b"\x01", 0.0)
    for step in range(1, int((scenario.duration_s + TAIL_S) / PACKET_S)):
        now_s = step * PACKET_S
        while due and due[0][0] <= now_s:
            recorder.write(label_packet(now_s, due.pop(0)[1]))
        firmware.build(now_s, 247)
        while firmware.waiting:
            recorder.write(RawPacket(now_s + 0.004, DATA, firmware.take(247)))
    return recorder.close()


def mislabelled(path: Path) -> Path:
    """Squats, then deadlifts under the label of the squats, then squats with a label of their own."""
    steps = (
        SessionStep(SetPlan("back_squat", 3, rest="short"), 100.0, 12.0),
        SessionStep(SetPlan("deadlift", 3, rest="paused"), 140.0, 12.0),
        SessionStep(SetPlan("back_squat", 2, rest="short"), 100.0, 0.0),
    )
    return write_recording(path, steps, {0: SetLabel("back_squat", 100.0), 2: SetLabel("back_squat", 105.0)})
