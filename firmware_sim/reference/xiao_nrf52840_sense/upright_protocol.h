// Bytes of the native sensor protocol, version 1: docs/wire_protocol.md. Plain C++11, nothing of Arduino in it, so
// that tests/firmware_sim/test_reference_firmware.py can compile it on a computer and hold it against the golden vectors.
#pragma once

#include <stdint.h>
#include <string.h>

namespace upright {

const uint8_t VERSION = 1;
const uint8_t MAX_SAMPLES = 20;
const uint8_t DATA_HEADER_BYTES = 12;
const uint8_t SAMPLE_BYTES = 12;
const uint8_t ATT_OVERHEAD_BYTES = 3;
const uint8_t INFO_HEADER_BYTES = 24;
const uint8_t MAX_MODEL_BYTES = 32;
const uint16_t MAX_DATA_BYTES = DATA_HEADER_BYTES + MAX_SAMPLES * SAMPLE_BYTES;
const uint16_t MAX_INFO_BYTES = INFO_HEADER_BYTES + MAX_MODEL_BYTES;

const uint8_t FLAG_DROPPED = 1, FLAG_FIRST = 2;
const uint8_t INFO_FLAG_STREAMING = 1;
const uint8_t BATTERY_UNKNOWN = 255;
const uint8_t DONE = 0, UNKNOWN_COMMAND = 0x80, WRONG_VALUE = 0x81, NOT_WHILE_STREAMING = 0x82;

struct Settings {
  uint16_t rateHz;  // as SET_RATE says it: 50, 100, 200, 400
  uint8_t accelRangeG;
  uint16_t gyroRangeDps;
  uint8_t samplesPerPacket;
};

inline uint8_t* put16(uint8_t* at, uint16_t value) {
  at[0] = (uint8_t)value;
  at[1] = (uint8_t)(value >> 8);
  return at + 2;
}

inline uint8_t* put32(uint8_t* at, uint32_t value) {
  return put16(put16(at, (uint16_t)value), (uint16_t)(value >> 16));
}

struct Packet {
  uint16_t seq;
  uint32_t firstUs;
  uint16_t periodUs;
  uint8_t k;
  int16_t samples[MAX_SAMPLES][6];  // ax ay az gx gy gz
};

// Write a DATA notification; gives its length. `out` holds MAX_DATA_BYTES.
inline uint16_t encodeData(const Packet& packet, uint8_t flags, uint8_t dropped, uint8_t* out) {
  uint8_t* at = out;
  *at++ = VERSION;
  *at++ = flags;
  at = put16(at, packet.seq);
  at = put32(at, packet.firstUs);
  at = put16(at, packet.periodUs);
  *at++ = packet.k;
  *at++ = dropped;
  for (uint8_t i = 0; i < packet.k; i++)
    for (uint8_t axis = 0; axis < 6; axis++) at = put16(at, (uint16_t)packet.samples[i][axis]);
  return (uint16_t)(at - out);
}

// Largest k whose packet fits into one notification; 0 on the smallest MTU.
inline uint8_t samplesThatFit(uint16_t mtu) {
  const int room = ((int)mtu - ATT_OVERHEAD_BYTES - DATA_HEADER_BYTES) / SAMPLE_BYTES;
  return (uint8_t)(room < 0 ? 0 : room > MAX_SAMPLES ? MAX_SAMPLES : room);
}

// Write the value of INFO; gives its length. `out` holds MAX_INFO_BYTES.
inline uint16_t encodeInfo(const Settings& settings, bool streaming, uint32_t trueRateMilliHz, uint8_t battery,
                           uint8_t major, uint8_t minor, const uint8_t deviceId[8], const char* model, uint8_t* out) {
  size_t length = strlen(model);
  if (length > MAX_MODEL_BYTES) length = MAX_MODEL_BYTES;
  uint8_t* at = out;
  *at++ = VERSION;
  *at++ = streaming ? INFO_FLAG_STREAMING : 0;
  at = put16(at, settings.accelRangeG);
  at = put16(at, settings.gyroRangeDps);
  at = put32(at, trueRateMilliHz);
  *at++ = settings.samplesPerPacket;
  *at++ = battery;
  *at++ = major;
  *at++ = minor;
  memcpy(at, deviceId, 8);
  at = put16(at + 8, (uint16_t)length);
  memcpy(at, model, length);
  return (uint16_t)(at + length - out);
}

inline bool isOneOf(uint16_t value, const uint16_t* allowed, uint8_t count) {
  for (uint8_t i = 0; i < count; i++)
    if (allowed[i] == value) return true;
  return false;
}

// Obey what was written to CTRL; gives DONE or the ATT application error, and then nothing is changed.
inline uint8_t obey(const uint8_t* written, uint16_t length, bool* streaming, Settings* settings) {
  static const uint16_t rates[] = {50, 100, 200, 400}, accelRanges[] = {2, 4, 8, 16};
  static const uint16_t gyroRanges[] = {125, 250, 500, 1000, 2000};
  static const uint8_t lengths[] = {0, 1, 1, 3, 4, 2};
  const uint8_t code = length == 0 ? 0 : written[0];
  if (code < 1 || code > 5) return UNKNOWN_COMMAND;
  if (length != lengths[code]) return WRONG_VALUE;
  Settings after = *settings;
  bool possible = true;
  if (code == 3) {
    after.rateHz = (uint16_t)(written[1] | written[2] << 8);
    possible = isOneOf(after.rateHz, rates, 4);
  } else if (code == 4) {
    after.accelRangeG = written[1];
    after.gyroRangeDps = (uint16_t)(written[2] | written[3] << 8);
    possible = isOneOf(after.accelRangeG, accelRanges, 4) && isOneOf(after.gyroRangeDps, gyroRanges, 5);
  } else if (code == 5) {
    after.samplesPerPacket = written[1];
    possible = written[1] >= 1 && written[1] <= MAX_SAMPLES;
  }
  if (!possible) return WRONG_VALUE;
  if (code >= 3 && *streaming) return NOT_WHILE_STREAMING;
  if (code <= 2) *streaming = code == 1;
  *settings = after;
  return DONE;
}

// Packets that wait for the radio; when it is full the oldest is lost.
template <uint8_t SIZE>
class Waiting {
 public:
  Packet& add() {
    if (count_ == SIZE) drop();
    return packets_[(first_ + count_++) % SIZE];
  }
  const Packet& oldest() const { return packets_[first_]; }
  bool empty() const { return count_ == 0; }
  void drop() {
    first_ = (first_ + 1) % SIZE;
    count_--;
  }
  void clear() { count_ = 0; }

 private:
  Packet packets_[SIZE];
  uint8_t first_ = 0, count_ = 0;
};

// What the header says of packets that were built and never sent; every step of `seq` between two sent ones.
class Losses {
 public:
  uint8_t before(uint16_t seq) const {
    const uint16_t lost = sent_ ? (uint16_t)(seq - last_ - 1) : seq;
    return (uint8_t)(lost > 255 ? 255 : lost);
  }
  uint8_t flags(uint16_t seq) const {
    return (uint8_t)((before(seq) ? FLAG_DROPPED : 0) | (sent_ ? 0 : FLAG_FIRST));
  }
  void sent(uint16_t seq) {
    sent_ = true;
    last_ = seq;
  }

 private:
  bool sent_ = false;
  uint16_t last_ = 0;
};

// The chip's gyroscope has 70 mdps per step at "2000 dps" (LSM6DS3TR-C, table 3), and the same surplus in every range,
// while the protocol means range / 32768: 61.04 mdps. So its numbers are stretched by 1.14688 = 3584 / 3125 and clip at the
// range.
inline int16_t gyroOfRange(int16_t raw) {
  const int32_t stretched = ((int32_t)raw * 3584 + (raw < 0 ? -1562 : 1562)) / 3125;
  return (int16_t)(stretched > 32767 ? 32767 : stretched < -32767 ? -32767 : stretched);
}

// When the samples were taken, by the microcontroller's clock, from the times at which the chip's FIFO reached its threshold.
class SampleClock {
 public:
  void restart(float nominalPeriodUs) {
    nominalUs_ = periodUs_ = nominalPeriodUs;
    known_ = false;
  }

  // A batch of `k` sets begins the FIFO, which held `sets` of them at `nowUs`; its threshold, also k, was reached at
  // `edgeUs`. Gives the time of the first set, and adds the packets that the chip's FIFO lost to `lostPackets`.
  uint32_t batch(uint8_t k, uint16_t sets, uint32_t edgeUs, bool edgeSeen, uint32_t nowUs, uint16_t* lostPackets) {
    const uint32_t expectedUs = nextUs_;
    const float age = (float)(nowUs - edgeUs) / periodUs_;
    const float surplus = (float)sets - (float)k - age;
    const bool trusted = edgeSeen && surplus > -1.5f && surplus < 1.5f;
    uint32_t firstUs = expectedUs;
    if (trusted)
      firstUs = edgeUs - (uint32_t)((k - 1) * periodUs_ + 0.5f);
    else if (!known_)
      firstUs = nowUs - (uint32_t)((sets - 0.5f) * periodUs_);
    if (known_ && trusted) {
      const float late = (float)(int32_t)(firstUs - expectedUs);
      if (late > 0.5f * k * periodUs_)
        *lostPackets = (uint16_t)(late / (k * periodUs_) + 0.5f);
      else if (setsSinceEdge_ > 0)
        measure((float)(edgeUs - lastEdgeUs_) / setsSinceEdge_);
    }
    if (trusted) {
      lastEdgeUs_ = edgeUs;
      setsSinceEdge_ = 0;
    }
    known_ = true;
    setsSinceEdge_ = (uint16_t)(setsSinceEdge_ + k);
    nextUs_ = firstUs + (uint32_t)(k * periodUs_ + 0.5f);
    return firstUs;
  }

  uint16_t periodUs() const { return (uint16_t)(periodUs_ + 0.5f); }
  float truePeriodUs() const { return periodUs_; }

 private:
  // Smooth over some 32 batches; the chip's oscillator is within a few percent and drifts slowly.
  void measure(float seenUs) {
    if (seenUs > 0.93f * nominalUs_ && seenUs < 1.07f * nominalUs_) periodUs_ += (seenUs - periodUs_) / 32;
  }

  float nominalUs_ = 0, periodUs_ = 0;
  bool known_ = false;
  uint32_t nextUs_ = 0, lastEdgeUs_ = 0;
  uint16_t setsSinceEdge_ = 0;
};

}  // namespace upright
