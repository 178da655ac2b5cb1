#include "print.h"

#include <stdarg.h>
#include <stdbool.h>

#include "machine.h"

static void (*put)(uint8_t byte) = console_put;

void print_redirect(void (*new_put)(uint8_t byte)) { put = new_put; }

static void put_padded(const char *text, unsigned length, unsigned width, char padding) {
  for (; width > length; width--) put((uint8_t)padding);
  for (unsigned i = 0; i < length; i++) put((uint8_t)text[i]);
}

static void put_number(uint32_t value, uint32_t base, bool negative, unsigned width, char padding) {
  char digits[11];
  unsigned at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  if (negative) digits[--at] = '-';
  put_padded(digits + at, sizeof digits - at, width, padding);
}

static void put_text(const char *text, unsigned width) {
  unsigned length = 0;
  while (text[length]) length++;
  put_padded(text, length, width, ' ');
}

void print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format; format++) {
    if (*format != '%') {
      put((uint8_t)*format);
      continue;
    }
    format++;
    const char padding = *format == '0' ? '0' : ' ';
    unsigned width = 0;
    for (; *format >= '0' && *format <= '9'; format++) width = width * 10 + (unsigned)(*format - '0');
    if (*format == 'd') {
      const int32_t value = va_arg(arguments, int);
      put_number(value < 0 ? -(uint32_t)value : (uint32_t)value, 10, value < 0, width, padding);
    } else if (*format == 'u') {
      put_number(va_arg(arguments, unsigned), 10, false, width, padding);
    } else if (*format == 'x') {
      put_number(va_arg(arguments, unsigned), 16, false, width, padding);
    } else if (*format == 's') {
      put_text(va_arg(arguments, const char *), width);
    } else if (*format == 'c') {
      put((uint8_t)va_arg(arguments, int));
    } else {
      put((uint8_t)*format);
    }
  }
  va_end(arguments);
}
