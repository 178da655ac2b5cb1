//! Faults: what a program cannot go on from. Each ends in a report on the console and in exit code 101, as a panic's.

use crate::board;
use crate::print;
use crate::scheduler;

/// Exit code of a program that has ended by a fault or a panic.
pub const EXIT_CODE: u16 = 101;

/// Whose fault it is, then the end.
pub(crate) fn end() -> ! {
    if let Some(thread) = scheduler::running() {
        print!("thread: ", thread.name(), "\n");
    }
    board::exit(EXIT_CODE)
}

/// The word at the bottom of the running thread's stack has been overwritten.
pub(crate) extern "C" fn stack_overflow() -> ! {
    print!("fault: stack overflow\n");
    end()
}

/// Registers at a fault, as the entry stores them.
#[cfg(all(target_os = "none", target_arch = "riscv32"))]
mod riscv32 {
    use super::end;
    use crate::print;
    use core::arch::naked_asm;

    const NAMES: [&str; 31] = [
        "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
        "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    ];

    const CAUSES: [&str; 12] = [
        "instruction address misaligned",
        "instruction access fault",
        "illegal instruction",
        "breakpoint",
        "load address misaligned",
        "load access fault",
        "store address misaligned",
        "store access fault",
        "call from user mode",
        "unknown",
        "unknown",
        "call from machine mode",
    ];

    /// Exceptions. `t0` is in mscratch; all other registers are as they were.
    #[unsafe(naked)]
    pub(crate) unsafe extern "C" fn bluekernel_fault() {
        naked_asm!(
            "la t0, __interrupt_stack_top",
            "sw sp, -120(t0)",
            "addi sp, t0, -128",
            "csrr t0, mscratch",
            "sw x1, 4(sp)",
            "sw x3, 12(sp)",
            "sw x4, 16(sp)",
            "sw x5, 20(sp)",
            "sw x6, 24(sp)",
            "sw x7, 28(sp)",
            "sw x8, 32(sp)",
            "sw x9, 36(sp)",
            "sw x10, 40(sp)",
            "sw x11, 44(sp)",
            "sw x12, 48(sp)",
            "sw x13, 52(sp)",
            "sw x14, 56(sp)",
            "sw x15, 60(sp)",
            "sw x16, 64(sp)",
            "sw x17, 68(sp)",
            "sw x18, 72(sp)",
            "sw x19, 76(sp)",
            "sw x20, 80(sp)",
            "sw x21, 84(sp)",
            "sw x22, 88(sp)",
            "sw x23, 92(sp)",
            "sw x24, 96(sp)",
            "sw x25, 100(sp)",
            "sw x26, 104(sp)",
            "sw x27, 108(sp)",
            "sw x28, 112(sp)",
            "sw x29, 116(sp)",
            "sw x30, 120(sp)",
            "sw x31, 124(sp)",
            "addi a0, sp, 4",
            "csrr a1, mcause",
            "csrr a2, mepc",
            "csrr a3, mtval",
            "tail {report}",
            report = sym report,
        )
    }

    extern "C" fn report(registers: &[u32; 31], cause: u32, pc: u32, value: u32) -> ! {
        let what = CAUSES.get(cause as usize).copied().unwrap_or("unknown");
        print!("fault: ", what, "\npc ", hex pc, " mtval ", hex value, "\n");
        for (name, value) in NAMES.iter().zip(registers) {
            print!(*name, " ", hex *value, "\n");
        }
        end()
    }
}

#[cfg(all(target_os = "none", target_arch = "riscv32"))]
pub(crate) use riscv32::bluekernel_fault;

#[cfg(all(target_os = "none", target_arch = "arm"))]
mod armv7m {
    use super::end;
    use crate::driver::mmio::Register;
    use crate::print;
    use core::arch::naked_asm;

    const CFSR: Register = Register::at(0xe000_ed28);
    const HFSR: Register = Register::at(0xe000_ed2c);
    const MMFAR: Register = Register::at(0xe000_ed34);
    const BFAR: Register = Register::at(0xe000_ed38);
    const MMARVALID: u32 = 1 << 7;
    const BFARVALID: u32 = 1 << 15;
    const MSTKERR: u32 = 1 << 4;
    const STKERR: u32 = 1 << 12;

    /// Bits of CFSR (ARMv7-M B3.2.15) in words.
    const CAUSES: [(u32, &str); 16] = [
        (1 << 0, "instruction fetch not permitted"),
        (1 << 1, "data access not permitted"),
        (1 << 3, "unstacking not permitted"),
        (1 << 4, "stacking not permitted"),
        (1 << 8, "instruction bus error"),
        (1 << 9, "precise data bus error"),
        (1 << 10, "imprecise data bus error"),
        (1 << 11, "bus error on unstacking"),
        (1 << 12, "bus error on stacking"),
        (1 << 16, "undefined instruction"),
        (1 << 17, "no Thumb state"),
        (1 << 18, "invalid exception return"),
        (1 << 19, "no coprocessor"),
        (1 << 24, "unaligned access"),
        (1 << 25, "division by zero"),
        (1 << 31, "unknown"),
    ];

    const NAMES: [&str; 8] = ["r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr"];

    /// HardFault, MemManage, BusFault, UsageFault, NMI. The report begins the main stack anew.
    #[unsafe(naked)]
    #[unsafe(no_mangle)]
    pub(crate) unsafe extern "C" fn bluekernel_fault() {
        naked_asm!(
            "tst lr, #4",
            "ite eq",
            "mrseq r0, MSP",
            "mrsne r0, PSP",
            "ldr r1, =__interrupt_stack_top",
            "msr MSP, r1",
            "b {report}",
            ".ltorg",
            report = sym report,
        )
    }

    extern "C" fn report(frame: *const u32) -> ! {
        let status = CFSR.read();
        print!("fault: ");
        let mut separator = "";
        for (bit, what) in &CAUSES {
            if status & bit != 0 {
                print!(separator, *what);
                separator = ", ";
            }
        }
        print!("\nCFSR ", hex status, " HFSR ", hex HFSR.read(), "\n");
        if status & MMARVALID != 0 {
            print!("address ", hex MMFAR.read(), "\n");
        }
        if status & BFARVALID != 0 {
            print!("address ", hex BFAR.read(), "\n");
        }
        // A frame whose stacking has failed is not there.
        if status & (MSTKERR | STKERR) == 0 {
            for (index, name) in NAMES.iter().enumerate() {
                // SAFETY: the hardware has stored eight words there.
                print!(*name, " ", hex unsafe { frame.add(index).read_volatile() }, "\n");
            }
        }
        end()
    }
}
