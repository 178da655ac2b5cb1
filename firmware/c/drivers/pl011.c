/* Arm's UART PL011 (DDI 0183), also as Stellaris boards have it. */
#include "serial.h"

#define DATA 0x00
#define FLAGS 0x18
#define INTEGER_DIVISOR 0x24
#define FRACTIONAL_DIVISOR 0x28
#define LINE_CONTROL 0x2c
#define CONTROL 0x30
#define INTERRUPT_MASK 0x38
#define INTERRUPT_CLEAR 0x44

#define FLAGS_RECEIVE_EMPTY 0x10u
#define FLAGS_TRANSMIT_FULL 0x20u
/* Eight bits; the FIFOs stay off, so that each byte interrupts. */
#define LINE_8_BITS 0x60u
#define CONTROL_ENABLED 0x301u
#define INTERRUPT_RECEIVED 0x10u
#define INTERRUPT_ROOM 0x20u

void uart_start(const struct serial *serial) {
  /* In 64ths: clock / (16 baud) times 64. */
  uint32_t divisor = 4 * serial->clock_hz / serial->baud;
  *uart_register(serial, CONTROL) = 0;
  *uart_register(serial, INTEGER_DIVISOR) = divisor >> 6;
  *uart_register(serial, FRACTIONAL_DIVISOR) = divisor & 63;
  *uart_register(serial, LINE_CONTROL) = LINE_8_BITS;
  *uart_register(serial, CONTROL) = CONTROL_ENABLED;
}

bool uart_receive(const struct serial *serial, unsigned char *byte) {
  if (*uart_register(serial, FLAGS) & FLAGS_RECEIVE_EMPTY) return false;
  *byte = (unsigned char)*uart_register(serial, DATA);
  return true;
}

bool uart_can_transmit(const struct serial *serial) {
  return !(*uart_register(serial, FLAGS) & FLAGS_TRANSMIT_FULL);
}

void uart_transmit(const struct serial *serial, unsigned char byte) {
  *uart_register(serial, DATA) = byte;
}

void uart_enable_receive_interrupt(const struct serial *serial) {
  *uart_register(serial, INTERRUPT_MASK) |= INTERRUPT_RECEIVED;
}

void uart_set_transmit_interrupt(const struct serial *serial, bool enabled) {
  uint32_t others = *uart_register(serial, INTERRUPT_MASK) & ~INTERRUPT_ROOM;
  *uart_register(serial, INTERRUPT_MASK) = enabled ? others | INTERRUPT_ROOM : others;
}

void uart_acknowledge(const struct serial *serial) {
  *uart_register(serial, INTERRUPT_CLEAR) = INTERRUPT_RECEIVED | INTERRUPT_ROOM;
}
