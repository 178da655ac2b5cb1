/* System control block (ARMv7-M B3.2). */
#ifndef SCB_H
#define SCB_H

#include <stdint.h>

#define SCB_WORD(offset) (*(volatile uint32_t *)(0xe000ed00u + (offset)))

#define CPUID SCB_WORD(0x00)
#define ICSR SCB_WORD(0x04)
#define VTOR SCB_WORD(0x08)
#define AIRCR SCB_WORD(0x0c)
#define SCR SCB_WORD(0x10)
#define CCR SCB_WORD(0x14)
#define SHCSR SCB_WORD(0x24)
#define CFSR SCB_WORD(0x28)
#define HFSR SCB_WORD(0x2c)
#define DFSR SCB_WORD(0x30)
#define MMFAR SCB_WORD(0x34)
#define BFAR SCB_WORD(0x38)
#define CPACR SCB_WORD(0x88)

/* Priority of the exceptions 4 to 15 (SHPR1 to SHPR3, a byte each). */
#define SHPR(exception) (((volatile uint8_t *)0xe000ed18u)[(exception)-4])

/* Exception numbers (B1.5.2) */
#define EXCEPTION_NMI 2u
#define EXCEPTION_HARD_FAULT 3u
#define EXCEPTION_MEM_MANAGE 4u
#define EXCEPTION_BUS_FAULT 5u
#define EXCEPTION_USAGE_FAULT 6u
#define EXCEPTION_SVCALL 11u
#define EXCEPTION_DEBUG_MONITOR 12u
#define EXCEPTION_PENDSV 14u
#define EXCEPTION_SYSTICK 15u
#define EXCEPTION_INTERRUPT(n) (16u + (n))

/* ICSR (B3.2.4) */
#define ICSR_NMIPENDSET (1u << 31)
#define ICSR_PENDSVSET (1u << 28)
#define ICSR_PENDSVCLR (1u << 27)
#define ICSR_PENDSTSET (1u << 26)
#define ICSR_PENDSTCLR (1u << 25)
#define ICSR_ISRPENDING (1u << 22)
#define ICSR_VECTPENDING (0x1ffu << 12)
#define ICSR_RETTOBASE (1u << 11)
#define ICSR_VECTACTIVE 0x1ffu

/* AIRCR (B3.2.6) */
#define AIRCR_VECTKEY 0x05fa0000u
#define AIRCR_PRIGROUP(n) ((n) << 8)
#define AIRCR_SYSRESETREQ (1u << 2)

/* SCR (B3.2.7) */
#define SCR_SEVONPEND (1u << 4)
#define SCR_SLEEPONEXIT (1u << 1)

/* CCR (B3.2.8) */
#define CCR_STKALIGN (1u << 9)
#define CCR_BFHFNMIGN (1u << 8)
#define CCR_DIV_0_TRP (1u << 4)
#define CCR_UNALIGN_TRP (1u << 3)
#define CCR_USERSETMPEND (1u << 1)
#define CCR_NONBASETHRDENA (1u << 0)

/* SHCSR (B3.2.13) */
#define SHCSR_USGFAULTENA (1u << 18)
#define SHCSR_BUSFAULTENA (1u << 17)
#define SHCSR_MEMFAULTENA (1u << 16)
#define SHCSR_SVCALLPENDED (1u << 15)
#define SHCSR_SYSTICKACT (1u << 11)
#define SHCSR_PENDSVACT (1u << 10)
#define SHCSR_SVCALLACT (1u << 7)
#define SHCSR_USGFAULTACT (1u << 3)
#define SHCSR_BUSFAULTACT (1u << 1)
#define SHCSR_MEMFAULTACT (1u << 0)

/* CFSR (B3.2.15): MMFSR in the lowest byte, BFSR above, UFSR in the upper half */
#define CFSR_IACCVIOL (1u << 0)
#define CFSR_DACCVIOL (1u << 1)
#define CFSR_MUNSTKERR (1u << 3)
#define CFSR_MSTKERR (1u << 4)
#define CFSR_MMARVALID (1u << 7)
#define CFSR_IBUSERR (1u << 8)
#define CFSR_PRECISERR (1u << 9)
#define CFSR_IMPRECISERR (1u << 10)
#define CFSR_UNSTKERR (1u << 11)
#define CFSR_STKERR (1u << 12)
#define CFSR_BFARVALID (1u << 15)
#define CFSR_UNDEFINSTR (1u << 16)
#define CFSR_INVSTATE (1u << 17)
#define CFSR_INVPC (1u << 18)
#define CFSR_NOCP (1u << 19)
#define CFSR_UNALIGNED (1u << 24)
#define CFSR_DIVBYZERO (1u << 25)

/* HFSR (B3.2.16) */
#define HFSR_VECTTBL (1u << 1)
#define HFSR_FORCED (1u << 30)
#define HFSR_DEBUGEVT (1u << 31)

/* DFSR (C1.6.1) */
#define DFSR_BKPT (1u << 1)

/* Clears all of it; they are write-one-to-clear. */
static inline void clear_fault_status(void) {
  CFSR = 0xffffffffu;
  HFSR = 0xffffffffu;
  DFSR = 0xffffffffu;
}

#endif
