/* Console of the board mps2-an385: UART 0 by polling. */
#include "board.h"

#include "machine.h"
#include "uart.h"

void machine_init(void) {
  UART_BAUDDIV = UART_CLOCK / 115200;
  UART_CTRL = UART_CTRL_TX_EN;
}

void console_put(uint8_t byte) {
  while (UART_STATE & UART_STATE_TXFULL) continue;
  UART_DATA = byte;
}
