/* expect:
 * exit 0
 * | generated function, 1000 versions: sum 499500
 * | copied function
 * | patched ahead in the same line of 64 bytes
 * | loop that patches itself: 5050
 * | compressed instruction, 64 versions: sum -32
 * | instruction across a page boundary
 * | one wide instruction becomes two narrow ones
 * | patched by byte, AMO and SC
 * | caller patched by its callee
 * | all 115 checks passed
 */

/*
 * Code that changes: after a FENCE.I, instruction fetches see every store that came before it, whatever kind
 * of store it was and however close to the running instruction. (Unprivileged ISA, "Zifencei Extension for
 * Instruction-Fetch Fence".) Nothing is expected of code that changes without one.
 */
#include "check.h"
#include "print.h"

typedef uint32_t function(uint32_t argument);

/* Encodings (Unprivileged ISA, "RV32/64G Instruction Set Listings" and "RVC Instruction Set Listings"). */
#define A0 10u
#define RET 0x00008067u
#define C_RET 0x8082u
#define FUNCT3_ADDI 0u
#define FUNCT3_XORI 4u
#define FUNCT3_ORI 6u
#define FUNCT3_ANDI 7u

static uint32_t op_imm(uint32_t funct3, uint32_t rd, uint32_t rs1, int32_t immediate) {
  return (uint32_t)immediate << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x13;
}

static uint32_t li_a0(int32_t immediate) { return op_imm(FUNCT3_ADDI, A0, 0, immediate); }

static uint16_t c_li_a0(int32_t immediate) {
  return (uint16_t)(0x4001u | ((uint32_t)immediate & 32) << 7 | A0 << 7 | ((uint32_t)immediate & 31) << 2);
}

static uint16_t c_addi_a0(int32_t immediate) {
  return (uint16_t)(0x0001u | ((uint32_t)immediate & 32) << 7 | A0 << 7 | ((uint32_t)immediate & 31) << 2);
}

static void fence_i(void) { __asm__ volatile("fence.i" : : : "memory"); }

/* Two pages to build code in. */
static volatile uint32_t words[2048] __attribute__((aligned(4096)));

static uint32_t call(const volatile void *code, uint32_t argument) {
  return ((function *)(uintptr_t)code)(argument);
}

static void generated(void) {
  uint32_t sum = 0;
  for (unsigned version = 0; version < 1000; version++) {
    words[0] = li_a0((int32_t)version);
    words[1] = RET;
    fence_i();
    sum += call(words, 0);
  }
  print("generated function, 1000 versions: sum %u\n", (unsigned)sum);
  check_equal(sum, 499500, "sum of all versions");
}

/* Two functions of the same size that run anywhere. */
extern const uint32_t triple[], triple_end[], halve[];
__asm__(
    ".section .text.movable, \"ax\", @progbits\n"
    ".balign 4\n"
    "triple:\n"
    "  slli t0, a0, 1\n"
    "  add a0, a0, t0\n"
    "  beqz a0, 1f\n"
    "  ret\n"
    "1:\n"
    "  li a0, -1\n"
    "  ret\n"
    ".balign 4\n"
    "triple_end:\n"
    "halve:\n"
    "  srli a0, a0, 1\n"
    "  ret\n"
    ".balign 16\n"
    ".previous\n");

static void copied(void) {
  const unsigned size = (unsigned)(triple_end - triple);
  print("copied function\n");
  check_equal(call(triple, 14), 42, "original");
  for (unsigned place = 0; place < 512; place += 64) {
    for (unsigned i = 0; i < size; i++) words[place + i] = triple[i];
    fence_i();
    check_equal(call(words + place, place), place ? 3 * place : (uint32_t)-1, "copy");
  }
  for (unsigned i = 0; i < size; i++) words[i] = halve[i];
  fence_i();
  check_equal(call(words, 84), 42, "another function in its place");
  check_equal(call(words + 64, 14), 42, "the copies beside it");
}

/* Stores the instruction word a0 over its own next but one instruction; all within one line. */
uint32_t patch_ahead(uint32_t instruction);
__asm__(
    ".section .text.patch_ahead, \"ax\", @progbits\n"
    ".balign 64\n"
    ".option push\n"
    ".option norvc\n"
    "patch_ahead:\n"
    "  lla t0, patched_ahead\n"
    "  sw a0, 0(t0)\n"
    "  fence.i\n"
    "patched_ahead:\n"
    "  li a0, 1\n"
    "  ret\n"
    ".option pop\n"
    ".balign 64\n"
    ".previous\n");

static void same_line(void) {
  print("patched ahead in the same line of 64 bytes\n");
  for (int value = -2048; value < 2048; value += 64) {
    check_equal(patch_ahead(li_a0(value)), (uint32_t)value, "patched ahead");
  }
}

/* Adds `a0` times a number that starts as 1; at half time, the instruction word a1 replaces the addition. */
uint32_t patch_loop(uint32_t rounds, uint32_t instruction);
__asm__(
    ".section .text.patch_loop, \"ax\", @progbits\n"
    ".balign 64\n"
    ".option push\n"
    ".option norvc\n"
    "patch_loop:\n"
    "  lla t0, patched_loop\n"
    "  srli t1, a0, 1\n"
    "  mv t2, a0\n"
    "  li a0, 0\n"
    "1:\n"
    "  bne t2, t1, patched_loop\n"
    "  sw a1, 0(t0)\n"
    "  fence.i\n"
    "patched_loop:\n"
    "  addi a0, a0, 1\n"
    "  addi t2, t2, -1\n"
    "  bnez t2, 1b\n"
    "  ret\n"
    ".option pop\n"
    ".balign 64\n"
    ".previous\n");

static void running_loop(void) {
  const uint32_t sum = patch_loop(100, op_imm(FUNCT3_ADDI, A0, A0, 100));
  print("loop that patches itself: %u\n", (unsigned)sum);
  check_equal(sum, 5050, "loop that patches itself");
  check_equal(patch_loop(100, op_imm(FUNCT3_ADDI, A0, A0, 1)), 5050, "and back");
  check_equal(patch_loop(100, op_imm(FUNCT3_XORI, A0, A0, 1)), 50, "to another operation");
}

static void compressed(void) {
  volatile uint16_t *halves = (volatile uint16_t *)words;
  int32_t sum = 0;
  for (int32_t value = -32; value < 32; value++) {
    halves[1] = c_li_a0(value);
    halves[2] = C_RET;
    fence_i();
    sum += (int32_t)call(halves + 1, 0);
  }
  print("compressed instruction, 64 versions: sum %d\n", (int)sum);
  check_equal((uint32_t)sum, (uint32_t)-32, "sum of all versions");
}

/* One instruction whose first half ends a page and whose second half begins the next. */
static void across_pages(void) {
  volatile uint16_t *const first = (volatile uint16_t *)words + 2047;
  volatile uint16_t *const second = first + 1;
  print("instruction across a page boundary\n");

  const uint32_t addition = op_imm(FUNCT3_ADDI, A0, A0, 3);
  *first = (uint16_t)addition;
  *second = (uint16_t)(addition >> 16);
  second[1] = C_RET;
  fence_i();
  check_equal(call(first, 5), 8, "addi");

  for (int32_t immediate = 1; immediate < 2048; immediate *= 2) {
    *second = (uint16_t)(op_imm(FUNCT3_ADDI, A0, A0, immediate) >> 16);
    fence_i();
    check_equal(call(first, 5), 5 + (uint32_t)immediate, "second half patched");
  }

  *second = (uint16_t)(addition >> 16);
  *first = (uint16_t)op_imm(FUNCT3_XORI, A0, A0, 3);
  fence_i();
  check_equal(call(first, 5), 6, "first half patched to xori");
  *first = (uint16_t)op_imm(FUNCT3_ORI, A0, A0, 3);
  fence_i();
  check_equal(call(first, 5), 7, "first half patched to ori");
  *first = (uint16_t)op_imm(FUNCT3_ANDI, A0, A0, 3);
  fence_i();
  check_equal(call(first, 5), 1, "first half patched to andi");

  /* A narrow instruction at the end of the page makes the next page begin with one of its own. */
  *first = c_addi_a0(1);
  *second = c_addi_a0(2);
  fence_i();
  check_equal(call(first, 5), 8, "two narrow instructions");
}

static void wide_to_narrow(void) {
  print("one wide instruction becomes two narrow ones\n");
  words[0] = op_imm(FUNCT3_ADDI, A0, A0, 1000);
  words[1] = RET;
  fence_i();
  check_equal(call(words, 1), 1001, "one wide instruction");
  words[0] = (uint32_t)c_addi_a0(-7) << 16 | c_addi_a0(31);
  fence_i();
  check_equal(call(words, 1), 25, "two narrow instructions");
  words[0] = op_imm(FUNCT3_ADDI, A0, A0, -1000);
  fence_i();
  check_equal(call(words, 1), (uint32_t)-999, "one wide instruction again");
}

static void other_stores(void) {
  print("patched by byte, AMO and SC\n");
  words[0] = li_a0(0x123);
  words[1] = RET;
  fence_i();
  check_equal(call(words, 0), 0x123, "before");

  ((volatile uint8_t *)words)[3] = 0x45;
  fence_i();
  check_equal(call(words, 0), 0x453, "patched by a byte");

  uint32_t old;
  __asm__ volatile("amoswap.w %0, %1, (%2)" : "=&r"(old) : "r"(li_a0(0x234)), "r"(words) : "memory");
  fence_i();
  check_equal(old, li_a0(0x453), "word that amoswap.w found");
  check_equal(call(words, 0), 0x234, "patched by amoswap.w");

  __asm__ volatile("amoadd.w zero, %0, (%1)" : : "r"(1u << 20), "r"(words) : "memory");
  fence_i();
  check_equal(call(words, 0), 0x235, "patched by amoadd.w");

  uint32_t failed;
  do {
    __asm__ volatile("lr.w %0, (%2)\nsc.w %0, %1, (%2)"
                     : "=&r"(failed)
                     : "r"(li_a0(0x345)), "r"(words)
                     : "memory");
  } while (failed);
  fence_i();
  check_equal(call(words, 0), 0x345, "patched by sc.w");
}

/* Calls the code in a1, which patches the instruction that it returns to. */
uint32_t call_patcher(uint32_t instruction, const volatile void *patcher);
__asm__(
    ".section .text.call_patcher, \"ax\", @progbits\n"
    ".balign 64\n"
    ".option push\n"
    ".option norvc\n"
    "call_patcher:\n"
    "  mv t1, ra\n"
    "  jalr a1\n"
    "  li a0, 1\n"
    "  jr t1\n"
    "patch_return:\n"
    "  sw a0, 0(ra)\n"
    "  fence.i\n"
    "  ret\n"
    ".option pop\n"
    ".balign 64\n"
    ".previous\n");
extern const uint8_t patch_return[];

static void caller_patched(void) {
  print("caller patched by its callee\n");
  for (int value = 0; value < 10; value++) {
    check_equal(call_patcher(li_a0(value), patch_return), (uint32_t)value, "caller patched by its callee");
  }
}

int main(void) {
  generated();
  copied();
  same_line();
  running_loop();
  compressed();
  across_pages();
  wide_to_narrow();
  other_stores();
  caller_patched();
  return check_result();
}
