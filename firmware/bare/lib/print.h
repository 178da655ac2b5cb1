/* Formatted text on the console. */
#ifndef PRINT_H
#define PRINT_H

#include <stdint.h>

/*
 * A small printf: %d and %u (decimal), %x (hexadecimal), %c, %s and %%. A width pads on the left with
 * blanks, or with zeros when it starts with 0. All numbers are 32 bits wide.
 */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From now on print() sends its bytes to `put` instead of console_put(). */
void print_redirect(void (*put)(uint8_t byte));

#endif
