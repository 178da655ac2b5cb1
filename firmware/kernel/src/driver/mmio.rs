//! Registers of devices. The only place where the kernel's drivers reach memory that is not theirs by a Rust type.

/// A register of 32 bits.
#[derive(Clone, Copy)]
pub struct Register(*mut u32);

/// A register of 8 bits.
#[derive(Clone, Copy)]
pub struct ByteRegister(*mut u8);

// SAFETY: each access is one volatile load or store; what it does is the device's to order.
unsafe impl Sync for Register {}
// SAFETY: as above.
unsafe impl Send for Register {}
// SAFETY: as above.
unsafe impl Sync for ByteRegister {}
// SAFETY: as above.
unsafe impl Send for ByteRegister {}

impl Register {
    /// The register at an address of the board's memory map that no memory of the program lies at, a multiple of four.
    pub(crate) const fn at(address: usize) -> Self {
        Self(core::ptr::without_provenance_mut(address))
    }

    /// Its value.
    #[inline(always)]
    pub fn read(self) -> u32 {
        // SAFETY: boards give addresses of registers.
        unsafe { self.0.read_volatile() }
    }

    /// Writes it.
    #[inline(always)]
    pub fn write(self, value: u32) {
        // SAFETY: boards give addresses of registers.
        unsafe { self.0.write_volatile(value) }
    }
}

impl ByteRegister {
    /// As [`Register::at`], with any address.
    pub(crate) const fn at(address: usize) -> Self {
        Self(core::ptr::without_provenance_mut(address))
    }

    /// Its value.
    #[inline(always)]
    pub fn read(self) -> u8 {
        // SAFETY: boards give addresses of registers.
        unsafe { self.0.read_volatile() }
    }

    /// Writes it.
    #[inline(always)]
    pub fn write(self, value: u8) {
        // SAFETY: boards give addresses of registers.
        unsafe { self.0.write_volatile(value) }
    }
}
