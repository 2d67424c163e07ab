"""Pooling over other lifters, and the accuracy of the profile on recorded ones."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.load_velocity import LoadVelocityPoint, load_velocity_profile
from analysis.load_velocity_curve import Curve, LoadVelocityConfig
from analysis.velocity_priors import VelocityPrior
from benchmarks.pooled_prior import Lifter, leave_one_out, own_bend, pooled_prior, random_effects
from benchmarks.report import data_folder

CONFIG = LoadVelocityConfig()


def lifter(one_rm_kg=140.0, bend=0.15, velocity_mps=0.28, loads=(40.0, 60.0, 80.0, 110.0)):
    curve = Curve(1.0 / 0.95, -1.0 / (0.95 * one_rm_kg), bend, velocity_mps, CONFIG.bend_span_mps)
    load = np.array(loads) * one_rm_kg / 140.0
    return Lifter(load, curve.velocity_at(load), one_rm_kg, velocity_mps)


def test_random_effects_of_equal_values_is_their_mean_with_its_own_error():
    mean, sd = random_effects(np.full(9, 0.2), np.full(9, 0.09))
    assert mean == pytest.approx(0.2)
    assert sd == pytest.approx(0.1, abs=1e-3)  # 0.3 / sqrt(9), no spread between them


def test_random_effects_finds_the_spread_that_errors_do_not_explain():
    rng = np.random.default_rng(3)
    own = rng.uniform(0.05, 0.3, 4000)
    mean, sd = random_effects(rng.normal(0.1, 0.15, 4000) + own * rng.standard_normal(4000), own**2)
    assert mean == pytest.approx(0.1, abs=0.015)  # three standard errors
    assert sd == pytest.approx(0.15, abs=0.015)


def test_own_bend_is_free_of_the_weak_prior():
    found = own_bend(lifter(bend=0.15).sets(with_one_rm=True), 0.28, CONFIG)
    assert found is not None
    bend, variance = found
    assert bend == pytest.approx(0.15, abs=0.02)
    assert variance > 0


def test_pooled_prior_is_what_the_lifters_share():
    others = [lifter(one_rm_kg, velocity_mps=v) for one_rm_kg, v in ((90, 0.27), (140, 0.28), (200, 0.29))]
    prior = pooled_prior(others, CONFIG)
    assert prior.one_rm_velocity_mps == pytest.approx(0.28)
    assert prior.one_rm_velocity_sd_mps == pytest.approx(0.01 * np.sqrt(4 / 3))
    assert prior.bend == pytest.approx(0.15, abs=0.03)


def test_the_lifter_who_is_left_out_is_not_looked_at():
    lifters = [lifter(one_rm_kg) for one_rm_kg in (90.0, 140.0, 200.0)]
    seen = []

    def remember(others):
        seen.append([each.one_rm_kg for each in others])
        return VelocityPrior(0.28, 0.02, 0.15, 0.1, "test")

    assert len(leave_one_out(lifters, remember)) == 3
    assert seen == [[140.0, 200.0], [90.0, 200.0], [90.0, 140.0]]


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "most_kg"), [("data_freeweight_corrected.csv", 4.7), ("data_sm.csv", 6.3)], ids=["free", "Smith"]
)
def test_e1rm_of_lifters_who_are_left_out_is_as_close_as_promised(file, most_kg):
    path = data_folder("load-velocity") / file
    if not path.exists():
        pytest.skip(f"{path} is not there; set UPRIGHT_DATA to the folder that holds load-velocity")
    rows = np.genfromtxt(path, delimiter=",", skip_header=1, encoding="utf-8-sig")
    lifters = [Lifter(row[3:7], row[9:13], row[8], row[14]) for row in rows]
    errors, line_errors, inside = [], [], []
    priors = leave_one_out(lifters, lambda others: pooled_prior(others, CONFIG))
    for each, prior in zip(lifters, priors, strict=True):
        points = [LoadVelocityPoint(*pair) for pair in zip(each.load_kg, each.velocity_mps, strict=True)]
        profile = load_velocity_profile(points, prior)
        assert profile.e1rm_kg.value is not None
        assert profile.interval_kg is not None
        errors.append(abs(profile.e1rm_kg.value - each.one_rm_kg))
        inside.append(profile.interval_kg[0] <= each.one_rm_kg <= profile.interval_kg[1])
        line = np.polyfit(each.velocity_mps[1:], each.load_kg[1:], 1)  # the best of straight lines
        line_errors.append(abs(np.polyval(line, prior.one_rm_velocity_mps) - each.one_rm_kg))
    assert np.mean(errors) < min(most_kg, np.mean(line_errors))
    assert np.mean(inside) >= 24 / 26  # 26 of them: 95 % within what chance allows
