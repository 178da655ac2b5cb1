#include "check.h"

#include "print.h"

static unsigned checks;
static unsigned failures;

void check(bool holds, const char *what) {
  checks++;
  if (holds) return;
  failures++;
  print("FAILED: %s\n", what);
}

void check_equal(uint32_t actual, uint32_t expected, const char *what) {
  check(actual == expected, what);
  if (actual != expected) print("  is 0x%08x, must be 0x%08x\n", (unsigned)actual, (unsigned)expected);
}

int check_result(void) {
  if (failures) {
    print("%u of %u checks failed\n", failures, checks);
  } else {
    print("all %u checks passed\n", checks);
  }
  return failures != 0;
}
