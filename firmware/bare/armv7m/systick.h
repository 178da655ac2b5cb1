/* SysTick, the timer in the core: 24 bits, counting down (ARMv7-M B3.3). */
#ifndef SYSTICK_H
#define SYSTICK_H

#include <stdint.h>

#define SYST_CSR (*(volatile uint32_t *)0xe000e010u)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014u)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018u)
#define SYST_CALIB (*(volatile uint32_t *)0xe000e01cu)

#define SYST_CSR_ENABLE (1u << 0)
#define SYST_CSR_TICKINT (1u << 1)
#define SYST_CSR_CLKSOURCE (1u << 2) /* the core's clock; else the board's reference clock */
#define SYST_CSR_COUNTFLAG (1u << 16)

#endif
