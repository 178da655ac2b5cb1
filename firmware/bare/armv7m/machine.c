/* What has nothing to do with a board: how a run ends, and what crt0 and portable programs need of the core. */
#include "machine.h"

#include "print.h"
#include "semihost.h"
#include "special.h"
#include "systick.h"

_Noreturn void finish(int code) {
#ifdef COUNT_INSTRUCTIONS
  /* QEMU runs with `-icount shift=0`: an instruction takes 1 ns, and SysTick counts microseconds since crt0. */
  print("%u instructions\n", (unsigned)(0xffffffu - SYST_CVR) * 1000u);
#endif
  const volatile uint32_t block[2] = {EXIT_APPLICATION, (uint32_t)code};
  semihost(SYS_EXIT_EXTENDED, (uintptr_t)block);
  for (;;) continue;
}

void machine_disable_interrupts(void) { interrupts_disable(); }

void machine_wait_for_interrupt(void) { wait_for_interrupt(); }
