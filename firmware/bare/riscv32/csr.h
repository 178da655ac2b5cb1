/* Control and status registers (Privileged ISA, chapter "Control and Status Registers"). */
#ifndef CSR_H
#define CSR_H

#include <stdint.h>

#define csr_read(name)                                             \
  ({                                                               \
    uint32_t csr_value_;                                           \
    __asm__ volatile("csrr %0, " #name : "=r"(csr_value_) : : "memory"); \
    csr_value_;                                                    \
  })
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" : : "rK"((uint32_t)(value)) : "memory")
#define csr_set(name, bits) __asm__ volatile("csrs " #name ", %0" : : "rK"((uint32_t)(bits)) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" : : "rK"((uint32_t)(bits)) : "memory")

/* mstatus */
#define MSTATUS_MIE (1u << 3)
#define MSTATUS_MPIE (1u << 7)
#define MSTATUS_MPP (3u << 11)
#define MSTATUS_MPP_U (0u << 11)
#define MSTATUS_MPP_M (3u << 11)
#define MSTATUS_MPRV (1u << 17)

/* mie and mip: the bit of an interrupt is its number in mcause. */
#define INTERRUPT_SOFTWARE 3u
#define INTERRUPT_TIMER 7u
#define INTERRUPT_EXTERNAL 11u
#define MI_SOFTWARE (1u << INTERRUPT_SOFTWARE)
#define MI_TIMER (1u << INTERRUPT_TIMER)
#define MI_EXTERNAL (1u << INTERRUPT_EXTERNAL)

/* mcause */
#define CAUSE_INTERRUPT 0x80000000u
#define CAUSE_FETCH_ACCESS 1u
#define CAUSE_ILLEGAL 2u
#define CAUSE_BREAKPOINT 3u
#define CAUSE_LOAD_MISALIGNED 4u
#define CAUSE_LOAD_ACCESS 5u
#define CAUSE_STORE_MISALIGNED 6u
#define CAUSE_STORE_ACCESS 7u
#define CAUSE_ECALL_U 8u
#define CAUSE_ECALL_M 11u

/* mtvec */
#define MTVEC_VECTORED 1u

#endif
