/* expect:
 * exit 0
 * | registers
 * | AP 0: privileged ---, unprivileged --
 * | AP 1: privileged rwx, unprivileged --
 * | AP 2: privileged rwx, unprivileged r-
 * | AP 3: privileged rwx, unprivileged rw
 * | AP 5: privileged r-x, unprivileged --
 * | AP 6: privileged r-x, unprivileged r-
 * | AP 7: privileged r-x, unprivileged r-
 * | execute never
 * | region that denies: --------
 * | without its first and last subregion: r------r
 * | without every other: -r-r-r-r
 * | without all: rrrrrrrr
 * | region that allows, without four, above one that denies: rr----rr
 * | the highest number decides: --r-rrr-
 * | whatever lower ones say: --r-rrr-
 * | without a map behind the regions
 * | priority -1
 * | all 431 checks passed
 */

/*
 * The memory protection unit's rules: its registers, every access permission for privileged and unprivileged code,
 * execute-never, subregions, overlapping regions, the map behind them, and the exceptions that it does not bind.
 * (ARMv7-M B3.5, "Protected Memory System Architecture, PMSAv7".) Unprivileged accesses are LDRT and STRT here;
 * unprivileged-mpu-armv7m.c has code that runs so.
 */
#include "check.h"
#include "fault.h"
#include "mpu.h"
#include "print.h"
#include "scb.h"
#include "special.h"

/* What regions are tried on: each of its 8 parts is a subregion. QEMU 7.2 mistakes those of less than 1 KiB. */
#define ARENA_LOG2 13u
#define PARTS 8u
#define PART_LOG2 10u
#define PART_WORDS (1u << (PART_LOG2 - 2))
static volatile uint32_t arena[PARTS * PART_WORDS] __attribute__((aligned(1u << ARENA_LOG2)));

static volatile uint32_t *part(unsigned number) { return &arena[number * PART_WORDS]; }

/* A function of one word. */
extern const uint32_t answer[];
__asm__(
    ".section .text.answer, \"ax\", %progbits\n"
    ".balign 4\n"
    "answer:\n"
    "  movs r0, #42\n"
    "  bx lr\n"
    ".previous\n");

static bool happened(uint32_t cfsr) {
  const bool fault = fault_record.count != 0;
  if (fault) {
    check_equal(fault_record.count, 1, "one fault");
    check_equal(fault_record.number, EXCEPTION_MEM_MANAGE, "it is MemManage");
    check_equal(fault_record.cfsr, cfsr, "CFSR");
  }
  fault_record.count = 0;
  return fault;
}

static bool data_fault(uintptr_t address) {
  const bool fault = happened(CFSR_DACCVIOL | CFSR_MMARVALID);
  if (fault) check_equal(fault_record.mmfar, address, "MMFAR");
  return fault;
}

#define CAN(name, instruction)                                                                      \
  static bool can_##name(volatile uint32_t *word) {                                                 \
    uint32_t value = 0;                                                                             \
    __asm__ volatile(instruction " %0, [%1]" : "+r"(value) : "r"(word) : "memory");                 \
    return !data_fault((uintptr_t)word);                                                            \
  }
CAN(load, "ldr.w")
CAN(store, "str.w")
CAN(load_unprivileged, "ldrt")
CAN(store_unprivileged, "strt")

static bool can_execute(volatile uint32_t *code) {
  uint32_t result;
  __asm__ volatile("blx %1\n mov %0, r0"
                   : "=r"(result)
                   : "r"((uintptr_t)code | 1)
                   : "r0", "r1", "r2", "r3", "r12", "lr", "cc", "memory");
  const bool fault = happened(CFSR_IACCVIOL);
  if (!fault) check_equal(result, 42, "result of the code");
  return !fault;
}

static void registers(void) {
  print("registers\n");
  check_equal(MPU_TYPE, 8u << 8, "MPU_TYPE: 8 regions");
  check_equal(MPU_CTRL, 0, "MPU_CTRL at reset");
  MPU_CTRL = 0xfffffff8u;
  check_equal(MPU_CTRL, 0, "reserved bits of MPU_CTRL");
  for (uint32_t n = 0; n < 8; n++) {
    MPU_RNR = n;
    check_equal(MPU_RNR, n, "MPU_RNR");
    check_equal(MPU_RASR & MPU_RASR_ENABLE, 0, "no region is enabled at reset");
    MPU_RBAR = 0x10000000u * n;
    MPU_RASR = MPU_RASR_SIZE(16 + n);
  }
  MPU_RNR = 5;
  check_equal(MPU_RBAR, 0x50000005u, "MPU_RBAR of region 5");
  check_equal(MPU_RASR, MPU_RASR_SIZE(21), "MPU_RASR of region 5");

  /* VALID selects the region by the write itself. */
  MPU_RBAR = 0x20000000u | MPU_RBAR_VALID | 2;
  check_equal(MPU_RNR, 2, "MPU_RNR after a write with VALID");
  check_equal(MPU_RBAR, 0x20000002u, "VALID reads as zero");

  /* The aliases are for filling four regions at a time. */
  MPU_RNR = 0;
  MPU_RBAR_A1 = 0x21000000u | MPU_RBAR_VALID | 3;
  MPU_RASR_A1 = MPU_RASR_SIZE(10);
  MPU_RBAR_A3 = 0x22000000u | MPU_RBAR_VALID | 4;
  MPU_RASR_A3 = MPU_RASR_SIZE(11);
  MPU_RNR = 3;
  check_equal(MPU_RBAR, 0x21000003u, "MPU_RBAR by alias 1");
  check_equal(MPU_RASR, MPU_RASR_SIZE(10), "MPU_RASR by alias 1");
  MPU_RNR = 4;
  check_equal(MPU_RBAR, 0x22000004u, "MPU_RBAR by alias 3");
  check_equal(MPU_RASR, MPU_RASR_SIZE(11), "MPU_RASR by alias 3");
}

/* Table B3-15; AP 4 is unpredictable. */
static void permissions(void) {
  static const uint8_t values[] = {AP_NONE_NONE,   AP_WRITE_NONE, AP_WRITE_READ,    AP_WRITE_WRITE,
                                   AP_READ_NONE, AP_READ_READ,  AP_READ_READ_TOO};
  mpu_control(MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA);
  for (unsigned i = 0; i < sizeof values; i++) {
    mpu_region(0, (uintptr_t)arena, MPU_RASR_SIZE(ARENA_LOG2) | MPU_RASR_NORMAL | MPU_RASR_AP(values[i]));
    barrier();
    print("AP %u: privileged %c%c%c, unprivileged %c%c\n", values[i], can_load(arena) ? 'r' : '-',
          can_store(arena + 1) ? 'w' : '-', can_execute(part(1)) ? 'x' : '-',
          can_load_unprivileged(arena + 2) ? 'r' : '-', can_store_unprivileged(arena + 3) ? 'w' : '-');
  }
}

static void copy_answer(unsigned to) {
  *part(to) = answer[0];
  barrier();
}

static void execute_never(void) {
  print("execute never\n");
  const uint32_t attributes = MPU_RASR_SIZE(ARENA_LOG2) | MPU_RASR_NORMAL | MPU_RASR_AP(AP_WRITE_WRITE);
  mpu_region(0, (uintptr_t)arena, attributes);
  barrier();
  check(can_execute(arena), "code without XN");
  mpu_region(0, (uintptr_t)arena, attributes | MPU_RASR_XN);
  barrier();
  check(!can_execute(arena), "code with XN");
  check(can_load(arena), "load with XN");
}

/* One character a part: can it be loaded? */
static void show(const char *what) {
  char map[PARTS + 1] = {0};
  for (unsigned i = 0; i < PARTS; i++) map[i] = can_load(part(i)) ? 'r' : '-';
  print("%s: %s\n", what, map);
  /* A part begins and ends where it should. */
  for (unsigned i = 0; i < PARTS; i++) {
    check_equal(can_load(part(i) + PART_WORDS - 1), map[i] == 'r', "last word of a part");
  }
}

static void subregions(void) {
  const uint32_t denied = MPU_RASR_SIZE(ARENA_LOG2) | MPU_RASR_NORMAL | MPU_RASR_AP(AP_NONE_NONE);
  const uint32_t allowed = MPU_RASR_SIZE(ARENA_LOG2) | MPU_RASR_NORMAL | MPU_RASR_AP(AP_WRITE_WRITE);
  mpu_region(0, (uintptr_t)arena, denied);
  barrier();
  show("region that denies");
  mpu_region(0, (uintptr_t)arena, denied | MPU_RASR_WITHOUT(0x81u));
  barrier();
  show("without its first and last subregion");
  mpu_region(0, (uintptr_t)arena, denied | MPU_RASR_WITHOUT(0xaau));
  barrier();
  show("without every other");
  mpu_region(0, (uintptr_t)arena, denied | MPU_RASR_WITHOUT(0xffu));
  barrier();
  show("without all");

  /* What a subregion leaves out is decided by the next lower region. */
  mpu_region(0, (uintptr_t)arena, denied);
  mpu_region(1, (uintptr_t)arena, allowed | MPU_RASR_WITHOUT(0x3cu));
  barrier();
  show("region that allows, without four, above one that denies");
  mpu_region_off(1);
}

static void overlapping(void) {
  const uint32_t attributes = MPU_RASR_NORMAL | MPU_RASR_XN;
  mpu_region(0, (uintptr_t)arena, MPU_RASR_SIZE(ARENA_LOG2) | attributes | MPU_RASR_AP(AP_WRITE_WRITE));
  mpu_region(3, (uintptr_t)part(0), MPU_RASR_SIZE(PART_LOG2 + 2) | attributes | MPU_RASR_AP(AP_NONE_NONE));
  mpu_region(5, (uintptr_t)part(2), MPU_RASR_SIZE(PART_LOG2) | attributes | MPU_RASR_AP(AP_READ_READ));
  mpu_region(7, (uintptr_t)part(7), MPU_RASR_SIZE(PART_LOG2) | attributes | MPU_RASR_AP(AP_NONE_NONE));
  barrier();
  show("the highest number decides");
  mpu_region(2, (uintptr_t)part(7), MPU_RASR_SIZE(PART_LOG2) | attributes | MPU_RASR_AP(AP_WRITE_WRITE));
  mpu_region(1, (uintptr_t)part(3), MPU_RASR_SIZE(PART_LOG2) | attributes | MPU_RASR_AP(AP_WRITE_WRITE));
  barrier();
  show("whatever lower ones say");
  for (uint32_t n = 1; n < 8; n++) mpu_region_off(n);
}

/* Without PRIVDEFENA there is no map behind the regions, but what the core itself is made of stays (B3.5.1). */
static void no_background(void) {
  static volatile uint32_t *const elsewhere = (volatile uint32_t *)0x21000000u;
  print("without a map behind the regions\n");
  const uint32_t all = MPU_RASR_NORMAL | MPU_RASR_AP(AP_WRITE_WRITE);
  mpu_region(0, 0x00000000u, MPU_RASR_SIZE(22) | MPU_RASR_NORMAL | MPU_RASR_AP(AP_READ_READ));
  mpu_region(1, 0x20000000u, MPU_RASR_SIZE(22) | all);
  mpu_region(2, 0x40000000u, MPU_RASR_SIZE(16) | all | MPU_RASR_XN);
  mpu_control(MPU_CTRL_ENABLE);
  check(!can_load(elsewhere), "load elsewhere");
  check(!can_store(elsewhere), "store elsewhere");
  check(!can_execute(elsewhere), "branch elsewhere");
  check_equal(CPUID >> 24, 0x41, "system registers need no region");
  check(!can_store((volatile uint32_t *)(uintptr_t)answer), "store to code");

  /* A region of 4 GiB, below the others. */
  mpu_region(3, 0, MPU_RASR_SIZE(32) | all);
  barrier();
  check(can_load(elsewhere), "load elsewhere in a region of 4 GiB");
  mpu_region_off(3);
  barrier();
  check(!can_load(elsewhere), "load elsewhere without it");
}

/* At the priorities of HardFault, NMI and FAULTMASK the MPU is off, unless HFNMIENA is set (B3.5.1). */
static void below_priority_0(void) {
  static volatile uint32_t *const elsewhere = (volatile uint32_t *)0x21000000u;
  print("priority -1\n");
  *arena = 0x12345678;
  special_write(faultmask, 1);
  check(can_load(elsewhere), "load elsewhere with FAULTMASK");
  check(can_store(elsewhere), "store elsewhere with FAULTMASK");
  special_write(faultmask, 0);
  check(!can_load(elsewhere), "load elsewhere with FAULTMASK clear again");
  mpu_control(MPU_CTRL_ENABLE | MPU_CTRL_HFNMIENA);
  check_equal(MPU_CTRL, MPU_CTRL_ENABLE | MPU_CTRL_HFNMIENA, "MPU_CTRL");
  special_write(faultmask, 1);
  check_equal(*arena, 0x12345678, "load from a region with FAULTMASK and HFNMIENA");
  special_write(faultmask, 0);
}

int main(void) {
  fault_install();
  registers();
  for (uint32_t n = 0; n < 8; n++) mpu_region_off(n);
  copy_answer(0);
  copy_answer(1);
  permissions();
  execute_never();
  subregions();
  overlapping();
  no_background();
  below_priority_0();
  mpu_control(0);
  check(can_load(arena), "load with the MPU off");
  return check_result();
}
