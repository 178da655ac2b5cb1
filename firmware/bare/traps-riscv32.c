/* expect:
 * exit 0
 * | illegal instructions
 * | breakpoints and calls
 * | access faults
 * | misaligned accesses
 * | vectored mode
 * | mstatus stack
 * | nested trap
 * | all 53 checks passed
 */

/*
 * Every synchronous exception that M mode can raise without PMP: mcause, mepc, mtval and what becomes of
 * mstatus. (Privileged ISA, "Machine Cause Register", "Machine Trap Value Register", "Privilege and Global
 * Interrupt-Enable Stack in mstatus register", "Machine Trap-Vector Base-Address Register".)
 *
 * Choices of the board `virt` that the manual leaves open: an illegal instruction's bits are in mtval,
 * an ebreak's mtval is 0, misaligned loads and stores work, and nothing is at 0x08000000.
 */
#include "check.h"
#include "csr.h"
#include "print.h"
#include "trap.h"

#define NOTHING 0x08000000u

/* Executes a 32-bit instruction word; its address goes to `address`. */
#define EXECUTE_WORD(address, word) \
  __asm__ volatile("la %0, 1f\n.balign 4\n1: .4byte %1" : "=&r"(address) : "i"(word) : "memory")

/* Executes a 16-bit instruction. */
#define EXECUTE_HALF(address, half) \
  __asm__ volatile("la %0, 1f\n1: .2byte %1\n.balign 4" : "=&r"(address) : "i"(half) : "memory")

/* Executes one instruction given as text, uncompressed; %1 in it is `pointer`, %2 a value. */
#define EXECUTE(address, text, pointer)                                                        \
  __asm__ volatile(".option push\n.option norvc\nla %0, 1f\n1: " text "\n.option pop"          \
                   : "=&r"(address)                                                            \
                   : "r"(pointer), "r"(0x5a5a5a5a)                                             \
                   : "t0", "memory")

static void illegal_instructions(void) {
  uint32_t at;
  print("illegal instructions\n");

#define ILLEGAL_WORD(word, what)                    \
  EXECUTE_WORD(at, word);                           \
  trap_check(CAUSE_ILLEGAL, at, (uint32_t)(word), what)
  ILLEGAL_WORD(0xffffffff, "32 bits, all ones");
  ILLEGAL_WORD(0x0000000b, "32 bits, custom-0");
  ILLEGAL_WORD(0x7c0022f3, "csrr of a register that does not exist");
  ILLEGAL_WORD(0xf1429073, "csrw of mhartid, which is read-only");
  ILLEGAL_WORD(0x0000f283, "load of a width that does not exist");
  ILLEGAL_WORD(0x0002b2af, "AMO of 64 bits");
  ILLEGAL_WORD(0x00007053, "floating point");

#define ILLEGAL_HALF(half, what)                    \
  EXECUTE_HALF(at, half);                           \
  trap_check(CAUSE_ILLEGAL, at, half, what)
  ILLEGAL_HALF(0x0000, "16 bits, all zeros");
  ILLEGAL_HALF(0x0004, "c.addi4spn with no immediate");
  ILLEGAL_HALF(0x8002, "c.jr of x0");
  ILLEGAL_HALF(0x6101, "c.addi16sp with no immediate");
}

static void breakpoints_and_calls(void) {
  uint32_t at;
  print("breakpoints and calls\n");
  EXECUTE(at, "ebreak", 0);
  trap_check(CAUSE_BREAKPOINT, at, 0, "ebreak");
  EXECUTE_HALF(at, 0x9002);
  trap_check(CAUSE_BREAKPOINT, at, 0, "c.ebreak");
  EXECUTE(at, "ecall", 0);
  trap_check(CAUSE_ECALL_M, at, 0, "ecall");
}

/* For exceptions to which QEMU gives another cause than the manual. */
static void check_either(uint32_t manual, uint32_t qemu, uint32_t epc, uint32_t value, const char *what) {
  trap_check(trap_record.cause == qemu ? qemu : manual, epc, value, what);
}

static void access_faults(void) {
  uint32_t at;
  print("access faults\n");

#define FAULT(text, cause, what)      \
  EXECUTE(at, text, NOTHING);         \
  trap_check(cause, at, NOTHING, what)
  FAULT("lb t0, 0(%1)", CAUSE_LOAD_ACCESS, "lb from nothing");
  FAULT("lhu t0, 0(%1)", CAUSE_LOAD_ACCESS, "lhu from nothing");
  FAULT("lw t0, 0(%1)", CAUSE_LOAD_ACCESS, "lw from nothing");
  FAULT("lr.w t0, (%1)", CAUSE_LOAD_ACCESS, "lr.w from nothing");
  FAULT("sb %2, 0(%1)", CAUSE_STORE_ACCESS, "sb to nothing");
  FAULT("sh %2, 0(%1)", CAUSE_STORE_ACCESS, "sh to nothing");
  FAULT("sw %2, 0(%1)", CAUSE_STORE_ACCESS, "sw to nothing");
  /* The manual gives an AMO the cause 7, store/AMO access fault; QEMU 7.2 gives it 5 here. */
  EXECUTE(at, "amoadd.w t0, %2, (%1)", NOTHING);
  check_either(CAUSE_STORE_ACCESS, CAUSE_LOAD_ACCESS, at, NOTHING, "amoadd.w on nothing");

  /* A load that faults leaves its register alone. */
  uint32_t kept = 0x13579bdf;
  __asm__ volatile("lw %0, 0(%1)" : "+r"(kept) : "r"(NOTHING) : "memory");
  check_equal(kept, 0x13579bdf, "register of a load that faults");
  trap_record.count = 0;

  /* The jump itself succeeds: the fetch from its target faults, and ra is written. */
  uint32_t link, expected_link;
  __asm__ volatile("la %1, 1f\njalr ra, %2\n1: mv %0, ra"
                   : "=&r"(link), "=&r"(expected_link)
                   : "r"(NOTHING)
                   : "ra", "memory");
  trap_check(CAUSE_FETCH_ACCESS, NOTHING, NOTHING, "fetch from nothing");
  check_equal(link, expected_link, "ra of a jump to nothing");
}

static void misaligned_accesses(void) {
  static volatile uint32_t words[32] __attribute__((aligned(64)));
  uint32_t at;
  print("misaligned accesses\n");

  /* Within a word, across words and across a line of 64 bytes. */
  for (unsigned offset = 61; offset < 64; offset++) {
    volatile uint32_t *word = (volatile uint32_t *)((uintptr_t)words + offset);
    *word = 0x11223344;
    check_equal(*word, 0x11223344, "misaligned sw and lw");
  }
  volatile uint16_t *half = (volatile uint16_t *)((uintptr_t)words + 63);
  *half = 0x8877;
  check_equal(*half, 0x8877, "misaligned sh and lhu");
  check(trap_record.count == 0, "misaligned loads and stores do not trap");

  const uintptr_t misaligned = (uintptr_t)words + 2;
  words[0] = words[1] = 0;
  EXECUTE(at, "lr.w t0, (%1)", misaligned);
  trap_check(CAUSE_LOAD_MISALIGNED, at, misaligned, "misaligned lr.w");

  /* The manual gives an AMO the cause 6, store/AMO address misaligned; QEMU 7.2 gives it 4. */
  EXECUTE(at, "amoadd.w t0, %2, (%1)", misaligned);
  check_either(CAUSE_STORE_MISALIGNED, CAUSE_LOAD_MISALIGNED, at, misaligned, "misaligned amoadd.w");

  /* QEMU 7.2 lets a misaligned SC without a reservation fail instead of trapping with 6. */
  uint32_t failed;
  __asm__ volatile("li %0, 1\nla %1, 1f\n.option push\n.option norvc\n1: sc.w %0, %3, (%2)\n.option pop"
                   : "=&r"(failed), "=&r"(at)
                   : "r"(misaligned), "r"(0x5a5a5a5a)
                   : "memory");
  if (trap_record.count) {
    trap_check(CAUSE_STORE_MISALIGNED, at, misaligned, "misaligned sc.w");
  } else {
    check(failed, "misaligned sc.w");
  }
  check(words[0] == 0 && words[1] == 0, "misaligned AMO and sc.w do not write");
}

/* A vector whose entry for exceptions goes to trap_entry, and whose other entries end the run. */
extern const uint32_t exception_vector[];
__asm__(
    ".section .text.exception_vector, \"ax\", @progbits\n"
    ".balign 256\n"
    ".option push\n"
    ".option norvc\n"
    "exception_vector:\n"
    "  j trap_entry\n"
    ".rept 15\n"
    "  j unexpected_trap\n"
    ".endr\n"
    ".option pop\n"
    ".previous\n");

static void vectored_mode(void) {
  uint32_t at;
  print("vectored mode\n");
  const uint32_t direct = csr_read(mtvec);
  check_equal(direct, (uintptr_t)trap_entry, "mtvec in direct mode");
  const uint32_t vectored = (uintptr_t)exception_vector | MTVEC_VECTORED;
  csr_write(mtvec, vectored);
  check_equal(csr_read(mtvec), vectored, "mtvec in vectored mode");

  /* Only interrupts are vectored; all exceptions go to the base. */
  EXECUTE(at, "ecall", 0);
  trap_check(CAUSE_ECALL_M, at, 0, "ecall in vectored mode");
  EXECUTE(at, "ebreak", 0);
  trap_check(CAUSE_BREAKPOINT, at, 0, "ebreak in vectored mode");
  EXECUTE(at, "lw t0, 0(%1)", NOTHING);
  trap_check(CAUSE_LOAD_ACCESS, at, NOTHING, "lw from nothing in vectored mode");
  csr_write(mtvec, direct);
}

static void mstatus_stack(void) {
  uint32_t at;
  const uint32_t stack = MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP;
  print("mstatus stack\n");

  /* No interrupt is enabled in mie, so that MIE alone does nothing. */
  csr_set(mstatus, MSTATUS_MIE);
  EXECUTE(at, "ecall", 0);
  trap_check(CAUSE_ECALL_M, at, 0, "ecall with MIE set");
  check_equal(trap_record.status & stack, MSTATUS_MPIE | MSTATUS_MPP_M, "MIE moves to MPIE on a trap");
  check_equal(csr_read(mstatus) & stack, MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP_U, "mret takes MPIE to MIE");

  csr_clear(mstatus, MSTATUS_MIE);
  EXECUTE(at, "ecall", 0);
  trap_check(CAUSE_ECALL_M, at, 0, "ecall with MIE clear");
  check_equal(trap_record.status & stack, MSTATUS_MPP_M, "a clear MIE moves to MPIE");
  check_equal(csr_read(mstatus) & stack, MSTATUS_MPIE | MSTATUS_MPP_U, "mret sets MPIE");

  csr_write(mscratch, 0xa5a5a5a5);
  check_equal(csr_read(mscratch), 0xa5a5a5a5, "mscratch keeps what is written");
  csr_write(mscratch, 0);
}

static unsigned depth;
static uint32_t outer_cause_before, outer_cause_after;

/* On the outer trap, traps again; the inner one comes back here with other values in the registers. */
static void nesting_handler(struct trap_frame *frame) {
  uint32_t at;
  depth++;
  if (frame->mcause == CAUSE_ECALL_M) {
    outer_cause_before = csr_read(mcause);
    EXECUTE(at, "lw t0, 4(%1)", NOTHING);
    outer_cause_after = csr_read(mcause);
    check_equal(trap_record.epc, at, "mepc of the inner trap");
  } else {
    depth++;
  }
  trap_record_and_skip(frame);
}

static void nested_trap(void) {
  uint32_t at;
  print("nested trap\n");
  trap_install(nesting_handler);
  EXECUTE(at, "ecall", 0);
  check_equal(depth, 3, "the handler ran for both traps");
  check_equal(trap_record.count, 2, "both traps were recorded");
  check_equal(outer_cause_before, CAUSE_ECALL_M, "mcause before the inner trap");
  check_equal(outer_cause_after, CAUSE_LOAD_ACCESS, "mcause after the inner trap");
  check_equal(trap_record.cause, CAUSE_ECALL_M, "the outer trap ends last");
  check_equal(trap_record.epc, at, "mepc of the outer trap");
}

int main(void) {
  trap_install(trap_record_and_skip);
  illegal_instructions();
  breakpoints_and_calls();
  access_faults();
  misaligned_accesses();
  vectored_mode();
  mstatus_stack();
  nested_trap();
  return check_result();
}
