import numpy as np
import pytest

from firmware_sim.mount import SensorMount


@pytest.mark.parametrize("turned", [0.0, 0.4, np.pi / 2])
def test_stated_bar_axis_and_lever_agree_with_the_geometry(turned):
    mount = SensorMount(turned_rad=turned, around_rad=-0.7)
    assert mount.rotation @ mount.bar_axis == pytest.approx([0, 1, 0], abs=1e-8)
    radial = mount.offset_m * [1, 0, 1]
    assert mount.rotation @ mount.lever_m == pytest.approx(radial, abs=1e-8)
    assert np.linalg.norm(mount.lever_m) == pytest.approx(0.024, abs=1e-8)


def test_misalignment_is_hidden_from_the_stated_mount():
    skewed = SensorMount(misalignment_rad=(0.02, 0.0, 0.01))
    assert skewed.bar_axis == SensorMount().bar_axis
    assert not np.allclose(skewed.rotation, SensorMount().rotation, atol=1e-3)
