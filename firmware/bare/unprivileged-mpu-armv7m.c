/* expect:
 * exit 0
 * | instructions that need privilege
 * | load of CPUID: BusFault: PRECISERR BFARVALID
 * | store to VTOR: BusFault: PRECISERR BFARVALID
 * | load of SYST_CVR: BusFault: PRECISERR BFARVALID
 * | store to NVIC_ISER: BusFault: PRECISERR BFARVALID
 * | store to STIR: BusFault: PRECISERR BFARVALID
 * | code without a region: MemManage: IACCVIOL
 * | store into code: MemManage: DACCVIOL MMARVALID
 * | load without a region: MemManage: DACCVIOL MMARVALID
 * | ldrex without a region: MemManage: DACCVIOL MMARVALID
 * | store without a region: MemManage: DACCVIOL MMARVALID
 * | jump behind the region: MemManage: IACCVIOL
 * | jump before the region: MemManage: IACCVIOL
 * | jump into the stack, which has XN: MemManage: IACCVIOL
 * | load before the region: MemManage: DACCVIOL MMARVALID
 * | load behind the region: MemManage: DACCVIOL MMARVALID
 * | store before the region: MemManage: DACCVIOL MMARVALID
 * | store behind the region: MemManage: DACCVIOL MMARVALID
 * | jump to data: MemManage: IACCVIOL
 * | store to its last word: MemManage: DACCVIOL MMARVALID
 * | privileged store: MemManage: DACCVIOL MMARVALID
 * | ldrt: MemManage: DACCVIOL MMARVALID
 * | ldrbt: MemManage: DACCVIOL MMARVALID
 * | ldrsht: MemManage: DACCVIOL MMARVALID
 * | strt: MemManage: DACCVIOL MMARVALID
 * | strht: MemManage: DACCVIOL MMARVALID
 * | SVC without room for its frame: MemManage: MSTKERR
 * | all 234 checks passed
 */

/*
 * Unprivileged code, and the memory protection unit around it: what it may not do, every kind of MemManage fault with
 * its status, address and frame, and the loads and stores by which privileged code acts for it. (ARMv7-M B1.3.1,
 * B1.4.4, B3.1.1, B3.5, B5.2.2, B5.2.3, A4.6.2.)
 *
 * Not tested, because QEMU 7.2 looks at the first byte only: accesses across the end of a region.
 */
#include "check.h"
#include "exception.h"
#include "fault.h"
#include "mpu.h"
#include "nvic.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "systick.h"

/*
 * What runs unprivileged, in a region of its own: pieces of one or more instructions, each followed by an SVC. The
 * instruction under test is the first of each.
 */
#define USER_CODE_LOG2 8u
extern const uint8_t user_code[];
extern const uint8_t user_svc[], user_load[], user_store[], user_jump[], user_exclusive[];
extern const uint8_t user_masks[], user_control[], user_read_masks[], user_read_control[], user_read_sp[], user_flags[];
__asm__(
    ".section .text.user, \"ax\", %progbits\n"
    ".balign 256\n"
    "user_code:\n"
    "user_svc: svc #0\n"
    "user_load: ldr r0, [r0]\n svc #0\n"
    "user_store: str r1, [r0]\n svc #0\n"
    "user_jump: bx r0\n"
    "user_exclusive: ldrex r0, [r0]\n svc #0\n"
    "user_masks: msr primask, r0\n msr faultmask, r0\n msr basepri, r0\n msr msp, r0\n cpsid if\n svc #0\n"
    "user_control: msr control, r0\n isb\n mrs r0, control\n svc #0\n"
    "user_read_masks: mrs r0, basepri\n mrs r1, primask\n orr r0, r1\n mrs r1, faultmask\n orr r0, r1\n svc #0\n"
    "user_read_control: mrs r0, control\n svc #0\n"
    "user_read_sp: mrs r0, msp\n mrs r1, psp\n orr r0, r1\n svc #0\n"
    "user_flags: msr apsr_nzcvq, r0\n mrs r0, apsr\n svc #0\n"
    ".previous\n");

/* The data of the tests: of these 64 words, unprivileged code gets the part that a test says. */
static volatile uint32_t data[64] __attribute__((aligned(256)));

static uint32_t address(unsigned word) { return (uintptr_t)&data[word]; }

/* Its first instruction succeeds, and the SVC comes. */
static uint32_t user_succeeds(const uint8_t *code, uint32_t r0, uint32_t r1, const char *what) {
  const uint32_t result = user_call((uintptr_t)code, r0, r1);
  check_equal(fault_record.number, EXCEPTION_SVCALL, what);
  check_equal(fault_record.count, 1, what);
  fault_record.count = 0;
  return result;
}

static void user_fails(const uint8_t *code, uint32_t r0, uint32_t number, uint32_t cfsr, const char *what) {
  user_call((uintptr_t)code, r0, 0x5a5a5a5a);
  fault_check(number, cfsr, (uintptr_t)code, what);
}

static void user_denied(const uint8_t *code, uint32_t r0, const char *what) {
  user_fails(code, r0, EXCEPTION_MEM_MANAGE, CFSR_DACCVIOL | CFSR_MMARVALID, what);
  check_equal(fault_record.mmfar, r0, "MMFAR");
}

static void user_jump_denied(uintptr_t to, const char *what) {
  user_call((uintptr_t)user_jump, to | 1, 0);
  fault_check(EXCEPTION_MEM_MANAGE, CFSR_IACCVIOL, to, what);
}

/* Without the MPU, unprivileged code may use all memory, but not change how the core runs. */
static void privileged_instructions(void) {
  print("instructions that need privilege\n");
  user_succeeds(user_svc, 0, 0, "SVC");
  check_equal(fault_record.exc_return, EXC_RETURN_THREAD_PSP, "EXC_RETURN");
  check_equal(fault_record.pc, (uintptr_t)user_svc + 2, "PC in the frame is behind the SVC");
  check_equal(special_read(control), 0, "CONTROL after the call");

  const uint32_t msp = special_read(msp);
  user_succeeds(user_masks, 0xff, 0, "writes of masks and MSP");
  check_equal(special_read(primask), 0, "PRIMASK");
  check_equal(special_read(faultmask), 0, "FAULTMASK");
  check_equal(special_read(basepri), 0, "BASEPRI");
  check_equal(special_read(msp), msp, "MSP");
  check_equal(user_succeeds(user_control, 0, 0, "write of CONTROL"), CONTROL_PSP | CONTROL_UNPRIVILEGED,
              "CONTROL is unchanged");
  special_write(basepri, 0xe0);
  check_equal(user_succeeds(user_read_masks, 0, 0, "reads of masks"), 0, "masks read as zero");
  special_write(basepri, 0);
  check_equal(user_succeeds(user_read_control, 0, 0, "read of CONTROL"), CONTROL_PSP | CONTROL_UNPRIVILEGED,
              "CONTROL can be read");
  check_equal(user_succeeds(user_read_sp, 0, 0, "reads of MSP and PSP"), 0, "MSP and PSP read as zero");
  check_equal(user_succeeds(user_flags, 0xf8000000, 0, "write of the flags"), 0xf8000000, "flags");
}

/* The private peripheral bus answers unprivileged accesses with a bus error, except for STIR if it may. */
static void system_registers(void) {
  const uint32_t precise = CFSR_PRECISERR | CFSR_BFARVALID;
  user_fails(user_load, (uintptr_t)&CPUID, EXCEPTION_BUS_FAULT, precise, "load of CPUID");
  check_equal(fault_record.bfar, (uintptr_t)&CPUID, "BFAR");
  user_fails(user_store, (uintptr_t)&VTOR, EXCEPTION_BUS_FAULT, precise, "store to VTOR");
  user_fails(user_load, (uintptr_t)&SYST_CVR, EXCEPTION_BUS_FAULT, precise, "load of SYST_CVR");
  user_fails(user_store, (uintptr_t)NVIC_ISER, EXCEPTION_BUS_FAULT, precise, "store to NVIC_ISER");
  check_equal(NVIC_ISER[0], 0, "NVIC_ISER");
  user_fails(user_store, (uintptr_t)&NVIC_STIR, EXCEPTION_BUS_FAULT, precise, "store to STIR");
  CCR |= CCR_USERSETMPEND;
  barrier();
  user_call((uintptr_t)user_store, (uintptr_t)&NVIC_STIR, 5);
  check_equal(fault_record.number, EXCEPTION_SVCALL, "store to STIR with USERSETMPEND");
  fault_record.count = 0;
  check(nvic_pending(5), "the interrupt is pending");
  nvic_unpend(5);
  CCR &= ~CCR_USERSETMPEND;
}

/* Region 6 lets unprivileged code use its stack, region 7 execute; nothing else uses them. */
static void allow_user_stack(void) {
  mpu_region(6, (uintptr_t)user_stack,
             MPU_RASR_SIZE(8) | MPU_RASR_NORMAL | MPU_RASR_AP(AP_WRITE_WRITE) | MPU_RASR_XN);
}

static void allow_user_code(void) {
  mpu_region(7, (uintptr_t)user_code,
             MPU_RASR_SIZE(USER_CODE_LOG2) | MPU_RASR_NORMAL | MPU_RASR_AP(AP_WRITE_READ));
  barrier();
}

/* With PRIVDEFENA, what no region covers is for privileged code only. */
static void no_region(void) {
  allow_user_stack();
  mpu_control(MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA);
  user_call((uintptr_t)user_svc, 0, 0);
  fault_report("code without a region");
  check_equal(fault_record.number, EXCEPTION_MEM_MANAGE, "exception");
  check_equal(fault_record.cfsr, CFSR_IACCVIOL, "CFSR");
  data[0] = 1;
  check_equal(data[0], 1, "privileged access without a region");
}

static void code_region(void) {
  const uint32_t code = (uintptr_t)user_code;
  allow_user_code();
  user_succeeds(user_svc, 0, 0, "code in a region");
  check_equal(user_succeeds(user_load, code, 0, "load of code"), *(const uint32_t *)(const void *)user_code, "loaded");
  user_denied(user_store, code, "store into code");
  user_denied(user_load, address(0), "load without a region");
  user_denied(user_exclusive, address(0), "ldrex without a region");
  user_denied(user_store, address(0), "store without a region");
  user_jump_denied(code + (1u << USER_CODE_LOG2), "jump behind the region");
  user_jump_denied(code - 4, "jump before the region");
  user_jump_denied((uintptr_t)user_stack, "jump into the stack, which has XN");
  user_call((uintptr_t)user_jump, code | 1, 0);
  check_equal(fault_record.pc, code + 2, "jump within the region");
  fault_record.count = 0;
}

/* Region 0: words 16 to 31 of data. */
static void data_region(void) {
  mpu_region(0, address(16), MPU_RASR_SIZE(6) | MPU_RASR_NORMAL | MPU_RASR_AP(AP_WRITE_WRITE) | MPU_RASR_XN);
  data[16] = 0x11111111;
  check_equal(user_succeeds(user_load, address(16), 0, "load of the first word"), 0x11111111, "first word");
  user_succeeds(user_store, address(31), 0x22222222, "store to the last word");
  check_equal(data[31], 0x22222222, "last word");
  user_denied(user_load, address(15), "load before the region");
  user_denied(user_load, address(32), "load behind the region");
  user_denied(user_store, address(15), "store before the region");
  user_denied(user_store, address(32), "store behind the region");
  user_jump_denied(address(16), "jump to data");
}

/* Region 1, the smallest there is, read-only and within region 0: the higher number decides. */
static void smallest_region(void) {
  mpu_region(1, address(16), MPU_RASR_SIZE(5) | MPU_RASR_NORMAL | MPU_RASR_AP(AP_READ_READ) | MPU_RASR_XN);
  data[24] = 0x33333333;
  user_succeeds(user_load, address(23), 0, "load of its last word");
  user_denied(user_store, address(23), "store to its last word");
  user_succeeds(user_store, address(24), 0x44444444, "store behind it");
  check_equal(data[24], 0x44444444, "word behind it");

  uintptr_t at;
  __asm__ volatile("adr.w %0, 1f\n1: str %0, [%1]" : "=&r"(at) : "l"(address(16)) : "memory");
  fault_check(EXCEPTION_MEM_MANAGE, CFSR_DACCVIOL | CFSR_MMARVALID, at, "privileged store");
  check_equal(fault_record.mmfar, address(16), "MMFAR");
  mpu_region_off(1);
  barrier();
  user_succeeds(user_store, address(23), 0x55555555, "store once it is off");
  check_equal(data[23], 0x55555555, "last word");
}

/* LDRT and STRT: privileged code with the rights of unprivileged code (A4.6.2). */
static void unprivileged_accesses(void) {
  uintptr_t at;
  uint32_t value = 0;
  data[16] = 0x66666666;
  __asm__ volatile("ldrt %0, [%1]" : "=r"(value) : "r"(address(16)) : "memory");
  check_equal(value, 0x66666666, "ldrt where it may");
  __asm__ volatile("strt %0, [%1]" : : "r"(0x77777777), "r"(address(17)) : "memory");
  check_equal(data[17], 0x77777777, "strt where it may");
  check_equal(fault_record.count, 0, "no fault");
  data[8] = 0x88888888;
#define DENIED(text, what)                                                                               \
  __asm__ volatile("adr.w %0, 1f\n1: " text : "=&r"(at), "+&r"(value) : "r"(address(8)) : "memory");     \
  fault_check(EXCEPTION_MEM_MANAGE, CFSR_DACCVIOL | CFSR_MMARVALID, at, what);                           \
  check_equal(fault_record.mmfar, address(8), "MMFAR")
  value = 0x99999999;
  DENIED("ldrt %1, [%2]", "ldrt");
  DENIED("ldrbt %1, [%2]", "ldrbt");
  DENIED("ldrsht %1, [%2]", "ldrsht");
  DENIED("strt %1, [%2]", "strt");
  DENIED("strht %1, [%2]", "strht");
  check_equal(value, 0x99999999, "register of a load that faults");
  check_equal(data[8], 0x88888888, "word of a store that faults");
}

/* Exception entry pushes with the rights of the code that it interrupts (B1.5.6). */
static void stack(void) {
  const uintptr_t top = user_stack_top;
  SHPR(EXCEPTION_SVCALL) = 0x80;
  user_stack_top = (uintptr_t)user_stack + 16;
  user_call((uintptr_t)user_svc, 0, 0);
  fault_report("SVC without room for its frame");
  check_equal(fault_record.number, EXCEPTION_MEM_MANAGE, "exception");
  check_equal(fault_record.cfsr, CFSR_MSTKERR, "CFSR");
  check(fault_record.shcsr & SHCSR_SVCALLPENDED, "the SVC is pending");
  user_stack_top = top;
}

int main(void) {
  fault_install();
  privileged_instructions();
  system_registers();
  no_region();
  code_region();
  data_region();
  smallest_region();
  unprivileged_accesses();
  stack();
  mpu_control(0);
  return check_result();
}
