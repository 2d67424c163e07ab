from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InvalidBlockError, InvalidMountError
from analysis.imu import ImuBlock, Mount

T_S = np.arange(4) / 200.0
ZEROS = np.zeros((4, 3))


def bad(array: np.ndarray, value: float) -> np.ndarray:
    out = array.copy()
    out.flat[1] = value
    return out


@pytest.mark.parametrize(
    ("field", "t_s", "force", "gyro"),
    [
        ("t_s", np.zeros((0,)), np.zeros((0, 3)), np.zeros((0, 3))),
        ("t_s", T_S[:, None], ZEROS, ZEROS),
        ("t_s", T_S[::-1], ZEROS, ZEROS),
        ("t_s", np.zeros(4), ZEROS, ZEROS),
        ("t_s", bad(T_S, np.nan), ZEROS, ZEROS),
        ("specific_force_mps2", T_S, ZEROS[:3], ZEROS),
        ("specific_force_mps2", T_S, bad(ZEROS, np.inf), ZEROS),
        ("gyro_radps", T_S, ZEROS, np.zeros((4, 4))),
        ("gyro_radps", T_S, ZEROS, bad(ZEROS, np.nan)),
    ],
)
def test_block_refuses_what_breaks_its_contract_and_names_the_field(field, t_s, force, gyro):
    with pytest.raises(InvalidBlockError) as caught:
        ImuBlock(t_s, force, gyro)
    assert caught.value.field == field
    assert field in str(caught.value)


def test_block_is_a_read_only_copy():
    force = ZEROS.copy()
    block = ImuBlock(T_S, force, ZEROS)
    force[:] = 1.0
    assert not block.specific_force_mps2.any()
    assert len(block) == 4
    with pytest.raises(ValueError, match="read-only"):
        block.gyro_radps[0, 0] = 1.0


@given(st.tuples(*[st.floats(-10, 10)] * 3).filter(lambda axis: np.linalg.norm(axis) > 1e-3))
def test_bar_axis_is_stored_as_a_unit_vector_of_the_same_direction(axis):
    stored = Mount(bar_axis=axis).bar_axis
    assert stored is not None
    assert np.linalg.norm(stored) == pytest.approx(1.0)
    np.testing.assert_allclose(np.cross(stored, axis), 0.0, atol=1e-9)
    assert np.dot(stored, axis) > 0


@pytest.mark.parametrize("axis", [(0.0, 0.0, 0.0), (np.nan, 0.0, 1.0), (np.inf, 0.0, 0.0)])
def test_bar_axis_without_a_direction_is_refused(axis):
    with pytest.raises(InvalidMountError, match="unit vector"):
        Mount(bar_axis=axis)


def test_lever_that_is_not_finite_is_refused():
    with pytest.raises(InvalidMountError, match="lever"):
        Mount(lever_m=(0.0, np.nan, 0.0))
