// Runs upright_protocol.h of the reference firmware on a computer: one request per line, one answer per line.
#include "upright_protocol.h"

#include <iostream>
#include <sstream>
#include <string>

static std::string hexOf(const uint8_t* bytes, uint16_t length) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (uint16_t i = 0; i < length; i++) text += std::string() + digits[bytes[i] >> 4] + digits[bytes[i] & 15];
  return text;
}

static uint16_t bytesOf(const std::string& hex, uint8_t* into) {
  for (size_t i = 0; i + 1 < hex.size(); i += 2) into[i / 2] = (uint8_t)std::stoi(hex.substr(i, 2), nullptr, 16);
  return (uint16_t)(hex.size() / 2);
}

int main() {
  upright::SampleClock clock;
  upright::Losses losses;
  upright::Waiting<4> waiting;
  std::string line, what;
  while (std::getline(std::cin, line)) {
    std::istringstream in(line);
    in >> what;
    if (what == "data") {
      upright::Packet packet;
      unsigned flags, dropped, k;
      in >> flags >> dropped >> packet.seq >> packet.firstUs >> packet.periodUs >> k;
      packet.k = (uint8_t)k;
      for (unsigned i = 0; i < k; i++)
        for (int axis = 0; axis < 6; axis++) in >> packet.samples[i][axis];
      uint8_t out[upright::MAX_DATA_BYTES];
      std::cout << hexOf(out, upright::encodeData(packet, (uint8_t)flags, (uint8_t)dropped, out)) << "\n";
    } else if (what == "info") {
      unsigned accel, gyro, batch, battery, major, minor, streaming;
      uint32_t rate;
      std::string id, model;
      in >> streaming >> accel >> gyro >> rate >> batch >> battery >> major >> minor >> id;
      std::getline(in >> std::ws, model);
      uint8_t deviceId[8], out[upright::MAX_INFO_BYTES];
      bytesOf(id, deviceId);
      const upright::Settings settings = {0, (uint8_t)accel, (uint16_t)gyro, (uint8_t)batch};
      const uint16_t length = upright::encodeInfo(settings, streaming, rate, (uint8_t)battery, (uint8_t)major,
                                                  (uint8_t)minor, deviceId, model.c_str(), out);
      std::cout << hexOf(out, length) << "\n";
    } else if (what == "ctrl") {
      bool streaming;
      std::string hex;
      in >> streaming >> hex;
      uint8_t written[64];
      upright::Settings settings = {200, 16, 2000, 10};
      const uint16_t length = hex == "-" ? 0 : bytesOf(hex, written);
      const int error = upright::obey(written, length, &streaming, &settings);
      std::cout << error << " " << streaming << " " << settings.rateHz << " " << (int)settings.accelRangeG << " "
                << settings.gyroRangeDps << " " << (int)settings.samplesPerPacket << "\n";
    } else if (what == "gyro") {
      int16_t raw;
      in >> raw;
      std::cout << upright::gyroOfRange(raw) << "\n";
    } else if (what == "fit") {
      uint16_t mtu;
      in >> mtu;
      std::cout << (int)upright::samplesThatFit(mtu) << "\n";
    } else if (what == "nominal") {
      float periodUs;
      in >> periodUs;
      clock.restart(periodUs);
      std::cout << "\n";
    } else if (what == "batch") {
      unsigned k;
      uint16_t sets, lost = 0;
      uint32_t edgeUs, nowUs;
      bool seen;
      in >> k >> sets >> edgeUs >> seen >> nowUs;
      const uint32_t firstUs = clock.batch((uint8_t)k, sets, edgeUs, seen, nowUs, &lost);
      std::cout << firstUs << " " << lost << " " << clock.truePeriodUs() << "\n";
    } else if (what == "build") {
      in >> waiting.add().seq;
      std::cout << "\n";
    } else if (what == "send") {
      if (waiting.empty()) {
        std::cout << "nothing\n";
        continue;
      }
      const uint16_t seq = waiting.oldest().seq;
      std::cout << seq << " " << (int)losses.flags(seq) << " " << (int)losses.before(seq) << "\n";
      losses.sent(seq);
      waiting.drop();
    }
  }
}
