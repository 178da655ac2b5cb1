#include "exception.h"

#include "machine.h"
#include "print.h"
#include "scb.h"
#include "special.h"

#define VECTORS 80u

extern void (*const vectors[VECTORS])(void);

static void (*table[VECTORS])(void) __attribute__((aligned(512)));

void exception_install(uint32_t number, void (*handler)(void)) {
  if (VTOR != (uintptr_t)table) {
    for (unsigned i = 0; i < VECTORS; i++) table[i] = vectors[i];
    VTOR = (uintptr_t)table;
  }
  table[number] = handler;
  barrier();
}

static const struct {
  uint32_t bit;
  const char *name;
} causes[] = {
    {CFSR_IACCVIOL, "IACCVIOL"},     {CFSR_DACCVIOL, "DACCVIOL"},   {CFSR_MUNSTKERR, "MUNSTKERR"},
    {CFSR_MSTKERR, "MSTKERR"},       {CFSR_MMARVALID, "MMARVALID"}, {CFSR_IBUSERR, "IBUSERR"},
    {CFSR_PRECISERR, "PRECISERR"},   {CFSR_IMPRECISERR, "IMPRECISERR"}, {CFSR_UNSTKERR, "UNSTKERR"},
    {CFSR_STKERR, "STKERR"},         {CFSR_BFARVALID, "BFARVALID"}, {CFSR_UNDEFINSTR, "UNDEFINSTR"},
    {CFSR_INVSTATE, "INVSTATE"},     {CFSR_INVPC, "INVPC"},         {CFSR_NOCP, "NOCP"},
    {CFSR_UNALIGNED, "UNALIGNED"},   {CFSR_DIVBYZERO, "DIVBYZERO"},
};

void fault_print(uint32_t number, uint32_t cfsr, uint32_t hfsr) {
  static const char *const names[] = {"HardFault", "MemManage", "BusFault", "UsageFault"};
  if (number - EXCEPTION_HARD_FAULT < 4) {
    print("%s:", names[number - EXCEPTION_HARD_FAULT]);
  } else {
    print("exception %u:", (unsigned)number);
  }
  if (hfsr & HFSR_FORCED) print(" FORCED");
  if (hfsr & HFSR_VECTTBL) print(" VECTTBL");
  if (hfsr & HFSR_DEBUGEVT) print(" DEBUGEVT");
  for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
    if (cfsr & causes[i].bit) print(" %s", causes[i].name);
  }
  print("\n");
}

uint32_t unexpected(const struct exception_frame *frame, uint32_t exc_return);

uint32_t unexpected(const struct exception_frame *frame, uint32_t exc_return) {
  print("unexpected ");
  fault_print(special_read(ipsr), CFSR, HFSR);
  if (CFSR & CFSR_MMARVALID) print("  MMFAR 0x%08x\n", (unsigned)MMFAR);
  if (CFSR & CFSR_BFARVALID) print("  BFAR 0x%08x\n", (unsigned)BFAR);
  /* A frame that could not be pushed or popped is out of reach. */
  if (!(CFSR & (CFSR_MSTKERR | CFSR_STKERR | CFSR_MUNSTKERR | CFSR_UNSTKERR))) {
    print("  at 0x%08x, called from 0x%08x, xPSR 0x%08x\n", (unsigned)frame->pc, (unsigned)frame->lr,
          (unsigned)frame->xpsr);
  }
  print("  EXC_RETURN 0x%08x\n", (unsigned)exc_return);
  finish(99);
}

/* In all vectors at first, so that a program without handlers of its own cannot fail silently. */
__attribute__((naked)) void unexpected_exception(void);
__attribute__((naked)) void unexpected_exception(void) { EXCEPTION_ENTRY(unexpected); }

__attribute__((noinline)) static void parked(void) {
  for (;;) continue;
}

void machine_park_on_trap(void) {
  for (uint32_t number = EXCEPTION_NMI; number <= EXCEPTION_SYSTICK; number++) exception_install(number, parked);
}
