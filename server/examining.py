"""A recording examined as a whole: what it is like, and what can be computed from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from analysis.checkup import Checkup, check_up
from analysis.computable import Answer, computable
from analysis.document import gap_document
from ingest.arrivals import Arrivals, arrivals_of
from ingest.sample_table import core_items_of

if TYPE_CHECKING:
    from ingest.items import StreamCounts
    from ingest.replay import ReplayableRecording, ReplayHeader

SCHEMA = "upright.checkup/1"


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """All that is known of a recording.

    Attributes
    ----------
    header : ReplayHeader
        What it says about itself.
    counts : StreamCounts
        What its packets or rows were like.
    arrivals : Arrivals or None
        When packets came; None where the file does not say.
    checkup : Checkup
        What its samples are like.
    answers : tuple of Answer
        What can be computed.
    """

    header: ReplayHeader
    counts: StreamCounts
    arrivals: Arrivals | None
    checkup: Checkup
    answers: tuple[Answer, ...]


def examine(recording: ReplayableRecording) -> Examined:
    """Examine a recording of any kind; samples without a gyroscope are only counted."""
    header = recording.header
    checkup = check_up(core_items_of(recording), header.info)
    return Examined(
        header, recording.counts, arrivals_of(recording), checkup, computable(checkup, header.mount)
    )


def checkup_document(examined: Examined) -> dict[str, Any]:
    """Write all of it for programs; schema ``upright.checkup/1``, SI units, unknown is null."""
    header, counts, checkup = examined.header, examined.counts, examined.checkup
    plain = {one.name: getattr(checkup, one.name) for one in fields(Checkup) if one.name != "stretches"}
    return {
        "schema": SCHEMA,
        "kind": header.kind,
        "started_at": None if header.started_at is None else header.started_at.isoformat(),
        "sensor_model": header.info.model or None,
        "damage": header.damage,
        "import_findings": list(header.findings),
        "mount_position": header.mount.position.value,
        "bar_axis": header.mount.bar_axis,
        "packets": {
            "refused": header.refused_packets,
            "duplicates": counts.duplicates,
            "late": counts.late_packets,
            "restarts": counts.restarts,
        },
        "arrivals": None if examined.arrivals is None else asdict(examined.arrivals),
        **plain,
        "rate": asdict(checkup.rate),
        "gaps": [gap_document(gap) for gap in checkup.gaps],
        "clipping": asdict(checkup.clipping),
        "rests": [asdict(rest) | {"gravity_mps2": rest.gravity_mps2} for rest in checkup.rests],
        "mount": asdict(checkup.mount),
        "answers": [asdict(answer) for answer in examined.answers],
    }
