/* UART 0 of the board lm3s6965evb (PL011; LM3S6965 data sheet, chapter "UARTs"). */
#ifndef UART_H
#define UART_H

#include <stdint.h>

#define UART_WORD(offset) (*(volatile uint32_t *)(0x4000c000u + (offset)))
#define UART_DR UART_WORD(0x000)
#define UART_FR UART_WORD(0x018)
#define UART_IBRD UART_WORD(0x024)
#define UART_FBRD UART_WORD(0x028)
#define UART_LCRH UART_WORD(0x02c)
#define UART_CTL UART_WORD(0x030)

#define UART_FR_TXFF (1u << 5)
#define UART_LCRH_FIFO (1u << 4)
#define UART_LCRH_8_BITS (3u << 5)
#define UART_CTL_ENABLE 0x301u

/* The clock gates of UART 0 and GPIO port A in system control (RCGC1, RCGC2). */
#define RCGC1 (*(volatile uint32_t *)0x400fe104u)
#define RCGC2 (*(volatile uint32_t *)0x400fe108u)
#define RCGC1_UART0 (1u << 0)
#define RCGC2_GPIOA (1u << 0)
#define GPIOA_AFSEL (*(volatile uint32_t *)0x40004420u)
#define GPIOA_DEN (*(volatile uint32_t *)0x4000451cu)

/* What the board runs on after reset: its internal oscillator (12 MHz nominal). */
#define UART_CLOCK 12000000u

#endif
