/* Goldfish real-time clock of the board `virt`, which counts nanoseconds. */
#ifndef RTC_H
#define RTC_H

#include <stdint.h>

#define RTC_IRQ 11u
#define RTC_REGISTERS ((volatile uint32_t *)0x00101000u)
#define RTC_TIME_LOW (RTC_REGISTERS[0]) /* reading it latches the high word */
#define RTC_TIME_HIGH (RTC_REGISTERS[1])
#define RTC_ALARM_LOW (RTC_REGISTERS[2]) /* writing it sets the alarm */
#define RTC_ALARM_HIGH (RTC_REGISTERS[3])
#define RTC_IRQ_ENABLED (RTC_REGISTERS[4])
#define RTC_CLEAR_ALARM (RTC_REGISTERS[5])
#define RTC_ALARM_STATUS (RTC_REGISTERS[6])
#define RTC_CLEAR_INTERRUPT (RTC_REGISTERS[7])

static inline uint64_t rtc_time(void) {
  const uint32_t low = RTC_TIME_LOW;
  return (uint64_t)RTC_TIME_HIGH << 32 | low;
}

/* An alarm in the past goes off at once. */
static inline void rtc_set_alarm(uint64_t time) {
  RTC_ALARM_HIGH = (uint32_t)(time >> 32);
  RTC_ALARM_LOW = (uint32_t)time;
}

#endif
