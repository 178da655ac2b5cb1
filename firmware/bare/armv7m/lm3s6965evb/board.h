/* Facts of the board lm3s6965evb that portable programs and the support of the instruction set need. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "lm3s6965evb"

/* Nothing is at this address: an access is a bus error. */
#define NOTHING_ADDRESS 0x60000000u

#endif
