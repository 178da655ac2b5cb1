/* The part of the crash example that is compiled like everything else, without frame pointers. */
#include "log.h"

void log_init(struct log *log) { log->next = log->records; }

__attribute__((noinline)) static unsigned store(struct record *record, uint32_t number, uint32_t value) {
  record->number = number;
  record->value = value;
  return 1;
}

__attribute__((noinline)) static unsigned append(struct log *log, uint32_t number, uint32_t value) {
  const unsigned stored = store(log->next, number, value);
  log->next += stored;
  return stored;
}

unsigned log_sample(struct log *log, uint32_t number, uint32_t value) {
  if (log->next == log->records + LOG_CAPACITY) return 0;
  const unsigned stored = append(log, number, value);
  return stored + (unsigned)(log->next == log->records);
}
