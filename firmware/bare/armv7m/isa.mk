# How programs are built for ARMv7-M, by default for the board `mps2-an385`; what is named NAME-BOARD-armv7m.c is
# for one of the others.
armv7m_BOARDS := mps2-an385 lm3s6965evb
armv7m_CC := arm-none-eabi-gcc
armv7m_FLAGS = -mcpu=cortex-m3 -mthumb \
  $(call rename_folder,$(shell $(armv7m_CC) -print-file-name=include 2>/dev/null),gcc)
