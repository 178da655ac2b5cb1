/* Memory protection unit, PMSAv7 (ARMv7-M B3.5). */
#ifndef MPU_H
#define MPU_H

#include <stdint.h>

#define MPU_TYPE (*(volatile uint32_t *)0xe000ed90u)
#define MPU_CTRL (*(volatile uint32_t *)0xe000ed94u)
#define MPU_RNR (*(volatile uint32_t *)0xe000ed98u)
#define MPU_RBAR (*(volatile uint32_t *)0xe000ed9cu)
#define MPU_RASR (*(volatile uint32_t *)0xe000eda0u)
#define MPU_RBAR_A1 (*(volatile uint32_t *)0xe000eda4u)
#define MPU_RASR_A1 (*(volatile uint32_t *)0xe000eda8u)
#define MPU_RBAR_A3 (*(volatile uint32_t *)0xe000edb4u)
#define MPU_RASR_A3 (*(volatile uint32_t *)0xe000edb8u)

#define MPU_CTRL_ENABLE (1u << 0)
#define MPU_CTRL_HFNMIENA (1u << 1)
#define MPU_CTRL_PRIVDEFENA (1u << 2)

#define MPU_RBAR_VALID (1u << 4)

#define MPU_RASR_ENABLE (1u << 0)
#define MPU_RASR_SIZE(log2_bytes) (((log2_bytes)-1u) << 1)
#define MPU_RASR_WITHOUT(subregions) ((subregions) << 8)
#define MPU_RASR_NORMAL (1u << 17 | 1u << 18) /* C and S: write-through, shareable */
#define MPU_RASR_AP(ap) ((uint32_t)(ap) << 24)
#define MPU_RASR_XN (1u << 28)

/* Access permissions, as privileged and unprivileged code have them (table B3-15). */
#define AP_NONE_NONE 0u
#define AP_WRITE_NONE 1u
#define AP_WRITE_READ 2u
#define AP_WRITE_WRITE 3u
#define AP_READ_NONE 5u
#define AP_READ_READ 6u
#define AP_READ_READ_TOO 7u

/* The region is off in between: with its old size and the new address it might take away the ground to stand on. */
static inline void mpu_region(uint32_t number, uintptr_t base, uint32_t attributes_and_size) {
  MPU_RNR = number;
  MPU_RASR = 0;
  MPU_RBAR = base;
  MPU_RASR = attributes_and_size | MPU_RASR_ENABLE;
}

static inline void mpu_region_off(uint32_t number) {
  MPU_RNR = number;
  MPU_RASR = 0;
}

static inline void mpu_control(uint32_t bits) {
  __asm__ volatile("dsb" : : : "memory");
  MPU_CTRL = bits;
  __asm__ volatile("dsb\n isb" : : : "memory");
}

#endif
