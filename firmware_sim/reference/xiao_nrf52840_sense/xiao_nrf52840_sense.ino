// Reference firmware of the native sensor protocol (docs/wire_protocol.md) for the Seeed XIAO nRF52840 Sense.
//
// COMPILED IN THE HEAD ONLY. No board and no Arduino toolchain was at hand: it was checked by a computer's compiler against
// hand-made stand-ins of the libraries, and upright_protocol.h by tests against the golden vectors. Expect to mend it.
//
// Board package "Seeed nRF52 Boards" (not the mbed one), board "Seeed XIAO nRF52840 Sense"; libraries Bluefruit52Lib and
// Wire come with it. See README.md.

#include <Arduino.h>
#include <Wire.h>
#include <bluefruit.h>
#include <services/BLEBas.h>
#include <services/BLEDis.h>

#include "lsm6ds3trc.h"
#include "upright_protocol.h"

static const uint8_t FIRMWARE_MAJOR = 1, FIRMWARE_MINOR = 0;
static const char MODEL[] = "XIAO nRF52840 Sense LSM6DS3TR-C";
static const uint16_t MTU = 247;
static const uint8_t WAITING_PACKETS = 32;  // 1.5 s at 208 Hz and 10 samples
static const uint32_t BATTERY_EVERY_MS = 10000;

// 8f5a000X-7b1e-4c5c-9a7e-0b5e1bb0ba11, last byte first.
#define UPRIGHT_UUID(x) \
  { 0x11, 0xba, 0xb0, 0x1b, 0x5e, 0x0b, 0x7e, 0x9a, 0x5c, 0x4c, 0x1e, 0x7b, x, 0x00, 0x5a, 0x8f }
static const uint8_t SERVICE_UUID[] = UPRIGHT_UUID(1), DATA_UUID[] = UPRIGHT_UUID(2);
static const uint8_t CTRL_UUID[] = UPRIGHT_UUID(3), INFO_UUID[] = UPRIGHT_UUID(4);

static BLEService service(SERVICE_UUID);
static BLECharacteristic dataChar(DATA_UUID), ctrlChar(CTRL_UUID), infoChar(INFO_UUID);
static BLEBas batteryService;
static BLEDis information;
static Lsm6ds3trc imu;
static upright::SampleClock sampleClock;
static upright::Waiting<WAITING_PACKETS> waiting;
static upright::Losses losses;

// Written by the Bluetooth task, read by the loop: only whole words and flags, the settings within a critical section.
static volatile bool streaming = false;
static volatile bool settingsChanged = true;
static volatile uint16_t connection = BLE_CONN_HANDLE_INVALID;
static upright::Settings wanted = {200, 16, 2000, 10};

static upright::Settings active = wanted;
static uint8_t batch = 10;
static uint16_t nextSeq = 0;
static uint8_t batteryPercent = upright::BATTERY_UNKNOWN;
static uint8_t deviceId[8];

// ---- own clock: TIMER4 at 1 MHz, 32 bit, from the crystal. micros() has steps of a millisecond on this core.

static volatile uint32_t edgeUs;
static volatile bool edgeSeen;

static void startClock() {
  sd_clock_hfclk_request();  // the RC oscillator that would run otherwise is off by up to 1.5 %
  NRF_TIMER4->MODE = TIMER_MODE_MODE_Timer;
  NRF_TIMER4->BITMODE = TIMER_BITMODE_BITMODE_32Bit;
  NRF_TIMER4->PRESCALER = 4;  // 16 MHz / 2^4
  NRF_TIMER4->TASKS_CLEAR = 1;
  NRF_TIMER4->TASKS_START = 1;
}

static uint32_t clockUs() {
  NRF_TIMER4->TASKS_CAPTURE[1] = 1;
  return NRF_TIMER4->CC[1];
}

static void onThreshold() {  // interrupt: the FIFO has just reached its threshold
  NRF_TIMER4->TASKS_CAPTURE[0] = 1;
  edgeUs = NRF_TIMER4->CC[0];
  edgeSeen = true;
}

// ---- Bluetooth, in its own task

static void answer(uint16_t handle, uint16_t status, const ble_gatts_evt_write_t* request) {
  ble_gatts_rw_authorize_reply_params_t reply;
  memset(&reply, 0, sizeof reply);
  reply.type = BLE_GATTS_AUTHORIZE_TYPE_WRITE;
  reply.params.write.gatt_status = status;
  if (status == BLE_GATT_STATUS_SUCCESS) {
    reply.params.write.update = 1;
    reply.params.write.len = request->len;
    reply.params.write.p_data = request->data;
  }
  sd_ble_gatts_rw_authorize_reply(handle, &reply);
}

static void onCommand(uint16_t handle, BLECharacteristic*, ble_gatts_evt_write_t* request) {
  bool after = streaming;
  taskENTER_CRITICAL();
  const uint8_t error = upright::obey(request->data, request->len, &after, &wanted);
  if (error == upright::DONE) {
    streaming = after;
    settingsChanged = true;
  }
  taskEXIT_CRITICAL();
  // 0x80 to 0x9F are the application's own ATT errors; the SoftDevice writes them as 0x01XX.
  answer(handle, error == upright::DONE ? BLE_GATT_STATUS_SUCCESS : (uint16_t)(0x0100 | error), request);
}

static void onConnect(uint16_t handle) {
  connection = handle;
  BLEConnection* link = Bluefruit.Connection(handle);
  link->requestPHY();                             // 2 Mbit/s if the other side can
  link->requestDataLengthUpdate();                // one radio packet per notification
  link->requestMtuExchange(MTU);
  link->requestConnectionParameter(12, 0, 400);   // 15 ms, which Apple allows, too; no latency; 4 s supervision
}

static void onDisconnect(uint16_t, uint8_t) {
  connection = BLE_CONN_HANDLE_INVALID;
  streaming = false;
  settingsChanged = true;  // INFO tells whether it streams
}

static void startBluetooth() {
  Bluefruit.configPrphConn(MTU, BLE_GAP_EVENT_LENGTH_DEFAULT * 2, 6, BLE_GATTC_WRITE_CMD_TX_QUEUE_SIZE_DEFAULT);
  Bluefruit.begin(1, 0);
  startClock();
  char name[16];
  snprintf(name, sizeof name, "Upright-%02X%02X", deviceId[6], deviceId[7]);
  Bluefruit.setName(name);
  Bluefruit.autoConnLed(false);
  Bluefruit.Periph.setConnectCallback(onConnect);
  Bluefruit.Periph.setDisconnectCallback(onDisconnect);
  Bluefruit.Periph.setConnInterval(6, 12);              // 7.5 to 15 ms
  Bluefruit.Periph.setConnSupervisionTimeout(400);      // 4 s; hosts that take 0.42 s lose links

  information.setManufacturer("Seeed");
  information.setModel(MODEL);
  information.setFirmwareRev("1.0");
  information.begin();
  batteryService.begin();

  service.begin();
  dataChar.setProperties(CHR_PROPS_NOTIFY);
  dataChar.setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
  dataChar.setMaxLen(MTU - upright::ATT_OVERHEAD_BYTES);
  dataChar.begin();
  ctrlChar.setProperties(CHR_PROPS_WRITE);
  ctrlChar.setPermission(SECMODE_NO_ACCESS, SECMODE_OPEN);
  ctrlChar.setMaxLen(8);
  // Not through the callback task: that copies the request without its data.
  ctrlChar.setWriteAuthorizeCallback(onCommand, false);
  ctrlChar.begin();
  infoChar.setProperties(CHR_PROPS_READ);
  infoChar.setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
  infoChar.setMaxLen(upright::MAX_INFO_BYTES);
  infoChar.begin();

  Bluefruit.Advertising.addFlags(BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE);
  Bluefruit.Advertising.addService(service);
  Bluefruit.ScanResponse.addName();
  Bluefruit.Advertising.restartOnDisconnect(true);
  Bluefruit.Advertising.setInterval(160, 160);  // 100 ms
  Bluefruit.Advertising.setFastTimeout(0);
  Bluefruit.Advertising.start(0);
}

// ---- battery

// Charge of a lithium cell by its voltage at rest, a common rule of thumb; 255 where no cell can be there.
static uint8_t percentOf(float volts) {
  static const float steps[] = {3.30f, 3.60f, 3.70f, 3.75f, 3.79f, 3.83f, 3.87f, 3.92f, 3.98f, 4.06f, 4.18f};
  if (volts < 2.5f || volts > 4.5f) return upright::BATTERY_UNKNOWN;
  for (uint8_t i = 0; i < 11; i++) {
    if (volts < steps[i]) {
      if (i == 0) return 0;
      return (uint8_t)(10 * (i - 1) + 10 * (volts - steps[i - 1]) / (steps[i] - steps[i - 1]));
    }
  }
  return 100;
}

static void readBattery() {
  analogReference(AR_INTERNAL_3_0);
  analogReadResolution(12);
  const float volts = analogRead(PIN_VBAT) * 3.0f / 4096 * 1510 / 510;  // 1 MOhm over 510 kOhm
  const uint8_t percent = percentOf(volts);
  if (percent == batteryPercent) return;
  batteryPercent = percent;
  if (percent != upright::BATTERY_UNKNOWN) {
    batteryService.write(percent);
    if (connection != BLE_CONN_HANDLE_INVALID) batteryService.notify(percent);
  }
}

// ---- the loop's work

static void writeInfo() {
  uint8_t value[upright::MAX_INFO_BYTES];
  const uint16_t length = upright::encodeInfo(active, streaming, Lsm6ds3trc::rateMilliHz(active.rateHz), batteryPercent,
                                              FIRMWARE_MAJOR, FIRMWARE_MINOR, deviceId, MODEL, value);
  infoChar.write(value, length);
}

// Samples per packet that the link can carry; 0 on the smallest MTU.
static uint8_t room() {
  BLEConnection* link = connection == BLE_CONN_HANDLE_INVALID ? NULL : Bluefruit.Connection(connection);
  return link == NULL ? upright::MAX_SAMPLES : upright::samplesThatFit(link->getMtu());
}

static void restartSampling() {
  imu.restart();
  edgeSeen = false;
}

static void applySettings() {
  taskENTER_CRITICAL();
  const upright::Settings next = wanted;
  settingsChanged = false;
  taskEXIT_CRITICAL();
  const bool other = next.rateHz != active.rateHz || next.accelRangeG != active.accelRangeG ||
                     next.gyroRangeDps != active.gyroRangeDps || sampleClock.periodUs() == 0;
  active = next;
  if (other) {
    imu.configure(active, batch);
    edgeSeen = false;
    sampleClock.restart(1e9f / Lsm6ds3trc::rateMilliHz(active.rateHz));
  }
  writeInfo();
}

// Threshold and packet size follow the settings and the link's MTU.
static void fitBatch() {
  const uint8_t most = room();
  const uint8_t next = most == 0 || active.samplesPerPacket < most ? active.samplesPerPacket : most;
  if (next == batch) return;
  batch = next;
  imu.setThreshold(batch);
}

// Take whole batches out of the chip. Sampling begins with the first START; from then on seq and clock run on whether or not
// anybody listens.
static void takeBatches() {
  static bool sampling = false;
  if (!sampling) {
    if (!streaming) return;
    sampling = true;
    restartSampling();
  }
  if (digitalRead(PIN_LSM6DS3TR_C_INT1) == LOW) return;  // below the threshold
  uint16_t sets = 0;
  if (!imu.waiting(&sets)) {
    restartSampling();  // what it lost shows as a step of the clock, and is counted as packets
    return;
  }
  const bool wantedByAll = streaming && room() > 0 && dataChar.notifyEnabled(connection);
  while (sets >= batch) {
    taskENTER_CRITICAL();
    const uint32_t edge = edgeUs;
    const bool seen = edgeSeen;
    edgeSeen = false;
    taskEXIT_CRITICAL();
    uint16_t lost = 0;
    const uint32_t firstUs = sampleClock.batch(batch, sets, edge, seen, clockUs(), &lost);
    nextSeq = (uint16_t)(nextSeq + lost);
    upright::Packet packet;
    packet.seq = nextSeq++;
    packet.firstUs = firstUs;
    packet.periodUs = sampleClock.periodUs();
    packet.k = batch;
    for (uint8_t i = 0; i < batch; i++) {
      if (!imu.take(packet.samples[i])) {
        restartSampling();
        return;
      }
    }
    if (wantedByAll) waiting.add() = packet;
    sets = (uint16_t)(sets - batch);
  }
}

// Hand what waits to the radio, which holds a few notifications and then says no.
static void sendWaiting() {
  if (!streaming) waiting.clear();
  while (!waiting.empty()) {
    const upright::Packet& packet = waiting.oldest();
    if (packet.k > room()) {  // the MTU has shrunk since it was built
      waiting.drop();
      continue;
    }
    uint8_t value[upright::MAX_DATA_BYTES];
    const uint16_t length =
        upright::encodeData(packet, losses.flags(packet.seq), losses.before(packet.seq), value);
    if (!dataChar.notify(connection, value, length)) return;
    losses.sent(packet.seq);
    waiting.drop();
  }
}

void setup() {
  for (uint8_t i = 0; i < 8; i++) deviceId[i] = (uint8_t)(NRF_FICR->DEVICEID[i / 4] >> 8 * (i % 4));
  pinMode(VBAT_ENABLE, OUTPUT);
  digitalWrite(VBAT_ENABLE, LOW);  // for ever: HIGH would put the cell's full voltage on the analogue pin
  pinMode(LED_RED, OUTPUT);
  const bool found = imu.begin();
  startBluetooth();
  digitalWrite(LED_RED, found ? HIGH : LOW);  // lit when LOW: the inertial sensor does not answer
  pinMode(PIN_LSM6DS3TR_C_INT1, INPUT);
  attachInterrupt(digitalPinToInterrupt(PIN_LSM6DS3TR_C_INT1), onThreshold, RISING);
  readBattery();
}

void loop() {
  static uint32_t batteryAtMs = 0;
  if (settingsChanged) applySettings();
  fitBatch();
  takeBatches();
  sendWaiting();
  if (millis() - batteryAtMs >= BATTERY_EVERY_MS) {
    batteryAtMs = millis();
    readBattery();
    writeInfo();
  }
  delay(1);
}
