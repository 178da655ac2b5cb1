# How programs are built for RV32IMAC on the board `virt`.
riscv32_BOARDS := virt
riscv32_CC := riscv64-unknown-elf-gcc
riscv32_FLAGS = -march=rv32imac -misa-spec=2.2 -mabi=ilp32 \
  $(call rename_folder,$(shell $(riscv32_CC) -print-file-name=include 2>/dev/null),gcc)
