/* The board's console, as the driver `uart0`. */
#include "serial.h"

#if defined BOARD_VIRT
#define BASE 0x10000000
#define CLOCK_HZ 3686400
static const uint32_t lines[] = {10};
#elif defined BOARD_MPS2_AN385
#define BASE 0x40004000
#define CLOCK_HZ 25000000
static const uint32_t lines[] = {0, 1};
#elif defined BOARD_LM3S6965EVB
#define BASE 0x4000c000
#define CLOCK_HZ 12500000
static const uint32_t lines[] = {5};
#endif

static struct serial serial = {.base = BASE, .clock_hz = CLOCK_HZ, .baud = 115200};

static struct bk_driver driver = {
    .name = "uart0",
    .operations = &serial_operations,
    .data = &serial,
    .lines = lines,
    .line_count = sizeof lines / sizeof lines[0],
};

bk_status uart0_register(void) {
  return bk_driver_register(&driver);
}
