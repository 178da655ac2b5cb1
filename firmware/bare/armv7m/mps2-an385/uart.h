/* UART 0 of the board mps2-an385 (CMSDK APB UART, DDI 0479 4.3). */
#ifndef UART_H
#define UART_H

#include <stdint.h>

#define UART_WORD(offset) (*(volatile uint32_t *)(0x40004000u + (offset)))
#define UART_DATA UART_WORD(0x00)
#define UART_STATE UART_WORD(0x04)
#define UART_CTRL UART_WORD(0x08)
#define UART_INTSTATUS UART_WORD(0x0c) /* write one to clear */
#define UART_BAUDDIV UART_WORD(0x10)

#define UART_RX_IRQ 0u
#define UART_TX_IRQ 1u
#define UART_CLOCK 25000000u

#define UART_STATE_TXFULL (1u << 0)
#define UART_STATE_RXFULL (1u << 1)
#define UART_CTRL_TX_EN (1u << 0)
#define UART_CTRL_RX_EN (1u << 1)
#define UART_CTRL_TX_INTEN (1u << 2)
#define UART_CTRL_RX_INTEN (1u << 3)
#define UART_INT_TX (1u << 0)
#define UART_INT_RX (1u << 1)

#endif
