"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis import Mount, SetGoal, SetLabel
    from ingest.imports.importer import ImportOptions
    from ingest.replay import MountChange
    from server.settings import Settings
    from server.store import Store

_Value = TypeVar("_Value")
DataDir: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Recordings, results and your own lifts. Default: the user's data folder.",
        show_default=False,
    ),
]
Port: TypeAlias = Annotated[
    int, typer.Option(min=0, max=65535, help="TCP port of the dashboard; 0 takes a free one.")
]
NoBrowser: TypeAlias = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
Lan: TypeAlias = Annotated[
    bool,
    typer.Option("--lan", help="Let tablets and other computers of the network in, by a code or a token."),
]
Tls: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--tls/--no-tls",
        help="Of --lan: encrypt, with a certificate of our own; browsers keep a screen awake only so. "
        "Default: yes, but not with --push.",
        show_default=False,
    ),
]
Speed: TypeAlias = Annotated[float, typer.Option(min=0.1, max=1000, help="Times real time.")]
Transport: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Where the radio is: tcp-client:HOST:PORT for `upright simulate`, usb:0 for a dongle. "
        "Default: this computer's Bluetooth.",
        show_default=False,
    ),
]
Also: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        help="Record another sensor beside it: NAME=WHERE, such as Strap=chest. May be repeated.",
        show_default=False,
    ),
]
Exercise: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--exercise",
        help="Catalogue id, such as back_squat, where a recording does not say.",
        show_default=False,
    ),
]
VelocityLoss: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--velocity-loss",
        help="Say so when the velocity has fallen by this much of the set's fastest rep, %, such as 20.",
        show_default=False,
    ),
]
Target: TypeAlias = Annotated[
    str | None,
    typer.Option("--target", help="Velocity to aim at, m/s: LOW:HIGH, such as 0.5:0.7.", show_default=False),
]
MinVelocity: TypeAlias = Annotated[
    float | None,
    typer.Option("--min-velocity", help="Say so when a rep is slower than this, m/s.", show_default=False),
]
Reps: TypeAlias = Annotated[
    int | None, typer.Option("--reps", help="Say so after this many reps.", show_default=False)
]
VelocityFeedback: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--velocity-feedback/--no-velocity-feedback",
        help="Whether the lifter is shown velocities during a set; stored with it.",
        show_default=False,
    ),
]
LoadKg: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--load-kg", min=0, help="Load, bar included, kg, where a recording does not say.", show_default=False
    ),
]
Lsl: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--lsl", help="Also publish samples and reps on the Lab Streaming Layer (needs pylsl: the extra lsl)."
    ),
]
MountName: TypeAlias = Annotated[
    str | None, typer.Option("--mount", help="shaft, sleeve or wrist.", show_default=False)
]
BarAxis: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--bar-axis",
        help="Unit vector in the sensor frame along the bar to the lifter's LEFT, such as 0,1,0. "
        "Without it the axis is found from the motion, but forward has no sign.",
        show_default=False,
    ),
]
LeverM: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--lever-m", help="From the bar's axis to the sensor, sensor frame, m: x,y,z.", show_default=False
    ),
]
Racks: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--rack",
        help="Follow another rack's server on the wall: NAME=URL, with its token, as that server printed it. "
        "May be repeated; the page can add racks too.",
        show_default=False,
    ),
]
AccelUnitName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--accel-unit",
        help="Unit of the acceleration in somebody else's file: m/s2, g or mg.",
        show_default=False,
    ),
]
AccelSign: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--accel-sign",
        help="Where acceleration points at rest in somebody else's file: up (most) or down (Apple).",
        show_default=False,
    ),
]
GyroUnitName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--gyro-unit",
        help="Unit of the rate of turn in somebody else's file: rad/s, deg/s or mdeg/s.",
        show_default=False,
    ),
]
GyroSign: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--gyro-sign", help="minus: the gyroscope of the file counts the other way round.", show_default=False
    ),
]
ColumnNames: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--columns",
        help="What the columns of a table are, by name or number: t=1,ax=2,ay=3,az=4,gx=5,gy=6,gz=7.",
        show_default=False,
    ),
]


def vector(text: str | None, option: str) -> tuple[float, float, float] | None:
    """Parse ``x,y,z``.

    Raises
    ------
    typer.BadParameter
        If it is not three numbers.
    """
    if text is None:
        return None
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not three numbers separated by commas", param_hint=option
        ) from None
    return x, y, z


def mount_of(name: str | None, bar_axis: str | None, lever_m: str | None) -> Mount | None:
    """Put the mount options together; what was not given is a shaft mount without a known bar axis.

    None if nothing was given: the sensor is mounted as it was paired.

    Raises
    ------
    typer.BadParameter
        If the position is unknown or a vector is malformed.
    """
    from analysis import Mount

    if name is None and bar_axis is None and lever_m is None:
        return None
    return change_of(name, bar_axis, lever_m).apply(Mount())


def change_of(name: str | None, bar_axis: str | None, lever_m: str | None) -> MountChange:
    """Say which parts of a recorded mount the options replace.

    Raises
    ------
    typer.BadParameter
        If the position is unknown or a vector is malformed.
    """
    from analysis import MountPosition
    from ingest.replay import MountChange

    try:
        position = None if name is None else MountPosition(name)
    except ValueError:
        known = ", ".join(MountPosition)
        raise typer.BadParameter(f"{name!r} is none of {known}", param_hint="--mount") from None
    return MountChange(position, vector(bar_axis, "--bar-axis"), vector(lever_m, "--lever-m"))


def import_options_of(
    accel_unit: str | None,
    accel_sign: str | None,
    gyro_unit: str | None,
    gyro_sign: str | None,
    columns: str | None,
) -> ImportOptions:
    """Put together what the user says of somebody else's file.

    Raises
    ------
    typer.BadParameter
        If a unit, a sign or a column is unknown.
    """
    from ingest.imports.imported import AccelUnit, GyroUnit
    from ingest.imports.importer import ImportOptions
    from ingest.imports.judging import Overrides

    overrides = Overrides(
        _one_of(accel_unit, {unit.value: unit for unit in AccelUnit}, "--accel-unit"),
        _one_of(accel_sign, {"up": 1, "down": -1}, "--accel-sign"),
        _one_of(gyro_unit, {unit.value: unit for unit in GyroUnit}, "--gyro-unit"),
        _one_of(gyro_sign, {"plus": 1, "minus": -1}, "--gyro-sign"),
    )
    return ImportOptions(overrides, _columns_of(columns))


def _one_of(text: str | None, known: Mapping[str, _Value], option: str) -> _Value | None:
    if text is not None and text not in known:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(known)}", param_hint=option)
    return None if text is None else known[text]


def _columns_of(text: str | None) -> dict[str, str]:
    from ingest.imports.sensor_table import COLUMN_KEYS

    columns: dict[str, str] = {}
    for part in (text or "").split(",") if text else ():
        key, equals, name = part.partition("=")
        if not equals or key.strip() not in COLUMN_KEYS or not name.strip():
            known = ", ".join(f"{one}=..." for one in COLUMN_KEYS)
            raise typer.BadParameter(f"{part!r} is none of {known}", param_hint="--columns")
        columns[key.strip()] = name.strip()
    return columns


def goal_of(
    velocity_loss: float | None,
    target: str | None,
    min_velocity: float | None,
    reps: int | None,
    velocity_feedback: bool | None,
) -> SetGoal | None:
    """Put the options of a goal together; None if none was given.

    Raises
    ------
    typer.BadParameter
        If the target is not two numbers.
    InvalidGoalError
        If a value is outside its bounds.
    """
    from analysis import SetGoal

    if all(given is None for given in (velocity_loss, target, min_velocity, reps, velocity_feedback)):
        return None
    return SetGoal(
        None if velocity_loss is None else velocity_loss / 100,
        None if target is None else _range(target),
        min_velocity,
        reps,
        velocity_feedback is not False,
    )


def _range(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(":"))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not LOW:HIGH, such as 0.5:0.7", param_hint="--target"
        ) from None
    return low, high


def label_of(exercise: str | None, load_kg: float | None, goal: SetGoal | None = None) -> SetLabel:
    """Make the label of the first set.

    Raises
    ------
    UnknownExerciseError
        If the exercise is not in the catalogue.
    """
    from analysis import SetLabel, find_exercise

    find_exercise(exercise)
    return SetLabel(exercise, load_kg, goal)


def settings_of(data_dir: Path | None, port: int | None = None, **more: object) -> Settings:
    """Read the settings from the environment, with what the command line says on top.

    Adds the lifts of the user's own, which lie in the data folder, to the catalogue.

    Raises
    ------
    LiftFileError
        If one of them makes no sense.
    """
    from server.own_lifts import add_own_lifts
    from server.settings import Settings

    given: dict[str, object] = {key: value for key, value in more.items() if value is not None}
    if data_dir is not None:
        given["data_dir"] = data_dir
    if port is not None:
        given["port"] = port
    settings = Settings.model_validate(given) if given else Settings()
    add_own_lifts(settings.lifts_dir)
    return settings


def make_data_dir(settings: Settings) -> None:
    """Create the folders for recordings and results.

    Raises
    ------
    StoreError
        If they cannot be created.
    """
    from server.errors import StoreError

    try:
        settings.recordings_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"The data folder {settings.data_dir} cannot be used: {error.strerror}."
        raise StoreError(problem, "Choose another with --data-dir.") from error


def open_results(settings: Settings) -> Store:
    """Open the results of earlier sessions for reading; makes no folder where there is none.

    Raises
    ------
    NotFoundError
        If nothing was ever stored there.
    StoreError
        If the database cannot be opened.
    """
    from server.errors import NotFoundError
    from server.store import Store

    path = settings.data_dir / "results.db"
    if settings.database_url is None and not path.exists():
        raise NotFoundError(
            f"There are no results in {settings.data_dir}.",
            "Say where they are with --data-dir, or make them from recordings with `upright rebuild`.",
        )
    return Store(settings.results_url)
