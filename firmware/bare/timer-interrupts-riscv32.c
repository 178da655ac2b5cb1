/* expect:
 * exit 0
 * | MTIP at reset
 * | wfi without interrupts
 * | when a pending interrupt is taken
 * | direct mode: 5 ticks
 * | software interrupt
 * | vectored mode: 5 ticks, 1 software interrupt
 * | order of simultaneous interrupts
 * | all 46 checks passed
 */

/*
 * The CLINT's machine timer and software interrupt, with mtvec in both modes: mcause, mepc and mstatus of
 * an interrupt, when it is taken, and how it is withdrawn. (Privileged ISA, "Machine Timer Registers",
 * "Machine Interrupt Registers", "Machine Trap-Vector Base-Address Register", "Wait for Interrupt".)
 *
 * A choice of the board `virt`: mtimecmp is 0 at reset, so that the timer interrupt is pending then.
 */
#include "check.h"
#include "clint.h"
#include "csr.h"
#include "print.h"
#include "trap.h"

#define TICKS 5u
#define INTERVAL CLINT_TICKS_PER_MS

static void mtip_at_reset(void) {
  print("MTIP at reset\n");
  check(csr_read(mip) & MI_TIMER, "MTIP is pending at reset");
  check_equal(csr_read(mstatus) & MSTATUS_MIE, 0, "MIE is clear at reset");

  const uint64_t before = clint_time();
  const uint32_t time = csr_read(time);
  const uint64_t after = clint_time();
  check((uint32_t)before <= time && time <= (uint32_t)after, "the time CSR shows mtime");

  csr_set(mip, MI_TIMER);
  clint_set_deadline(CLINT_NEVER);
  check_equal(csr_read(mip) & MI_TIMER, 0, "a later deadline withdraws MTIP");
  csr_set(mip, MI_TIMER);
  check_equal(csr_read(mip) & MI_TIMER, 0, "MTIP is read-only");
  clint_set_deadline(0);
  check(csr_read(mip) & MI_TIMER, "a deadline in the past raises MTIP");
  clint_set_deadline(clint_time() + (1ull << 32));
  check_equal(csr_read(mip) & MI_TIMER, 0, "the deadline has 64 bits");
  clint_set_deadline(CLINT_NEVER);
}

/* wfi ends when an interrupt is pending and enabled in mie, even while MIE keeps it from being taken. */
static void wfi_without_interrupts(void) {
  print("wfi without interrupts\n");
  csr_write(mie, MI_TIMER);
  const uint64_t deadline = clint_time() + INTERVAL;
  clint_set_deadline(deadline);
  while (!(csr_read(mip) & MI_TIMER)) __asm__ volatile("wfi");
  check(clint_time() >= deadline, "wfi ends at the deadline");
  __asm__ volatile("wfi");
  check_equal(trap_record.count, 0, "no trap while MIE is clear");
}

static void record_and_withdraw(struct trap_frame *frame) {
  trap_record_and_skip(frame);
  frame->mepc = trap_record.epc;
  if (frame->mcause == (CAUSE_INTERRUPT | INTERRUPT_TIMER)) clint_set_deadline(CLINT_NEVER);
  if (frame->mcause == (CAUSE_INTERRUPT | INTERRUPT_SOFTWARE)) CLINT_MSIP = 0;
}

/* "Immediately following the execution of an xRET instruction or an explicit write to a CSR". */
static void when_pending_is_taken(void) {
  const uint32_t timer = CAUSE_INTERRUPT | INTERRUPT_TIMER;
  const uint32_t stack = MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP;
  uintptr_t at;
  print("when a pending interrupt is taken\n");
  trap_install(record_and_withdraw);

  csr_write(mie, MI_TIMER);
  clint_set_deadline(0);
  __asm__ volatile("la %0, 1f\ncsrsi mstatus, 8\n1: csrci mstatus, 8" : "=&r"(at) : : "memory");
  trap_check(timer, at, 0, "behind the write of mstatus that sets MIE");
  check_equal(trap_record.status & stack, MSTATUS_MPIE | MSTATUS_MPP_M, "mstatus in the handler");

  csr_write(mie, 0);
  clint_set_deadline(0);
  csr_set(mstatus, MSTATUS_MIE);
  check_equal(trap_record.count, 0, "no trap while mie is clear");
  __asm__ volatile("la %0, 1f\ncsrs mie, %1\n1: csrci mstatus, 8" : "=&r"(at) : "r"(MI_TIMER) : "memory");
  trap_check(timer, at, 0, "behind the write of mie");

  clint_set_deadline(0);
  csr_set(mstatus, MSTATUS_MPIE | MSTATUS_MPP_M);
  __asm__ volatile("la %0, 1f\ncsrw mepc, %0\nmret\n1: csrci mstatus, 8" : "=&r"(at) : : "memory");
  trap_check(timer, at, 0, "behind mret that sets MIE");
  csr_write(mie, 0);
}

static volatile unsigned ticks;
static uint64_t deadline;

static void count_tick(void) {
  ticks++;
  deadline += INTERVAL;
  clint_set_deadline(ticks < TICKS ? deadline : CLINT_NEVER);
}

/* Lets interrupts in, and sleeps in a loop whose bounds are known until all ticks have come. */
extern const uint8_t sleep_start[], sleep_end[];
void sleep_until_ticks(volatile unsigned *counter, unsigned count);
__asm__(
    ".section .text.sleep_until_ticks, \"ax\", @progbits\n"
    "sleep_until_ticks:\n"
    "  csrsi mstatus, 8\n"
    "sleep_start:\n"
    "  wfi\n"
    "  lw t0, 0(a0)\n"
    "  bltu t0, a1, sleep_start\n"
    "  ret\n"
    "sleep_end:\n"
    ".previous\n");

static void run_ticks(void) {
  ticks = 0;
  const uint64_t start = clint_time();
  deadline = start + INTERVAL;
  clint_set_deadline(deadline);
  csr_write(mie, MI_TIMER);
  sleep_until_ticks(&ticks, TICKS);
  csr_clear(mstatus, MSTATUS_MIE);
  csr_write(mie, 0);
  check_equal(ticks, TICKS, "number of ticks");
  check(clint_time() - start >= TICKS * INTERVAL, "the ticks took their time");
}

static void direct_tick(struct trap_frame *frame) {
  check_equal(frame->mcause, CAUSE_INTERRUPT | INTERRUPT_TIMER, "mcause of a tick");
  check(frame->mepc >= (uintptr_t)sleep_start && frame->mepc < (uintptr_t)sleep_end, "mepc of a tick");
  count_tick();
}

static void direct_mode(void) {
  print("direct mode: %u ticks\n", TICKS);
  trap_install(direct_tick);
  run_ticks();
}

static void software_interrupt(void) {
  uintptr_t at;
  print("software interrupt\n");
  trap_install(record_and_withdraw);
  check_equal(CLINT_MSIP, 0, "msip at reset");
  check_equal(csr_read(mip) & MI_SOFTWARE, 0, "MSIP at reset");
  CLINT_MSIP = 0xfffffffe;
  check_equal(CLINT_MSIP, 0, "msip has one bit");
  CLINT_MSIP = 1;
  check_equal(CLINT_MSIP, 1, "msip reads back");
  check(csr_read(mip) & MI_SOFTWARE, "msip raises MSIP");
  csr_clear(mip, MI_SOFTWARE);
  check(csr_read(mip) & MI_SOFTWARE, "MSIP is read-only");
  CLINT_MSIP = 0;
  check_equal(csr_read(mip) & MI_SOFTWARE, 0, "msip withdraws MSIP");

  CLINT_MSIP = 1;
  csr_write(mie, MI_SOFTWARE);
  __asm__ volatile("la %0, 1f\ncsrsi mstatus, 8\n1: csrci mstatus, 8" : "=&r"(at) : : "memory");
  trap_check(CAUSE_INTERRUPT | INTERRUPT_SOFTWARE, at, 0, "software interrupt");
  check_equal(csr_read(mip) & MI_SOFTWARE, 0, "the handler withdrew MSIP");
  csr_write(mie, 0);
}

/* A vector of one jump for each interrupt, and handlers that save what they use on their own. */
extern const uint32_t interrupt_vector[];
__asm__(
    ".section .text.interrupt_vector, \"ax\", @progbits\n"
    ".balign 256\n"
    ".option push\n"
    ".option norvc\n"
    "interrupt_vector:\n"
    "  j unexpected_trap\n"
    "  j unexpected_trap\n"
    "  j unexpected_trap\n"
    "  j vectored_software\n"
    "  j unexpected_trap\n"
    "  j unexpected_trap\n"
    "  j unexpected_trap\n"
    "  j vectored_timer\n"
    ".rept 8\n"
    "  j unexpected_trap\n"
    ".endr\n"
    ".option pop\n"
    ".previous\n");

static volatile unsigned software_interrupts;

__attribute__((interrupt("machine"))) void vectored_timer(void);
__attribute__((interrupt("machine"))) void vectored_software(void);

void vectored_timer(void) {
  check_equal(csr_read(mcause), CAUSE_INTERRUPT | INTERRUPT_TIMER, "mcause in the timer's vector");
  count_tick();
}

void vectored_software(void) {
  check_equal(csr_read(mcause), CAUSE_INTERRUPT | INTERRUPT_SOFTWARE, "mcause in the software vector");
  software_interrupts++;
  CLINT_MSIP = 0;
}

static void vectored_mode(void) {
  csr_write(mtvec, (uintptr_t)interrupt_vector | MTVEC_VECTORED);
  run_ticks();
  csr_write(mie, MI_SOFTWARE);
  csr_set(mstatus, MSTATUS_MIE);
  CLINT_MSIP = 1;
  while (!software_interrupts) continue;
  csr_clear(mstatus, MSTATUS_MIE);
  csr_write(mie, 0);
  print("vectored mode: %u ticks, %u software interrupt\n", ticks, software_interrupts);
}

static uint32_t order[2];

static void record_order(struct trap_frame *frame) {
  order[trap_record.count % 2] = frame->mcause;
  record_and_withdraw(frame);
}

/* Software interrupts come before timer interrupts, whatever their numbers and order of arrival. */
static void simultaneous(void) {
  print("order of simultaneous interrupts\n");
  trap_install(record_order);
  csr_write(mie, MI_TIMER | MI_SOFTWARE);
  clint_set_deadline(0);
  CLINT_MSIP = 1;
  csr_set(mstatus, MSTATUS_MIE);
  csr_clear(mstatus, MSTATUS_MIE);
  check_equal(trap_record.count, 2, "both interrupts were taken");
  check_equal(order[0], CAUSE_INTERRUPT | INTERRUPT_SOFTWARE, "first the software interrupt");
  check_equal(order[1], CAUSE_INTERRUPT | INTERRUPT_TIMER, "then the timer interrupt");
}

int main(void) {
  mtip_at_reset();
  wfi_without_interrupts();
  when_pending_is_taken();
  direct_mode();
  software_interrupt();
  vectored_mode();
  simultaneous();
  return check_result();
}
