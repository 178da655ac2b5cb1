/* Trace and profiling: DEMCR, DWT and ITM (ARMv7-M C1.6, C1.7, C1.8). */
#ifndef DEBUG_H
#define DEBUG_H

#include <stdint.h>

#define DEBUG_WORD(address) (*(volatile uint32_t *)(address))

#define DEMCR DEBUG_WORD(0xe000edfcu)
#define DEMCR_TRCENA (1u << 24)

#define DWT_CTRL DEBUG_WORD(0xe0001000u)
#define DWT_CYCCNT DEBUG_WORD(0xe0001004u)
#define DWT_SLEEPCNT DEBUG_WORD(0xe0001010u)
#define DWT_CTRL_CYCCNTENA (1u << 0)
#define DWT_CTRL_EXCEVTENA (1u << 18)
#define DWT_CTRL_SLEEPEVTENA (1u << 19)
#define DWT_CTRL_NOPRFCNT (1u << 24)
#define DWT_CTRL_NOCYCCNT (1u << 25)

#define ITM_STIM ((volatile uint32_t *)0xe0000000u)
#define ITM_STIM_BYTE(port) (*(volatile uint8_t *)&ITM_STIM[port])
#define ITM_STIM_HALF(port) (*(volatile uint16_t *)&ITM_STIM[port])
#define ITM_STIM_FIFOREADY 1u
#define ITM_TER DEBUG_WORD(0xe0000e00u)
#define ITM_TPR DEBUG_WORD(0xe0000e40u)
#define ITM_TCR DEBUG_WORD(0xe0000e80u)
#define ITM_LAR DEBUG_WORD(0xe0000fb0u)
#define ITM_LAR_KEY 0xc5acce55u
#define ITM_TCR_ITMENA (1u << 0)

#endif
