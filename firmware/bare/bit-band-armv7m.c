/* expect:
 * exit 0
 * | loads
 * | stores
 * | counting in bits
 * | peripherals
 * | all 79 checks passed
 */

/*
 * Bit-band aliases: each word of 0x2200_0000 to 0x23ff_ffff is one bit of the first MiB of SRAM, and each of
 * 0x4200_0000 to 0x43ff_ffff one bit of the first MiB of peripherals. (Cortex-M3 TRM, DDI 0337, "Bit-banding"; ARMv7-M
 * B3.1.) The board mps2-an385 has both.
 */
#include "check.h"
#include "print.h"
#include "timer.h"

static volatile uint32_t words[4] __attribute__((aligned(16)));

static uintptr_t alias(volatile void *address, unsigned bit) {
  const uintptr_t at = (uintptr_t)address;
  return (at & 0xf0000000u) + 0x02000000u + (at & 0xfffffu) * 32 + bit * 4;
}

static volatile uint32_t *bit_of(volatile void *address, unsigned bit) {
  return (volatile uint32_t *)alias(address, bit);
}

static void loads(void) {
  print("loads\n");
  words[0] = 0x80000001;
  words[1] = 0x00010002;
  for (unsigned bit = 0; bit < 32; bit++) {
    check_equal(*bit_of(words, bit), words[0] >> bit & 1, "bit of the first word");
    check_equal(*bit_of(words + 1, bit), words[1] >> bit & 1, "bit of the second word");
  }
  check_equal(*bit_of((volatile uint8_t *)words + 3, 7), 1, "bit of a byte");
  check_equal(*(volatile uint8_t *)alias(words, 31), 1, "load of a byte of the alias");
  check_equal(*(volatile uint16_t *)alias(words, 30), 0, "load of a halfword of the alias");
}

static void stores(void) {
  print("stores\n");
  for (unsigned i = 0; i < 4; i++) words[i] = 0;
  for (unsigned bit = 0; bit < 32; bit += 3) *bit_of(words + 1, bit) = 1;
  check_equal(words[1], 0x49249249, "every third bit set");
  for (unsigned bit = 0; bit < 32; bit += 6) *bit_of(words + 1, bit) = 0;
  check_equal(words[1], 0x08208208, "every sixth bit clear");
  *bit_of(words + 1, 0) = 0xfffffffe;
  check_equal(words[1], 0x08208208, "only bit 0 of what is stored counts");
  *bit_of(words + 1, 0) = 0xffffffff;
  check_equal(words[1], 0x08208209, "whatever the others are");
  check_equal(words[0] | words[2] | words[3], 0, "the words beside");
  *(volatile uint8_t *)alias(words + 2, 9) = 1;
  *(volatile uint16_t *)alias(words + 2, 17) = 1;
  check_equal(words[2], 1u << 9 | 1u << 17, "stores of bytes and halfwords to the alias");
}

/* A counter in the bits of a word, which no other instruction sees half done. */
static void counting(void) {
  print("counting in bits\n");
  words[0] = 0xffff0000;
  for (unsigned i = 0; i < 1000; i++) {
    unsigned bit = 0;
    while (*bit_of(words, bit)) *bit_of(words, bit++) = 0;
    *bit_of(words, bit) = 1;
  }
  check_equal(words[0], 0xffff0000 + 1000, "1000 increments");
}

static void peripherals(void) {
  print("peripherals\n");
  TIMER1.reload = 0;
  *bit_of(&TIMER1.reload, 4) = 1;
  *bit_of(&TIMER1.reload, 31) = 1;
  check_equal(TIMER1.reload, 0x80000010, "bits of a device register");
  check_equal(*bit_of(&TIMER1.reload, 31), 1, "bit of a device register");
  *bit_of(&TIMER1.reload, 31) = 0;
  check_equal(TIMER1.reload, 0x10, "bit cleared in a device register");
  *bit_of(&TIMER1.ctrl, 3) = 1;
  check_equal(TIMER1.ctrl, TIMER_CTRL_INTEN, "interrupt enabled by its bit");
  *bit_of(&TIMER1.ctrl, 3) = 0;
  check_equal(TIMER1.ctrl, 0, "and disabled");
}

int main(void) {
  loads();
  stores();
  counting();
  peripherals();
  return check_result();
}
