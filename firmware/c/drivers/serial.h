/* A UART with interrupts, in two halves: serial.c has the driver that the kernel sees, whatever the UART is;
 * ns16550.c, cmsdk_uart.c and pl011.c each have one kind of UART. */
#ifndef SERIAL_H
#define SERIAL_H

#include <bluekernel.h>
#include <stdbool.h>

#define SERIAL_ROOM 64

struct serial {
  uintptr_t base;
  uint32_t clock_hz;
  uint32_t baud;
  struct bk_queue received;
  struct bk_queue to_send;
  unsigned char received_bytes[SERIAL_ROOM];
  unsigned char bytes_to_send[SERIAL_ROOM];
  /* Whether the interrupt for more room is on. */
  bool waits;
  /* Bytes that came when there was no room for them. */
  uint32_t lost;
};

/* ioctl: the number of lost bytes. */
#define SERIAL_LOST 1
/* ioctl: sets the baud rate, to which the argument points. */
#define SERIAL_SET_BAUD 2

extern const struct bk_operations serial_operations;

/* The UART: enables it, both ways, at its baud rate. */
void uart_start(const struct serial *serial);
/* Takes a byte that has come. */
bool uart_receive(const struct serial *serial, unsigned char *byte);
bool uart_can_transmit(const struct serial *serial);
void uart_transmit(const struct serial *serial, unsigned char byte);
void uart_enable_receive_interrupt(const struct serial *serial);
/* Lets room for bytes to send interrupt, or not. */
void uart_set_transmit_interrupt(const struct serial *serial, bool enabled);
/* Takes back requests of interrupts that do not go by themselves. */
void uart_acknowledge(const struct serial *serial);

static inline volatile uint32_t *uart_register(const struct serial *serial, uintptr_t offset) {
  return (volatile uint32_t *)(serial->base + offset);
}

#endif
