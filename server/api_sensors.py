"""REST for sensors: look around, pair, mount, connect."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID  # noqa: TC003 -- pydantic reads it

from fastapi import APIRouter, Path
from pydantic import Field

from analysis.errors import InvalidMountError
from analysis.exercises import CATALOGUE
from analysis.imu import Mount, MountPosition
from analysis.mount_guide import MountStep  # noqa: TC001 -- pydantic reads it
from analysis.usual_sensor import UsualSensor
from ingest.known_sensors import KnownSensor  # noqa: TC001 -- pydantic reads it
from ingest.pairing import PairingState, PairingStep, PairingWishes
from server.errors import InvalidMountRequestError, NotFoundError
from server.schemas import Model, Number, RepModel
from server.sensor_desk import SensorDesk  # noqa: TC001 -- FastAPI reads annotations

Address = Annotated[str, Path(min_length=1, max_length=64)]
AddressField = Annotated[str, Field(min_length=1, max_length=64)]
Vector = tuple[float, float, float]


class MountModel(Model):
    """How a sensor sits; fields as in `analysis.imu.Mount`."""

    position: MountPosition
    bar_axis: Vector | None = None
    lever_m: Vector = (0.0, 0.0, 0.0)

    def to_mount(self) -> Mount:
        """Convert.

        Raises
        ------
        InvalidMountRequestError
            If it contradicts itself.
        """
        try:
            return Mount(self.position, self.bar_axis, self.lever_m)
        except InvalidMountError as error:
            raise InvalidMountRequestError(f"{error}.", "Give a unit vector such as 0, 1, 0.") from error


class FoundSensorModel(Model):
    """A device that advertises; fields as in `ingest.ble_scan.FoundSensor`."""

    name: str
    address: str
    rssi_dbm: int
    driver: str | None
    battery_charge_fraction: Number


class KnownSensorModel(Model):
    """A paired sensor; fields as in `ingest.known_sensors.KnownSensor`."""

    address: str
    name: str
    driver: str
    mount: MountModel | None
    is_calibrated: bool

    @classmethod
    def of(cls, sensor: KnownSensor) -> KnownSensorModel:
        """Convert."""
        mount = None if sensor.mount is None else MountModel.model_validate(sensor.mount)
        return cls(
            address=sensor.address,
            name=sensor.name,
            driver=sensor.driver,
            mount=mount,
            is_calibrated=sensor.calibration is not None,
        )


class RestModel(Model):
    """A sensor at rest; fields as in `analysis.mounting.RestCheck`."""

    gravity_mps2: Number
    up: Vector
    accel_noise_mps2_per_rthz: Number
    gyro_noise_radps_per_rthz: Number
    gyro_bias_radps: Vector
    refusal: str


class UsualSensorModel(Model):
    """What a sensor is like when nothing is wrong; fields as in `analysis.usual_sensor.UsualSensor`."""

    gravity_fraction: float
    accel_noise_mps2_per_rthz: tuple[float, float]
    gyro_noise_radps_per_rthz: tuple[float, float]
    noise_margin: float
    gyro_bias_radps: float
    rate_fraction: float
    lost_fraction: float


class RollModel(Model):
    """One roll of the bar; fields as in `analysis.mounting.RollCheck`."""

    axis: Vector
    axis_sd_rad: Number
    turn_rad: Number
    level_rad: Number
    refusal: str


class OrientationModel(Model):
    """How a sensor lies; fields as in `analysis.turn_watch.Orientation`."""

    up: Vector
    turn_rad: Number
    still_s: Number


class PairingModel(Model):
    """A pairing; fields as in `ingest.pairing.PairingState` and `analysis.mount_guide.GuideState`.

    ``id`` is its own: a browser knows by it the one that it began.
    """

    id: UUID
    running: bool
    step: PairingStep
    mount_step: MountStep
    problem: str
    sensor: KnownSensorModel | None
    model: str
    firmware: str
    rssi_dbm: int | None
    mtu: int | None
    battery_charge_fraction: Number
    nominal_rate_hz: Number
    measured_rate_hz: Number
    received_samples: int
    lost_samples: int
    rest: RestModel | None
    roll: RollModel | None
    rep: RepModel | None
    orientation: OrientationModel | None
    wished_position: MountPosition | None
    usual: UsualSensorModel

    @classmethod
    def of(cls, desk: SensorDesk, state: PairingState) -> PairingModel:
        """Convert."""
        guide, counts = state.guide, state.counts
        return cls(
            id=desk.pairing_id,
            running=desk.pairs,
            step=state.step,
            mount_step=guide.step,
            problem=state.problem or guide.problem,
            sensor=None if state.sensor is None else KnownSensorModel.of(state.sensor),
            model=state.model,
            firmware=state.firmware,
            rssi_dbm=state.rssi_dbm,
            mtu=state.mtu,
            battery_charge_fraction=state.battery_charge_fraction,
            nominal_rate_hz=state.nominal_rate_hz,
            measured_rate_hz=counts.sample_rate_hz,
            received_samples=counts.samples,
            lost_samples=counts.lost_samples,
            rest=None if guide.rest is None else RestModel.model_validate(guide.rest),
            roll=None if guide.roll is None else RollModel.model_validate(guide.roll),
            rep=None if guide.rep is None else RepModel.of(guide.rep),
            orientation=None
            if desk.orientation is None
            else OrientationModel.model_validate(desk.orientation),
            wished_position=desk.wished_position,
            usual=UsualSensorModel.model_validate(UsualSensor()),
        )


class ScanRequest(Model):
    """How long to listen, s, and whether to connect to our sensors to read their batteries."""

    timeout_s: float = Field(default=4.0, ge=0.5, le=30)
    asks_batteries: bool = True


class PairRequest(Model):
    """Which sensor to pair, and what is known beforehand; fields as in `ingest.pairing.PairingWishes`."""

    address: AddressField
    position: MountPosition | None = None
    lever_m: Vector = (0.0, 0.0, 0.0)
    exercise_id: str = Field(default="back_squat", max_length=64)


class DirectionRequest(Model):
    """Which way the top of the bar went in the first turn."""

    top_went_forward: bool


class CompanionRequest(Model):
    """A sensor to record beside the one on the bar, and where it sits."""

    address: AddressField
    role: str = Field(min_length=1, max_length=32)


class ConnectRequest(Model):
    """Which sensor to stream, and which others to record beside it."""

    address: AddressField
    companions: tuple[CompanionRequest, ...] = Field(default=(), max_length=4)


class SensorsModel(Model):
    """Paired sensors, and what is going on."""

    paired: list[KnownSensorModel]
    is_streaming: bool
    pairing: PairingModel | None


def add_sensors(router: APIRouter, desk: SensorDesk) -> None:
    """Add what concerns sensors. On the event loop: the radio lives there."""
    _add_known(router, desk)
    _add_pairing(router, desk)
    _add_stream(router, desk)


def _shown(desk: SensorDesk) -> PairingModel:
    """Show the pairing that runs or ended last."""
    if desk.pairing is None:
        raise NotFoundError("No sensor is being paired.", "Begin with one of the list.")
    return PairingModel.of(desk, desk.pairing)


def _add_known(router: APIRouter, desk: SensorDesk) -> None:
    @router.get("/sensors", summary="Paired sensors, and what is going on")
    async def sensors() -> SensorsModel:
        return SensorsModel(
            paired=[KnownSensorModel.of(one) for one in desk.paired()],
            is_streaming=desk.streams,
            pairing=None if desk.pairing is None else _shown(desk),
        )

    @router.post("/sensors/scan", summary="Listen for what advertises")
    async def scan(request: ScanRequest) -> list[FoundSensorModel]:
        found = await desk.scan(request.timeout_s, asks_batteries=request.asks_batteries)
        return [FoundSensorModel.model_validate(one) for one in found]

    @router.put("/sensors/{address}/mount", summary="Say how a paired sensor sits")
    async def mount(address: Address, request: MountModel) -> KnownSensorModel:
        return KnownSensorModel.of(desk.remount(address, request.to_mount()))

    @router.delete("/sensors/{address}", summary="Forget a paired sensor", status_code=204)
    async def forget(address: Address) -> None:
        desk.forget(address)


def _add_pairing(router: APIRouter, desk: SensorDesk) -> None:
    @router.post("/pairing", summary="Begin to pair a sensor", status_code=202)
    async def start(request: PairRequest) -> PairingModel:
        if request.exercise_id not in CATALOGUE:
            raise NotFoundError(
                f"There is no exercise {request.exercise_id!r}.", "Choose one of the catalogue."
            )
        wishes = PairingWishes(request.position, request.lever_m, request.exercise_id)
        desk.start_pairing(request.address, wishes)
        return _shown(desk)

    @router.get("/pairing", summary="Where the pairing is, and what was found")
    async def pairing() -> PairingModel:
        return _shown(desk)

    @router.post("/pairing/direction", summary="Say which way the top of the bar went")
    async def direction(request: DirectionRequest) -> PairingModel:
        desk.tell_direction(top_went_forward=request.top_went_forward)
        return _shown(desk)

    @router.post("/pairing/skip-rep", summary="Leave the trial rep out")
    async def skip_rep() -> PairingModel:
        desk.skip_rep()
        return _shown(desk)

    @router.delete("/pairing", summary="Give the pairing up; nothing is kept")
    async def stop() -> PairingModel:
        await desk.stop_pairing()
        return _shown(desk)


def _add_stream(router: APIRouter, desk: SensorDesk) -> None:
    @router.post("/live/stream", summary="Begin a session with a sensor", status_code=202)
    async def connect(request: ConnectRequest) -> SensorsModel:
        desk.connect_to(request.address, [(one.address, one.role) for one in request.companions])
        return SensorsModel(
            paired=[KnownSensorModel.of(one) for one in desk.paired()], is_streaming=True, pairing=None
        )

    @router.delete("/live/stream", summary="End the session; its results stay", status_code=204)
    async def disconnect() -> None:
        await desk.disconnect()
