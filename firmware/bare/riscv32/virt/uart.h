/* NS16550A serial port of the board `virt`. */
#ifndef UART_H
#define UART_H

#include <stdint.h>

#define UART_BASE 0x10000000u
#define UART_IRQ 10u
#define UART_CLOCK 3686400u

/* Registers; some offsets mean another one for reads than for writes, or while LCR.DLAB is set. */
#define UART_RBR 0u /* read: receive buffer */
#define UART_THR 0u /* write: transmit holding */
#define UART_DLL 0u /* DLAB: divisor, low byte */
#define UART_DLM 1u /* DLAB: divisor, high byte */
#define UART_IER 1u
#define UART_IIR 2u /* read */
#define UART_FCR 2u /* write */
#define UART_LCR 3u
#define UART_MCR 4u
#define UART_LSR 5u

#define UART_IER_RECEIVE 0x01u
#define UART_IER_TRANSMIT 0x02u
#define UART_IIR_NONE 0x01u
#define UART_IIR_MASK 0x0fu
#define UART_IIR_TRANSMIT 0x02u
#define UART_IIR_RECEIVE 0x04u
#define UART_IIR_TIMEOUT 0x0cu
#define UART_FCR_ENABLE 0x01u
#define UART_FCR_TRIGGER_8 0x80u
#define UART_LCR_8N1 0x03u
#define UART_LCR_DLAB 0x80u
#define UART_MCR_OUT2 0x08u
#define UART_LSR_DATA 0x01u
#define UART_LSR_THRE 0x20u

static inline uint8_t uart_read(uint32_t offset) { return *(volatile uint8_t *)(UART_BASE + offset); }

static inline void uart_write(uint32_t offset, uint8_t value) {
  *(volatile uint8_t *)(UART_BASE + offset) = value;
}

#endif
