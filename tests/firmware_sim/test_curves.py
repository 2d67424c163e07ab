import numpy as np
import pytest

from firmware_sim.curves import Curve, Ring, Waves, random_waves, smooth_path

STEP_S = 1e-4


def numerically(curve: Curve, t_s: np.ndarray) -> np.ndarray:
    """Value with central differences for the derivatives, error about STEP_S**2 of the next derivatives."""
    before, at, after = (curve.evaluate(t_s + shift)[0] for shift in (-STEP_S, 0.0, STEP_S))
    return np.stack((at, (after - before) / (2 * STEP_S), (after - 2 * at + before) / STEP_S**2))


@pytest.mark.parametrize(
    "curve",
    [
        Curve(smooth_path([0, 1, 2, 3], [0.0, 0.5, 0.5, -0.2])),
        Curve(None, random_waves(np.random.default_rng(1), rms=0.01, band_hz=(0.2, 10.0), count=5)),
        Curve(rings=(Ring(0.5, 20.0, 60.0, 0.03),)),
        Curve(
            smooth_path([0, 3], [0.0, 1.0]),
            Waves(np.array([0.02]), np.array([9.0]), np.array([0.3])),
            smooth_path([0.2, 1, 2, 3], [0.0, 1.0, 1.0, 0.0]),
            (Ring(1.1, 5.0, 45.0, 0.02),),
        ),
    ],
    ids=["polynomial", "waves", "ring", "all"],
)
def test_derivatives_agree_with_central_differences(curve):
    # Off the breakpoints, where the third derivative jumps.
    t_s = np.linspace(0.0131, 2.9871, 997)
    exact, numeric = curve.evaluate(t_s), numerically(curve, t_s)
    assert np.allclose(exact[1], numeric[1], atol=2e-4)
    # Second differences: truncation h^2/12 times the fourth derivative (ring: 1e6) plus rounding 1e-16/h^2.
    assert np.allclose(exact[2], numeric[2], atol=2e-2)


def test_path_stands_still_between_equal_knots_and_outside():
    path = smooth_path([1, 2, 3, 4], [0.0, 0.7, 0.7, 0.2])
    value = path.evaluate(np.array([-1.0, 0.5, 2.2, 2.8, 4.5, 9.0]))
    assert np.allclose(value[0], [0.0, 0.0, 0.7, 0.7, 0.2, 0.2], atol=1e-12)
    assert np.allclose(value[1:], 0.0, atol=1e-9)


def test_path_never_overshoots_its_knots():
    path = smooth_path([0, 0.3, 1, 1.1, 4], [0.0, 0.1, 0.9, 1.0, -0.5])
    value = path.evaluate(np.linspace(0, 4, 4001))[0]
    assert value.max() <= 1.0 + 1e-9
    assert value.min() >= -0.5 - 1e-9


def test_a_blow_leaves_neither_velocity_nor_displacement():
    ring = Ring(0.0, 60.0, 80.0, 0.02)
    at_end = ring.evaluate(np.array([0.0, ring.end_s]))
    assert np.allclose(at_end[:, 0], 0.0, atol=1e-9)
    assert np.abs(at_end[:2, 1]).max() < 1e-8
    peak = np.abs(ring.evaluate(np.linspace(0, ring.end_s, 20000))[2]).max()
    assert peak == pytest.approx(60.0, rel=0.2)  # "about": the envelope moves while it rings


def test_waves_have_the_stated_root_mean_square():
    t_s = np.arange(0, 2000, 0.01)
    rng = np.random.default_rng(3)
    value = random_waves(rng, rms=0.004, band_hz=(0.2, 1.2), count=5).evaluate(t_s)
    assert value[0].std() == pytest.approx(0.004, rel=0.05)
    tremor = random_waves(rng, rms=0.2, band_hz=(8, 12), count=4, of_acceleration=True).evaluate(t_s)
    assert tremor[2].std() == pytest.approx(0.2, rel=0.05)
