/* expect:
 * exit 0
 * | no entry matches
 * | ecall and privileged instructions
 * | counters
 * | NAPOT: code
 * | TOR: data
 * | NA4: one word, and the lowest entry wins
 * | MPRV
 * | locked entries
 * | all 92 checks passed
 */

/*
 * User mode and physical memory protection: what U mode may not do, every kind of fault with its mcause,
 * mepc and mtval, the three ways an entry can match, and the entries that bind M mode as well. (Privileged
 * ISA, "Physical Memory Protection", "Memory Privilege in mstatus Register", "Machine Counter-Enable
 * Register", "Environment Call and Breakpoint".)
 *
 * Not tested, because QEMU 7.2 does otherwise than the manual: mret to U mode clears MPRV.
 */
#include "check.h"
#include "csr.h"
#include "print.h"
#include "trap.h"

#define PMP_R 0x01u
#define PMP_W 0x02u
#define PMP_X 0x04u
#define PMP_TOR 0x08u
#define PMP_NA4 0x10u
#define PMP_NAPOT 0x18u
#define PMP_LOCKED 0x80u

/*
 * What runs in U mode: single instructions, each followed by an ecall, in a region of 128 bytes. The
 * instruction under test is at the entry of each.
 */
#define USER_CODE_SIZE 128u
extern const uint8_t user_code[];
extern const uint8_t user_ecall[], user_load[], user_store[], user_jump[], user_amo[], user_lr[];
extern const uint8_t user_read_mstatus[], user_write_mscratch[], user_mret[];
extern const uint8_t user_read_cycle[], user_read_time[], user_read_instret[];
__asm__(
    ".section .text.user, \"ax\", @progbits\n"
    ".balign 128\n"
    ".option push\n"
    ".option norvc\n"
    "user_code:\n"
    "user_ecall: ecall\n"
    "user_load: lw a0, 0(a0)\n ecall\n"
    "user_store: sw a1, 0(a0)\n ecall\n"
    "user_jump: jr a0\n"
    "user_amo: amoadd.w a0, a1, (a0)\n ecall\n"
    "user_lr: lr.w a0, (a0)\n ecall\n"
    "user_read_mstatus: csrr a0, mstatus\n ecall\n"
    "user_write_mscratch: csrw mscratch, a0\n ecall\n"
    "user_mret: mret\n ecall\n"
    "user_read_cycle: csrr a0, cycle\n ecall\n"
    "user_read_time: csrr a0, time\n ecall\n"
    "user_read_instret: csrr a0, instret\n ecall\n"
    ".balign 128\n"
    ".option pop\n"
    ".previous\n");

/* The data of the tests: of these 64 words, U mode gets the part that a test says. */
static volatile uint32_t data[64] __attribute__((aligned(256)));

static uint32_t address(unsigned word) { return (uintptr_t)&data[word]; }

#define NAPOT_ADDRESS(base, size) (((uintptr_t)(base) >> 2) | ((size) / 8 - 1))
#define WORD_ADDRESS(base) ((uintptr_t)(base) >> 2)

/* Runs a piece of user code and checks that its instruction at `offset` trapped. */
static uint32_t user_traps(const uint8_t *code, uint32_t a0, uint32_t a1, uint32_t offset, uint32_t cause,
                           uint32_t value, const char *what) {
  const uint32_t result = user_call((uintptr_t)code, a0, a1);
  check_equal(trap_record.status & MSTATUS_MPP, MSTATUS_MPP_U, "MPP of a trap from U mode");
  trap_check(cause, (uintptr_t)code + offset, value, what);
  return result;
}

/* Its first instruction succeeds, and the ecall behind it comes. */
static uint32_t user_succeeds(const uint8_t *code, uint32_t a0, uint32_t a1, const char *what) {
  return user_traps(code, a0, a1, 4, CAUSE_ECALL_U, 0, what);
}

static void user_fails(const uint8_t *code, uint32_t a0, uint32_t cause, uint32_t value, const char *what) {
  user_traps(code, a0, 0x5a5a5a5a, 0, cause, value, what);
}

static void user_illegal(const uint8_t *code, const char *what) {
  user_fails(code, 0, CAUSE_ILLEGAL, *(const uint32_t *)(const void *)code, what);
}

/* Entry 7 lets U mode run its code; nothing else uses it. */
static void allow_user_code(uint32_t permissions) {
  csr_write(pmpaddr7, NAPOT_ADDRESS(user_code, USER_CODE_SIZE));
  csr_write(pmpcfg1, (PMP_NAPOT | permissions) << 24);
}

/* One entry that matches elsewhere, because QEMU 7.2 does not enter U mode at all while there is none. */
static void no_match(void) {
  print("no entry matches\n");
  csr_write(pmpaddr15, WORD_ADDRESS(0));
  csr_write(pmpcfg3, (PMP_NA4 | PMP_R | PMP_W | PMP_X) << 24);
  user_fails(user_ecall, 0, CAUSE_FETCH_ACCESS, (uintptr_t)user_ecall, "fetch that no entry matches");
  csr_write(pmpcfg3, 0);
}

static void privileges(void) {
  print("ecall and privileged instructions\n");
  allow_user_code(PMP_X);
  user_traps(user_ecall, 0, 0, 0, CAUSE_ECALL_U, 0, "ecall from U mode");
  user_illegal(user_read_mstatus, "csrr of mstatus from U mode");
  csr_write(mscratch, 0);
  user_illegal(user_write_mscratch, "csrw of mscratch from U mode");
  user_illegal(user_mret, "mret from U mode");
}

static void counters(void) {
  print("counters\n");
  csr_write(mcounteren, 0);
  user_illegal(user_read_cycle, "cycle denied by mcounteren");
  user_illegal(user_read_time, "time denied by mcounteren");
  user_illegal(user_read_instret, "instret denied by mcounteren");
  csr_write(mcounteren, 1);
  user_succeeds(user_read_cycle, 0, 0, "cycle allowed by mcounteren");
  user_illegal(user_read_instret, "instret still denied");
  csr_write(mcounteren, 6);
  user_illegal(user_read_cycle, "cycle denied again");
  user_succeeds(user_read_time, 0, 0, "time allowed by mcounteren");
  user_succeeds(user_read_instret, 0, 0, "instret allowed by mcounteren");
}

static void napot(void) {
  const uint32_t code = (uintptr_t)user_ecall;
  print("NAPOT: code\n");
  user_fails(user_load, code, CAUSE_LOAD_ACCESS, code, "load of code that may only be executed");
  user_fails(user_lr, code, CAUSE_LOAD_ACCESS, code, "lr.w of code that may only be executed");
  user_fails(user_store, code, CAUSE_STORE_ACCESS, code, "store into code");

  allow_user_code(PMP_R | PMP_X);
  const uint32_t word = user_succeeds(user_load, code, 0, "load of code that may be read");
  check_equal(word, *(const uint32_t *)(const void *)user_ecall, "loaded word");
  user_fails(user_store, code, CAUSE_STORE_ACCESS, code, "store into code that may be read");

  const uint32_t behind = code + USER_CODE_SIZE;
  user_call((uintptr_t)user_jump, behind, 0);
  trap_check(CAUSE_FETCH_ACCESS, behind, behind, "jump behind the region");
  const uint32_t before = code - 4;
  user_call((uintptr_t)user_jump, before, 0);
  trap_check(CAUSE_FETCH_ACCESS, before, before, "jump before the region");
  user_call((uintptr_t)user_jump, code, 0);
  trap_check(CAUSE_ECALL_U, code, 0, "jump within the region");
}

/* Entries 4 and 5: words 8 to 39 of data. */
static void tor(void) {
  print("TOR: data\n");
  csr_write(pmpaddr4, WORD_ADDRESS(address(8)));
  csr_write(pmpaddr5, WORD_ADDRESS(address(40)));
  csr_set(pmpcfg1, (PMP_TOR | PMP_R | PMP_W) << 8);
  check_equal(csr_read(pmpaddr5), WORD_ADDRESS(address(40)), "pmpaddr5 reads back");

  data[8] = 0x11111111;
  check_equal(user_succeeds(user_load, address(8), 0, "load of the first word"), 0x11111111, "first word");
  user_succeeds(user_store, address(39), 0x22222222, "store to the last word");
  check_equal(data[39], 0x22222222, "last word");
  user_succeeds(user_amo, address(39), 1, "AMO on the last word");
  check_equal(data[39], 0x22222223, "last word after the AMO");

  user_fails(user_load, address(7), CAUSE_LOAD_ACCESS, address(7), "load before the region");
  user_fails(user_load, address(40), CAUSE_LOAD_ACCESS, address(40), "load behind the region");
  user_fails(user_store, address(7), CAUSE_STORE_ACCESS, address(7), "store before the region");
  user_fails(user_store, address(40), CAUSE_STORE_ACCESS, address(40), "store behind the region");
  user_call((uintptr_t)user_jump, address(8), 0);
  trap_check(CAUSE_FETCH_ACCESS, address(8), address(8), "fetch from data");
}

/* Entry 0: word 16 of data, read-only, within what entry 5 lets U mode write. */
static void na4(void) {
  print("NA4: one word, and the lowest entry wins\n");
  csr_write(pmpaddr0, WORD_ADDRESS(address(16)));
  csr_write(pmpcfg0, PMP_NA4 | PMP_R);
  data[16] = 0x33333333;
  check_equal(user_succeeds(user_load, address(16), 0, "load of the word"), 0x33333333, "loaded word");
  user_fails(user_store, address(16), CAUSE_STORE_ACCESS, address(16), "store to the word");
  user_fails(user_amo, address(16), CAUSE_STORE_ACCESS, address(16), "AMO on the word");
  user_succeeds(user_store, address(15), 1, "store before the word");
  user_succeeds(user_store, address(17), 1, "store behind the word");
  check_equal(data[16], 0x33333333, "the word is unchanged");
  csr_write(pmpcfg0, 0);
  user_succeeds(user_store, address(16), 0x44444444, "store once the entry is off");
  check_equal(data[16], 0x44444444, "the word is stored");
}

/* With MPRV, M mode loads and stores as U mode would, while it fetches as itself. */
static uint32_t load_with_mprv(uint32_t from, uintptr_t *at) {
  uint32_t value = 0xdeadbeef;
  csr_clear(mstatus, MSTATUS_MPP);
  __asm__ volatile(
      ".option push\n.option norvc\n"
      "la %1, 1f\n"
      "csrs mstatus, %3\n"
      "1: lw %0, 0(%2)\n"
      "csrc mstatus, %3\n"
      ".option pop"
      : "+&r"(value), "=&r"(*at)
      : "r"(from), "r"(MSTATUS_MPRV)
      : "memory");
  return value;
}

static void mprv(void) {
  uintptr_t at;
  print("MPRV\n");
  trap_install(trap_record_and_skip);
  data[7] = 0x77777777;
  check_equal(data[7], 0x77777777, "M mode may load what no entry matches");
  check_equal(load_with_mprv(address(8), &at), 0x11111111, "load that U mode may do");
  check_equal(trap_record.count, 0, "load that U mode may do does not trap");
  check_equal(load_with_mprv(address(7), &at), 0xdeadbeef, "load that U mode may not do");
  trap_check(CAUSE_LOAD_ACCESS, at, address(7), "load that U mode may not do");
  check_equal(trap_record.status & MSTATUS_MPP, MSTATUS_MPP_M, "MPP of that trap");
  check_equal(csr_read(mstatus) & MSTATUS_MPRV, 0, "MPRV is off again");
}

/* Entry 1: word 20 of data, read-only, locked. Entries 2 and 3: TOR, locked. */
static void locked(void) {
  uintptr_t at;
  print("locked entries\n");
  csr_write(pmpaddr1, WORD_ADDRESS(address(20)));
  csr_write(pmpaddr2, WORD_ADDRESS(address(48)));
  csr_write(pmpaddr3, WORD_ADDRESS(address(52)));
  data[20] = 0x55555555;
  const uint32_t configuration = (PMP_LOCKED | PMP_NA4 | PMP_R) << 8 | (PMP_LOCKED | PMP_TOR) << 24;
  csr_write(pmpcfg0, configuration);
  check_equal(csr_read(pmpcfg0), configuration, "pmpcfg0 reads back");

  check_equal(data[20], 0x55555555, "M mode may read the locked word");
  __asm__ volatile(".option push\n.option norvc\nla %0, 1f\n1: sw %0, 0(%1)\n.option pop"
                   : "=&r"(at)
                   : "r"(address(20))
                   : "memory");
  trap_check(CAUSE_STORE_ACCESS, at, address(20), "M mode may not write the locked word");
  check_equal(data[20], 0x55555555, "the locked word is unchanged");
  data[19] = data[21] = 0x66666666;
  check_equal(trap_record.count, 0, "M mode may write around the locked word");
  __asm__ volatile(".option push\n.option norvc\nla %0, 1f\n1: lw t0, 0(%1)\n.option pop"
                   : "=&r"(at)
                   : "r"(address(51))
                   : "t0", "memory");
  trap_check(CAUSE_LOAD_ACCESS, at, address(51), "M mode may not read the locked region");

  csr_write(pmpcfg0, 0);
  check_equal(csr_read(pmpcfg0), configuration, "locked configurations stay");
  csr_write(pmpaddr1, 0);
  check_equal(csr_read(pmpaddr1), WORD_ADDRESS(address(20)), "a locked address stays");
  csr_write(pmpaddr3, 0);
  check_equal(csr_read(pmpaddr3), WORD_ADDRESS(address(52)), "the top of a locked TOR region stays");
  csr_write(pmpaddr2, 0);
  check_equal(csr_read(pmpaddr2), WORD_ADDRESS(address(48)), "the bottom of a locked TOR region stays");
  csr_write(pmpaddr0, 0x1234);
  check_equal(csr_read(pmpaddr0), 0x1234, "an address that is not locked can be written");
}

int main(void) {
  trap_install(trap_record_and_skip);
  no_match();
  privileges();
  counters();
  napot();
  tor();
  na4();
  mprv();
  locked();
  return check_result();
}
