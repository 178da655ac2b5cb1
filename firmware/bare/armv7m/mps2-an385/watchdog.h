/* Watchdog of the board mps2-an385: first NMI, then reset (CMSDK APB watchdog, DDI 0479 4.6). */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include <stdint.h>

#define WATCHDOG_WORD(offset) (*(volatile uint32_t *)(0x40008000u + (offset)))
#define WDOGLOAD WATCHDOG_WORD(0x00)
#define WDOGVALUE WATCHDOG_WORD(0x04)
#define WDOGCONTROL WATCHDOG_WORD(0x08)
#define WDOGINTCLR WATCHDOG_WORD(0x0c)
#define WDOGRIS WATCHDOG_WORD(0x10)
#define WDOGMIS WATCHDOG_WORD(0x14)
#define WDOGLOCK WATCHDOG_WORD(0xc00)

#define WDOGCONTROL_INTEN (1u << 0)
#define WDOGCONTROL_RESEN (1u << 1)
#define WDOGLOCK_KEY 0x1acce551u

#endif
