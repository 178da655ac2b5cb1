#include "fault.h"

#include "check.h"
#include "exception.h"
#include "print.h"
#include "scb.h"
#include "special.h"

/* The fetch failed, not the instruction: there is none. */
#define FETCH_FAULTS (CFSR_IACCVIOL | CFSR_IBUSERR | CFSR_INVSTATE)
/* The frame could not be pushed or popped: it is out of reach. */
#define FRAME_FAULTS (CFSR_MSTKERR | CFSR_STKERR | CFSR_MUNSTKERR | CFSR_UNSTKERR)

volatile struct fault_record fault_record;

uint8_t user_stack[USER_STACK_BYTES] __attribute__((aligned(USER_STACK_BYTES)));
uintptr_t user_stack_top = (uintptr_t)user_stack + sizeof user_stack;

void user_exit(void);
void (*user_svcall)(void) = user_exit;

static void record(const struct exception_frame *frame, uint32_t exc_return) {
  fault_record.count++;
  fault_record.number = special_read(ipsr);
  fault_record.cfsr = CFSR;
  fault_record.hfsr = HFSR;
  fault_record.mmfar = MMFAR;
  fault_record.bfar = BFAR;
  fault_record.shcsr = SHCSR;
  fault_record.exc_return = exc_return;
  if (!(CFSR & FRAME_FAULTS)) {
    fault_record.pc = frame->pc;
    fault_record.xpsr = frame->xpsr;
  }
  clear_fault_status();
}

uint32_t fault_record_and_skip(struct exception_frame *frame, uint32_t exc_return);
uint32_t user_record(struct exception_frame *frame, uint32_t exc_return);

uint32_t fault_record_and_skip(struct exception_frame *frame, uint32_t exc_return) {
  record(frame, exc_return);
  if (fault_record.cfsr & FETCH_FAULTS) {
    frame->pc = frame->lr & ~1u;
    frame->xpsr |= XPSR_T;
  } else if (!(fault_record.cfsr & FRAME_FAULTS)) {
    const uint16_t first_half = *(const uint16_t *)frame->pc;
    /* Without a fault status it was a breakpoint, or an SVC, which may be behind this address. */
    const uint16_t kind = first_half & 0xff00;
    if (fault_record.cfsr || kind == 0xbe00 || kind == 0xdf00) frame->pc += first_half >= 0xe800 ? 4 : 2;
  }
  return exc_return;
}

__attribute__((naked)) static void fault_entry(void) { EXCEPTION_ENTRY(fault_record_and_skip); }

static void install(void (*handler)(void)) {
  for (uint32_t number = EXCEPTION_HARD_FAULT; number <= EXCEPTION_USAGE_FAULT; number++) {
    exception_install(number, handler);
  }
}

void fault_install(void) {
  install(fault_entry);
  SHCSR |= SHCSR_MEMFAULTENA | SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA;
}

void fault_report(const char *what) {
  print("%s: ", what);
  if (fault_record.count != 1) print("(%u faults) ", fault_record.count);
  fault_print(fault_record.number, fault_record.cfsr, fault_record.hfsr);
  check(fault_record.count == 1, what);
  fault_record.count = 0;
}

static void check_record(uint32_t number, uint32_t cfsr, uint32_t hfsr, uintptr_t pc, const char *what) {
  fault_report(what);
  check_equal(fault_record.number, number, "exception");
  check_equal(fault_record.cfsr, cfsr, "CFSR");
  check_equal(fault_record.hfsr, hfsr, "HFSR");
  check_equal(fault_record.pc, pc & ~1u, "PC in the frame");
}

void fault_check(uint32_t number, uint32_t cfsr, uintptr_t pc, const char *what) {
  check_record(number, cfsr, 0, pc, what);
}

void fault_check_forced(uint32_t cfsr, uintptr_t pc, const char *what) {
  check_record(EXCEPTION_HARD_FAULT, cfsr, HFSR_FORCED, pc, what);
}

/* What the code called last had in r0. */
uint32_t user_record(struct exception_frame *frame, uint32_t exc_return) {
  record(frame, exc_return);
  check_equal(exc_return, EXC_RETURN_THREAD_PSP, "EXC_RETURN of unprivileged code");
  /* An SVC whose frame could not be pushed is still to come. */
  SHCSR &= ~SHCSR_SVCALLPENDED;
  return fault_record.cfsr & FRAME_FAULTS ? 0 : frame->r0;
}

/*
 * user_enter() keeps what C expects to find again on the main stack. user_exit() is the handler of whatever ends the
 * call: it makes a frame there from which the exception returns to user_leave(), privileged again. The gate's last two
 * instructions are unprivileged; they lie behind what a program has in .text.user, which may be all that such code can
 * execute.
 */
uint32_t user_enter(uint32_t argument0, uint32_t argument1, uintptr_t function, uintptr_t stack);
__asm__(
    ".section .text.user_enter, \"ax\", %progbits\n"
    ".thumb_func\n"
    "user_enter:\n"
    "  push {r3-r11, lr}\n"
    "  msr psp, r3\n"
    "  mov r12, #3\n"
    "  b user_gate\n"
    ".thumb_func\n"
    "user_exit:\n"
    "  mrs r0, psp\n"
    "  mov r1, lr\n"
    "  push {r4, lr}\n"
    "  bl user_record\n"
    "  pop {r4, lr}\n"
    "  movs r1, #0\n"
    "  msr control, r1\n"
    "  sub sp, #32\n"
    "  str r0, [sp]\n"
    "  ldr r1, =user_leave\n"
    "  bic r1, r1, #1\n"
    "  str r1, [sp, #24]\n"
    "  mov r1, #0x01000000\n"
    "  str r1, [sp, #28]\n"
    "  mvn lr, #6\n" /* EXC_RETURN_THREAD_MSP */
    "  bx lr\n"
    ".thumb_func\n"
    "user_leave:\n"
    "  pop {r3-r11, pc}\n"
    ".ltorg\n"
    ".previous\n"
    ".section .text.user, \"ax\", %progbits\n"
    ".thumb_func\n"
    "user_gate:\n"
    "  msr control, r12\n"
    "  isb\n"
    "  bx r2\n"
    ".previous\n");

uint32_t user_call(uintptr_t function, uint32_t argument0, uint32_t argument1) {
  install(user_exit);
  exception_install(EXCEPTION_SVCALL, user_svcall);
  const uint32_t result = user_enter(argument0, argument1, function | 1, user_stack_top);
  install(fault_entry);
  return result;
}
