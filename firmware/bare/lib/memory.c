/* The four functions that GCC may call on its own even in freestanding code. */
#include <stddef.h>
#include <stdint.h>

/* May be part of any object. */
typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *left, const void *right, size_t count);

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if ((((uintptr_t)out | (uintptr_t)in) & 3) == 0) {
    for (; count >= 4; count -= 4, out += 4, in += 4) *(word *)(void *)out = *(const word *)(const void *)in;
  }
  while (count--) *out++ = *in++;
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if ((uintptr_t)out - (uintptr_t)in >= count) return memcpy(to, from, count);
  while (count--) out[count] = in[count];
  return to;
}

void *memset(void *to, int value, size_t count) {
  uint8_t *out = to;
  while (count--) *out++ = (uint8_t)value;
  return to;
}

int memcmp(const void *left, const void *right, size_t count) {
  const uint8_t *a = left;
  const uint8_t *b = right;
  for (; count--; a++, b++) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}
