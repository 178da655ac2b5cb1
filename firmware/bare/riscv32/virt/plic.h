/* PLIC of the board `virt` (RISC-V Platform-Level Interrupt Controller Specification), M mode's context. */
#ifndef PLIC_H
#define PLIC_H

#include <stdbool.h>
#include <stdint.h>

#define PLIC_BASE 0x0c000000u
#define PLIC_PRIORITY ((volatile uint32_t *)PLIC_BASE)
#define PLIC_PENDING ((volatile uint32_t *)(PLIC_BASE + 0x1000u))
#define PLIC_ENABLE ((volatile uint32_t *)(PLIC_BASE + 0x2000u))
#define PLIC_THRESHOLD (*(volatile uint32_t *)(PLIC_BASE + 0x200000u))
#define PLIC_CLAIM (*(volatile uint32_t *)(PLIC_BASE + 0x200004u)) /* read: claim, write: complete */

static inline bool plic_pending(uint32_t source) { return PLIC_PENDING[source / 32] >> (source % 32) & 1; }

static inline void plic_enable(uint32_t source) { PLIC_ENABLE[source / 32] |= 1u << (source % 32); }

static inline void plic_disable(uint32_t source) { PLIC_ENABLE[source / 32] &= ~(1u << (source % 32)); }

static inline uint32_t plic_claim(void) { return PLIC_CLAIM; }

static inline void plic_complete(uint32_t source) { PLIC_CLAIM = source; }

#endif
