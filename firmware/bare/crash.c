/* expect:
 * stuck
 * | logging 3 samples
 * | sample 0: 170 stored
 * | sample 1: 205 stored
 */

/*
 * A crash worth a report: five calls deep, a store goes through a pointer that was overwritten, and the trap
 * handler is an endless loop. Console and exit code say nothing more; a backtrace says everything. This
 * file is compiled with frame pointers and the other one without, so that a backtrace needs both ways.
 */
#include "board.h"
#include "crash/log.h"
#include "machine.h"
#include "print.h"

#define SAMPLES 3u

/* What the third record's pointer is overwritten with. */
#define WILD_ADDRESS NOTHING_ADDRESS

static struct log sample_log;

static uint32_t measure(uint32_t number) { return 170 + 35 * number; }

/* The bug: this runs once too often and reaches into the log that lies behind the calibration. */
__attribute__((noinline)) static void calibrate(uintptr_t *values, unsigned count) {
  for (unsigned i = 0; i < count; i++) values[i] = WILD_ADDRESS;
}

__attribute__((noinline)) static unsigned take_sample(uint32_t number) {
  const uint32_t value = measure(number);
  const unsigned stored = log_sample(&sample_log, number, value);
  print("sample %u: %u stored\n", (unsigned)number, (unsigned)value);
  return stored;
}

__attribute__((noinline)) static unsigned take_samples(unsigned count) {
  unsigned stored = 0;
  for (unsigned i = 0; i < count; i++) {
    if (i == 2) calibrate(sample_log.calibration, LOG_CALIBRATIONS + 1);
    stored += take_sample(i);
  }
  return stored;
}

int main(void) {
  print("logging %u samples\n", SAMPLES);
  machine_park_on_trap();
  log_init(&sample_log);
  const unsigned stored = take_samples(SAMPLES);
  print("%u samples stored\n", stored);
  return 0;
}
