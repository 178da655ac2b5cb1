/* expect:
 * stuck
 * | spinning with interrupts off
 */

/* One instruction that jumps to itself while no interrupt can be taken: nothing can ever happen again. */
#include "machine.h"
#include "print.h"

int main(void) {
  print("spinning with interrupts off\n");
  machine_disable_interrupts();
  for (;;) continue;
}
