/* A little computing for the hello programs. */
#ifndef PRIMES_H
#define PRIMES_H

#include <stdbool.h>

static unsigned count_primes(unsigned limit) {
  unsigned count = 0;
  for (unsigned candidate = 2; candidate < limit; candidate++) {
    bool prime = true;
    for (unsigned divisor = 2; prime && divisor * divisor <= candidate; divisor++) {
      prime = candidate % divisor;
    }
    count += prime;
  }
  return count;
}

#endif
