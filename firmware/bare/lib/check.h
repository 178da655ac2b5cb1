/* Self-checks. One that fails prints its name; main() ends with `return check_result();`. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdint.h>

void check(bool holds, const char *what);
void check_equal(uint32_t actual, uint32_t expected, const char *what);

/* Says how many checks there were and returns the exit code: 0 if all of them passed, else 1. */
int check_result(void);

#endif
