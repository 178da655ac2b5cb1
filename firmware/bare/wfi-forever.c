/* expect:
 * stuck
 * | waiting for an interrupt that nothing can raise
 */

/* A core that sleeps while no interrupt is enabled never wakes. */
#include "machine.h"
#include "print.h"

int main(void) {
  print("waiting for an interrupt that nothing can raise\n");
  for (;;) machine_wait_for_interrupt();
}
