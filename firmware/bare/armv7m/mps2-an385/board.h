/* Facts of the board mps2-an385 that portable programs and the support of the instruction set need. */
#ifndef BOARD_H
#define BOARD_H

#define BOARD_NAME "mps2-an385"

/* Nothing is at this address: an access is a bus error. */
#define NOTHING_ADDRESS 0x60000000u

#endif
