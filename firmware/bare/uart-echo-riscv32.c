/* expect:
 * exit 0
 * input "hello, world\nA line that is longer than the sixteen bytes of the FIFO.\n\n~ 0123456789 {|}\nquit\n"
 * | lines come back in upper case; "quit" or Ctrl-D ends
 * | HELLO, WORLD
 * | A LINE THAT IS LONGER THAN THE SIXTEEN BYTES OF THE FIFO.
 * |
 * | ~ 0123456789 {|}
 * | lines: 4, bytes in: 94, bytes out: 89
 */

/*
 * A console driver as an operating system has it: interrupts of the NS16550A through the PLIC in both
 * directions, its FIFOs, and a ring buffer each way. The receive interrupt comes at 8 bytes in the FIFO or
 * when fewer have waited for four characters' time; the transmit interrupt comes when the FIFO has run
 * empty. The program sleeps in wfi whenever there is nothing to do.
 */
#include <stdbool.h>

#include "csr.h"
#include "plic.h"
#include "print.h"
#include "trap.h"
#include "uart.h"

#define FIFO_SIZE 16u
#define LINE_SIZE 128u
#define END_OF_INPUT 0x04

/* One writer, one reader; the indices run freely. */
struct ring {
  volatile uint32_t head, tail;
  uint8_t bytes[256];
};

static struct ring input, output;
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

static void uart_interrupts(uint8_t clear, uint8_t set) {
  uart_write(UART_IER, (uint8_t)((uart_read(UART_IER) & ~clear) | set));
}

/* Takes what has been received; a full ring leaves the rest in the FIFO until there is room. */
static void receive(void) {
  while (uart_read(UART_LSR) & UART_LSR_DATA) {
    if (ring_full(&input)) {
      uart_interrupts(UART_IER_RECEIVE, 0);
      return;
    }
    ring_put(&input, uart_read(UART_RBR));
    bytes_in++;
  }
}

/* The FIFO is empty: fills it, or stops the interrupt when there is nothing to send. */
static void transmit(void) {
  if (ring_empty(&output)) {
    uart_interrupts(UART_IER_TRANSMIT, 0);
    return;
  }
  for (unsigned room = FIFO_SIZE; room && !ring_empty(&output); room--) {
    uart_write(UART_THR, ring_get(&output));
    bytes_out++;
  }
}

static void serve_uart(void) {
  for (;;) {
    const uint8_t reason = uart_read(UART_IIR) & UART_IIR_MASK;
    if (reason == UART_IIR_NONE) return;
    if (reason == UART_IIR_TRANSMIT) {
      transmit();
    } else {
      receive();
    }
  }
}

static void serve(struct trap_frame *frame) {
  if (frame->mcause != (CAUSE_INTERRUPT | INTERRUPT_EXTERNAL)) {
    print("unexpected cause 0x%08x\n", (unsigned)frame->mcause);
    return;
  }
  for (uint32_t source; (source = plic_claim());) {
    if (source == UART_IRQ) serve_uart();
    plic_complete(source);
  }
}

/* Sleeps until an interrupt has been served; called with interrupts off, so that none can slip by. */
static void wait_for_interrupt(void) {
  __asm__ volatile("wfi");
  csr_set(mstatus, MSTATUS_MIE);
  csr_clear(mstatus, MSTATUS_MIE);
}

static uint8_t read_byte(void) {
  while (ring_empty(&input)) wait_for_interrupt();
  const uint8_t byte = ring_get(&input);
  uart_interrupts(0, UART_IER_RECEIVE);
  return byte;
}

static void write_byte(uint8_t byte) {
  while (ring_full(&output)) wait_for_interrupt();
  ring_put(&output, byte);
  uart_interrupts(0, UART_IER_TRANSMIT);
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
  /* What came before the FIFO is switched on is taken first, because that empties it. */
  while (uart_read(UART_LSR) & UART_LSR_DATA) {
    ring_put(&input, uart_read(UART_RBR));
    bytes_in++;
  }
  uart_write(UART_FCR, UART_FCR_ENABLE | UART_FCR_TRIGGER_8);
  uart_write(UART_MCR, UART_MCR_OUT2);
  uart_interrupts(0, UART_IER_RECEIVE);

  trap_install(serve);
  plic_enable(UART_IRQ);
  PLIC_PRIORITY[UART_IRQ] = 1;
  PLIC_THRESHOLD = 0;
  csr_write(mie, MI_EXTERNAL);
}

int main(void) {
  uint8_t line[LINE_SIZE];
  unsigned length;
  start();
  print("lines come back in upper case; \"quit\" or Ctrl-D ends\n");
  bool more = true;
  while (more) {
    more = read_line(line, &length);
    if (is_quit(line, length) || (length == 0 && !more)) break;
    for (unsigned i = 0; i < length; i++) write_byte(upper_case(line[i]));
    write_byte('\n');
    lines++;
  }
  while (!ring_empty(&output)) wait_for_interrupt();
  uart_interrupts(UART_IER_RECEIVE | UART_IER_TRANSMIT, 0);
  print("lines: %u, bytes in: %u, bytes out: %u\n", (unsigned)lines, (unsigned)bytes_in, (unsigned)bytes_out);
  return 0;
}
