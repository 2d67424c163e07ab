"""Inertial sensors inside the devices of others, by their data sheets; for `Scenario.on_sensor`."""

from __future__ import annotations

from firmware_sim.mems_models import MICRO_G_MPS2, RADPS_PER_DPS, MemsModel

# Noise densities are typical values of the data sheets, per sqrt(Hz): LSM6DSL (DocID028475, at 8 g) 90 ug and
# 4 mdps; MPU-9250 (PS-MPU-9250A-01) 300 ug and 10 mdps; Xsens DOT (user manual, section on the sensor
# components) 120 ug and 7 mdps; KX023 0.75 mg over 25 Hz, which is 150 ug. What a device calibrates at the
# factory is a guess: a quarter of the errors of a bare chip.
LSM6DSL = MemsModel("LSM6DSL", 90 * MICRO_G_MPS2, 4e-3 * RADPS_PER_DPS)
MPU9250 = MemsModel("MPU-9250", 300 * MICRO_G_MPS2, 10e-3 * RADPS_PER_DPS)
KX023 = MemsModel("KX023", 150 * MICRO_G_MPS2, 0.0)
XSENS_DOT = MemsModel(
    "Xsens DOT",
    120 * MICRO_G_MPS2,
    7e-3 * RADPS_PER_DPS,
    accel_bias_mps2=3e3 * MICRO_G_MPS2,
    gyro_bias_radps=(0.02 * RADPS_PER_DPS, 0.25 * RADPS_PER_DPS),
    scale_fraction=0.0015,
    cross_axis_fraction=0.001,
)
