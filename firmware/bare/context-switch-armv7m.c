/* expect:
 * exit 0
 * | on request: 500 and 500 yields, 1000 switches
 * | by the clock: both threads worked
 * | all 20 checks passed
 */

/*
 * The heart of a kernel: two threads on stacks of their own (PSP), which SVC starts and ends and PendSV switches, once
 * because they ask for it and once because SysTick interrupts them. Handlers run on the main stack. (ARMv7-M B1.4.1,
 * B1.4.4, B1.5.8; B1.5.5 says why SVC and PendSV are there.)
 */
#include "check.h"
#include "exception.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "systick.h"

#define THREADS 2u
#define SWITCHES 1000u
#define TICKS 20u
#define ROUNDS 20u
#define TICK_CYCLES 10000u
#define STACK_WORDS 128u

#define SVC_START 0
#define SVC_EXIT 1

struct thread {
  uint32_t *stack_pointer; /* of a thread that does not run; below it are r4 to r11 and the exception frame */
  uint32_t stack[STACK_WORDS] __attribute__((aligned(8)));
};

static struct thread threads[THREADS];
static volatile unsigned running;
static volatile unsigned switches;

/* What PendSV calls with the thread's stack pointer; returns the other one's. */
__attribute__((used)) static uint32_t *switch_stacks(uint32_t *stack_pointer) {
  threads[running].stack_pointer = stack_pointer;
  running = (running + 1) % THREADS;
  switches++;
  return threads[running].stack_pointer;
}

__attribute__((naked)) static void pendsv(void) {
  __asm__ volatile(
      "mrs r0, psp\n"
      "stmdb r0!, {r4-r11}\n"
      "push {r4, lr}\n"
      "bl switch_stacks\n"
      "pop {r4, lr}\n"
      "ldmia r0!, {r4-r11}\n"
      "msr psp, r0\n"
      "bx lr");
}

/* Value of SYST_CSR while threads run: no tick may come to main(), which PendSV does not know. */
static uint32_t clock_control;

/* SVC_START leaves main() in its frame on the main stack and returns to the first thread; SVC_EXIT is the way back. */
__attribute__((used)) static uint32_t supervise(const struct exception_frame *frame, uint32_t exc_return) {
  const uint8_t number = ((const uint8_t *)frame->pc)[-2];
  if (number == SVC_START) {
    check_equal(exc_return, EXC_RETURN_THREAD_MSP, "EXC_RETURN of main()");
    check_equal(special_read(control), 0, "CONTROL of main()");
    special_write(psp, (uintptr_t)(threads[0].stack_pointer + 8));
    SYST_CSR = clock_control;
    return EXC_RETURN_THREAD_PSP;
  }
  check_equal(number, SVC_EXIT, "number of the SVC");
  check_equal(exc_return, EXC_RETURN_THREAD_PSP, "EXC_RETURN of a thread");
  SYST_CSR = 0;
  ICSR = ICSR_PENDSTCLR | ICSR_PENDSVCLR;
  return EXC_RETURN_THREAD_MSP;
}

__attribute__((naked)) static void svcall(void) { EXCEPTION_ENTRY(supervise); }

static void prepare(struct thread *thread, uint32_t argument, void (*body)(uint32_t)) {
  struct exception_frame *const frame = (struct exception_frame *)(thread->stack + STACK_WORDS) - 1;
  *frame = (struct exception_frame){.r0 = argument, .pc = (uintptr_t)body & ~1u, .xpsr = XPSR_T};
  thread->stack_pointer = (uint32_t *)frame - 8;
}

/* Runs two threads until one of them leaves. */
static void run_threads(void (*body)(uint32_t number)) {
  for (unsigned i = 0; i < THREADS; i++) prepare(&threads[i], i, body);
  running = 0;
  switches = 0;
  const uint32_t stack = special_read(msp);
  __asm__ volatile("svc %0"
                   :
                   : "I"(SVC_START)
                   : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc",
                     "memory");
  check_equal(special_read(msp), stack, "main stack pointer");
  check_equal(special_read(control), 0, "CONTROL of main()");
}

static void leave(void) { __asm__ volatile("svc %0" : : "I"(SVC_EXIT) : "memory"); }

/* Sets registers and flags, lets the other thread run, and says whether all are as before. */
bool yield_with_registers(uint32_t seed);
__asm__(
    ".section .text.yield_with_registers, \"ax\", %progbits\n"
    ".thumb_func\n"
    "yield_with_registers:\n"
    "  push {r4-r11, lr}\n"
    "  add r4, r0, #4\n"
    "  add r5, r0, #5\n"
    "  add r6, r0, #6\n"
    "  add r7, r0, #7\n"
    "  add r8, r0, #8\n"
    "  add r9, r0, #9\n"
    "  add r10, r0, #10\n"
    "  add r11, r0, #11\n"
    "  add r12, r0, #12\n"
    "  ldr r1, =0xe000ed04\n" /* ICSR */
    "  mov r2, #0x10000000\n" /* PENDSVSET */
    "  ldr r3, =0xa8000000\n" /* N, C, Q */
    "  msr apsr_nzcvq, r3\n"
    "  str r2, [r1]\n"
    "  dsb\n"
    "  isb\n"
    "  mrs lr, apsr\n"
    "  cmp lr, r3\n"
    "  bne 1f\n"
    "  add lr, r4, r5\n"
    "  add lr, r6\n"
    "  add lr, r7\n"
    "  add lr, r8\n"
    "  add lr, r9\n"
    "  add lr, r10\n"
    "  add lr, r11\n"
    "  add lr, r12\n"
    "  add r3, r0, r0, lsl #3\n"
    "  add r3, #72\n"
    "  cmp lr, r3\n"
    "  bne 1f\n"
    "  movs r0, #1\n"
    "  pop {r4-r11, pc}\n"
    "1:\n"
    "  movs r0, #0\n"
    "  pop {r4-r11, pc}\n"
    ".ltorg\n"
    ".previous\n");

static volatile unsigned yields[THREADS];
static volatile unsigned order_errors, register_errors;

static void polite(uint32_t number) {
  check_equal(special_read(control), CONTROL_PSP, "CONTROL of a thread");
  check_equal(special_read(ipsr), 0, "IPSR of a thread");
  while (yields[0] + yields[1] < SWITCHES) {
    if (running != number || switches != yields[0] + yields[1]) order_errors++;
    yields[number]++;
    if (!yield_with_registers(number * 0x1000 + yields[number])) register_errors++;
  }
  leave();
}

static void on_request(void) {
  run_threads(polite);
  print("on request: %u and %u yields, %u switches\n", yields[0], yields[1], switches);
  check_equal(order_errors, 0, "the threads take turns");
  check_equal(register_errors, 0, "registers and flags are kept");
}

static volatile unsigned ticks, rounds[THREADS], round_errors;

static void tick(void) {
  ticks++;
  ICSR = ICSR_PENDSVSET;
}

static uint32_t work(uint32_t seed) {
  for (unsigned i = 0; i < 1000; i++) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
  }
  return seed;
}

/* Never gives up the processor; ends when both threads have come to do some work all the same. */
static void greedy(uint32_t number) {
  const uint32_t result = work(number + 1);
  while (ticks < TICKS || rounds[0] < ROUNDS || rounds[1] < ROUNDS) {
    if (work(number + 1) != result) round_errors++;
    rounds[number]++;
  }
  leave();
}

static void by_the_clock(void) {
  SYST_RVR = TICK_CYCLES - 1;
  SYST_CVR = 0;
  clock_control = SYST_CSR_ENABLE | SYST_CSR_TICKINT | SYST_CSR_CLKSOURCE;
  run_threads(greedy);
  print("by the clock: both threads worked\n");
  check(switches > 1, "threads were switched");
  check_equal(round_errors, 0, "the work is right");
}

int main(void) {
  exception_install(EXCEPTION_SVCALL, svcall);
  exception_install(EXCEPTION_PENDSV, pendsv);
  exception_install(EXCEPTION_SYSTICK, tick);
  SHPR(EXCEPTION_PENDSV) = 0xff;
  on_request();
  by_the_clock();
  return check_result();
}
