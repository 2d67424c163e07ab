import pytest

from firmware_sim.errors import InvalidSettingError
from firmware_sim.radio import RadioModel


@pytest.mark.parametrize(
    "wrong",
    [
        {"packet_error_fraction": 1.5},
        {"host_drop_fraction": -0.1},
        {"interval_s": -1.0},
        {"supervision_s": 0.0},
        {"acl_bytes": 500},
    ],
)
def test_impossible_radios_are_refused(wrong):
    with pytest.raises(InvalidSettingError):
        RadioModel(**wrong)
