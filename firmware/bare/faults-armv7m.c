/* expect:
 * exit 0
 * | udf: UsageFault: UNDEFINSTR
 * | udf.w: UsageFault: UNDEFINSTR
 * | 16 bits that mean nothing: UsageFault: UNDEFINSTR
 * | 32 bits that mean nothing: UsageFault: UNDEFINSTR
 * | mrc: UsageFault: NOCP
 * | ldc: UsageFault: NOCP
 * | vadd.f32: UsageFault: NOCP
 * | unaligned ldm: UsageFault: UNALIGNED
 * | unaligned stm: UsageFault: UNALIGNED
 * | unaligned ldrd: UsageFault: UNALIGNED
 * | unaligned strd: UsageFault: UNALIGNED
 * | unaligned ldrex: UsageFault: UNALIGNED
 * | unaligned ldr with UNALIGN_TRP: UsageFault: UNALIGNED
 * | unaligned strh with UNALIGN_TRP: UsageFault: UNALIGNED
 * | udiv by zero with DIV_0_TRP: UsageFault: DIVBYZERO
 * | sdiv by zero with DIV_0_TRP: UsageFault: DIVBYZERO
 * | blx to an even address: UsageFault: INVSTATE
 * | pop of an even address: UsageFault: INVSTATE
 * | ldrb: BusFault: PRECISERR BFARVALID
 * | ldrsh: BusFault: PRECISERR BFARVALID
 * | ldr: BusFault: PRECISERR BFARVALID
 * | ldrd: BusFault: PRECISERR BFARVALID
 * | ldm: BusFault: PRECISERR BFARVALID
 * | ldrex: BusFault: PRECISERR BFARVALID
 * | strb: BusFault: PRECISERR BFARVALID
 * | strh: BusFault: PRECISERR BFARVALID
 * | str: BusFault: PRECISERR BFARVALID
 * | stm: BusFault: PRECISERR BFARVALID
 * | branch to nothing: BusFault: IBUSERR
 * | ldr with writeback: BusFault: PRECISERR BFARVALID
 * | ldm with writeback: BusFault: PRECISERR BFARVALID
 * | branch to a peripheral: MemManage: IACCVIOL
 * | branch to a system register: MemManage: IACCVIOL
 * | UsageFault disabled: HardFault: FORCED UNDEFINSTR
 * | BusFault disabled: HardFault: FORCED PRECISERR BFARVALID
 * | MemManage disabled: HardFault: FORCED IACCVIOL
 * | UsageFault with PRIMASK: HardFault: FORCED UNDEFINSTR
 * | SVC with PRIMASK: HardFault: FORCED
 * | BusFault with BASEPRI: HardFault: FORCED PRECISERR BFARVALID
 * | BusFault above BASEPRI: BusFault: PRECISERR BFARVALID
 * | bkpt
 * | status registers
 * | in a handler of lower priority: BusFault: PRECISERR BFARVALID
 * | in a handler of the same priority: HardFault: FORCED PRECISERR BFARVALID
 * | frame pushed to nothing: BusFault: STKERR
 * | frame popped from nothing: BusFault: UNSTKERR
 * | EXC_RETURN that does not exist: UsageFault: INVPC
 * | return to Handler mode without an exception: UsageFault: INVPC
 * | return to Thread mode with an exception: UsageFault: INVPC
 * | return to Thread mode below another exception: UsageFault: INVPC
 * | all 277 checks passed
 */

/*
 * Every kind of fault that a program can raise without the MPU: the exception, CFSR, HFSR, the fault addresses, and
 * what is in the frame. (ARMv7-M B1.5.14 "Fault behavior", B3.2.15 to B3.2.18, A3.2 "Alignment", B1.5.8, B1.5.6.)
 *
 * Choices of the board mps2-an385: a store to nothing is precise, as everything on its bus is on QEMU.
 *
 * Not tested: imprecise faults, which therefore do not come; faults on exception entry and return with the MPU are
 * in mpu-armv7m.c.
 */
#include "board.h"
#include "check.h"
#include "exception.h"
#include "fault.h"
#include "print.h"
#include "scb.h"
#include "special.h"

#define NOTHING NOTHING_ADDRESS
#define PERIPHERAL 0x40000000u

/* Executes an instruction, whose address goes to `address`; %1 in it is `pointer`, %2 a value. */
#define EXECUTE(address, text, pointer)             \
  __asm__ volatile("adr.w %0, 1f\n1: " text         \
                   : "=&r"(address)                 \
                   : "r"(pointer), "r"(0x5a5a5a5au) \
                   : "r4", "r5", "r6", "r12", "lr", "cc", "memory")

static void usage_faults(void) {
  static uint32_t words[4];
  const uintptr_t unaligned = (uintptr_t)words + 2;
  uintptr_t at;

#define USAGE_FAULT(text, pointer, bit, what) \
  EXECUTE(at, text, pointer);                 \
  fault_check(EXCEPTION_USAGE_FAULT, bit, at, what)
  USAGE_FAULT("udf #0", 0, CFSR_UNDEFINSTR, "udf");
  USAGE_FAULT("udf.w #0", 0, CFSR_UNDEFINSTR, "udf.w");
  USAGE_FAULT(".inst.n 0xb600", 0, CFSR_UNDEFINSTR, "16 bits that mean nothing");
  USAGE_FAULT(".inst.w 0xf8700000", 0, CFSR_UNDEFINSTR, "32 bits that mean nothing");
  USAGE_FAULT("mrc p0, 0, r4, c0, c0", 0, CFSR_NOCP, "mrc");
  USAGE_FAULT("ldc p1, c0, [%1]", words, CFSR_NOCP, "ldc");
  USAGE_FAULT(".inst.w 0xee300a00", 0, CFSR_NOCP, "vadd.f32");

  USAGE_FAULT("ldm %1, {r4, r5}", unaligned, CFSR_UNALIGNED, "unaligned ldm");
  USAGE_FAULT("stm %1, {r4, r5}", unaligned, CFSR_UNALIGNED, "unaligned stm");
  USAGE_FAULT("ldrd r4, r5, [%1]", unaligned, CFSR_UNALIGNED, "unaligned ldrd");
  USAGE_FAULT("strd r4, r5, [%1]", unaligned, CFSR_UNALIGNED, "unaligned strd");
  USAGE_FAULT("ldrex r4, [%1]", unaligned, CFSR_UNALIGNED, "unaligned ldrex");

  /* The others may be unaligned, unless UNALIGN_TRP is set. */
  CCR |= CCR_UNALIGN_TRP;
  barrier();
  USAGE_FAULT("ldr r4, [%1]", unaligned, CFSR_UNALIGNED, "unaligned ldr with UNALIGN_TRP");
  USAGE_FAULT("strh %2, [%1]", (uintptr_t)words + 1, CFSR_UNALIGNED, "unaligned strh with UNALIGN_TRP");
  CCR &= ~CCR_UNALIGN_TRP;
  barrier();
  words[0] = 0x11223344;
  words[1] = 0x55667788;
  uint32_t value;
  __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(unaligned) : "memory");
  check_equal(value, 0x77881122, "unaligned load");
  check_equal(fault_record.count, 0, "an unaligned load is no fault");

  uint32_t quotient;
  __asm__ volatile("udiv %0, %1, %2" : "=r"(quotient) : "r"(7), "r"(0));
  check_equal(quotient, 0, "quotient of a division by zero");
  check_equal(fault_record.count, 0, "a division by zero is no fault");
  CCR |= CCR_DIV_0_TRP;
  barrier();
  USAGE_FAULT("udiv r4, %2, %1", 0, CFSR_DIVBYZERO, "udiv by zero with DIV_0_TRP");
  USAGE_FAULT("sdiv r4, %2, %1", 0, CFSR_DIVBYZERO, "sdiv by zero with DIV_0_TRP");
  CCR &= ~CCR_DIV_0_TRP;
  barrier();
}

/* A branch to an even address succeeds and clears the T bit: the fault is at its target. */
static void invalid_state(void) {
  const uintptr_t even = (uintptr_t)invalid_state & ~1u;
  uintptr_t at;
  EXECUTE(at, "blx %1", even);
  fault_check(EXCEPTION_USAGE_FAULT, CFSR_INVSTATE, even, "blx to an even address");
  check_equal(fault_record.xpsr & XPSR_T, 0, "T in the frame");
  __asm__ volatile(
      "adr.w lr, 1f\n"
      "orr lr, #1\n"
      "push {%0}\n"
      "pop {pc}\n"
      ".balign 4\n"
      "1:"
      :
      : "r"(even)
      : "lr", "memory");
  fault_check(EXCEPTION_USAGE_FAULT, CFSR_INVSTATE, even, "pop of an even address");
}

static void bus_faults(void) {
  uintptr_t at;

#define BUS_FAULT(text, what)                                                  \
  EXECUTE(at, text, NOTHING);                                                  \
  fault_check(EXCEPTION_BUS_FAULT, CFSR_PRECISERR | CFSR_BFARVALID, at, what); \
  check_equal(fault_record.bfar, NOTHING, "BFAR")
  BUS_FAULT("ldrb r4, [%1]", "ldrb");
  BUS_FAULT("ldrsh r4, [%1]", "ldrsh");
  BUS_FAULT("ldr.w r4, [%1]", "ldr");
  BUS_FAULT("ldrd r4, r5, [%1]", "ldrd");
  BUS_FAULT("ldm %1, {r4, r5, r6}", "ldm");
  BUS_FAULT("ldrex r4, [%1]", "ldrex");
  BUS_FAULT("strb %2, [%1]", "strb");
  BUS_FAULT("strh %2, [%1]", "strh");
  BUS_FAULT("str %2, [%1]", "str");
  BUS_FAULT("stm %1, {r4, r5, r6}", "stm");

  EXECUTE(at, "blx %1", NOTHING | 1);
  fault_check(EXCEPTION_BUS_FAULT, CFSR_IBUSERR, NOTHING, "branch to nothing");

  /* What a load that faults would have written is as before, its base too. */
  uint32_t value = 0x13579bdf;
  uintptr_t base = NOTHING;
  __asm__ volatile("adr.w %0, 1f\n1: ldr %1, [%2], #4" : "=&r"(at), "+&r"(value), "+&r"(base) : : "memory");
  fault_check(EXCEPTION_BUS_FAULT, CFSR_PRECISERR | CFSR_BFARVALID, at, "ldr with writeback");
  check_equal(value, 0x13579bdf, "register of a load that faults");
  check_equal(base, NOTHING, "base of a load that faults");
  __asm__ volatile("adr.w %0, 1f\n1: ldm %1!, {r4, r5}" : "=&r"(at), "+&r"(base) : : "r4", "r5", "memory");
  fault_check(EXCEPTION_BUS_FAULT, CFSR_PRECISERR | CFSR_BFARVALID, at, "ldm with writeback");
  check_equal(base, NOTHING, "base of an ldm that faults");
}

/* The default memory map lets nobody execute from peripherals and the system (B3.1). */
static void never_executed(void) {
  uintptr_t at;
  EXECUTE(at, "blx %1", PERIPHERAL | 1);
  fault_check(EXCEPTION_MEM_MANAGE, CFSR_IACCVIOL, PERIPHERAL, "branch to a peripheral");
  EXECUTE(at, "blx %1", (uintptr_t)&CPUID | 1);
  fault_check(EXCEPTION_MEM_MANAGE, CFSR_IACCVIOL, (uintptr_t)&CPUID, "branch to a system register");
}

static void escalation(void) {
  uintptr_t at;

  SHCSR &= ~(SHCSR_MEMFAULTENA | SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA);
  barrier();
  EXECUTE(at, "udf #1", 0);
  fault_check_forced(CFSR_UNDEFINSTR, at, "UsageFault disabled");
  EXECUTE(at, "ldr r4, [%1]", NOTHING);
  fault_check_forced(CFSR_PRECISERR | CFSR_BFARVALID, at, "BusFault disabled");
  EXECUTE(at, "blx %1", PERIPHERAL | 1);
  fault_check_forced(CFSR_IACCVIOL, PERIPHERAL, "MemManage disabled");
  SHCSR |= SHCSR_MEMFAULTENA | SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA;
  barrier();

  /* A fault whose priority does not suffice, and an SVC that cannot be taken (B1.5.14). */
  interrupts_disable();
  EXECUTE(at, "udf #2", 0);
  fault_check_forced(CFSR_UNDEFINSTR, at, "UsageFault with PRIMASK");
  EXECUTE(at, "svc #0", 0);
  fault_report("SVC with PRIMASK");
  check_equal(fault_record.number, EXCEPTION_HARD_FAULT, "exception");
  check_equal(fault_record.cfsr, 0, "CFSR");
  check_equal(fault_record.hfsr, HFSR_FORCED, "HFSR");
  /* A synchronous HardFault's frame has the address of the instruction (B1.5.6); QEMU 7.2 has the next one's. */
  check(fault_record.pc == at || fault_record.pc == at + 2, "PC in the frame");
  interrupts_enable();
  SHPR(EXCEPTION_BUS_FAULT) = 0x80;
  special_write(basepri, 0x80);
  EXECUTE(at, "ldr r4, [%1]", NOTHING);
  fault_check_forced(CFSR_PRECISERR | CFSR_BFARVALID, at, "BusFault with BASEPRI");
  special_write(basepri, 0xa0);
  EXECUTE(at, "ldr r4, [%1]", NOTHING);
  fault_check(EXCEPTION_BUS_FAULT, CFSR_PRECISERR | CFSR_BFARVALID, at, "BusFault above BASEPRI");
  special_write(basepri, 0);
  SHPR(EXCEPTION_BUS_FAULT) = 0;
}

/*
 * A breakpoint without a debugger is a HardFault, because the debug monitor is off (C1.3.1). HFSR says DEBUGEVT then;
 * QEMU 7.2 says FORCED.
 */
static void breakpoint(void) {
  uintptr_t at;
  EXECUTE(at, "bkpt #1", 0);
  print("bkpt\n");
  check_equal(fault_record.count, 1, "bkpt");
  fault_record.count = 0;
  check_equal(fault_record.number, EXCEPTION_HARD_FAULT, "exception");
  check_equal(fault_record.cfsr, 0, "CFSR");
  check(fault_record.hfsr == HFSR_DEBUGEVT || fault_record.hfsr == HFSR_FORCED, "HFSR");
  check_equal(fault_record.pc, at, "PC in the frame");
}

uint32_t skip(struct exception_frame *frame, uint32_t exc_return);
uint32_t skip(struct exception_frame *frame, uint32_t exc_return) {
  frame->pc += 2;
  return exc_return;
}

__attribute__((naked)) static void skip_entry(void) { EXCEPTION_ENTRY(skip); }

/* Bits stay until one is written to them, and can be accessed by bytes and halfwords (B3.2.15). */
static void status_registers(void) {
  volatile uint8_t *const bytes = (volatile uint8_t *)&CFSR;
  volatile uint16_t *const halves = (volatile uint16_t *)&CFSR;
  const uint32_t bus = CFSR_PRECISERR | CFSR_BFARVALID;
  print("status registers\n");
  exception_install(EXCEPTION_BUS_FAULT, skip_entry);
  exception_install(EXCEPTION_USAGE_FAULT, skip_entry);
  __asm__ volatile("udf #0\n ldr r4, [%0]" : : "l"(NOTHING) : "r4", "memory");
  check_equal(CFSR, CFSR_UNDEFINSTR | bus, "both faults");
  check_equal(bytes[0], 0, "MMFSR");
  check_equal(bytes[1], bus >> 8, "BFSR");
  check_equal(halves[1], CFSR_UNDEFINSTR >> 16, "UFSR");
  check_equal(BFAR, NOTHING, "BFAR");
  CFSR = 0;
  check_equal(CFSR, CFSR_UNDEFINSTR | bus, "zeros clear nothing");
  halves[1] = CFSR_INVSTATE >> 16;
  check_equal(CFSR, CFSR_UNDEFINSTR | bus, "another bit");
  halves[1] = CFSR_UNDEFINSTR >> 16;
  check_equal(CFSR, bus, "UFSR cleared");
  bytes[1] = CFSR_BFARVALID >> 8;
  check_equal(CFSR, CFSR_PRECISERR, "BFARVALID cleared");
  CFSR = 0xffffffff;
  check_equal(CFSR, 0, "all cleared");
  check_equal(HFSR, 0, "HFSR");
  fault_install();
}

/* A fault handler with a fault of its own, whose priority suffices or does not. */
uint32_t nest(struct exception_frame *frame, uint32_t exc_return);
uint32_t nest(struct exception_frame *frame, uint32_t exc_return) {
  clear_fault_status();
  __asm__ volatile("ldr.w r4, [%0]" : : "r"(NOTHING) : "r4", "memory");
  return skip(frame, exc_return);
}

__attribute__((naked)) static void nest_entry(void) { EXCEPTION_ENTRY(nest); }

static void nested(void) {
  const uint32_t active = SHCSR_USGFAULTACT | SHCSR_BUSFAULTACT | SHCSR_MEMFAULTACT;
  exception_install(EXCEPTION_USAGE_FAULT, nest_entry);
  SHPR(EXCEPTION_USAGE_FAULT) = 0x40;
  __asm__ volatile("udf #0");
  fault_report("in a handler of lower priority");
  check_equal(fault_record.number, EXCEPTION_BUS_FAULT, "exception");
  check_equal(fault_record.shcsr & active, SHCSR_USGFAULTACT | SHCSR_BUSFAULTACT, "both are active");
  check_equal(fault_record.exc_return, EXC_RETURN_HANDLER, "EXC_RETURN");
  check_equal(fault_record.xpsr & XPSR_EXCEPTION, EXCEPTION_USAGE_FAULT, "exception in the frame");
  SHPR(EXCEPTION_USAGE_FAULT) = 0;
  __asm__ volatile("udf #0");
  fault_report("in a handler of the same priority");
  check_equal(fault_record.number, EXCEPTION_HARD_FAULT, "exception");
  check_equal(fault_record.hfsr, HFSR_FORCED, "HFSR");
  check_equal(fault_record.shcsr & active, SHCSR_USGFAULTACT, "one is active");
  check_equal(fault_record.exc_return, EXC_RETURN_HANDLER, "EXC_RETURN");
  check_equal(SHCSR & active, 0, "none is active afterwards");
  fault_install();
}

/* The frame cannot be pushed, or cannot be popped; the exception that comes instead is derived (B1.5.11, B1.5.12). */
extern const uint8_t user_svc[];
void lose_stack(void);
__asm__(
    ".section .text.user, \"ax\", %progbits\n"
    ".thumb_func\n"
    "user_svc:\n"
    "  svc #0\n"
    ".thumb_func\n"
    "lose_stack:\n"
    "  mov r0, #0x60000000\n"
    "  msr psp, r0\n"
    "  bx lr\n"
    ".previous\n");

static void frames(void) {
  const uintptr_t good_stack = user_stack_top;
  SHPR(EXCEPTION_SVCALL) = 0x80;
  user_stack_top = NOTHING + 0x100;
  user_call((uintptr_t)user_svc, 0, 0);
  fault_report("frame pushed to nothing");
  check_equal(fault_record.number, EXCEPTION_BUS_FAULT, "exception");
  check_equal(fault_record.cfsr, CFSR_STKERR, "CFSR");
  check(fault_record.shcsr & SHCSR_SVCALLPENDED, "the SVC is pending");
  check_equal(SHCSR & SHCSR_SVCALLPENDED, 0, "and can be withdrawn");
  user_stack_top = good_stack;

  void (*const exit)(void) = user_svcall;
  user_svcall = lose_stack;
  user_call((uintptr_t)user_svc, 0, 0);
  fault_report("frame popped from nothing");
  check_equal(fault_record.number, EXCEPTION_BUS_FAULT, "exception");
  check_equal(fault_record.cfsr, CFSR_UNSTKERR, "CFSR");
  check_equal(fault_record.shcsr & SHCSR_SVCALLACT, 0, "the SVC is no longer active");
  user_svcall = exit;

  user_call((uintptr_t)user_svc, 0, 0);
  check_equal(fault_record.number, EXCEPTION_SVCALL, "SVC on a good stack");
  fault_record.count = 0;
}

/*
 * Exception returns that cannot be (B1.5.8): the UsageFault comes in place of the return, with the frame still on the
 * stack, and has the refused value in LR. Its handler mends the frame and returns to `way_back`.
 */
static struct {
  uint32_t value, pretended_exception, way_back;
  uint32_t count, cfsr, lr, active;
} volatile refusal;

__attribute__((used)) static uint32_t record_refusal(struct exception_frame *frame, uint32_t exc_return) {
  refusal.count++;
  refusal.cfsr = CFSR;
  refusal.lr = exc_return;
  refusal.active = SHCSR;
  fault_print(special_read(ipsr), CFSR, HFSR);
  clear_fault_status();
  if (refusal.pretended_exception) frame->xpsr &= ~XPSR_EXCEPTION;
  return refusal.way_back;
}

__attribute__((naked)) static void refusal_entry(void) { EXCEPTION_ENTRY(record_refusal); }

/* Leaves its exception with the value and the exception number in the frame that a test wants. */
__attribute__((used)) static uint32_t pretend(struct exception_frame *frame, uint32_t exc_return) {
  (void)exc_return;
  frame->xpsr |= refusal.pretended_exception;
  return refusal.value;
}

__attribute__((naked)) static void pretend_entry(void) { EXCEPTION_ENTRY(pretend); }

static void pend_pendsv(void) {
  ICSR = ICSR_PENDSVSET;
  barrier();
}

static void refused(uint32_t value, uint32_t pretended_exception, const char *what) {
  refusal.value = value;
  refusal.pretended_exception = pretended_exception;
  refusal.count = 0;
  print("%s: ", what);
  __asm__ volatile("svc #0" : : : "memory");
  check_equal(refusal.count, 1, what);
  check_equal(refusal.cfsr, CFSR_INVPC, "CFSR");
  check_equal(refusal.lr, value, "LR in the handler");
  check_equal(special_read(ipsr), 0, "IPSR afterwards");
}

static void exception_returns(void) {
  exception_install(EXCEPTION_USAGE_FAULT, refusal_entry);
  exception_install(EXCEPTION_SVCALL, pretend_entry);
  refusal.way_back = EXC_RETURN_THREAD_MSP;
  refused(0xfffffff3, 0, "EXC_RETURN that does not exist");
  check_equal(refusal.active & SHCSR_SVCALLACT, 0, "the SVC is no longer active");
  refused(EXC_RETURN_HANDLER, 0, "return to Handler mode without an exception");
  refused(EXC_RETURN_THREAD_MSP, EXCEPTION_PENDSV, "return to Thread mode with an exception");

  exception_install(EXCEPTION_SVCALL, pend_pendsv);
  exception_install(EXCEPTION_PENDSV, pretend_entry);
  SHPR(EXCEPTION_SVCALL) = 0x80;
  SHPR(EXCEPTION_PENDSV) = 0x40;
  refusal.way_back = EXC_RETURN_HANDLER;
  refused(EXC_RETURN_THREAD_MSP, 0, "return to Thread mode below another exception");
  check_equal(refusal.active & (SHCSR_SVCALLACT | SHCSR_PENDSVACT), SHCSR_SVCALLACT, "what is active");
  check_equal(SHCSR & (SHCSR_SVCALLACT | SHCSR_PENDSVACT | SHCSR_USGFAULTACT), 0, "nothing is active");
}

int main(void) {
  fault_install();
  usage_faults();
  invalid_state();
  bus_faults();
  never_executed();
  escalation();
  breakpoint();
  status_registers();
  nested();
  frames();
  exception_returns();
  return check_result();
}
