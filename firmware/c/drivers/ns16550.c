/* The UART NS16550A (TI, PC16550D data sheet), with registers a byte apart. */
#include "serial.h"

enum { DATA, IER, FCR, LCR, MCR, LSR };

#define IER_RECEIVED 1
#define IER_ROOM 2
#define FCR_FIFO 7
#define LCR_8_BITS 3
#define LCR_DIVISOR 0x80
#define LSR_RECEIVED 1
#define LSR_ROOM 0x20

static volatile unsigned char *at(const struct serial *serial, unsigned index) {
  return (volatile unsigned char *)(serial->base + index);
}

void uart_start(const struct serial *serial) {
  uint32_t divisor = serial->clock_hz / (16 * serial->baud);
  *at(serial, LCR) = LCR_DIVISOR | LCR_8_BITS;
  *at(serial, DATA) = (unsigned char)divisor;
  *at(serial, IER) = (unsigned char)(divisor >> 8);
  *at(serial, LCR) = LCR_8_BITS;
  *at(serial, FCR) = FCR_FIFO;
}

bool uart_receive(const struct serial *serial, unsigned char *byte) {
  if (!(*at(serial, LSR) & LSR_RECEIVED)) return false;
  *byte = *at(serial, DATA);
  return true;
}

bool uart_can_transmit(const struct serial *serial) {
  return *at(serial, LSR) & LSR_ROOM;
}

void uart_transmit(const struct serial *serial, unsigned char byte) {
  *at(serial, DATA) = byte;
}

void uart_enable_receive_interrupt(const struct serial *serial) {
  *at(serial, IER) |= IER_RECEIVED;
}

void uart_set_transmit_interrupt(const struct serial *serial, bool enabled) {
  unsigned char others = *at(serial, IER) & (unsigned char)~IER_ROOM;
  *at(serial, IER) = enabled ? others | IER_ROOM : others;
}

void uart_acknowledge(const struct serial *serial) {
  (void)serial; /* Its interrupts go with their reasons. */
}
