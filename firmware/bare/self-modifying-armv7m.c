/* expect:
 * exit 0
 * | generated function, 1000 versions: sum 499500
 * | copied function
 * | patched ahead in the same line of 64 bytes
 * | loop that patches itself: 5050
 * | narrow instruction, 256 versions: sum 32640
 * | instruction across a page boundary
 * | one wide instruction becomes two narrow ones
 * | IT block
 * | patched by byte, STRD, STM, STREX and bit-band alias
 * | caller patched by its callee
 * | all 123 checks passed
 */

/*
 * Code that changes: after DSB and ISB, instruction fetches see every store that came before them, whatever kind of
 * store it was and however close to the running instruction. (ARMv7-M A3.7.3, "Memory barriers"; A3.8 on caches, of
 * which this core has none.) Nothing is expected of code that changes without them.
 */
#include "check.h"
#include "print.h"

typedef uint32_t function(uint32_t argument);

/* Encodings (ARMv7-M A5.2, A5.3). */
#define BX_LR 0x4770u
#define NOP 0xbf00u

static uint16_t movs_r0(uint32_t immediate) { return (uint16_t)(0x2000u | immediate); }
static uint16_t adds_r0(uint32_t immediate) { return (uint16_t)(0x3000u | immediate); }
static uint16_t subs_r0(uint32_t immediate) { return (uint16_t)(0x3800u | immediate); }

/* Wide instructions: the first half in the lower half of the word, as it is in memory. */
static uint32_t wide(uint32_t first, uint32_t second) { return second << 16 | first; }
static uint32_t movw_r0(uint32_t immediate) {
  return wide(0xf240u | immediate >> 12 | (immediate >> 11 & 1) << 10, (immediate >> 8 & 7) << 12 | (immediate & 255));
}
static uint32_t addw_r0(uint32_t immediate) {
  return wide(0xf200u | (immediate >> 11 & 1) << 10, (immediate >> 8 & 7) << 12 | (immediate & 255));
}

static void synchronize(void) { __asm__ volatile("dsb\n isb" : : : "memory"); }

/* Two pages to build code in. */
static volatile uint32_t words[2048] __attribute__((aligned(4096)));
static volatile uint16_t *const halves = (volatile uint16_t *)words;

static uint32_t call(const volatile void *code, uint32_t argument) {
  return ((function *)((uintptr_t)code | 1))(argument);
}

static void generated(void) {
  uint32_t sum = 0;
  for (unsigned version = 0; version < 1000; version++) {
    words[0] = movw_r0(version);
    halves[2] = BX_LR;
    synchronize();
    sum += call(words, 0);
  }
  print("generated function, 1000 versions: sum %u\n", (unsigned)sum);
  check_equal(sum, 499500, "sum of all versions");
}

/* Two functions that run anywhere. */
extern const uint16_t triple[], triple_end[], halve[];
__asm__(
    ".section .text.movable, \"ax\", %progbits\n"
    ".balign 4\n"
    "triple:\n"
    "  adds r0, r0, r0, lsl #1\n"
    "  cbz r0, 1f\n"
    "  bx lr\n"
    "1:\n"
    "  mvn r0, #0\n"
    "  bx lr\n"
    "triple_end:\n"
    "halve:\n"
    "  lsrs r0, r0, #1\n"
    "  bx lr\n"
    ".previous\n");

static void copied(void) {
  const unsigned size = (unsigned)(triple_end - triple);
  print("copied function\n");
  check_equal(call(triple, 14), 42, "original");
  for (unsigned place = 0; place < 512; place += 64) {
    for (unsigned i = 0; i < size; i++) halves[place + i] = triple[i];
    synchronize();
    check_equal(call(halves + place, place), place ? 3 * place : (uint32_t)-1, "copy");
  }
  for (unsigned i = 0; i < 2; i++) halves[i] = halve[i];
  synchronize();
  check_equal(call(halves, 84), 42, "another function in its place");
  check_equal(call(halves + 64, 14), 42, "the copies beside it");
}

/* Stores the instruction word r0 over its own next but two instruction; all within one line of 64 bytes. */
uint32_t patch_ahead(uint32_t instruction);
__asm__(
    ".section .text.patch_ahead, \"ax\", %progbits\n"
    ".balign 64\n"
    ".thumb_func\n"
    "patch_ahead:\n"
    "  adr r1, patched_ahead\n"
    "  str r0, [r1]\n"
    "  dsb\n"
    "  isb\n"
    ".balign 4\n"
    "patched_ahead:\n"
    "  mov.w r0, #1\n"
    "  bx lr\n"
    ".balign 64\n"
    ".previous\n");

static void same_line(void) {
  print("patched ahead in the same line of 64 bytes\n");
  for (uint32_t value = 0; value < 65536; value += 1021) {
    check_equal(patch_ahead(movw_r0(value)), value, "patched ahead");
  }
}

/* Adds r0 times a number that starts as 1; at half time, the instruction word r1 replaces the addition. */
uint32_t patch_loop(uint32_t rounds, uint32_t instruction);
__asm__(
    ".section .text.patch_loop, \"ax\", %progbits\n"
    ".balign 64\n"
    ".thumb_func\n"
    "patch_loop:\n"
    "  push {r4, lr}\n"
    "  adr r4, patched_loop\n"
    "  lsrs r2, r0, #1\n"
    "  mov r3, r0\n"
    "  movs r0, #0\n"
    "1:\n"
    "  cmp r3, r2\n"
    "  bne patched_loop\n"
    "  str r1, [r4]\n"
    "  dsb\n"
    "  isb\n"
    ".balign 4\n"
    "patched_loop:\n"
    "  addw r0, r0, #1\n"
    "  subs r3, #1\n"
    "  bne 1b\n"
    "  pop {r4, pc}\n"
    ".balign 64\n"
    ".previous\n");

static void running_loop(void) {
  const uint32_t sum = patch_loop(100, addw_r0(100));
  print("loop that patches itself: %u\n", (unsigned)sum);
  check_equal(sum, 5050, "loop that patches itself");
  check_equal(patch_loop(100, addw_r0(1)), 5050, "and back");
  check_equal(patch_loop(100, wide(0xf080, 0x0001)), 50, "to another operation"); /* eor r0, r0, #1 */
}

static void narrow(void) {
  uint32_t sum = 0;
  for (uint32_t value = 0; value < 256; value++) {
    halves[1] = movs_r0(value);
    halves[2] = BX_LR;
    synchronize();
    sum += call(halves + 1, 0);
  }
  print("narrow instruction, 256 versions: sum %u\n", (unsigned)sum);
  check_equal(sum, 32640, "sum of all versions");
}

/* One instruction whose first half ends a page of 4 KiB and whose second half begins the next. */
static void across_pages(void) {
  volatile uint16_t *const first = halves + 2047;
  volatile uint16_t *const second = first + 1;
  print("instruction across a page boundary\n");

  const uint32_t addition = addw_r0(3);
  *first = (uint16_t)addition;
  *second = (uint16_t)(addition >> 16);
  second[1] = BX_LR;
  synchronize();
  check_equal(call(first, 5), 8, "addw");

  for (uint32_t immediate = 1; immediate < 2048; immediate *= 2) {
    *second = (uint16_t)(addw_r0(immediate) >> 16);
    synchronize();
    check_equal(call(first, 5), 5 + immediate, "second half patched");
  }

  *second = 3;
  *first = 0xf080;
  synchronize();
  check_equal(call(first, 5), 6, "first half patched to eor");
  *first = 0xf040;
  synchronize();
  check_equal(call(first, 5), 7, "first half patched to orr");
  *first = 0xf000;
  synchronize();
  check_equal(call(first, 5), 1, "first half patched to and");

  /* A narrow instruction at the end of the page makes the next page begin with one of its own. */
  *first = adds_r0(1);
  *second = adds_r0(2);
  synchronize();
  check_equal(call(first, 5), 8, "two narrow instructions");
}

static void wide_to_narrow(void) {
  print("one wide instruction becomes two narrow ones\n");
  words[0] = addw_r0(1000);
  halves[2] = BX_LR;
  synchronize();
  check_equal(call(words, 1), 1001, "one wide instruction");
  halves[0] = adds_r0(31);
  halves[1] = subs_r0(7);
  synchronize();
  check_equal(call(words, 1), 25, "two narrow instructions");
  words[0] = addw_r0(2000);
  synchronize();
  check_equal(call(words, 1), 2001, "one wide instruction again");
}

/* What an IT block governs, and by which condition, changes: the block, not the instruction. */
static void it_blocks(void) {
  print("IT block\n");
  halves[0] = 0x2800;     /* cmp r0, #0 */
  halves[1] = 0xbf0c;     /* ite eq */
  halves[2] = movs_r0(1); /* moveq r0, #1 */
  halves[3] = movs_r0(2); /* movne r0, #2 */
  halves[4] = BX_LR;
  synchronize();
  check_equal(call(words, 0), 1, "eq");
  check_equal(call(words, 5), 2, "ne");
  halves[1] = 0xbf14; /* ite ne */
  synchronize();
  check_equal(call(words, 0), 2, "eq, once the condition is the other");
  check_equal(call(words, 5), 1, "ne, once the condition is the other");
  halves[1] = 0xbf08; /* it eq */
  synchronize();
  check_equal(call(words, 0), 2, "eq, once the block is shorter");
  check_equal(call(words, 5), 2, "ne, once the block is shorter");
  halves[1] = NOP;
  synchronize();
  check_equal(call(words, 5), 2, "without a block");
}

static void other_stores(void) {
  print("patched by byte, STRD, STM, STREX and bit-band alias\n");
  words[0] = movw_r0(0x123);
  halves[2] = BX_LR;
  halves[3] = NOP;
  synchronize();
  check_equal(call(words, 0), 0x123, "before");

  ((volatile uint8_t *)words)[2] = 0x45;
  synchronize();
  check_equal(call(words, 0), 0x145, "patched by a byte");

  const uint32_t end = words[1];
  __asm__ volatile("strd %0, %1, [%2]" : : "r"(movw_r0(0x234)), "r"(end), "r"(words) : "memory");
  synchronize();
  check_equal(call(words, 0), 0x234, "patched by strd");

  register uint32_t first __asm__("r2") = movw_r0(0x345);
  register uint32_t second __asm__("r3") = end;
  __asm__ volatile("stm %2, {%0, %1}" : : "r"(first), "r"(second), "r"(words) : "memory");
  synchronize();
  check_equal(call(words, 0), 0x345, "patched by stm");

  uint32_t failed, old;
  do {
    __asm__ volatile("ldrex %0, [%3]\n strex %1, %2, [%3]"
                     : "=&r"(old), "=&r"(failed)
                     : "r"(movw_r0(0x456)), "r"(words)
                     : "memory");
  } while (failed);
  synchronize();
  check_equal(call(words, 0), 0x456, "patched by strex");

  /* Bit 16 of the word is the lowest one of the immediate. */
  volatile uint32_t *const bit = (volatile uint32_t *)(0x22000000u + ((uintptr_t)words & 0xfffff) * 32 + 16 * 4);
  *bit = 1;
  synchronize();
  check_equal(call(words, 0), 0x457, "patched by the bit-band alias");
}

/* Calls the code in r1, which patches the instruction that it returns to. */
uint32_t call_patcher(uint32_t instruction, const volatile void *patcher);
extern const uint8_t patch_return[];
__asm__(
    ".section .text.call_patcher, \"ax\", %progbits\n"
    ".balign 64\n"
    ".thumb_func\n"
    "call_patcher:\n"
    "  push {r4, lr}\n"
    "  blx r1\n"
    "  mov.w r0, #1\n"
    "  pop {r4, pc}\n"
    "patch_return:\n"
    "  bic r2, lr, #1\n"
    "  str r0, [r2]\n"
    "  dsb\n"
    "  isb\n"
    "  bx lr\n"
    ".balign 64\n"
    ".previous\n");

static void caller_patched(void) {
  print("caller patched by its callee\n");
  for (uint32_t value = 0; value < 10; value++) {
    const uintptr_t patcher = (uintptr_t)patch_return | 1;
    check_equal(call_patcher(movw_r0(value), (const void *)patcher), value, "caller patched by its callee");
  }
}

int main(void) {
  generated();
  copied();
  same_line();
  running_loop();
  narrow();
  across_pages();
  wide_to_narrow();
  it_blocks();
  other_stores();
  caller_patched();
  return check_result();
}
