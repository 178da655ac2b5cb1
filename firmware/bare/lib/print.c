#include "print.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "machine.h"

static void put_padded(const char *text, unsigned length, unsigned width, char padding) {
  for (; width > length; width--) console_put(padding);
  for (unsigned i = 0; i < length; i++) console_put(text[i]);
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

void print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format; format++) {
    if (*format != '%') {
      console_put(*format);
      continue;
    }
    format++;
    char padding = *format == '0' ? '0' : ' ';
    unsigned width = 0;
    for (; *format >= '0' && *format <= '9'; format++) width = width * 10 + (unsigned)(*format - '0');
    switch (*format) {
      case 'd': {
        int32_t value = va_arg(arguments, int);
        put_number(value < 0 ? -(uint32_t)value : (uint32_t)value, 10, value < 0, width, padding);
        break;
      }
      case 'u':
        put_number(va_arg(arguments, unsigned), 10, false, width, padding);
        break;
      case 'x':
        put_number(va_arg(arguments, unsigned), 16, false, width, padding);
        break;
      case 's': {
        const char *text = va_arg(arguments, const char *);
        unsigned length = 0;
        while (text[length]) length++;
        put_padded(text, length, width, ' ');
        break;
      }
      case 'c':
        console_put((uint8_t)va_arg(arguments, int));
        break;
      default:
        console_put(*format);
    }
  }
  va_end(arguments);
}
