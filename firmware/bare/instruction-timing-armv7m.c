/* expect:
 * exit 0
 * not on QEMU: it has no DWT: CYCCNT reads as zero (ARMv7-M C1.8.8)
 * | data processing
 * |    1  add.w
 * |    1  add
 * |    1  mul.w
 * |    2  mla
 * |    2  mls
 * |    3  add pc: the pipeline is filled again
 * | long multiplication
 * |    3  umull, small by small
 * |    4  umull, small by large
 * |    5  umull, large by large
 * |    3  smull, small by small, both negative
 * |    5  smull, large by large
 * |    4  umlal, small by small
 * |    5  umlal, small by large
 * |    7  umlal, large by large
 * |    7  smlal, large by large
 * | division
 * |    2  udiv, quotient 0
 * |    3  udiv, quotient of 1 bit
 * |    7  udiv, quotient of 16 bits
 * |   12  udiv, quotient of 32 bits
 * |    3  sdiv, quotient of 2 bits
 * | loads
 * |    2  ldr
 * |    3  ldr, ldr: the second one is pipelined
 * |    4  ldr, ldr, ldr.w: the others are pipelined
 * |    4  ldr, ldr from where the first one says
 * |    3  ldr, add that uses it
 * |    4  add, ldr from there
 * |    3  add, ldr from elsewhere
 * |    3  ldrh at an odd address
 * |    3  ldr at 2 more than a multiple of 4
 * |    4  ldr at an odd address
 * |    3  ldrd
 * |    3  ldm of 2
 * |    9  ldm of 8
 * | stores
 * |    1  str, immediate offset
 * |    2  str, register offset
 * |    4  str, register offset, then ldr
 * |    3  str at an odd address
 * |    3  strd
 * |    3  stm of 2
 * |   10  push and pop of 4
 * |    2  ldrex
 * |    2  strex
 * | branches
 * |    1  beq.w, not taken
 * |    2  b.w
 * |    5  b to a wide instruction across words
 * |    3  b to a wide instruction in a word
 * |    2  cbz, not taken; nop
 * |    2  cbz, taken
 * |    5  bl and bx lr
 * |    6  blx and bx lr
 * |    5  ldr pc
 * |    6  push, pop pc
 * |    6  tbb
 * | IT
 * |    1  it behind a narrow instruction: folded
 * |    3  add.w, it, move: not folded
 * |    2  it, sdiv that is skipped, nop
 * | system
 * |    2  mrs
 * |    2  msr
 * |    2  cpsie, nop
 * |    1  dmb
 * |    2  isb: the pipeline is filled again
 * | exceptions
 * |   24  svc and bx lr: 1 + 12 + 1 + 10
 * |   24  str to ICSR, PendSV and bx lr: 1 + 12 + 1 + 10
 * |   32  svc, str to ICSR and bx lr, PendSV and bx lr: 1 + 12 + 2 + 6 + 1 + 10
 */

/*
 * How many cycles instructions take, by DWT's cycle counter: a line for each row of the Cortex-M3's table of instruction
 * timings (Cortex-M3 TRM r2p0, DDI 0337, "Instruction set summary"; exceptions in "Exceptions"). It runs on any core that
 * has the counter, and says what that one takes. Code is read from memory without wait states here.
 */
#include "debug.h"
#include "exception.h"
#include "print.h"
#include "scb.h"

/* Where loads and stores go, on a multiple of 8; its first word is the address of the label that `ldr pc` goes to. */
static uint32_t memory[16] __attribute__((aligned(8)));

/*
 * The cycles of some instructions, between two reads of the counter with an instruction on each side that nothing
 * pipelines with. They begin at a multiple of 4, behind a narrow instruction. r5 is the address of `memory`.
 */
#define CYCLES(prepare, code)                                                                      \
  ({                                                                                               \
    register uint32_t start __asm__("r4");                                                         \
    register uint32_t *data __asm__("r5") = memory;                                                \
    register volatile uint32_t *counter __asm__("r6") = &DWT_CYCCNT;                               \
    register uint32_t end __asm__("r8");                                                           \
    __asm__ volatile(prepare "\n"                                                                  \
                     ".balign 8\n"                                                                 \
                     "ldr r4, [r6]\n"                                                              \
                     "nop\n" code "\n"                                                             \
                     ".balign 4\n"                                                                 \
                     "nop\n"                                                                       \
                     "ldr.w r8, [r6]\n"                                                            \
                     : "=r"(start), "=r"(end), "+r"(data)                                          \
                     : "r"(counter)                                                                \
                     : "r0", "r1", "r2", "r3", "r9", "r10", "r11", "r12", "lr", "cc", "memory");   \
    end - start;                                                                                   \
  })

/* What the reads themselves take: where the code has a length of 4 bytes more or less, padding is a NOP. */
#define OVERHEAD CYCLES("", "")
#define NARROW 1u

static uint32_t overhead;

#define ROW(what, prepare, code) print("%4u  " what "\n", (unsigned)(CYCLES(prepare, code) - overhead))
/* Of code whose length is no multiple of 4: the NOP behind it is taken off. */
#define ROW_NARROW(what, prepare, code) print("%4u  " what "\n", (unsigned)(CYCLES(prepare, code) - overhead - NARROW))

static void data_processing(void) {
  print("data processing\n");
  ROW("add.w", "", "add.w r0, r1, r2");
  ROW_NARROW("add", "", "adds r0, r1, r2");
  ROW("mul.w", "", "mul r0, r1, r2");
  ROW("mla", "", "mla r0, r1, r2, r3");
  ROW("mls", "", "mls r0, r1, r2, r3");
  ROW("add pc: the pipeline is filled again", "mov r0, #0", "add pc, r0\n nop");
}

static void multiply_and_divide(void) {
  print("long multiplication\n");
  ROW("umull, small by small", "movs r1, #3\n movs r2, #5", "umull r0, r3, r1, r2");
  ROW("umull, small by large", "movs r1, #3\n mvn r2, #5", "umull r0, r3, r1, r2");
  ROW("umull, large by large", "mvn r1, #3\n mvn r2, #5", "umull r0, r3, r1, r2");
  ROW("smull, small by small, both negative", "mvn r1, #3\n mvn r2, #5", "smull r0, r3, r1, r2");
  ROW("smull, large by large", "mov r1, #0x40000000\n mov r2, r1", "smull r0, r3, r1, r2");
  ROW("umlal, small by small", "movs r1, #3\n movs r2, #5", "umlal r0, r3, r1, r2");
  ROW("umlal, small by large", "movs r1, #3\n mvn r2, #5", "umlal r0, r3, r1, r2");
  ROW("umlal, large by large", "mvn r1, #3\n mvn r2, #5", "umlal r0, r3, r1, r2");
  ROW("smlal, large by large", "mov r1, #0x40000000\n mov r2, r1", "smlal r0, r3, r1, r2");
  print("division\n");
  ROW("udiv, quotient 0", "movs r1, #3\n movs r2, #5", "udiv r0, r1, r2");
  ROW("udiv, quotient of 1 bit", "movs r1, #5\n movs r2, #5", "udiv r0, r1, r2");
  ROW("udiv, quotient of 16 bits", "mov r1, #0x8000\n movs r2, #1", "udiv r0, r1, r2");
  ROW("udiv, quotient of 32 bits", "mvn r1, #0\n movs r2, #1", "udiv r0, r1, r2");
  ROW("sdiv, quotient of 2 bits", "mvn r1, #14\n movs r2, #5", "sdiv r0, r1, r2");
}

static void loads_and_stores(void) {
  print("loads\n");
  ROW("ldr", "", "ldr.w r0, [r5, #4]");
  ROW("ldr, ldr: the second one is pipelined", "", "ldr r0, [r5, #4]\n ldr r1, [r5, #8]");
  ROW("ldr, ldr, ldr.w: the others are pipelined", "",
      "ldr r0, [r5, #4]\n ldr r1, [r5, #8]\n ldr.w r2, [r5, #12]");
  ROW("ldr, ldr from where the first one says", "str r5, [r5, #4]", "ldr r0, [r5, #4]\n ldr r1, [r0, #8]");
  ROW("ldr, add that uses it", "", "ldr r0, [r5, #4]\n adds r1, r0, #1");
  ROW("add, ldr from there", "mov r1, r5", "adds r1, #4\n ldr r0, [r1]");
  ROW("add, ldr from elsewhere", "", "adds r1, #4\n ldr r0, [r5]");
  ROW("ldrh at an odd address", "", "ldrh.w r0, [r5, #9]");
  ROW("ldr at 2 more than a multiple of 4", "", "ldr.w r0, [r5, #10]");
  ROW("ldr at an odd address", "", "ldr.w r0, [r5, #9]");
  ROW("ldrd", "", "ldrd r0, r1, [r5, #8]");
  ROW("ldm of 2", "", "ldmia.w r5, {r0, r1}");
  ROW("ldm of 8", "", "ldmia.w r5, {r0, r1, r2, r3, r9, r10, r11, r12}");
  print("stores\n");
  ROW("str, immediate offset", "", "str.w r0, [r5, #4]");
  ROW("str, register offset", "movs r1, #4", "str.w r0, [r5, r1]");
  ROW("str, register offset, then ldr", "movs r1, #4", "str r0, [r5, r1]\n ldr r2, [r5, #8]");
  ROW("str at an odd address", "", "str.w r0, [r5, #9]");
  ROW("strd", "", "strd r0, r1, [r5, #8]");
  ROW("stm of 2", "", "stmia.w r5, {r0, r1}");
  ROW("push and pop of 4", "", "push {r0, r1, r2, r3}\n pop {r0, r1, r2, r3}");
  ROW("ldrex", "", "ldrex r0, [r5, #4]");
  ROW("strex", "ldrex r1, [r5, #4]", "strex r0, r1, [r5, #4]");
}

static void branches(void) {
  print("branches\n");
  ROW("beq.w, not taken", "movs r0, #1", "beq.w 1f\n 1:");
  ROW("b.w", "", "b.w 1f\n 1:");
  ROW("b to a wide instruction across words", "", "b 1f\n nop\n nop\n 1: add.w r0, r1, r2");
  ROW("b to a wide instruction in a word", "", "b 1f\n nop\n 1: add.w r0, r1, r2");
  ROW("cbz, not taken; nop", "movs r0, #1", "cbz r0, 1f\n nop\n 1:");
  ROW("cbz, taken", "movs r0, #0", "cbz r0, 1f\n nop\n 1:");
  ROW("bl and bx lr", "b 2f\n .balign 4\n 1: bx lr\n 2:", "bl 1b");
  ROW_NARROW("blx and bx lr", "b 2f\n .balign 4\n 1: bx lr\n 2: adr.w r0, 1b\n adds r0, #1", "blx r0");
  ROW("ldr pc", "adr.w r0, 1f\n adds r0, #1\n str r0, [r5]", "ldr.w pc, [r5]\n 1:");
  ROW("push, pop pc", "adr.w r0, 1f\n adds r0, #1", "push {r0}\n pop {pc}\n 1:");
  ROW("tbb", "movs r0, #0", "tbb [pc, r0]\n .byte 2, 2, 2, 2\n");
  print("IT\n");
  ROW("it behind a narrow instruction: folded", "movs r0, #0", "it eq\n moveq r1, #1");
  ROW("add.w, it, move: not folded", "movs r0, #0", "add.w r2, r2, #0\n it eq\n moveq r1, #1");
  ROW("it, sdiv that is skipped, nop", "movs r0, #1", "it eq\n sdiveq r1, r0, r0\n nop");
  print("system\n");
  ROW("mrs", "", "mrs r0, primask");
  ROW("msr", "movs r0, #0", "msr basepri, r0");
  ROW("cpsie, nop", "", "cpsie f\n nop");
  ROW("dmb", "", "dmb");
  ROW("isb: the pipeline is filled again", "", "isb");
}

static void __attribute__((naked)) leave(void) { __asm__ volatile("bx lr"); }

/* r2 is the address of ICSR and r3 its PENDSVSET. */
static void __attribute__((naked)) pend_and_leave(void) { __asm__ volatile("str.w r3, [r2]\n bx lr"); }

static void exceptions(void) {
  print("exceptions\n");
  exception_install(EXCEPTION_SVCALL, leave);
  exception_install(EXCEPTION_PENDSV, leave);
  ROW_NARROW("svc and bx lr: 1 + 12 + 1 + 10", "", "svc 0");
#define ICSR_AND_PENDSVSET "movw r2, #0xed04\n movt r2, #0xe000\n mov r3, #0x10000000"
  ROW("str to ICSR, PendSV and bx lr: 1 + 12 + 1 + 10", ICSR_AND_PENDSVSET, "str.w r3, [r2]");
  exception_install(EXCEPTION_SVCALL, pend_and_leave);
  ROW_NARROW("svc, str to ICSR and bx lr, PendSV and bx lr: 1 + 12 + 2 + 6 + 1 + 10", ICSR_AND_PENDSVSET,
             "svc 0");
}

int main(void) {
  DEMCR |= DEMCR_TRCENA;
  DWT_CTRL |= DWT_CTRL_CYCCNTENA;
  overhead = OVERHEAD;
  data_processing();
  multiply_and_divide();
  loads_and_stores();
  branches();
  exceptions();
  return 0;
}
