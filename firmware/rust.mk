# Builds the programs on the Rust kernel: apps/src/bin/NAME.rs gives the image NAME-BOARD.elf, and that of another
# PACKAGE gives PACKAGE-NAME-BOARD.elf. See README.md.
#
# The compiler is Debian's (rustc-web, cargo-web, rust-web-src), which builds `core` along; or with RUSTUP=1 the one in
# PATH, where the targets are installed.
#
#   make build-virt-c FEATURES=rust-uart KERNEL_IMAGES=build/rust-uart     a package's images with features of its own

BOARDS := virt mps2-an385 lm3s6965evb
target_virt := riscv32imac-unknown-none-elf
target_mps2-an385 := thumbv7m-none-eabi
target_lm3s6965evb := thumbv7m-none-eabi
linker_riscv32imac-unknown-none-elf := riscv64-unknown-elf-ld
linker_thumbv7m-none-eabi := arm-none-eabi-ld
emulation_riscv32imac-unknown-none-elf := -C link-arg=-melf32lriscv
emulation_thumbv7m-none-eabi :=

FEATURES :=
KERNEL_IMAGES := $(BUILD)/kernel
PACKAGES := $(patsubst %/src/bin,%,$(wildcard */src/bin))
prefix = $(if $(filter-out apps,$1),$1-)

ifdef RUSTUP
CARGO := cargo
RUSTC := rustc
else
CARGO := $(firstword $(wildcard /usr/bin/cargo) cargo)
RUSTC := $(firstword $(wildcard /usr/bin/rustc) rustc)
RUST_SOURCE := $(realpath $(shell $(RUSTC) --print sysroot 2>/dev/null)/lib/rustlib/src/rust)
# What no program calls of compiler_builtins would be nine tenths of the debugging information of each.
BUILD_CORE := -Zbuild-std=core,alloc --offline --config profile.release.package.compiler_builtins.debug=0 \
  --config 'source.crates-io.replace-with="rust-source"' \
  --config 'source.rust-source.directory="$(RUST_SOURCE)/library/vendor"'
endif

# Paths in debug information start at `firmware`, `rust` or `cargo`, wherever these are.
SYSROOT := $(shell $(RUSTC) --print sysroot 2>/dev/null)
RUST_REMAPPED := $(foreach folder,$(sort $(CURDIR) $(realpath $(CURDIR))),--remap-path-prefix=$(folder)=firmware) \
  $(foreach folder,$(sort $(SYSROOT)/lib/rustlib/src/rust $(RUST_SOURCE)),--remap-path-prefix=$(folder)=rust) \
  --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo
RUST_LINK := -C linker-flavor=ld -C link-arg=--gc-sections -C link-arg=--build-id=none -C link-arg=--compress-debug-sections=zlib
RUST_TOOLS = CARGO=$(CARGO) RUSTC=$(RUSTC)
recorded_rust_flags = $(RUST_LINK) $(emulation_$(target_$1))

# $(call cargo,BOARD,COMMAND AND ARGUMENTS)
cargo = env RUSTC=$(RUSTC) $(if $(RUSTUP),,RUSTC_BOOTSTRAP=1) CARGO_TARGET_DIR=$(CURDIR)/$(BUILD)/rust/$1 \
  RUSTFLAGS='$(RUST_LINK) -C linker=$(linker_$(target_$1)) $(emulation_$(target_$1)) $(RUST_REMAPPED)' \
  $(CARGO) $2 --release --target $(target_$1) --features '$(strip board-$1 $(FEATURES))' $(BUILD_CORE)

# $(call kernel_programs,BOARD,PACKAGE). Images are replaced as a whole: tests that build side by side read none in part.
define kernel_programs
.PHONY: build-$1-$2
build-kernel-$1: build-$1-$2
build-$1-$2:
	@mkdir -p $(KERNEL_IMAGES)
	@$$(call cargo,$1,build --quiet) -p bluekernel-$2 --bins
	@for source in $2/src/bin/*.rs; do \
	  name=$$$$(basename $$$$source .rs); image=$(KERNEL_IMAGES)/$(call prefix,$2)$$$$name-$1.elf; \
	  cp $(BUILD)/rust/$1/$(target_$1)/release/$$$$name $$$$image.$$$$$$$$ && chmod -x $$$$image.$$$$$$$$ && \
	  mv $$$$image.$$$$$$$$ $$$$image && echo "  $$$$image" || exit 1; \
	done
endef

.PHONY: build-kernel $(BOARDS:%=build-kernel-%) run kernel-test kernel-doc
build-kernel: $(BOARDS:%=build-kernel-%)
$(foreach board,$(BOARDS),$(foreach package,$(PACKAGES),$(eval $(call kernel_programs,$(board),$(package)))))

# make run APP=hello BOARD=virt
BOARD ?= virt
run:
	@$(call cargo,$(BOARD),build) -p bluekernel-apps --bin $(APP)
	@node ../bin/bluesim run --board $(BOARD) $(BUILD)/rust/$(BOARD)/$(target_$(BOARD))/release/$(APP)

HOST_CARGO = env RUSTC=$(RUSTC) CARGO_TARGET_DIR=$(CURDIR)/$(BUILD)/rust/host
kernel-test:
	@$(HOST_CARGO) $(CARGO) test --offline -p bluekernel --features ffi

kernel-doc:
	@$(HOST_CARGO) RUSTDOC=$(dir $(RUSTC))rustdoc RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --offline --no-deps -p bluekernel --features ffi
