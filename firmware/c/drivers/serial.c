#include "serial.h"

static struct serial *serial_of(struct bk_driver *driver) {
  return driver->data;
}

static bk_status init(struct bk_driver *driver) {
  struct serial *serial = serial_of(driver);
  bk_queue_init(&serial->received, serial->received_bytes, 1, SERIAL_ROOM);
  bk_queue_init(&serial->to_send, serial->bytes_to_send, 1, SERIAL_ROOM);
  uart_start(serial);
  return BK_OK;
}

static bk_status open(struct bk_driver *driver, uint32_t flags) {
  if (flags != 0) return BK_INVALID;
  uart_enable_receive_interrupt(serial_of(driver));
  return BK_OK;
}

/* Returns whether there may be more to do. */
static bool transmit_one(struct serial *serial) {
  unsigned char byte;
  if (!uart_can_transmit(serial)) {
    if (serial->waits) return false;
    /* Room that came before this does not interrupt, so it is looked for once more. */
    serial->waits = true;
    uart_set_transmit_interrupt(serial, true);
    return true;
  }
  if (bk_queue_receive(&serial->to_send, &byte, BK_NO_WAIT) == BK_OK) {
    uart_transmit(serial, byte);
    return true;
  }
  if (serial->waits) uart_set_transmit_interrupt(serial, false);
  serial->waits = false;
  return false;
}

/* Gives the UART what it has room for, a byte in each critical section; the interrupt for more room is on only while
 * something waits. */
static void transmit(struct serial *serial) {
  bool more = true;
  while (more) {
    uint32_t before = bk_critical_enter();
    more = transmit_one(serial);
    bk_critical_exit(before);
  }
}

static void irq(struct bk_driver *driver, uint32_t line) {
  struct serial *serial = serial_of(driver);
  (void)line;
  /* A line that stays raised need not interrupt again: goes on until the UART has no reason left. */
  for (bool came = true; came;) {
    unsigned char byte;
    came = false;
    uart_acknowledge(serial);
    while (uart_receive(serial, &byte)) {
      came = true;
      if (bk_queue_send(&serial->received, &byte, BK_NO_WAIT) != BK_OK) serial->lost++;
    }
    transmit(serial);
  }
}

static int32_t read(struct bk_driver *driver, void *buffer, size_t size, bk_time deadline) {
  struct serial *serial = serial_of(driver);
  unsigned char *bytes = buffer;
  size_t count = 0;
  if (size == 0) return 0;
  bk_status status = bk_queue_receive(&serial->received, bytes, deadline);
  if (status != BK_OK) return status;
  do {
    count++;
  } while (count < size && bk_queue_receive(&serial->received, bytes + count, BK_NO_WAIT) == BK_OK);
  return (int32_t)count;
}

static int32_t write(struct bk_driver *driver, const void *buffer, size_t size) {
  struct serial *serial = serial_of(driver);
  const unsigned char *bytes = buffer;
  for (size_t at = 0; at < size; at++) {
    if (bk_queue_send(&serial->to_send, bytes + at, BK_NO_WAIT) == BK_OK) continue;
    transmit(serial);
    bk_status status = bk_queue_send(&serial->to_send, bytes + at, BK_FOREVER);
    if (status != BK_OK) return status;
  }
  transmit(serial);
  return (int32_t)size;
}

static int32_t ioctl(struct bk_driver *driver, uint32_t request, void *argument) {
  struct serial *serial = serial_of(driver);
  switch (request) {
    case SERIAL_LOST:
      return (int32_t)serial->lost;
    case SERIAL_SET_BAUD:
      if (!argument || *(uint32_t *)argument == 0) return BK_INVALID;
      serial->baud = *(uint32_t *)argument;
      uart_start(serial);
      uart_enable_receive_interrupt(serial);
      return BK_OK;
    default:
      return BK_UNSUPPORTED;
  }
}

const struct bk_operations serial_operations = {
    .init = init,
    .open = open,
    .read = read,
    .write = write,
    .ioctl = ioctl,
    .irq = irq,
};
