/* expect:
 * exit 0
 * | bench-integer: checksum 42f23b29
 */

/*
 * Integer work in small data, in the mix that embedded benchmarks have: matrix products, a bitwise CRC, a
 * state machine that recognises numbers in text, and a linked list that is searched, reversed and sorted.
 * Every round's input depends on the result of the round before.
 *
 * Executes 1,234.7 million instructions on RV32IMAC and 1,204.7 million on ARMv7-M (GCC 12.2).
 */
#include <stdbool.h>
#include <stddef.h>

#include "bench.h"
#include "print.h"

#define ROUNDS 10500u

#define MATRIX_SIZE 20u

static int16_t left[MATRIX_SIZE][MATRIX_SIZE], right[MATRIX_SIZE][MATRIX_SIZE];
static int32_t product[MATRIX_SIZE][MATRIX_SIZE];

static uint32_t matrix(uint32_t seed) {
  for (unsigned i = 0; i < MATRIX_SIZE; i++) {
    for (unsigned j = 0; j < MATRIX_SIZE; j++) {
      left[i][j] = (int16_t)next_random(&seed);
      right[i][j] = (int16_t)(seed >> 16);
    }
  }
  uint32_t sum = 0;
  for (unsigned i = 0; i < MATRIX_SIZE; i++) {
    for (unsigned j = 0; j < MATRIX_SIZE; j++) {
      uint32_t cell = 0;
      for (unsigned k = 0; k < MATRIX_SIZE; k++) cell += (uint32_t)(left[i][k] * right[k][j]);
      product[i][j] = (int32_t)cell;
      sum += cell >> 2 & 0xffff;
    }
  }
  for (unsigned i = 0; i < MATRIX_SIZE; i++) {
    for (unsigned j = 0; j < MATRIX_SIZE; j++) {
      if (product[i][j] < product[j][i]) sum += 10;
      if (product[i][j] / 7 % 3 == 0) sum ^= (uint32_t)product[i][j];
    }
  }
  return sum;
}

#define TEXT_SIZE 512u

static char text[TEXT_SIZE];

/* Numbers, some of them damaged, with commas between. */
static void write_text(uint32_t seed) {
  static const char *const pieces[] = {"5012",  "-874",  "+122", "0.5", "-.9",   "+64.", "5.5e3", "-110e-2",
                                       "+0.6e7", "T0.3e", "-T.T", "1T3", "3.4e4z", ",",    "0x7f",  "e"};
  size_t at = 0;
  while (at < TEXT_SIZE - 10) {
    for (const char *piece = pieces[next_random(&seed) >> 28]; *piece; piece++) text[at++] = *piece;
    text[at++] = ',';
  }
  text[at] = 0;
}

enum state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, SCIENTIFIC, INVALID, STATES };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static enum state step(enum state state, char c) {
  switch (state) {
    case START:
      if (c == '+' || c == '-') return SIGN;
      return is_digit(c) ? INTEGER : c == '.' ? POINT : INVALID;
    case SIGN:
      return is_digit(c) ? INTEGER : c == '.' ? POINT : INVALID;
    case INTEGER:
      return is_digit(c) ? INTEGER : c == '.' ? FRACTION : c == 'e' ? EXPONENT : INVALID;
    case POINT:
      return is_digit(c) ? FRACTION : INVALID;
    case FRACTION:
      return is_digit(c) ? FRACTION : c == 'e' ? EXPONENT : INVALID;
    case EXPONENT:
      if (c == '+' || c == '-') return EXPONENT_SIGN;
      return is_digit(c) ? SCIENTIFIC : INVALID;
    case EXPONENT_SIGN:
    case SCIENTIFIC:
      return is_digit(c) ? SCIENTIFIC : INVALID;
    default:
      return INVALID;
  }
}

static uint32_t state_machine(uint32_t seed) {
  uint32_t counts[STATES] = {0};
  write_text(seed);
  enum state state = START;
  for (const char *c = text; *c; c++) {
    if (*c == ',') {
      counts[state]++;
      state = START;
    } else {
      state = step(state, *c);
    }
  }
  uint32_t sum = 0;
  for (unsigned i = 0; i < STATES; i++) sum = sum * 31 + counts[i];
  return sum;
}

static uint32_t crc(uint32_t seed) {
  uint32_t crc16 = seed & 0xffff;
  for (unsigned i = 0; text[i]; i++) {
    crc16 ^= (uint8_t)text[i];
    for (unsigned bit = 0; bit < 8; bit++) crc16 = crc16 & 1 ? crc16 >> 1 ^ 0xa001 : crc16 >> 1;
  }
  return crc16;
}

#define NODES 64u

struct node {
  struct node *next;
  uint32_t key;
  uint16_t index;
};

static struct node nodes[NODES];

static struct node *reverse(struct node *list) {
  struct node *reversed = NULL;
  while (list) {
    struct node *next = list->next;
    list->next = reversed;
    reversed = list;
    list = next;
  }
  return reversed;
}

static struct node *merge(struct node *a, struct node *b) {
  struct node head, *tail = &head;
  while (a && b) {
    struct node **least = a->key <= b->key ? &a : &b;
    tail->next = *least;
    tail = *least;
    *least = (*least)->next;
  }
  tail->next = a ? a : b;
  return head.next;
}

static struct node *sort(struct node *list, unsigned length) {
  if (length < 2) {
    if (list) list->next = NULL;
    return list;
  }
  struct node *middle = list;
  for (unsigned i = 0; i < length / 2; i++) middle = middle->next;
  struct node *upper = sort(middle, length - length / 2);
  return merge(sort(list, length / 2), upper);
}

static uint32_t list(uint32_t seed) {
  for (unsigned i = 0; i < NODES; i++) {
    nodes[i].key = next_random(&seed) >> 8;
    nodes[i].index = (uint16_t)i;
    nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
  }
  struct node *first = reverse(nodes);
  uint32_t found = 0;
  for (unsigned i = 0; i < 8; i++) {
    const uint32_t wanted = next_random(&seed) % (2 * NODES);
    for (const struct node *node = first; node; node = node->next) {
      found += node->index == wanted ? node->key : 1;
    }
  }
  first = sort(first, NODES);
  uint32_t position = 0;
  for (const struct node *node = first; node; node = node->next) found += position++ * node->index;
  return found;
}

int main(void) {
  uint32_t checksum = CHECKSUM_START;
  for (unsigned round = 0; round < ROUNDS; round++) {
    checksum = add_to_checksum(checksum, matrix(checksum | 1));
    checksum = add_to_checksum(checksum, state_machine(checksum | 1));
    checksum = add_to_checksum(checksum, crc(checksum));
    checksum = add_to_checksum(checksum, list(checksum | 1));
  }
  print("bench-integer: checksum %08x\n", (unsigned)checksum);
  return 0;
}
