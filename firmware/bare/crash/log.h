/* A log of samples, for the crash example. */
#ifndef LOG_H
#define LOG_H

#include <stdint.h>

#define LOG_CALIBRATIONS 4u
#define LOG_CAPACITY 8u

struct record {
  uint32_t number;
  uint32_t value;
};

struct log {
  uintptr_t calibration[LOG_CALIBRATIONS];
  struct record *next;
  struct record records[LOG_CAPACITY];
};

void log_init(struct log *log);

/* Returns how many records were added. */
unsigned log_sample(struct log *log, uint32_t number, uint32_t value);

#endif
