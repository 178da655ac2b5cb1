/*
 * Semihosting: requests that the program makes to the emulator (Arm, "Semihosting for AArch32 and AArch64",
 * taken over by the RISC-V Semihosting Specification).
 */
#ifndef SEMIHOST_H
#define SEMIHOST_H

#include <stdint.h>

#define SYS_OPEN 0x01
#define SYS_CLOSE 0x02
#define SYS_WRITEC 0x03
#define SYS_WRITE0 0x04
#define SYS_WRITE 0x05
#define SYS_READ 0x06
#define SYS_ISTTY 0x09
#define SYS_SEEK 0x0a
#define SYS_FLEN 0x0c
#define SYS_REMOVE 0x0e
#define SYS_RENAME 0x0f
#define SYS_CLOCK 0x10
#define SYS_TIME 0x11
#define SYS_ERRNO 0x13
#define SYS_GET_CMDLINE 0x15
#define SYS_HEAPINFO 0x16
#define SYS_EXIT_EXTENDED 0x20
#define SYS_ELAPSED 0x30
#define SYS_TICKFREQ 0x31

/* How SYS_OPEN opens: the C modes "rb", "r+b", "wb" and "ab". */
#define OPEN_READ 1
#define OPEN_UPDATE 3
#define OPEN_WRITE 5
#define OPEN_APPEND 9

/* The reason that SYS_EXIT_EXTENDED gives: ADP_Stopped_ApplicationExit. */
#define EXIT_APPLICATION 0x20026u

/* One request; provided by each instruction set. */
uint32_t semihost(uint32_t operation, uintptr_t argument);

#endif
