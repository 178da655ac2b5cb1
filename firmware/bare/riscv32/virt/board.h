/* Facts of the board `virt` that portable programs need. */
#ifndef BOARD_H
#define BOARD_H

/* Nothing is at this address: an access traps. */
#define NOTHING_ADDRESS 0x08000000u

#endif
