import pytest

from ingest.errors import BrokerAddressError
from ingest.mqtt import BrokerAddress


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mqtt://broker/sensor-logger", BrokerAddress("broker", 1883, "sensor-logger")),
        ("mqtts://broker/a/b", BrokerAddress("broker", 8883, "a/b", uses_tls=True)),
        ("mqtt://127.0.0.1:8000/a/+/b", BrokerAddress("127.0.0.1", 8000, "a/+/b")),
        ("mqtt://[::1]:1884/gym%20one", BrokerAddress("::1", 1884, "gym one")),
        ("mqtt://broker/gym/#", BrokerAddress("broker", 1883, "gym/#")),
    ],
)
def test_an_address_is_read(text, expected):
    assert BrokerAddress.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "broker", "mqtt://", "mqtt://broker", "mqtt://broker/", "ws://broker/topic", "mqtt://b/t?x=1"],
)
def test_what_is_no_address_of_a_broker_is_refused_with_the_form_that_is_expected(text):
    with pytest.raises(BrokerAddressError, match="mqtt://HOST:PORT/TOPIC"):
        BrokerAddress.parse(text)


def test_a_password_in_an_address_is_refused_and_not_repeated():
    with pytest.raises(BrokerAddressError, match="environment") as caught:
        BrokerAddress.parse("mqtt://lifter:heavy@broker/topic")
    assert "heavy" not in str(caught.value)


def test_an_address_is_told_without_surprises():
    assert str(BrokerAddress.parse("mqtts://broker/topic")) == "mqtts://broker:8883/topic"
