"""A simulated watch publishes to a real broker, QoS 0, out of order and twice; ours subscribes."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from analysis.imu import SetLabel
from firmware_sim.watch import PushModel, watch_messages
from ingest.mqtt import BrokerAddress, MqttConfig, subscribe
from server.errors import PushRefusedError
from tests.server.watching import EXERCISE_ID, LOAD_KG, Watched, expected_set, recording, until

TOPIC = "sensor-logger"
QUICK = MqttConfig(first_backoff_s=0.1, longest_backoff_s=0.2)

pytestmark = pytest.mark.skipif(
    shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin:/usr/bin") is None
    and shutil.which("mosquitto") is None,
    reason="the broker mosquitto is not installed (apt-get install mosquitto)",
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.asynccontextmanager
async def broker(folder, port, *lines):
    """Run mosquitto on a port of its own until the block ends."""
    config = folder / "mosquitto.conf"
    config.write_text("\n".join((f"listener {port} 127.0.0.1", "persistence false", *lines)) + "\n")
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)
        yield
    finally:
        process.terminate()
        await process.wait()


class Listener:
    """Our side: hands on what comes, keeps what was refused and what was said about the broker."""

    def __init__(self, port, take, scheme="mqtt", **login):
        self.refused, self.words = [], []
        self._take = take
        address = BrokerAddress.parse(f"{scheme}://127.0.0.1:{port}/{TOPIC}")
        self._task = asyncio.create_task(
            subscribe(address, self._received, self.words.append, config=QUICK, **login)
        )

    def _received(self, payload):
        try:
            self._take(payload)
        except PushRefusedError as error:
            self.refused.append(str(error))

    async def stop(self):
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task


async def test_a_published_set_equals_the_set_of_the_same_samples_offline(tmp_path):
    port, phones_port, watched = free_port(), free_port(), Watched(tmp_path)
    messages = watch_messages(recording(), 5, PushModel())
    lines = ("allow_anonymous true", f"listener {phones_port} 127.0.0.1", "protocol websockets")
    async with broker(tmp_path, port, *lines), watched.served():
        listener = Listener(port, watched.reception.take)
        await until(lambda: "" in listener.words)
        # The app speaks to its broker over WebSockets only.
        async with aiomqtt.Client("127.0.0.1", phones_port, transport="websockets") as phone:
            for place, message in enumerate(messages):
                await phone.publish(TOPIC, message.body, qos=0)
                if place == 0:
                    await watched.begun()
                    await watched.label(SetLabel(EXERCISE_ID, LOAD_KG))
            await phone.publish(TOPIC, b"not json", qos=0)
        await until(lambda: listener.refused)
        await watched.end()
        await listener.stop()
    (found,) = watched.sets()
    counts = watched.session.recorded[0][1]
    assert counts.samples == len(recording().t_s)
    assert counts.lost_samples == 0
    # The same samples; tolerances as over HTTP.
    for rep, wanted in zip(found.reps, expected_set().reps, strict=True):
        assert rep.mean_concentric_velocity_mps == pytest.approx(
            wanted.mean_concentric_velocity_mps, abs=0.005
        )
        assert rep.range_of_motion_m == pytest.approx(wanted.range_of_motion_m, abs=0.005)


async def test_a_broker_that_goes_away_is_subscribed_to_again(tmp_path):
    port, got = free_port(), []
    async with broker(tmp_path, port, "allow_anonymous true"):
        listener = Listener(port, got.append)
        await until(lambda: listener.words == [""])
    await until(lambda: len(listener.words) >= 3)  # lost, then refused again and again
    assert all("cannot be used" in words for words in listener.words[1:])
    async with broker(tmp_path, port, "allow_anonymous true"):
        async with aiomqtt.Client("127.0.0.1", port) as phone:
            await phone.publish(TOPIC, b"kept from yesterday", qos=0, retain=True)
        await until(lambda: listener.words[-1] == "")
        async with aiomqtt.Client("127.0.0.1", port) as phone:
            await phone.publish(TOPIC, b"after", qos=0)
        await until(lambda: got == [b"after"])
        await listener.stop()


async def test_a_broker_that_asks_for_a_password_gets_it_and_a_wrong_one_is_told(tmp_path):
    port, got = free_port(), []
    passwords = tmp_path / "passwords"
    making = await asyncio.create_subprocess_exec(
        shutil.which("mosquitto_passwd") or "mosquitto_passwd", "-b", "-c", str(passwords), "lifter", "heavy"
    )
    await making.wait()
    async with broker(tmp_path, port, "allow_anonymous false", f"password_file {passwords}", "user root"):
        stranger = Listener(port, got.append)
        await until(lambda: stranger.words)
        assert "cannot be used" in stranger.words[0]
        await stranger.stop()
        listener = Listener(port, got.append, username="lifter", password="heavy")
        await until(lambda: listener.words == [""])
        await listener.stop()


def certificate(folder):
    """Write a certificate of this computer that nobody but its owner trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "broker.crt", folder / "broker.key"
    files[0].write_bytes(signed.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # paho leaves a refused socket open
async def test_with_tls_a_broker_is_used_only_if_its_certificate_is_trusted(tmp_path, monkeypatch):
    port, got = free_port(), []
    trusted, key = certificate(tmp_path)
    lines = ("allow_anonymous true", f"certfile {trusted}", f"keyfile {key}", "user root")
    async with broker(tmp_path, port, *lines):
        careful = Listener(port, got.append, "mqtts")
        await until(lambda: careful.words)
        assert "certificate" in careful.words[0]
        await careful.stop()
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        listener = Listener(port, got.append, "mqtts")
        await until(lambda: listener.words == [""])
        await listener.stop()
