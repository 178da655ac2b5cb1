/* Console of the board lm3s6965evb: UART 0 by polling. */
#include "board.h"

#include "machine.h"
#include "uart.h"

void machine_init(void) {
  RCGC1 |= RCGC1_UART0;
  RCGC2 |= RCGC2_GPIOA;
  (void)RCGC2; /* a clock needs some cycles to start (data sheet, "System Control") */
  GPIOA_AFSEL |= 3;
  GPIOA_DEN |= 3;
  /* 115200 baud: the divisor has 6 bits of fraction */
  UART_CTL = 0;
  UART_IBRD = UART_CLOCK / (16 * 115200);
  UART_FBRD = UART_CLOCK * 4 / 115200 % 64;
  UART_LCRH = UART_LCRH_8_BITS | UART_LCRH_FIFO;
  UART_CTL = UART_CTL_ENABLE;
}

void console_put(uint8_t byte) {
  while (UART_FR & UART_FR_TXFF) continue;
  UART_DR = byte;
}
