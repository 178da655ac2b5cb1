/* Nested vectored interrupt controller (ARMv7-M B3.4). */
#ifndef NVIC_H
#define NVIC_H

#include <stdbool.h>
#include <stdint.h>

#define NVIC_BITS(offset) ((volatile uint32_t *)(0xe000e000u + (offset)))
#define NVIC_ISER NVIC_BITS(0x100)
#define NVIC_ICER NVIC_BITS(0x180)
#define NVIC_ISPR NVIC_BITS(0x200)
#define NVIC_ICPR NVIC_BITS(0x280)
#define NVIC_IABR NVIC_BITS(0x300)
#define NVIC_IPR ((volatile uint8_t *)0xe000e400u)
#define NVIC_STIR (*(volatile uint32_t *)0xe000ef00u)
#define ICTR (*(volatile uint32_t *)0xe000e004u)

static inline void nvic_enable(uint32_t n) { NVIC_ISER[n / 32] = 1u << (n % 32); }

static inline void nvic_disable(uint32_t n) { NVIC_ICER[n / 32] = 1u << (n % 32); }

static inline void nvic_pend(uint32_t n) { NVIC_ISPR[n / 32] = 1u << (n % 32); }

static inline void nvic_unpend(uint32_t n) { NVIC_ICPR[n / 32] = 1u << (n % 32); }

static inline bool nvic_pending(uint32_t n) { return NVIC_ISPR[n / 32] >> (n % 32) & 1; }

static inline bool nvic_active(uint32_t n) { return NVIC_IABR[n / 32] >> (n % 32) & 1; }

#endif
