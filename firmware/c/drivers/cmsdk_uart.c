/* The UART of Arm's Cortex-M System Design Kit (DDI 0479), 4.3. */
#include "serial.h"

#define DATA 0x00
#define STATE 0x04
#define CTRL 0x08
#define INTSTATUS 0x0c
#define BAUDDIV 0x10

#define STATE_TRANSMIT_FULL 1u
#define STATE_RECEIVE_FULL 2u
#define CTRL_BOTH_WAYS 3u
#define CTRL_TRANSMIT_INTERRUPT 4u
#define CTRL_RECEIVE_INTERRUPT 8u

void uart_start(const struct serial *serial) {
  *uart_register(serial, BAUDDIV) = serial->clock_hz / serial->baud;
  *uart_register(serial, CTRL) |= CTRL_BOTH_WAYS;
}

bool uart_receive(const struct serial *serial, unsigned char *byte) {
  if (!(*uart_register(serial, STATE) & STATE_RECEIVE_FULL)) return false;
  *byte = (unsigned char)*uart_register(serial, DATA);
  return true;
}

bool uart_can_transmit(const struct serial *serial) {
  return !(*uart_register(serial, STATE) & STATE_TRANSMIT_FULL);
}

void uart_transmit(const struct serial *serial, unsigned char byte) {
  *uart_register(serial, DATA) = byte;
}

void uart_enable_receive_interrupt(const struct serial *serial) {
  *uart_register(serial, CTRL) |= CTRL_RECEIVE_INTERRUPT;
}

void uart_set_transmit_interrupt(const struct serial *serial, bool enabled) {
  uint32_t others = *uart_register(serial, CTRL) & ~CTRL_TRANSMIT_INTERRUPT;
  *uart_register(serial, CTRL) = enabled ? others | CTRL_TRANSMIT_INTERRUPT : others;
}

void uart_acknowledge(const struct serial *serial) {
  *uart_register(serial, INTSTATUS) = *uart_register(serial, INTSTATUS);
}
