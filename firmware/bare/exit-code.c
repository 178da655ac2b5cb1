/* expect:
 * exit 42
 * | leaving with code 42
 */

/* The exit code that a program chooses is the emulator's. */
#include "machine.h"
#include "print.h"

int main(void) {
  print("leaving with code 42\n");
  finish(42);
}
