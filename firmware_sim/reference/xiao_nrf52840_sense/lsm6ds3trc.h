// The inertial sensor of the XIAO nRF52840 Sense, read through its FIFO. Register numbers and values: ST, LSM6DS3TR-C
// data sheet (DocID030071), section 9; the FIFO: application note AN5130, section 8.
#pragma once

#include <Arduino.h>
#include <Wire.h>

#include "upright_protocol.h"

class Lsm6ds3trc {
 public:
  // Start bus and chip; false if it does not answer.
  bool begin() {
    pinMode(PIN_LSM6DS3TR_C_POWER, OUTPUT);
    digitalWrite(PIN_LSM6DS3TR_C_POWER, HIGH);
    delay(20);  // 15 ms boot time
    Wire1.begin();
    Wire1.setClock(400000);
    uint8_t who = 0;
    if (!read(WHO_AM_I, &who, 1) || who != 0x6A) return false;
    write(CTRL3_C, 0x01);  // software reset
    delay(5);
    write(CTRL3_C, 0x44);      // block data update, register address counts up
    write(INT1_CTRL, 0x08);    // FIFO threshold on INT1
    write(FIFO_CTRL3, 0x09);   // both sensors in the FIFO, none thinned out: gx gy gz ax ay az
    return true;
  }

  // Nearest rate that the chip has, mHz: 52, 104, 208 or 416 Hz.
  static uint32_t rateMilliHz(uint16_t rateHz) {
    return rateHz == 50 ? 52000 : rateHz == 100 ? 104000 : rateHz == 200 ? 208000 : 416000;
  }

  // Set rate, ranges and threshold, and begin with an empty FIFO.
  void configure(const upright::Settings& settings, uint8_t threshold) {
    const uint8_t odr = settings.rateHz == 50 ? 3 : settings.rateHz == 100 ? 4 : settings.rateHz == 200 ? 5 : 6;
    const uint8_t accel = settings.accelRangeG == 2 ? 0 : settings.accelRangeG == 4 ? 2 : settings.accelRangeG == 8 ? 3 : 1;
    const uint16_t dps = settings.gyroRangeDps;
    const uint8_t gyro = dps == 250 ? 0x0 : dps == 500 ? 0x4 : dps == 1000 ? 0x8 : dps == 2000 ? 0xC : 0x2;
    odr_ = odr;
    write(CTRL1_XL, (uint8_t)(odr << 4 | accel << 2));  // corner at half the rate
    write(CTRL2_G, (uint8_t)(odr << 4 | gyro));
    setThreshold(threshold);
    restart();
  }

  // Sets in the FIFO that raise INT1.
  void setThreshold(uint8_t sets) {
    const uint16_t words = (uint16_t)(sets * WORDS_PER_SET);
    write(FIFO_CTRL1, (uint8_t)words);
    write(FIFO_CTRL2, (uint8_t)(words >> 8 & 0x07));
  }

  // Empty the FIFO and go on.
  void restart() {
    write(FIFO_CTRL5, 0x00);
    write(FIFO_CTRL5, (uint8_t)(odr_ << 3 | 0x06));  // continuous mode
  }

  // Whole sets that wait; false if the FIFO overran, is out of step, or the chip does not answer.
  bool waiting(uint16_t* sets) {
    uint8_t status[4];
    if (!read(FIFO_STATUS1, status, 4)) return false;
    const bool overrun = status[1] & 0x40;
    const uint16_t pattern = (uint16_t)(status[2] | (status[3] & 0x03) << 8);
    *sets = (uint16_t)((status[0] | (status[1] & 0x07) << 8) / WORDS_PER_SET);
    return !overrun && pattern == 0;
  }

  // Take one set out of the FIFO, in the protocol's order and scale.
  bool take(int16_t sample[6]) {
    uint8_t raw[2 * WORDS_PER_SET];
    if (!read(FIFO_DATA_OUT_L, raw, sizeof raw)) return false;  // the address goes round within the pair
    for (uint8_t axis = 0; axis < 3; axis++) {
      sample[3 + axis] = upright::gyroOfRange((int16_t)(raw[2 * axis] | raw[2 * axis + 1] << 8));
      sample[axis] = (int16_t)(raw[6 + 2 * axis] | raw[7 + 2 * axis] << 8);
    }
    return true;
  }

 private:
  enum : uint8_t {
    ADDRESS = 0x6A,
    FIFO_CTRL1 = 0x06,
    FIFO_CTRL2 = 0x07,
    FIFO_CTRL3 = 0x08,
    FIFO_CTRL5 = 0x0A,
    INT1_CTRL = 0x0D,
    WHO_AM_I = 0x0F,
    CTRL1_XL = 0x10,
    CTRL2_G = 0x11,
    CTRL3_C = 0x12,
    FIFO_STATUS1 = 0x3A,
    FIFO_DATA_OUT_L = 0x3E,
    WORDS_PER_SET = 6
  };

  void write(uint8_t reg, uint8_t value) {
    Wire1.beginTransmission((uint8_t)ADDRESS);
    Wire1.write(reg);
    Wire1.write(value);
    Wire1.endTransmission();
  }

  bool read(uint8_t reg, uint8_t* into, uint8_t count) {
    Wire1.beginTransmission((uint8_t)ADDRESS);
    Wire1.write(reg);
    if (Wire1.endTransmission(false) != 0) return false;
    if (Wire1.requestFrom((uint8_t)ADDRESS, count) != count) return false;
    for (uint8_t i = 0; i < count; i++) into[i] = (uint8_t)Wire1.read();
    return true;
  }

  uint8_t odr_ = 5;
};
