/* Uses each function that the kernel has for C, and checks what it does. Who runs when follows from priorities alone,
 * never from how fast the board is. */
#include <bluekernel.h>
#include <stdbool.h>

void bk_application(void);

static bool failed;

static void check(const char *what, bool holds) {
  failed |= !holds;
  bk_log(holds ? "ok " : "FAILED ");
  bk_log(what);
  bk_log("\n");
}

static bk_time soon(void) {
  return bk_now() + bk_micros(1000);
}

static bool equal(const char *one, const char *other) {
  while (*one && *one == *other) {
    one++;
    other++;
  }
  return *one == *other;
}

/* What happens, a letter each. */
static char happened[32];
static size_t happenings;

static void happens(char letter) {
  uint32_t before = bk_critical_enter();
  if (happenings + 1 < sizeof happened) happened[happenings++] = letter;
  bk_critical_exit(before);
}

/* Whether this has happened, and nothing else, since the last call. */
static bool happened_so(const char *letters) {
  happened[happenings] = 0;
  happenings = 0;
  return equal(happened, letters);
}

static struct bk_thread threads[3];
static _Alignas(16) unsigned char stacks[3][768];

static bk_status start(int number, const char *name, uint32_t priority, void (*entry)(void *), void *argument) {
  return bk_thread_start(&threads[number], name, priority, stacks[number], sizeof stacks[number], entry, argument);
}

static struct bk_semaphore semaphore;
static struct bk_mutex mutex;
static struct bk_mutex other_mutex;
static struct bk_events events;
static struct bk_queue queue;
static uint32_t queue_memory[2];
static struct bk_timer timer;
static struct bk_interrupt interrupt;

static void say_letter(void *letter) {
  happens(*(const char *)letter);
}

static char name_of_thread[8];

static void say_name(void *unused) {
  (void)unused;
  bk_thread_name(name_of_thread, sizeof name_of_thread);
}

static void yields(void *letter) {
  for (int turn = 0; turn < 2; turn++) {
    say_letter(letter);
    bk_yield();
  }
}

static void check_threads(void) {
  check("a more urgent thread runs at once", start(0, "first", 5, say_letter, "a") == BK_OK && happened_so("a"));
  check("it is not started again before it is joined", start(0, "first", 5, say_letter, "a") == BK_BUSY);
  check("it has ended", bk_thread_join(&threads[0], BK_NO_WAIT) == BK_OK);
  check("and is joined once", bk_thread_join(&threads[0], BK_NO_WAIT) == BK_TIMEOUT);
  check("a less urgent one waits", start(0, "second", 20, say_letter, "b") == BK_OK && happened_so(""));
  check("it has not ended", bk_thread_join(&threads[0], BK_NO_WAIT) == BK_TIMEOUT);
  check("its priority", bk_thread_priority(&threads[0]) == 20 && bk_thread_priority(NULL) == 16);
  check("can change", bk_thread_set_priority(&threads[0], 10) == BK_OK && happened_so("b"));
  check("and it is joined", bk_thread_join(&threads[0], BK_FOREVER) == BK_OK);
  check("some of its stack was used", bk_thread_stack_use(&threads[0]) >= 64 &&
                                          bk_thread_stack_use(&threads[0]) < sizeof stacks[0]);
  check("its name", start(0, "a long name", 5, say_name, NULL) == BK_OK && equal(name_of_thread, "a long ") &&
                        bk_thread_join(&threads[0], BK_FOREVER) == BK_OK);
  check("equals take turns by yielding", start(0, "first", 20, yields, "a") == BK_OK &&
                                             start(1, "second", 20, yields, "b") == BK_OK &&
                                             bk_thread_join(&threads[0], BK_FOREVER) == BK_OK &&
                                             bk_thread_join(&threads[1], BK_FOREVER) == BK_OK && happened_so("abab"));
  check("priority 31 is the idle thread's", start(0, "x", BK_LEAST_URGENT + 1, say_letter, "x") == BK_INVALID);
  check("a stack has 128 bytes", bk_thread_start(&threads[0], "x", 5, stacks[0], 127, say_letter, "x") == BK_INVALID);
}

static void take(void *letter) {
  bk_semaphore_take(&semaphore, BK_FOREVER);
  say_letter(letter);
}

static void check_semaphores(void) {
  check("a semaphore", bk_semaphore_init(&semaphore, 1) == BK_OK && bk_semaphore_count(&semaphore) == 1);
  check("has a unit", bk_semaphore_take(&semaphore, BK_FOREVER) == BK_OK);
  check("and only one", bk_semaphore_take(&semaphore, BK_NO_WAIT) == BK_TIMEOUT);
  check("even later", bk_semaphore_take(&semaphore, soon()) == BK_TIMEOUT);
  start(0, "less urgent", 6, take, "b");
  start(1, "urgent", 5, take, "a");
  check("who waits has it at once", bk_semaphore_give(&semaphore) == BK_OK && happened_so("a"));
  check("the most urgent first", bk_semaphore_give(&semaphore) == BK_OK && happened_so("b"));
  bk_thread_join(&threads[0], BK_FOREVER);
  bk_thread_join(&threads[1], BK_FOREVER);
  check("null is no semaphore", bk_semaphore_give(NULL) == BK_INVALID);
}

static void lock(void *letter) {
  bk_mutex_lock(&mutex, BK_FOREVER);
  say_letter(letter);
  check("who holds it unlocks it", bk_mutex_unlock(&mutex) == BK_OK);
}

static void misuse(void *unused) {
  (void)unused;
  check("who does not hold it cannot unlock it", bk_mutex_unlock(&mutex) == BK_NOT_ALLOWED);
  check("nor lock it now", bk_mutex_lock(&mutex, BK_NO_WAIT) == BK_TIMEOUT);
  check("nor soon", bk_mutex_lock(&mutex, soon()) == BK_TIMEOUT);
}

static void check_mutexes(void) {
  check("a mutex", bk_mutex_init(&mutex) == BK_OK && bk_mutex_init(&other_mutex) == BK_OK);
  check("is locked", bk_mutex_lock(&mutex, BK_FOREVER) == BK_OK && bk_mutex_lock(&other_mutex, BK_NO_WAIT) == BK_OK);
  check("but once", bk_mutex_lock(&mutex, BK_FOREVER) == BK_BUSY);
  start(0, "misuse", 5, misuse, NULL);
  check("joined", bk_thread_join(&threads[0], BK_FOREVER) == BK_OK);
  start(0, "urgent", 5, lock, "a");
  check("its holder inherits", bk_thread_priority(NULL) == 5 && happened_so(""));
  check("until it is unlocked", bk_mutex_unlock(&mutex) == BK_OK && happened_so("a") && bk_thread_priority(NULL) == 16);
  check("in any order", bk_mutex_unlock(&other_mutex) == BK_OK);
  bk_thread_join(&threads[0], BK_FOREVER);
}

static uint32_t flags_got;

static void wait_for_flags(void *letter) {
  if (bk_events_wait(&events, 3, BK_ALL | BK_CLEAR, BK_FOREVER, &flags_got) == BK_OK) say_letter(letter);
}

static void check_events(void) {
  check("event flags", bk_events_init(&events) == BK_OK && bk_events_get(&events) == 0);
  start(0, "all", 5, wait_for_flags, "a");
  check("one is not all", bk_events_set(&events, 5) == BK_OK && happened_so(""));
  check("all are", bk_events_set(&events, 2) == BK_OK && happened_so("a") && flags_got == 3);
  check("and are cleared", bk_events_get(&events) == 4);
  check("any", bk_events_wait(&events, 6, BK_ANY, BK_NO_WAIT, NULL) == BK_OK && bk_events_get(&events) == 4);
  check("cleared", bk_events_clear(&events, 4) == BK_OK && bk_events_get(&events) == 0);
  check("none", bk_events_wait(&events, 6, BK_ANY, soon(), NULL) == BK_TIMEOUT);
  check("no such way to wait", bk_events_wait(&events, 6, 4, BK_NO_WAIT, NULL) == BK_INVALID);
  bk_thread_join(&threads[0], BK_FOREVER);
}

static void receive(void *unused) {
  uint32_t message;
  (void)unused;
  while (bk_queue_receive(&queue, &message, BK_FOREVER) == BK_OK && message) happens((char)message);
}

static void check_queues(void) {
  uint32_t message = 'a';
  check("a queue", bk_queue_init(&queue, queue_memory, sizeof message, 2) == BK_OK);
  check("takes messages", bk_queue_send(&queue, &message, BK_FOREVER) == BK_OK && bk_queue_count(&queue) == 1);
  message = 'b';
  bk_queue_send(&queue, &message, BK_NO_WAIT);
  check("until it is full", bk_queue_send(&queue, &message, BK_NO_WAIT) == BK_TIMEOUT &&
                                bk_queue_send(&queue, &message, soon()) == BK_TIMEOUT);
  start(0, "receives", 5, receive, NULL);
  check("gives them in their order", happened_so("ab") && bk_queue_count(&queue) == 0);
  message = 'c';
  check("to who waits at once", bk_queue_send(&queue, &message, BK_FOREVER) == BK_OK && happened_so("c"));
  message = 0;
  bk_queue_send(&queue, &message, BK_FOREVER);
  check("which then ends", bk_thread_join(&threads[0], BK_FOREVER) == BK_OK);
  check("nothing more comes", bk_queue_receive(&queue, &message, soon()) == BK_TIMEOUT);
}

static bk_status in_callback[3];

static void expired(void *unused) {
  (void)unused;
  in_callback[0] = bk_semaphore_take(&semaphore, BK_FOREVER);
  in_callback[1] = bk_mutex_lock(&mutex, BK_NO_WAIT);
  in_callback[2] = bk_sleep_until(BK_FOREVER);
  bk_semaphore_give(&semaphore);
}

static void check_time(void) {
  bk_time before = bk_now();
  check("a clock", bk_clock_hz() >= 1000000 && bk_micros(1000000) == bk_clock_hz());
  check("sleep is not short", bk_sleep_until(before + bk_micros(100)) == BK_OK && bk_now() >= before + bk_micros(100));
  check("a timer", bk_timer_init(&timer, expired, NULL) == BK_OK && bk_timer_stop(&timer) == BK_TIMEOUT);
  check("expires", bk_timer_start_at(&timer, soon()) == BK_OK && bk_semaphore_take(&semaphore, BK_FOREVER) == BK_OK);
  check("where nothing may wait", in_callback[0] == BK_NOT_ALLOWED && in_callback[1] == BK_NOT_ALLOWED &&
                                      in_callback[2] == BK_NOT_ALLOWED);
  bool often = bk_timer_start_periodic(&timer, bk_micros(500)) == BK_OK;
  for (int count = 0; count < 3; count++) often &= bk_semaphore_take(&semaphore, BK_FOREVER) == BK_OK;
  check("often", often && bk_timer_stop(&timer) == BK_OK);
  while (bk_semaphore_take(&semaphore, BK_NO_WAIT) == BK_OK) {}
  check("no period", bk_timer_start_periodic(&timer, 0) == BK_INVALID);
}

static void interrupted(void *argument) {
  say_letter(argument);
  bk_semaphore_give(&semaphore);
  bk_yield();
}

static void check_interrupts(void) {
  uint32_t line = bk_software_line();
  check("a line", bk_interrupt_install(&interrupt, line, interrupted, "i") == BK_OK);
  static struct bk_interrupt second;
  check("has one handler", bk_interrupt_install(&second, line, interrupted, "j") == BK_BUSY);
  check("there is no line 9999", bk_interrupt_install(&second, 9999, interrupted, "j") == BK_INVALID);
  check("its urgency", bk_interrupt_set_urgency(&interrupt, 5) == BK_OK &&
                           bk_interrupt_set_urgency(&interrupt, 256) == BK_INVALID);
  check("wakes threads", bk_interrupt_pend(&interrupt) == BK_OK &&
                             bk_semaphore_take(&semaphore, BK_FOREVER) == BK_OK && happened_so("i"));
  uint32_t before = bk_critical_enter();
  uint32_t nested = bk_critical_enter();
  bk_interrupt_pend(&interrupt);
  bk_critical_exit(nested);
  bool held = happened_so("");
  bk_critical_exit(before);
  check("until the section ends", held && bk_semaphore_take(&semaphore, BK_FOREVER) == BK_OK && happened_so("i"));
  check("is free again", bk_interrupt_remove(&interrupt) == BK_OK &&
                             bk_interrupt_install(&second, line, interrupted, "j") == BK_OK &&
                             bk_interrupt_remove(&second) == BK_OK);
}

static void check_memory(void) {
  static _Alignas(8) unsigned char heap[2048];
  check("without memory there is none", bk_allocate(8) == NULL);
  check("a heap", bk_heap_start(heap, sizeof heap) == BK_OK && bk_heap_start(heap, sizeof heap) == BK_BUSY);
  size_t free_at_first = bk_heap_free();
  unsigned char *one = bk_allocate(100);
  unsigned char *two = bk_allocate(100);
  check("gives memory", one && two && one >= heap && two + 100 <= heap + sizeof heap &&
                            (two >= one + 100 || one >= two + 100) && (uintptr_t)one % 8 == 0);
  for (size_t at = 0; at < 100; at++) one[at] = two[at] = 0xff;
  check("not more than it has", bk_allocate(sizeof heap) == NULL && bk_heap_free() < free_at_first);
  check("takes it back", bk_free(one) == BK_OK && bk_free(NULL) == BK_OK);
  check("once", bk_free(one) == BK_NO_MEMORY);
  check("if it is its own", bk_free(&failed) == BK_NO_MEMORY);
  check("and has all again", bk_free(two) == BK_OK && bk_heap_free() == free_at_first);
}

static bk_status bad_init(struct bk_driver *driver) {
  (void)driver;
  return BK_IO;
}

static void check_drivers(void) {
  static const struct bk_operations nothing = {0};
  static const struct bk_operations broken = {.init = bad_init};
  static struct bk_driver null_driver = {.name = "null", .operations = &nothing};
  static struct bk_driver namesake = {.name = "null", .operations = &nothing};
  static struct bk_driver broken_driver = {.name = "broken", .operations = &broken};
  static const char text[] = "written by the driver\r\n";
  char byte;
  check("a driver", bk_driver_register(&null_driver) == BK_OK && bk_driver_find("null") == &null_driver);
  check("one of a name", bk_driver_register(&namesake) == BK_BUSY);
  check("one that cannot be", bk_driver_register(&broken_driver) == BK_IO && !bk_driver_find("broken"));
  check("it opens", bk_driver_open(&null_driver, 0) == BK_OK);
  check("but does nothing", bk_driver_read(&null_driver, &byte, 1, BK_NO_WAIT) == BK_UNSUPPORTED &&
                                bk_driver_write(&null_driver, &byte, 1) == BK_UNSUPPORTED &&
                                bk_driver_ioctl(&null_driver, 0, NULL) == BK_UNSUPPORTED);
  struct bk_driver *uart = bk_driver_find("uart0");
  check("the UART's", uart && bk_driver_open(uart, 0) == BK_OK);
  check("has nothing to read", bk_driver_read(uart, &byte, 1, soon()) == BK_TIMEOUT);
  check("knows no such request", bk_driver_ioctl(uart, 9999, NULL) == BK_UNSUPPORTED);
  int32_t written = bk_driver_write(uart, text, sizeof text - 1);
  /* Until the last byte is out; what bk_log writes would overtake it. */
  bk_sleep_until(bk_now() + bk_micros(20000));
  check("and writes", written == sizeof text - 1);
}

void bk_application(void) {
  check_threads();
  check_semaphores();
  check_mutexes();
  check_events();
  check_queues();
  check_time();
  check_interrupts();
  check_memory();
  check_drivers();
  bk_log("numbers: ");
  bk_log_number(4294967295u);
  bk_log(" ");
  bk_log_hex(0xc0ffee);
  bk_log("\n");
  if (failed) bk_panic("a check failed");
  bk_log("passed\n");
  bk_exit(0);
}
