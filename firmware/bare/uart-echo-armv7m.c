/* expect:
 * exit 0
 * input "hello, world\nA line that is longer than any buffer of the serial port.\n\n~ 0123456789 {|}\nquit\n"
 * | lines come back in upper case; "quit" or Ctrl-D ends
 * | HELLO, WORLD
 * | A LINE THAT IS LONGER THAN ANY BUFFER OF THE SERIAL PORT.
 * |
 * | ~ 0123456789 {|}
 * | lines: 4, bytes in: 94, bytes out: 89
 */

/*
 * A console driver as an operating system has it: an interrupt each for what was received and what was sent by the
 * CMSDK UART, which has no FIFOs, and a ring buffer each way. The transmit interrupt comes when a byte has gone, so the
 * first one is sent without it. The program sleeps in WFI whenever there is nothing to do. (DDI 0479, "APB UART".)
 */
#include <stdbool.h>

#include "exception.h"
#include "nvic.h"
#include "print.h"
#include "scb.h"
#include "special.h"
#include "uart.h"

#define LINE_SIZE 128u
#define END_OF_INPUT 0x04

/* One writer, one reader; the indices run freely. */
struct ring {
  volatile uint32_t head, tail;
  uint8_t bytes[256];
};

static struct ring input, output;
static volatile bool sending;
static uint32_t bytes_in, bytes_out, lines;

static bool ring_empty(const struct ring *ring) { return ring->head == ring->tail; }

static bool ring_full(const struct ring *ring) { return ring->head - ring->tail == sizeof ring->bytes; }

static void ring_put(struct ring *ring, uint8_t byte) {
  ring->bytes[ring->head % sizeof ring->bytes] = byte;
  ring->head++;
}

static uint8_t ring_get(struct ring *ring) {
  const uint8_t byte = ring->bytes[ring->tail % sizeof ring->bytes];
  ring->tail++;
  return byte;
}

/* Takes the byte that was received; a full ring leaves it in the port, and its interrupt off, until there is room. */
static void receive(void) {
  UART_INTSTATUS = UART_INT_RX;
  while (UART_STATE & UART_STATE_RXFULL) {
    if (ring_full(&input)) {
      UART_CTRL &= ~UART_CTRL_RX_INTEN;
      return;
    }
    ring_put(&input, (uint8_t)UART_DATA);
    bytes_in++;
  }
}

static void send_next(void) {
  sending = !ring_empty(&output);
  if (!sending) return;
  UART_DATA = ring_get(&output);
  bytes_out++;
}

static void sent(void) {
  UART_INTSTATUS = UART_INT_TX;
  send_next();
}

/* Sleeps until an interrupt has been served; called with interrupts off, so that none can slip by. */
static void wait_for_work(void) {
  wait_for_interrupt();
  interrupts_enable();
  interrupts_disable();
}

static uint8_t read_byte(void) {
  while (ring_empty(&input)) wait_for_work();
  const uint8_t byte = ring_get(&input);
  if (!(UART_CTRL & UART_CTRL_RX_INTEN)) {
    UART_CTRL |= UART_CTRL_RX_INTEN;
    receive();
  }
  return byte;
}

static void write_byte(uint8_t byte) {
  while (ring_full(&output)) wait_for_work();
  ring_put(&output, byte);
  if (!sending) send_next();
}

static uint8_t upper_case(uint8_t byte) { return byte >= 'a' && byte <= 'z' ? byte - 'a' + 'A' : byte; }

static bool is_quit(const uint8_t *line, unsigned length) {
  return length == 4 && line[0] == 'q' && line[1] == 'u' && line[2] == 'i' && line[3] == 't';
}

/* Reads a line of at most LINE_SIZE bytes; false at the end of input. */
static bool read_line(uint8_t *line, unsigned *length) {
  *length = 0;
  while (*length < LINE_SIZE) {
    const uint8_t byte = read_byte();
    if (byte == END_OF_INPUT) return false;
    if (byte == '\n' || byte == '\r') break;
    line[(*length)++] = byte;
  }
  return true;
}

static void start(void) {
  interrupts_disable();
  exception_install(EXCEPTION_INTERRUPT(UART_RX_IRQ), receive);
  exception_install(EXCEPTION_INTERRUPT(UART_TX_IRQ), sent);
  nvic_enable(UART_RX_IRQ);
  nvic_enable(UART_TX_IRQ);
}

int main(void) {
  uint8_t line[LINE_SIZE];
  unsigned length;
  start();
  print("lines come back in upper case; \"quit\" or Ctrl-D ends\n");
  UART_CTRL = UART_CTRL_TX_EN | UART_CTRL_RX_EN | UART_CTRL_TX_INTEN | UART_CTRL_RX_INTEN;
  bool more = true;
  while (more) {
    more = read_line(line, &length);
    if (is_quit(line, length) || (length == 0 && !more)) break;
    for (unsigned i = 0; i < length; i++) write_byte(upper_case(line[i]));
    write_byte('\n');
    lines++;
  }
  while (sending) wait_for_work();
  UART_CTRL = UART_CTRL_TX_EN;
  print("lines: %u, bytes in: %u, bytes out: %u\n", (unsigned)lines, (unsigned)bytes_in, (unsigned)bytes_out);
  return 0;
}
