/* expect:
 * exit 21
 * | SYS_WRITE0: a whole string
 * | SYS_WRITEC: byte by byte
 * | SYS_WRITE: to standard output
 * | SYS_WRITE: to standard error
 * | console
 * | clocks
 * | command line and heap
 * | files
 * | errors
 * | all 66 checks passed
 */

/*
 * Every semihosting request that libraries like picolibc and newlib make. All output goes through
 * semihosting; the end is SYS_EXIT_EXTENDED, and 21 shows that its code is passed on. Files are made in the
 * current folder of the emulator and removed again. What depends on the host (times, command line, error
 * numbers, whether the output is a terminal) is checked for what must hold anywhere, and never printed.
 *
 * Not tested, because QEMU 7.2 writes at the start: what opening a file for appending does.
 */
#include "semihost.h"

#include "check.h"
#include "print.h"

#define EXIT_CODE 21u
#define FAILED 0xffffffffu

#define FIRST_NAME "semihosting-1.tmp"
#define SECOND_NAME "semihosting-2.tmp"

static uint32_t request(uint32_t operation, uintptr_t first, uintptr_t second, uintptr_t third) {
  const volatile uintptr_t block[3] = {first, second, third};
  return semihost(operation, (uintptr_t)block);
}

static uint32_t length_of(const char *text) {
  uint32_t length = 0;
  while (text[length]) length++;
  return length;
}

static bool same(const char *left, const char *right, uint32_t length) {
  for (uint32_t i = 0; i < length; i++) {
    if (left[i] != right[i]) return false;
  }
  return true;
}

static uint32_t open(const char *name, uint32_t mode) {
  return request(SYS_OPEN, (uintptr_t)name, mode, length_of(name));
}

static uint32_t close(uint32_t handle) { return request(SYS_CLOSE, handle, 0, 0); }

/* Returns how many bytes were not written. */
static uint32_t write(uint32_t handle, const char *text) {
  return request(SYS_WRITE, handle, (uintptr_t)text, length_of(text));
}

/* Returns how many bytes were not read. */
static uint32_t read(uint32_t handle, char *to, uint32_t count) {
  return request(SYS_READ, handle, (uintptr_t)to, count);
}

static uint32_t seek(uint32_t handle, uint32_t position) { return request(SYS_SEEK, handle, position, 0); }

static uint32_t file_length(uint32_t handle) { return request(SYS_FLEN, handle, 0, 0); }

static uint32_t is_tty(uint32_t handle) { return request(SYS_ISTTY, handle, 0, 0); }

static uint32_t remove(const char *name) { return request(SYS_REMOVE, (uintptr_t)name, length_of(name), 0); }

static void put(uint8_t byte) { semihost(SYS_WRITEC, (uintptr_t)&byte); }

static void console(void) {
  semihost(SYS_WRITE0, (uintptr_t)"SYS_WRITE0: a whole string\n");
  print_redirect(put);
  print("SYS_WRITEC: byte by byte\n");

  const uint32_t output = open(":tt", OPEN_WRITE);
  const uint32_t error = open(":tt", OPEN_APPEND);
  const uint32_t left = write(output, "SYS_WRITE: to standard output\n") +
                        write(error, "SYS_WRITE: to standard error\n");
  print("console\n");
  check(output != FAILED, "SYS_OPEN of :tt for writing");
  check(error != FAILED, "SYS_OPEN of :tt for appending");
  check(error != output, "both have handles of their own");
  check_equal(left, 0, "SYS_WRITE writes everything");
  check_equal(write(output, ""), 0, "SYS_WRITE of nothing");
  check(is_tty(output) <= 1, "SYS_ISTTY of standard output");
  check(is_tty(error) <= 1, "SYS_ISTTY of standard error");
  check_equal(close(output), 0, "SYS_CLOSE of standard output");
  check_equal(close(error), 0, "SYS_CLOSE of standard error");
}

static void clocks(void) {
  print("clocks\n");
  const uint32_t clock = semihost(SYS_CLOCK, 0);
  check(clock != FAILED, "SYS_CLOCK");
  check(semihost(SYS_CLOCK, 0) >= clock, "SYS_CLOCK does not run backwards");
  const uint32_t time = semihost(SYS_TIME, 0);
  check(time != FAILED, "SYS_TIME");
  check(semihost(SYS_TIME, 0) >= time, "SYS_TIME does not run backwards");
  const uint32_t frequency = semihost(SYS_TICKFREQ, 0);
  check(frequency != FAILED && frequency > 0, "SYS_TICKFREQ");

  volatile uint64_t before = UINT64_MAX, after = UINT64_MAX;
  check_equal(semihost(SYS_ELAPSED, (uintptr_t)&before), 0, "SYS_ELAPSED");
  check_equal(semihost(SYS_ELAPSED, (uintptr_t)&after), 0, "second SYS_ELAPSED");
  check(before != UINT64_MAX && after != UINT64_MAX, "SYS_ELAPSED writes 64 bits");
  check(after >= before, "SYS_ELAPSED does not run backwards");
}

static void command_line_and_heap(void) {
  static char line[4096];
  print("command line and heap\n");
  volatile uintptr_t block[2] = {(uintptr_t)line, sizeof line};
  check_equal(semihost(SYS_GET_CMDLINE, (uintptr_t)block), 0, "SYS_GET_CMDLINE");
  check(block[1] < sizeof line, "length of the command line");
  check_equal(length_of(line), block[1], "the command line ends with a zero byte");
  volatile uintptr_t small_block[2] = {(uintptr_t)line, 0};
  check_equal(semihost(SYS_GET_CMDLINE, (uintptr_t)small_block), FAILED, "SYS_GET_CMDLINE without room");

  const uint32_t untouched = 0xa5a5a5a5;
  static volatile uint32_t heap[5];
  for (unsigned i = 0; i < 5; i++) heap[i] = untouched;
  volatile uint32_t *pointer = heap;
  semihost(SYS_HEAPINFO, (uintptr_t)&pointer);
  for (unsigned i = 0; i < 4; i++) check(heap[i] != untouched, "SYS_HEAPINFO fills its four words");
  check_equal(heap[4], untouched, "and no more");
  check(heap[0] <= heap[1] || heap[1] == 0, "the heap ends behind its start");
}

static void files(void) {
  static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  char buffer[64];
  print("files\n");

  uint32_t file = open(FIRST_NAME, OPEN_WRITE);
  check(file != FAILED, "SYS_OPEN for writing");
  check_equal(is_tty(file), 0, "SYS_ISTTY of a file");
  check_equal(file_length(file), 0, "SYS_FLEN of a new file");
  check_equal(write(file, text), 0, "SYS_WRITE to a file");
  check_equal(file_length(file), 36, "SYS_FLEN after SYS_WRITE");
  check_equal(seek(file, 10), 0, "SYS_SEEK");
  check_equal(write(file, "ABCDEF"), 0, "SYS_WRITE after SYS_SEEK");
  check_equal(file_length(file), 36, "SYS_FLEN after writing inside");
  check_equal(close(file), 0, "SYS_CLOSE");

  file = open(FIRST_NAME, OPEN_UPDATE);
  check(file != FAILED, "SYS_OPEN for updating");
  check_equal(seek(file, 36), 0, "SYS_SEEK to the end");
  check_equal(write(file, "!"), 0, "SYS_WRITE at the end");
  check_equal(close(file), 0, "SYS_CLOSE after updating");

  file = open(FIRST_NAME, OPEN_READ);
  check(file != FAILED, "SYS_OPEN for reading");
  check_equal(file_length(file), 37, "SYS_FLEN of the finished file");
  check_equal(read(file, buffer, 16), 0, "SYS_READ");
  check(same(buffer, "0123456789ABCDEF", 16), "what SYS_READ read");
  check_equal(read(file, buffer, 30), 9, "SYS_READ across the end of the file");
  check(same(buffer, "ghijklmnopqrstuvwxyz!", 21), "what is before the end");
  check_equal(read(file, buffer, 5), 5, "SYS_READ at the end of the file");
  check_equal(seek(file, 35), 0, "SYS_SEEK back");
  check_equal(read(file, buffer, 2), 0, "SYS_READ after SYS_SEEK");
  check(same(buffer, "z!", 2), "what is there");
  check_equal(close(file), 0, "SYS_CLOSE after reading");

  const volatile uintptr_t names[4] = {(uintptr_t)FIRST_NAME, sizeof FIRST_NAME - 1, (uintptr_t)SECOND_NAME,
                                       sizeof SECOND_NAME - 1};
  check_equal(semihost(SYS_RENAME, (uintptr_t)names), 0, "SYS_RENAME");
  check_equal(open(FIRST_NAME, OPEN_READ), FAILED, "SYS_OPEN of the old name");
  file = open(SECOND_NAME, OPEN_READ);
  check(file != FAILED, "SYS_OPEN of the new name");
  check_equal(file_length(file), 37, "SYS_FLEN under the new name");
  check_equal(close(file), 0, "SYS_CLOSE of the new name");

  file = open(SECOND_NAME, OPEN_WRITE);
  check_equal(file_length(file), 0, "SYS_OPEN for writing empties the file");
  check_equal(close(file), 0, "SYS_CLOSE of the empty file");
  check_equal(remove(SECOND_NAME), 0, "SYS_REMOVE");
}

static void errors(void) {
  char buffer[4];
  print("errors\n");
  check_equal(open(SECOND_NAME, OPEN_READ), FAILED, "SYS_OPEN of a file that is gone");
  check(semihost(SYS_ERRNO, 0) != 0, "SYS_ERRNO after an error");
  check(remove(SECOND_NAME) != 0, "SYS_REMOVE of a file that is gone");
  check_equal(close(12345), FAILED, "SYS_CLOSE of no handle");
  check(write(12345, "text") != 0, "SYS_WRITE to no handle");
  check(read(12345, buffer, 4) != 0, "SYS_READ from no handle");
}

int main(void) {
  console();
  clocks();
  command_line_and_heap();
  files();
  errors();
  const int failed = check_result();
  request(SYS_EXIT_EXTENDED, EXIT_APPLICATION, failed ? 1 : EXIT_CODE, 0);
  print("SYS_EXIT_EXTENDED returned\n");
  return 1;
}
