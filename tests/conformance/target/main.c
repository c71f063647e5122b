// SPDX-License-Identifier: BSD-2-Clause
//
// The conformance suite: runs the cases and tells the results as TAP on the serial line.
//
//   priority 255   this thread: starts a case, waits at its endpoint, prints
//            254   watchdog: sleeps for the time limit, then signals this thread
//            100   the thread of the case, and what it makes around itself
//
//    TAP version 14
//    1..2
//    ok 1 - untyped: retype_makes_objects
//    # tests/conformance/target/cnode.c:12: expected label 0, 0 words; seen label 6, ...
//    not ok 2 - cnode: copy_makes_a_copy
//    # end
//
// A case that faults, blocks or runs too long fails; the others go on.
#include "case.h"
#include "machine.h"
#include "serial.h"
#include "suite.h"

#include <lib/fmt.h>
#include <lib/mem.h>

enum {
    LINE_SIZE = 640,
    TIME_LIMIT_US = 3000000,
    WATCHDOG_BUDGET_US = 1000,
    WATCHDOG_BADGE = 1,
};

extern const struct suite_case *const suite_cases[];
extern const struct suite_case *const suite_cases_end[];

_Noreturn void suite_main(const seL4_BootInfo *boot, seL4_Word registers);

static struct {
    seL4_CPtr endpoint;
    seL4_CPtr case_fault; // the same, badged: faults of the case's own thread
    seL4_CPtr time_up;    // notification, bound to this thread
    struct thread watchdog;
    const char *filter; // names that were asked for, between commas; NULL: all
    seL4_Word initial_registers;
    char line[LINE_SIZE];
} suite;

seL4_CPtr suite_endpoint(void)
{
    return suite.endpoint;
}

seL4_Word suite_initial_registers(void)
{
    return suite.initial_registers;
}

static _Noreturn void stop(void)
{
    for (;;) {
        (void)call(seL4_CapInitThreadTCB, TCBSuspend, NO_WORDS, NO_CAPS);
    }
}

// A line to put out, begun with `text`.
static struct fmt line_begin(const char *text)
{
    struct fmt f;
    fmt_init(&f, suite.line, sizeof(suite.line));
    fmt_str(&f, text);
    return f;
}

void suite_bail_out_if_main(void)
{
    if (block_of_stack((uintptr_t)__builtin_frame_address(0)) == &suite_blocks[BLOCK_MAIN]) {
        struct fmt f = line_begin("Bail out! ");
        fmt_str(&f, suite_failure());
        serial_line(suite.line);
        stop();
    }
}

// --- which cases --------------------------------------------------------------------------------

// "kaal.cases=untyped,copy_of" in the machine's boot arguments.
static const char *find_filter(const char *arguments)
{
    static const char key[] = "kaal.cases=";
    for (const char *at = arguments; at != NULL && *at != '\0'; at++) {
        if (strncmp(at, key, sizeof(key) - 1) == 0) {
            return at + sizeof(key) - 1;
        }
    }
    return NULL;
}

static bool contains(const char *text, const char *part, size_t length)
{
    for (; *text != '\0'; text++) {
        if (strncmp(text, part, length) == 0) {
            return true;
        }
    }
    return false;
}

static size_t word_length(const char *at)
{
    size_t n = 0;
    while (at[n] != '\0' && at[n] != ',' && at[n] != ' ') {
        n++;
    }
    return n;
}

// "cnode: copy_makes_a_copy" from ".../cnode.c".
static void fmt_name(struct fmt *f, const struct suite_case *c)
{
    const char *base = c->file;
    size_t length = 0;
    for (const char *at = c->file; *at != '\0'; at++) {
        base = *at == '/' ? at + 1 : base;
    }
    while (base[length] != '.' && base[length] != '\0') {
        length++;
    }
    fmt_strn(f, base, length);
    fmt_str(f, ": ");
    fmt_str(f, c->name);
}

static bool is_wanted(const struct suite_case *c)
{
    char name[128];
    struct fmt f;
    fmt_init(&f, name, sizeof(name));
    fmt_name(&f, c);
    const char *at = suite.filter;
    if (at == NULL || c->use == USE_NEVER) {
        return c->use == USE_ALWAYS;
    }
    for (size_t n = word_length(at); n != 0; n = word_length(at)) {
        if (contains(name, at, n)) {
            return true;
        }
        at += n + (at[n] == ',' ? 1 : 0);
    }
    return false;
}

static unsigned count_wanted(void)
{
    unsigned count = 0;
    for (const struct suite_case *const *c = suite_cases; c != suite_cases_end; c++) {
        count += is_wanted(*c) ? 1 : 0;
    }
    return count;
}

// --- the watchdog -------------------------------------------------------------------------------

// A yield gives up the budget; the next comes with the period, the time limit.
static seL4_Word watch(seL4_Word notification)
{
    for (;;) {
        yield();
        signal(notification);
    }
    return 0;
}

static void watchdog_stop(void)
{
    (void)call(suite.watchdog.tcb, TCBSuspend, NO_WORDS, NO_CAPS);
    (void)nbwait(suite.time_up);
}

static void watchdog_start(void)
{
    struct got g = call(sched_control(), SchedControlConfigureFlags,
                        WORDS(WATCHDOG_BUDGET_US, TIME_LIMIT_US, 0, 0, 0), CAPS(suite.watchdog.sc));
    (void)expect_made(HERE, g, 0);
    thread_start(&suite.watchdog, watch, suite.time_up);
}

// --- running a case -----------------------------------------------------------------------------

static seL4_Word run_case(seL4_Word address)
{
    ((const struct suite_case *)address)->run(); // NOLINT: main's own pointer, as a word
    return 0;
}

static void start_case(const struct suite_case *c)
{
    objects_reset();
    threads_reset();
    struct thread self = thread_make(BLOCK_CASE, CASE_PRIORITY, suite.case_fault);
    self.sc = sched_context_new(5000, 5000, 0);
    (void)expect_made(HERE, call(self.sc, SchedContextBind, NO_WORDS, CAPS(self.tcb)), 0);
    thread_set_self(&self);
    watchdog_start();
    thread_start(&self, run_case, (uintptr_t)c);
}

static void tell(const char *text)
{
    struct fmt f = line_begin("# ");
    fmt_str(&f, text);
    serial_line(suite.line);
}

static void tell_fault(const struct suite_case *c, const struct got *g)
{
    struct fmt f = line_begin("# ");
    fmt_str(&f, c->file[0] == '.' ? c->file + 2 : c->file);
    fmt_char(&f, ':');
    fmt_u64(&f, c->line);
    fmt_str(&f, ": the case's thread faulted: ");
    suite_describe_answer(&f, g);
    serial_line(suite.line);
}

static bool case_passed(const struct suite_case *c)
{
    struct got g = wait(suite.endpoint);
    bool passed = false;
    if (g.badge == WATCHDOG_BADGE && g.info == 0) {
        tell("time is up");
    } else if (g.label == SUITE_CASE_PASSED) {
        passed = true;
    } else if (g.label == SUITE_CASE_FAILED) {
        tell(suite_failure());
    } else {
        tell_fault(c, &g);
    }
    (void)call(thread_self()->tcb, TCBSuspend, NO_WORDS, NO_CAPS);
    watchdog_stop();
    return passed;
}

static void tell_result(const struct suite_case *c, unsigned number, bool passed)
{
    struct fmt f = line_begin(passed ? "ok " : "not ok ");
    fmt_u64(&f, number);
    fmt_str(&f, " - ");
    fmt_name(&f, c);
    serial_line(suite.line);
}

static void run_all(void)
{
    unsigned number = 0;
    serial_line("TAP version 14");
    struct fmt f = line_begin("1..");
    fmt_u64(&f, count_wanted());
    serial_line(suite.line);
    for (const struct suite_case *const *c = suite_cases; c != suite_cases_end; c++) {
        if (is_wanted(*c)) {
            number++;
            start_case(*c);
            tell_result(*c, number, case_passed(*c));
        }
    }
    serial_line("# end");
}

// --- start --------------------------------------------------------------------------------------

static bool open_serial(void)
{
    enum { NOT_CACHED = 0 };
    seL4_CPtr frame = objects_open_devices();
    return call(frame, ARMPageMap, WORDS(SERIAL_VADDR, RIGHTS_RW, NOT_CACHED),
                CAPS(seL4_CapInitThreadVSpace))
               .label == seL4_NoError;
}

static void open_threads(void)
{
    enum { FAULT_BADGE = 2 };
    seL4_CPtr notification = notification_new();
    suite.endpoint = endpoint_new();
    suite.case_fault = mint_new(suite.endpoint, RIGHTS_ALL, FAULT_BADGE);
    suite.time_up = mint_new(notification, RIGHTS_ALL, WATCHDOG_BADGE);
    (void)expect_made(
        HERE, call(seL4_CapInitThreadTCB, TCBBindNotification, NO_WORDS, CAPS(notification)), 0);
    suite.watchdog = thread_make(BLOCK_WATCHDOG, WATCHDOG_PRIORITY, suite.endpoint);
    suite.watchdog.sc = sched_context_new(WATCHDOG_BUDGET_US, TIME_LIMIT_US, 0);
    (void)expect_made(
        HERE, call(suite.watchdog.sc, SchedContextBind, NO_WORDS, CAPS(suite.watchdog.tcb)), 0);
}

void suite_main(const seL4_BootInfo *boot, seL4_Word registers)
{
    suite.initial_registers = registers;
    suite_blocks[BLOCK_MAIN].top.buffer = boot->ipcBuffer;
    if (!objects_open(boot) || !open_serial()) {
        stop();
    }
    suite.filter = find_filter(machine_arguments());
    open_threads();
    run_all();
    stop();
}
