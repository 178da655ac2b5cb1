/* bluekernel's interface to C. c/README.md is the guide to it.
 *
 * The declarations are checked against the kernel's Rust definitions: names, types and parameters by the tests on the
 * host (kernel/src/ffi/), sizes when the kernel is compiled.
 *
 * Objects are memory of the caller's, in most cases statics. They are made by their function bk_..._init, may not be
 * moved or copied afterwards, and must stay until nobody uses them any more.
 *
 * What may wait takes a deadline: a time of bk_now(), BK_FOREVER, or BK_NO_WAIT to try. In interrupts, and in timers'
 * callbacks, which run in the clock's, only BK_NO_WAIT is allowed; another deadline gives BK_NOT_ALLOWED. A null
 * pointer to an object gives BK_INVALID.
 */
#ifndef BLUEKERNEL_H
#define BLUEKERNEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What calls return ---- */

typedef int32_t bk_status;

#define BK_OK 0
#define BK_TIMEOUT (-1)     /* the time was over, or nothing was there at once */
#define BK_INVALID (-2)     /* an argument cannot be */
#define BK_BUSY (-3)        /* it is in use */
#define BK_NOT_ALLOWED (-4) /* not from here: an interrupt that would wait, who does not hold the mutex */
#define BK_NO_MEMORY (-5)   /* what was to be freed is not the heap's, or free already */
#define BK_UNSUPPORTED (-6) /* the driver does not have it */
#define BK_IO (-7)          /* the device does not answer as it should; for drivers */

/* ---- Time ---- */

/* Counts of the board's clock since the start. It never goes back. */
typedef uint64_t bk_time;

#define BK_FOREVER UINT64_MAX
#define BK_NO_WAIT UINT64_C(0)

bk_time bk_now(void);
/* Counts a second. */
uint32_t bk_clock_hz(void);
/* Counts in so many microseconds, rounded up. */
bk_time bk_micros(uint32_t micros);
/* Waits until a time; BK_NOT_ALLOWED in an interrupt. */
bk_status bk_sleep_until(bk_time until);

/* ---- Threads ---- */

#define BK_THREAD_SIZE 96
#define BK_LEAST_URGENT 30

struct bk_thread {
  _Alignas(8) unsigned char opaque[BK_THREAD_SIZE];
};

/* Starts a thread of a priority from 0, the most urgent, to BK_LEAST_URGENT. The stack, of 128 bytes at least, is its
 * own until it has been joined. BK_BUSY: the object is that of a thread which has not been joined. */
bk_status bk_thread_start(struct bk_thread *thread, const char *name, uint32_t priority, void *stack,
                          size_t stack_size, void (*entry)(void *argument), void *argument);
/* Waits until its entry has returned. */
bk_status bk_thread_join(struct bk_thread *thread, bk_time deadline);
/* Copies the name of the calling thread as far as it fits, with a zero behind it; returns how long it is, 0 where no
 * thread runs. */
size_t bk_thread_name(void *buffer, size_t size);
/* The priority at which a thread runs; of the calling one for null. BK_NOT_ALLOWED where none runs. */
int32_t bk_thread_priority(struct bk_thread *thread);
bk_status bk_thread_set_priority(struct bk_thread *thread, uint32_t priority);
/* Most bytes of its stack that have been in use. */
size_t bk_thread_stack_use(struct bk_thread *thread);
/* Lets others of the same priority run first. */
bk_status bk_yield(void);

/* ---- Semaphores ---- */

#define BK_SEMAPHORE_SIZE 8

struct bk_semaphore {
  _Alignas(8) unsigned char opaque[BK_SEMAPHORE_SIZE];
};

bk_status bk_semaphore_init(struct bk_semaphore *semaphore, uint32_t count);
bk_status bk_semaphore_give(struct bk_semaphore *semaphore);
bk_status bk_semaphore_take(struct bk_semaphore *semaphore, bk_time deadline);
uint32_t bk_semaphore_count(struct bk_semaphore *semaphore);

/* ---- Mutexes, with transitive priority inheritance; for threads only ---- */

#define BK_MUTEX_SIZE 16

struct bk_mutex {
  _Alignas(8) unsigned char opaque[BK_MUTEX_SIZE];
};

bk_status bk_mutex_init(struct bk_mutex *mutex);
/* BK_BUSY: the calling thread holds it. */
bk_status bk_mutex_lock(struct bk_mutex *mutex, bk_time deadline);
/* BK_NOT_ALLOWED: the calling thread does not hold it. */
bk_status bk_mutex_unlock(struct bk_mutex *mutex);

/* ---- Event flags ---- */

#define BK_EVENTS_SIZE 8

struct bk_events {
  _Alignas(8) unsigned char opaque[BK_EVENTS_SIZE];
};

#define BK_ANY 0u
#define BK_ALL 1u
/* Added to one of them: the flags that were waited for are cleared. */
#define BK_CLEAR 2u

bk_status bk_events_init(struct bk_events *events);
bk_status bk_events_set(struct bk_events *events, uint32_t flags);
bk_status bk_events_clear(struct bk_events *events, uint32_t flags);
uint32_t bk_events_get(struct bk_events *events);
/* The flags that were set, of those that were waited for, go to `got`, which may be null. */
bk_status bk_events_wait(struct bk_events *events, uint32_t flags, uint32_t how, bk_time deadline, uint32_t *got);

/* ---- Queues of messages of one size, which are copied ---- */

#define BK_QUEUE_SIZE 32

struct bk_queue {
  _Alignas(8) unsigned char opaque[BK_QUEUE_SIZE];
};

/* `memory` has room for `capacity` messages of `message_size` bytes. */
bk_status bk_queue_init(struct bk_queue *queue, void *memory, size_t message_size, size_t capacity);
bk_status bk_queue_send(struct bk_queue *queue, const void *message, bk_time deadline);
bk_status bk_queue_receive(struct bk_queue *queue, void *message, bk_time deadline);
size_t bk_queue_count(struct bk_queue *queue);

/* ---- Timers, whose callbacks run in the clock's interrupt ---- */

#define BK_TIMER_SIZE 56

struct bk_timer {
  _Alignas(8) unsigned char opaque[BK_TIMER_SIZE];
};

bk_status bk_timer_init(struct bk_timer *timer, void (*callback)(void *argument), void *argument);
/* Calls back at a time; what was started before is forgotten. */
bk_status bk_timer_start_at(struct bk_timer *timer, bk_time at);
/* Calls back every `period` counts from now on, without drift. */
bk_status bk_timer_start_periodic(struct bk_timer *timer, bk_time period);
/* BK_TIMEOUT: it was not running. */
bk_status bk_timer_stop(struct bk_timer *timer);

/* ---- Interrupts ---- */

#define BK_INTERRUPT_SIZE 24

struct bk_interrupt {
  _Alignas(8) unsigned char opaque[BK_INTERRUPT_SIZE];
};

/* Handles a line of the board's interrupt controller and enables it. BK_INVALID: there is no such line; BK_BUSY: it has
 * a handler. */
bk_status bk_interrupt_install(struct bk_interrupt *interrupt, uint32_t line, void (*handler)(void *argument),
                               void *argument);
/* Disables the line. */
bk_status bk_interrupt_remove(struct bk_interrupt *interrupt);
/* 0 is the most urgent at which handlers may call the kernel, 255 the least. */
bk_status bk_interrupt_set_urgency(struct bk_interrupt *interrupt, uint32_t urgency);
/* Raises the line by software, where the controller can. */
bk_status bk_interrupt_pend(struct bk_interrupt *interrupt);
/* A line that no device of the board drives. */
uint32_t bk_software_line(void);

/* Holds interrupts back that may call the kernel, until bk_critical_exit with what it returned. May be nested. Nothing
 * in between may wait. */
uint32_t bk_critical_enter(void);
void bk_critical_exit(uint32_t before);

/* ---- Memory: one heap, shared with Rust if the kernel's feature `heap` is chosen ---- */

/* Gives the heap its memory, once; BK_BUSY afterwards. */
bk_status bk_heap_start(void *memory, size_t size);
/* Aligned to 8 bytes; null if there is none. */
void *bk_allocate(size_t size);
/* Null is nothing to free. BK_NO_MEMORY: it is not the heap's, is free already, or something was written past it. */
bk_status bk_free(void *memory);
/* Bytes that are free. */
size_t bk_heap_free(void);

/* ---- Text on the board's console, at once and without interrupts ---- */

void bk_log(const char *text);
void bk_log_number(uint32_t number);
void bk_log_hex(uint32_t number);

/* Ends the run, where the board can. */
_Noreturn void bk_exit(uint32_t code);
/* Reports what is wrong as the kernel does, then ends the run with 101. */
_Noreturn void bk_panic(const char *text);

/* ---- Drivers ---- */

struct bk_driver;

/* What a driver does. `init` and `read` and so on may be null if it does not do that. Statuses below 0 go to the caller. */
struct bk_operations {
  /* Called once, by bk_driver_register, before its interrupts are enabled. */
  bk_status (*init)(struct bk_driver *driver);
  /* Called for each user that opens it. */
  bk_status (*open)(struct bk_driver *driver, uint32_t flags);
  /* Waits for a byte, then takes what has come as far as it fits; returns the number of bytes, or a status. */
  int32_t (*read)(struct bk_driver *driver, void *buffer, size_t size, bk_time deadline);
  /* Returns when all bytes have been taken over: their number, or a status. */
  int32_t (*write)(struct bk_driver *driver, const void *buffer, size_t size);
  int32_t (*ioctl)(struct bk_driver *driver, uint32_t request, void *argument);
  /* Called in the interrupt of one of its lines. */
  void (*irq)(struct bk_driver *driver, uint32_t line);
};

#define BK_DRIVER_LINES 2
#define BK_DRIVER_OPAQUE 36

struct bk_driver {
  const char *name;
  const struct bk_operations *operations;
  /* The driver's own. */
  void *data;
  /* Its interrupt lines, BK_DRIVER_LINES at most. */
  const uint32_t *lines;
  uint32_t line_count;
  uint32_t opaque[BK_DRIVER_OPAQUE / 4];
};

/* Initialises it, enables its lines, and lets it be found. BK_BUSY: there is one of this name, or a line is taken. */
bk_status bk_driver_register(struct bk_driver *driver);
/* Null if there is none of that name. */
struct bk_driver *bk_driver_find(const char *name);
bk_status bk_driver_open(struct bk_driver *driver, uint32_t flags);
int32_t bk_driver_read(struct bk_driver *driver, void *buffer, size_t size, bk_time deadline);
int32_t bk_driver_write(struct bk_driver *driver, const void *buffer, size_t size);
int32_t bk_driver_ioctl(struct bk_driver *driver, uint32_t request, void *argument);

#ifdef __cplusplus
}
#endif

#endif
