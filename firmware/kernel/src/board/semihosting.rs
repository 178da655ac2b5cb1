//! The end of a run by semihosting (Arm, Semihosting for AArch32 and AArch64, SYS_EXIT_EXTENDED).

use core::arch::asm;

const SYS_EXIT_EXTENDED: u32 = 0x20;
const APPLICATION_EXIT: u32 = 0x2_0026;

/// Ends the run: on an emulator or under a debugger with a code.
pub fn exit(code: u16) -> ! {
    let block = [APPLICATION_EXIT, u32::from(code)];
    loop {
        // SAFETY: the block is there for as long as the call takes.
        unsafe {
            asm!("bkpt 0xab", inout("r0") SYS_EXIT_EXTENDED => _, in("r1") block.as_ptr(), options(nostack));
        }
    }
}
