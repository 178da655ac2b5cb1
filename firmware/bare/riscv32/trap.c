#include "trap.h"

#include "check.h"
#include "csr.h"
#include "print.h"

/* In trap.S. */
uint32_t user_enter(uint32_t argument0, uint32_t argument1, uintptr_t function, void *stack);
void user_leave(void);

void (*trap_handler)(struct trap_frame *frame);
volatile struct trap_record trap_record;
uint32_t user_leave_stack;

static uint8_t user_stack[256] __attribute__((aligned(16)));

void trap_install(void (*handler)(struct trap_frame *frame)) {
  trap_handler = handler;
  csr_write(mscratch, 0);
  csr_write(mtvec, (uintptr_t)trap_entry);
}

static void record(const struct trap_frame *frame) {
  trap_record.count++;
  trap_record.cause = frame->mcause;
  trap_record.epc = frame->mepc;
  trap_record.value = frame->mtval;
  trap_record.status = frame->mstatus;
}

void trap_record_and_skip(struct trap_frame *frame) {
  record(frame);
  if (frame->mcause == CAUSE_FETCH_ACCESS) {
    frame->mepc = frame->x[REGISTER_RA];
  } else {
    const uint16_t instruction = *(const uint16_t *)frame->mepc;
    frame->mepc += (instruction & 3) == 3 ? 4 : 2;
  }
}

void trap_check(uint32_t cause, uintptr_t epc, uint32_t value, const char *what) {
  const bool good = trap_record.count == 1 && trap_record.cause == cause && trap_record.epc == epc &&
                    trap_record.value == value;
  check(good, what);
  if (!good) {
    print("  %u traps, mcause 0x%08x, mepc 0x%08x, mtval 0x%08x;\n", trap_record.count,
          (unsigned)trap_record.cause, (unsigned)trap_record.epc, (unsigned)trap_record.value);
    print("  must be 1, 0x%08x, 0x%08x, 0x%08x\n", (unsigned)cause, (unsigned)epc, (unsigned)value);
  }
  trap_record.count = 0;
}

static void record_and_leave(struct trap_frame *frame) {
  record(frame);
  frame->mepc = (uintptr_t)user_leave;
  frame->mstatus |= MSTATUS_MPP_M;
  frame->x[REGISTER_SP] = user_leave_stack;
}

uint32_t user_call(uintptr_t function, uint32_t argument0, uint32_t argument1) {
  void (*const handler)(struct trap_frame *) = trap_handler;
  trap_install(record_and_leave);
  const uint32_t result = user_enter(argument0, argument1, function, user_stack + sizeof user_stack);
  trap_install(handler);
  return result;
}
