/* expect:
 * exit 0
 * | same priority: by number: 0()1()2()3()4()5()
 * | by priority: 1()3()5()4()0()2()
 * | by priority, then by number: 1()3()5()0()2()4()
 * | three deep: 0(1(2()))
 * | lower ones wait: 0()1()2()
 * | the same priority waits: 1()0()
 * | a handler that pends its own interrupt twice: 0(+)0(+)0()
 * | those that wait, in their order: 0()2()5()4()1()3()
 * | one that waited is interrupted: 0()2(1())3()
 * | PendSV comes last: 0(1())P
 * | PRIGROUP 6, 0x20 while 0x60 runs: 0()1()
 * | PRIGROUP 5, 0x20 while 0x60 runs: 0(1())
 * | PRIGROUP 4, 0x20 while 0x60 runs: 0(1())
 * | one group, by subpriority: 0()3()2()1()5()4()
 * | another group interrupts: 0(2()1())
 * | BASEPRI 0x60 lets pass: 0()1()
 * | BASEPRI 0x40 lets pass: nothing
 * | BASEPRI 0x80 lets pass: 1()2()
 * | no BASEPRI lets pass: 3()
 * | PRIMASK lets pass: nothing
 * | no PRIMASK lets pass: 0()
 * | FAULTMASK lets pass: nothing
 * | no FAULTMASK lets pass: 0()
 * | a handler with FAULTMASK: 0()1()
 * | a handler that lowers its priority: 0(-1())
 * | a waiting one is raised above BASEPRI: 0()
 * | then the other: 1()
 * | stack alignment
 * | all 239 checks passed
 */

/*
 * Priorities of interrupts: which ones interrupt which, in what order those that wait are taken one behind the other
 * (tail-chaining), priority groups, and the registers that mask them. (ARMv7-M B1.5.4 "Exception priorities and
 * preemption", B1.5.12 "Tail-chaining", B1.4.3, B3.2.4, B3.2.6.)
 *
 * Interrupts that nothing on the board raises are pended by software. The traces show what ran: `1(` is the entry of
 * interrupt 1's handler, `)` its end. Priorities use 3 bits, so that a core with no more of them passes.
 */
#include "check.h"
#include "exception.h"
#include "nvic.h"
#include "print.h"
#include "scb.h"
#include "special.h"

/* Interrupts 24 to 29 are "0" to "5" here. */
#define FIRST 24u
#define COUNT 6u

static char trace[96];
static unsigned length;

static void note(char what) {
  if (length < sizeof trace - 1) trace[length++] = what;
}

static void show(const char *what) {
  trace[length] = 0;
  print("%s: %s\n", what, length ? trace : "nothing");
  length = 0;
}

/* What each handler does between its entry and its end. */
static void (*actions[COUNT])(void);
static uint32_t exc_returns[COUNT];

__attribute__((used)) static uint32_t serve(const struct exception_frame *frame, uint32_t exc_return) {
  (void)frame;
  const uint32_t n = special_read(ipsr) - EXCEPTION_INTERRUPT(FIRST);
  note((char)('0' + n));
  note('(');
  exc_returns[n] = exc_return;
  check(nvic_active(FIRST + n), "the interrupt is active in its handler");
  check(!nvic_pending(FIRST + n), "and no longer pending");
  check_equal(ICSR & ICSR_VECTACTIVE, EXCEPTION_INTERRUPT(FIRST + n), "VECTACTIVE");
  if (actions[n]) actions[n]();
  note(')');
  return exc_return;
}

__attribute__((naked)) static void serve_entry(void) { EXCEPTION_ENTRY(serve); }

static void priorities(uint8_t p0, uint8_t p1, uint8_t p2, uint8_t p3, uint8_t p4, uint8_t p5) {
  const uint8_t all[COUNT] = {p0, p1, p2, p3, p4, p5};
  for (unsigned n = 0; n < COUNT; n++) {
    NVIC_IPR[FIRST + n] = all[n];
    actions[n] = 0;
  }
  barrier();
}

/* Pends interrupts, a bit each, at once. What their handlers read must have been stored by then. */
static void pend(uint32_t bits) {
  barrier();
  NVIC_ISPR[0] = bits << FIRST;
  barrier();
}

static void pend_all(void) { pend((1u << COUNT) - 1); }
static void pend_0(void) { pend(0x01); }
static void pend_1(void) { pend(0x02); }
static void pend_2(void) { pend(0x04); }
static void pend_1_and_2(void) { pend(0x06); }
static void pend_1_to_5(void) { pend(0x3e); }
static void pend_2_and_3(void) { pend(0x0c); }

static void pend_pendsv_and_1(void) {
  ICSR = ICSR_PENDSVSET;
  pend(0x02);
}

static void pend_itself(void) {
  static unsigned left = 2;
  if (left) {
    left--;
    pend(0x01);
    note('+');
  }
}

static void set_faultmask(void) {
  special_write(faultmask, 1);
  pend(0x02);
  check_equal(special_read(faultmask), 1, "FAULTMASK in the handler");
}

static void lower_itself(void) {
  pend(0x02);
  note('-');
  NVIC_IPR[FIRST] = 0x60;
  barrier();
}

static void order(void) {
  priorities(0x60, 0x60, 0x60, 0x60, 0x60, 0x60);
  interrupts_disable();
  pend_all();
  check_equal(ICSR >> 12 & 0x1ff, EXCEPTION_INTERRUPT(FIRST), "VECTPENDING");
  check(ICSR & ICSR_ISRPENDING, "ISRPENDING");
  interrupts_enable();
  show("same priority: by number");
  check_equal(ICSR & (ICSR_VECTPENDING | ICSR_ISRPENDING), 0, "nothing is pending");

  priorities(0xa0, 0x20, 0xc0, 0x40, 0x80, 0x60);
  interrupts_disable();
  pend_all();
  check_equal(ICSR >> 12 & 0x1ff, EXCEPTION_INTERRUPT(FIRST + 1), "VECTPENDING by priority");
  interrupts_enable();
  show("by priority");

  priorities(0x40, 0x20, 0x40, 0x20, 0x40, 0x20);
  interrupts_disable();
  pend_all();
  interrupts_enable();
  show("by priority, then by number");
}

static void preemption(void) {
  priorities(0x60, 0x40, 0x20, 0, 0, 0);
  actions[0] = pend_1;
  actions[1] = pend_2;
  pend(0x01);
  show("three deep");
  check_equal(exc_returns[0], EXC_RETURN_THREAD_MSP, "EXC_RETURN of the outer handler");
  check_equal(exc_returns[1], EXC_RETURN_HANDLER, "EXC_RETURN of the middle handler");
  check_equal(exc_returns[2], EXC_RETURN_HANDLER, "EXC_RETURN of the inner handler");

  priorities(0x20, 0x40, 0x60, 0, 0, 0);
  actions[0] = pend_1;
  actions[1] = pend_2;
  pend(0x01);
  show("lower ones wait");
  check_equal(exc_returns[1], EXC_RETURN_THREAD_MSP, "EXC_RETURN behind the first");

  priorities(0x40, 0x40, 0, 0, 0, 0);
  actions[1] = pend_0;
  pend(0x02);
  show("the same priority waits");

  priorities(0x40, 0, 0, 0, 0, 0);
  actions[0] = pend_itself;
  pend(0x01);
  show("a handler that pends its own interrupt twice");
}

static void tail_chaining(void) {
  priorities(0x20, 0x80, 0x40, 0xa0, 0x60, 0x40);
  actions[0] = pend_1_to_5;
  pend(0x01);
  show("those that wait, in their order");

  /* The first that waits is interrupted by a higher one in its turn. */
  priorities(0x40, 0x20, 0x60, 0x80, 0, 0);
  actions[0] = pend_2_and_3;
  actions[2] = pend_1;
  pend(0x01);
  show("one that waited is interrupted");

  /* PendSV runs when nothing else does: the end of all handlers. */
  SHPR(EXCEPTION_PENDSV) = 0xe0;
  priorities(0x60, 0x40, 0, 0, 0, 0);
  actions[0] = pend_pendsv_and_1;
  pend(0x01);
  show("PendSV comes last");
}

static void serve_pendsv(void) {
  note('P');
  check_equal(special_read(ipsr), EXCEPTION_PENDSV, "IPSR of PendSV");
  check(ICSR & ICSR_RETTOBASE, "RETTOBASE: no other exception is active");
}

/* The lower bits of a priority do not decide about preemption, but about the order (B1.5.4). */
static void groups(void) {
  for (unsigned group_bits = 7; group_bits >= 5; group_bits -= 1) {
    AIRCR = AIRCR_VECTKEY | AIRCR_PRIGROUP(group_bits - 1);
    barrier();
    check_equal(AIRCR >> 8 & 7, group_bits - 1, "PRIGROUP");
    priorities(0x60, 0x20, 0x40, 0, 0, 0);
    actions[0] = pend_1;
    actions[1] = 0;
    pend(0x01);
    print("PRIGROUP %u, ", group_bits - 1);
    show("0x20 while 0x60 runs");
  }
  /* 0x00 to 0x60 are one group: they do not interrupt each other, but wait in their order. */
  AIRCR = AIRCR_VECTKEY | AIRCR_PRIGROUP(6);
  barrier();
  priorities(0x60, 0x40, 0x20, 0x00, 0xa0, 0x80);
  actions[0] = pend_1_to_5;
  pend(0x01);
  show("one group, by subpriority");
  priorities(0xa0, 0x60, 0x40, 0, 0, 0);
  actions[0] = pend_1_and_2;
  pend(0x01);
  show("another group interrupts");
  AIRCR = AIRCR_VECTKEY | AIRCR_PRIGROUP(0);
  AIRCR = AIRCR_PRIGROUP(5);
  check_equal(AIRCR >> 8 & 7, 0, "AIRCR needs its key");
}

static void masks(void) {
  priorities(0x20, 0x40, 0x60, 0x80, 0, 0);
  special_write(basepri, 0x60);
  pend(0x0f);
  show("BASEPRI 0x60 lets pass");
  special_write(basepri_max, 0x80);
  check_equal(special_read(basepri), 0x60, "BASEPRI_MAX does not lower it");
  special_write(basepri_max, 0x40);
  check_equal(special_read(basepri), 0x40, "BASEPRI_MAX raises it");
  special_write(basepri_max, 0);
  check_equal(special_read(basepri), 0x40, "BASEPRI_MAX of zero changes nothing");
  pend(0x02);
  show("BASEPRI 0x40 lets pass");
  special_write(basepri, 0x80);
  show("BASEPRI 0x80 lets pass");
  special_write(basepri, 0);
  show("no BASEPRI lets pass");

  interrupts_disable();
  pend(0x01);
  show("PRIMASK lets pass");
  interrupts_enable();
  show("no PRIMASK lets pass");

  special_write(faultmask, 1);
  pend(0x01);
  check_equal(special_read(faultmask), 1, "FAULTMASK");
  show("FAULTMASK lets pass");
  special_write(faultmask, 0);
  show("no FAULTMASK lets pass");

  /* A handler that sets FAULTMASK: the exception's return clears it (B1.5.8). */
  actions[0] = set_faultmask;
  actions[1] = 0;
  pend(0x01);
  show("a handler with FAULTMASK");
  check_equal(special_read(faultmask), 0, "FAULTMASK is clear after the return");
}

/* The priority of an interrupt that is running, or waiting, changes. */
static void dynamic(void) {
  priorities(0x20, 0x40, 0, 0, 0, 0);
  actions[0] = lower_itself;
  pend(0x01);
  show("a handler that lowers its priority");
  priorities(0x80, 0x40, 0, 0, 0, 0);
  special_write(basepri, 0x40);
  pend(0x03);
  NVIC_IPR[FIRST] = 0x20;
  barrier();
  show("a waiting one is raised above BASEPRI");
  special_write(basepri, 0);
  show("then the other");
}

/* Exception entry keeps the stack on 8 bytes, with a padding word that bit 9 of the stacked xPSR notes (B1.5.7). */
static uint32_t seen_frame, seen_xpsr;

__attribute__((used)) static uint32_t look_at_frame(const struct exception_frame *frame, uint32_t exc_return) {
  seen_frame = (uintptr_t)frame;
  seen_xpsr = frame->xpsr;
  return exc_return;
}

__attribute__((naked)) static void look_entry(void) { EXCEPTION_ENTRY(look_at_frame); }

static void alignment(void) {
  uint32_t before, after;
  print("stack alignment\n");
  exception_install(EXCEPTION_SVCALL, look_entry);
#define CALL_WITH(words)                                                              \
  __asm__ volatile("sub sp, %2\n mov %0, sp\n svc #0\n mov %1, sp\n add sp, %2"       \
                   : "=&r"(before), "=&r"(after)                                      \
                   : "I"(4 * (words))                                                 \
                   : "memory");                                                       \
  check_equal(after, before, "SP after the exception");                               \
  check_equal(seen_frame, (before - 32) & ~7u, "frame");                              \
  check_equal((seen_xpsr & XPSR_ALIGNED) != 0, (before & 4) != 0, "bit 9 of the stacked xPSR")
  CALL_WITH(2);
  CALL_WITH(1);
  CALL_WITH(4);
  CALL_WITH(3);
}

int main(void) {
  for (unsigned n = 0; n < COUNT; n++) {
    exception_install(EXCEPTION_INTERRUPT(FIRST + n), serve_entry);
    nvic_enable(FIRST + n);
  }
  exception_install(EXCEPTION_PENDSV, serve_pendsv);
  order();
  preemption();
  tail_chaining();
  groups();
  masks();
  dynamic();
  alignment();
  return check_result();
}
