// SPDX-License-Identifier: BSD-2-Clause
#include "tool/verify.h"

#include "tool/arena.h"
#include "tool/caps_view.h"
#include "tool/cleanup.h"
#include "tool/debugger.h"
#include "tool/disk.h"
#include "tool/faults.h"
#include "tool/file.h"
#include "tool/gone.h"
#include "tool/interact.h"
#include "tool/machine.h"
#include "tool/mock.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/report.h"
#include "tool/system.h"

#include <kaal/console_protocol.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TIMEOUT_DEFAULT_S = 60,
    LINE_MAX_BYTES = 4096,
    OUTPUT_MAX_BYTES = 16 * 1024 * 1024,
    POWER_OFF_MS = 2000, // how long a guest that can power off may take to do so
    QUIET_MS = 400,      // without expectations of its own: silence that ends a run,
    LINGER_MS = 3000,    // and the longest wait for it
    GONE_MS = 2000,      // silence after which what an ended component said has come
    DETAIL_MAX = 4096,   // bytes below a problem in the summary
};

// --- output ------------------------------------------------------------------------------------

struct run {
    struct arena *arena;
    const struct options *options;
    struct judge judge;
    struct faults *faults;
    struct gone *gone;
    const char *awaited;  // in vain, of a component that has ended; NULL: nothing
    const char **details; // of the judge's problems: the verdict's
    size_t detail;        // that what follows of a fault report belongs to; SIZE_MAX: none
    struct machine machine;
    FILE *log;
    uint64_t start_ms;
    uint64_t end_ms;  // time limit
    uint64_t over_ms; // when all was seen, 0: not yet
    uint64_t last_ms; // last output
    bool powers_off;  // the guest does so by itself after its last line
    bool lingers;     // only the boot was asked for: show what the components say
    size_t bytes;     // of output
    char line[LINE_MAX_BYTES];
    size_t line_length;
    bool returned;             // the cursor is at the beginning of the line
    char last[LINE_MAX_BYTES]; // the line before
    char said[1024];           // QEMU's own messages, the first of them
    size_t said_length;
    struct interact *interact; // NULL: nobody sits there
    struct debugger *debugger; // NULL: there is no gdb
    uint64_t keys_ms;          // last keys
    struct caps_view *caps;    // NULL: nobody asked
    bool caps_asked;
};

// The guest's text, or a program's names, without what could reprogram a terminal.
static void show_text(const char *text, unsigned char keep)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if ((*c < 0x20 && *c != '\t' && *c != keep) || *c == 0x7f) {
            printf("\\x%02x", *c);
        } else {
            putchar(*c);
        }
    }
}

static void show_line(const char *line)
{
    show_text(line, '\t');
    putchar('\n');
}

static void type(const struct run *r, const char *text)
{
    (void)!write(r->machine.in, text, strlen(text));
}

static bool shows_lines(const struct run *r)
{
    return r->caps != NULL ? r->options->verbose : !r->options->quiet && r->interact == NULL;
}

// Where a fault was, below its line; and below the problem that the judge made of it, if it did.
static void explain(struct run *r, size_t problems)
{
    const struct fault_note note = faults_line(r->faults, r->last);
    if (note.text == NULL) {
        return;
    }
    if (shows_lines(r) || r->interact != NULL) {
        show_text(note.text, '\n');
    }
    if (note.begins) {
        bool told = r->judge.problem_count > problems && problems < JUDGE_PROBLEMS_SHOWN;
        r->detail = told ? problems : SIZE_MAX;
    }
    if (r->detail == SIZE_MAX) {
        return;
    }
    const char **detail = &r->details[r->detail];
    const char *before = *detail == NULL ? "" : *detail;
    if (strlen(before) + strlen(note.text) < DETAIL_MAX) {
        *detail = arena_printf(r->arena, "%s%s", before, note.text);
    }
}

// What the console erases before it shows a line above a terminal's row.
static size_t erased(const struct run *r)
{
    static const char erase[] = "\x1b[K";
    size_t length = sizeof(erase) - 1;
    return r->line_length >= length && memcmp(r->line, erase, length) == 0 ? length : 0;
}

static void ask_caps(struct run *r)
{
    r->caps_asked = true;
    type(r, (const char[]){KAAL_CONSOLE_CAPS_KEY, '\0'});
}

// Is it time, whether a line comes or not?
static void ask_caps_after(struct run *r)
{
    uint64_t after = r->options->after * UINT64_C(1000);
    if (r->caps != NULL && !r->caps_asked && after != 0 && host_ms() - r->start_ms >= after) {
        ask_caps(r);
    }
}

// Is this the line at which the broker is to be asked, or one of its answer?
static void take_caps_line(struct run *r)
{
    const char *at = r->options->at;
    struct report line;
    if (r->caps == NULL) {
        return;
    }
    arena_clear(&r->judge.line);
    if (!report_parse(&r->judge.line, r->last, &line)) {
        return;
    }
    if (r->caps_asked) {
        caps_view_line(r->caps, &line);
        return;
    }
    const char *name = arena_printf(&r->judge.line, "%s.%s", line.from, line.event);
    bool due = at != NULL ? strcmp(at, name) == 0 : r->options->after == 0 && judge_over(&r->judge);
    if (due) {
        ask_caps(r);
    }
}

static void take_line(struct run *r)
{
    size_t from = erased(r);
    memcpy(r->last, &r->line[from], r->line_length - from);
    r->last[r->line_length - from] = '\0';
    r->line_length = 0;
    r->returned = false;
    if (shows_lines(r)) {
        show_line(r->last);
    }
    if (r->log != NULL) {
        fprintf(r->log, "%s\n", r->last);
    }
    size_t problems = r->judge.problem_count;
    gone_line(r->gone, r->last);
    const char *input = judge_line(&r->judge, r->last, host_ms() - r->start_ms);
    explain(r, problems);
    if (input != NULL && r->machine.in >= 0 && r->interact == NULL) {
        type(r, input);
    }
    take_caps_line(r);
}

// A row that is begun again, as the shell does with its own, is none but the last.
static void take_char(struct run *r, char c)
{
    if (c == '\r') {
        r->returned = true;
        return;
    }
    if (r->returned) {
        r->line_length = 0;
        r->returned = false;
    }
    if (c != '\0' && r->line_length < LINE_MAX_BYTES - 1) {
        r->line[r->line_length++] = c;
    }
}

static void take_bytes(struct run *r, const char *bytes, size_t count)
{
    r->bytes += count;
    r->last_ms = host_ms();
    for (size_t i = 0; i < count; i++) {
        if (r->interact != NULL) {
            interact_show(r->interact, bytes[i]);
        }
        if (bytes[i] == '\n') {
            take_line(r);
        } else {
            take_char(r, bytes[i]);
        }
    }
    fflush(stdout);
}

// Reads what is there. False at the end of the stream.
static bool read_output(struct run *r)
{
    char buffer[4096];
    ssize_t n = read(r->machine.out, buffer, sizeof(buffer));
    if (n > 0) {
        take_bytes(r, buffer, (size_t)n);
    }
    return n > 0 || (n < 0 && errno == EINTR);
}

static bool read_messages(struct run *r)
{
    char buffer[512];
    ssize_t n = read(r->machine.messages, buffer, sizeof(buffer));
    for (ssize_t i = 0; i < n && r->said_length < sizeof(r->said) - 1; i++) {
        r->said[r->said_length] = buffer[i];
        if (buffer[i] == '\n') {
            r->said[r->said_length] = ' ';
        }
        r->said_length++;
    }
    return n > 0 || (n < 0 && errno == EINTR);
}

// --- running -----------------------------------------------------------------------------------

// All was seen; is there nothing more to wait for?
static bool is_settled(const struct run *r, uint64_t now)
{
    if (r->powers_off) {
        return now - r->over_ms >= POWER_OFF_MS;
    }
    return !r->lingers || now - r->last_ms >= QUIET_MS || now - r->over_ms >= LINGER_MS;
}

// Of a run that expectations do not end: has the user left, or the broker answered?
static bool is_left(const struct run *r, uint64_t now)
{
    if (r->caps != NULL) {
        return r->caps->complete || r->judge.fatal;
    }
    bool quiet = now - r->last_ms >= QUIET_MS && now - r->keys_ms >= QUIET_MS;
    return !interact_pends(r->interact) && (r->interact->left || (r->interact->over && quiet));
}

// Should the run end now? Sets *ending.
static bool is_over(struct run *r, enum ending *ending)
{
    uint64_t now = host_ms();
    if (cleanup_signal() != 0) {
        *ending = ENDING_SIGNAL;
        return true;
    }
    if (r->bytes > OUTPUT_MAX_BYTES && r->interact == NULL) {
        *ending = ENDING_FLOOD;
        return true;
    }
    if (r->debugger != NULL) {
        *ending = debugger_ended(r->debugger) ? ENDING_STOPPED : ENDING_TIMEOUT;
        return *ending == ENDING_STOPPED || now >= r->end_ms;
    }
    if (r->interact != NULL || r->caps != NULL) {
        *ending = now >= r->end_ms ? ENDING_TIMEOUT : ENDING_STOPPED;
        return now >= r->end_ms || is_left(r, now);
    }
    if (r->over_ms == 0 && judge_over(&r->judge)) {
        r->over_ms = now;
    }
    if (r->over_ms != 0 && is_settled(r, now)) {
        *ending = ENDING_STOPPED;
        return true;
    }
    if (now >= r->end_ms) {
        *ending = ENDING_TIMEOUT;
        return true;
    }
    r->awaited = now - r->last_ms >= GONE_MS ? gone_awaited(r->gone, &r->judge) : NULL;
    if (r->awaited != NULL) {
        *ending = ENDING_GONE;
        return true;
    }
    return false;
}

static bool wants_keys(const struct run *r)
{
    return r->interact != NULL && !r->interact->left && !r->interact->over &&
           !interact_pends(r->interact);
}

static enum ending follow(struct run *r)
{
    enum ending ending = ENDING_POWER_OFF;
    struct pollfd fds[] = {
        {.fd = r->machine.out, .events = POLLIN},
        {.fd = r->machine.messages, .events = POLLIN},
        {.fd = -1, .events = POLLIN},
    };
    while (!is_over(r, &ending)) {
        if (fds[0].fd < 0 && fds[1].fd < 0) {
            return ENDING_POWER_OFF;
        }
        ask_caps_after(r);
        fds[2].fd = wants_keys(r) ? STDIN_FILENO : -1;
        int ready = poll(fds, 3, 100);
        if (fds[2].fd >= 0 && fds[2].revents != 0) {
            r->keys_ms = host_ms();
        }
        if (r->interact != NULL && (fds[2].revents != 0 || interact_pends(r->interact))) {
            interact_keys(r->interact, r->machine.in);
        }
        if (ready <= 0) {
            continue;
        }
        if (fds[0].revents != 0 && !read_output(r)) {
            fds[0].fd = -1;
        }
        if (fds[1].revents != 0 && !read_messages(r)) {
            fds[1].fd = -1;
        }
    }
    return ending;
}

static const char *waiting_for(const struct run *r)
{
    const struct expect *e = r->judge.expect;
    for (size_t i = 0; i < e->count; i++) {
        if (!r->judge.seen[i].seen) {
            return judge_item_name(r->arena, &e->items[i]);
        }
    }
    for (size_t i = 0; i < e->line_count; i++) {
        if (!r->judge.lines_seen[i] && !e->lines[i].never) {
            return judge_line_name(r->arena, &e->lines[i]);
        }
    }
    return "its end";
}

static const char *early_end(const struct run *r)
{
    int status = r->machine.status;
    if (judge_over(&r->judge) && status == 0) {
        return NULL;
    }
    const char *how = WIFSIGNALED(status)
                          ? arena_printf(r->arena, "was killed by signal %d", WTERMSIG(status))
                          : arena_printf(r->arena, "ended with status %d", WEXITSTATUS(status));
    const char *said = r->said_length == 0 ? "" : arena_printf(r->arena, "; it said: %s", r->said);
    return arena_printf(r->arena, "%s %s before %s was seen%s", r->machine.name, how,
                        waiting_for(r), said);
}

// Why it ended, if that is not as it should be.
static const char *ending_reason(const struct run *r, enum ending ending)
{
    const char *last = r->last[0] == '\0' ? "none at all" : r->last;
    switch (ending) {
    case ENDING_TIMEOUT:
        return arena_printf(r->arena,
                            "time limit of %" PRIu64
                            " s reached while waiting for %s; the last line was: %s",
                            (r->end_ms - r->start_ms) / 1000, waiting_for(r), last);
    case ENDING_GONE:
        return r->awaited;
    case ENDING_SIGNAL:
        return arena_printf(r->arena, "stopped by signal %d", cleanup_signal());
    case ENDING_FLOOD:
        return arena_printf(r->arena, "more than %d MiB of output; the last line was: %s",
                            OUTPUT_MAX_BYTES >> 20, last);
    case ENDING_POWER_OFF:
    case ENDING_BROKEN:
        return early_end(r);
    case ENDING_STOPPED:
    case ENDING_LOG:
        break;
    }
    return NULL;
}

static void run_machine(struct run *r, struct verdict *out)
{
    enum ending ending = follow(r);
    if (ending == ENDING_POWER_OFF) {
        uint64_t end = host_ms() + POWER_OFF_MS; // both pipes are closed: it is about to end
        while (!machine_poll(&r->machine) && host_ms() < end) {
            poll(NULL, 0, 2);
        }
    }
    if (r->line_length != 0) {
        take_line(r);
    }
    if (ending == ENDING_POWER_OFF && r->machine.status != 0) {
        ending = ENDING_BROKEN;
    }
    out->ending = ending;
    out->reason = ending_reason(r, ending);
    machine_stop(&r->machine);
}

static bool replay(struct run *r, struct diag *d)
{
    struct bytes text;
    const char *cause;
    if (!file_read(r->arena, r->options->replay, OUTPUT_MAX_BYTES, &text, &cause)) {
        diag_error(d, place_file(r->options->replay), "cannot read the log: %s; check the path",
                   cause);
        return false;
    }
    take_bytes(r, (const char *)text.data, text.size);
    if (r->line_length != 0) {
        take_line(r);
    }
    return true;
}

static bool open_log(struct run *r, struct diag *d)
{
    if (r->options->log == NULL) {
        return true;
    }
    r->log = fopen(r->options->log, "we");
    return r->log != NULL || write_failed(d, r->options->log);
}

// With the disk that the expectations ask for, if no other is given.
static bool start(struct run *r, struct machine_setup *setup, struct diag *d)
{
    int disk = -1;
    if (r->judge.expect->disk != 0 && setup->mock == NULL && setup->disk == NULL) {
        setup->disk = disk_make(r->arena, r->judge.expect->disk, &disk, d);
        if (setup->disk == NULL) {
            return false;
        }
    }
    bool ok = machine_start(&r->machine, r->arena, setup, d);
    if (disk >= 0) {
        close(disk);
    }
    return ok;
}

static bool run(struct run *r, const struct build_result *b, struct verdict *out, struct diag *d)
{
    const struct options *o = r->options;
    unsigned limit = o->timeout != 0                 ? o->timeout
                     : r->judge.expect->timeout != 0 ? r->judge.expect->timeout
                                                     : TIMEOUT_DEFAULT_S;
    r->start_ms = host_ms();
    // Who debugs takes his time.
    bool endless = (r->interact != NULL || o->gdb != NULL) && o->timeout == 0;
    r->end_ms = endless ? UINT64_MAX : r->start_ms + (uint64_t)limit * 1000;
    if (o->replay != NULL) {
        out->ending = ENDING_LOG;
        return replay(r, d);
    }
    struct machine_setup setup =
        b->mock ? mock_setup(r->arena, o, b) : machine_setup(o, b->image.elf);
    r->powers_off = b->kernel.builtin && b->kernel.debug && r->judge.expect->end != EXPECT_NONE;
    r->lingers = r->judge.expect->count == r->judge.expect->boot_count && r->judge.lines_left == 0;
    if (r->debugger != NULL && !debugger_prepare(r->debugger, r->arena, d)) {
        return false;
    }
    setup.debugger = r->debugger != NULL ? r->debugger->socket : NULL;
    if (!start(r, &setup, d)) {
        return false;
    }
    if (r->debugger != NULL && !debugger_start(r->debugger, r->arena, o, b, d)) {
        machine_stop(&r->machine);
        return false;
    }
    if (r->interact != NULL) {
        interact_open(r->interact);
    }
    run_machine(r, out);
    if (r->interact != NULL) {
        interact_close(r->interact);
    }
    return true;
}

// Of a run in which somebody sat at the terminal nothing is expected but that it came up.
static bool judge_boot(struct run *r, const struct verdict *out, struct diag *d)
{
    if (r->judge.next_stage >= r->judge.expect->boot_count) {
        return true;
    }
    diag_error(d, place_none(), "the system did not come up: %s",
               out->reason != NULL           ? out->reason
               : r->judge.problem_count != 0 ? r->judge.problems[0]
                                             : "it was left before");
    return false;
}

static bool judge_caps(struct run *r, const struct verdict *out, struct diag *d)
{
    const char *reason = out->reason != NULL           ? out->reason
                         : r->judge.problem_count != 0 ? r->judge.problems[0]
                                                       : "the machine powered off";
    if (!r->caps->complete) {
        diag_error(d, place_none(), "%s: %s; %s",
                   r->caps_asked ? "the broker's list did not come to its end"
                                 : "the system was not asked who holds what",
                   reason,
                   r->caps_asked ? "ask earlier with --at NAME.EVENT; the system needs the console "
                                   "pl011.elf"
                                 : "ask at a report that comes with --at NAME.EVENT");
        return false;
    }
    return caps_view_print(r->caps, stdout);
}

bool verify(struct arena *a, const struct options *o, const struct system *s,
            const struct build_result *b, struct verdict *out, struct diag *d)
{
    struct expect expect;
    struct run *r = arena_alloc(a, sizeof(*r));
    *out = (struct verdict){0};
    if (!verify_expect(a, s, b, &expect, d)) {
        return false;
    }
    r->arena = a;
    r->options = o;
    r->machine.in = -1;
    r->faults = faults_new(a, s, b);
    r->gone = gone_new(a, s);
    r->details = out->details;
    r->detail = SIZE_MAX;
    judge_init(&r->judge, a, &expect, o->seed);
    if (!open_log(r, d)) {
        return false;
    }
    struct interact interact = {.raw = false};
    struct caps_view caps;
    caps_view_open(&caps, a, s->pds[s->broker].name.text);
    r->caps = o->command == CMD_CAPS ? &caps : NULL;
    r->interact = o->interactive ? &interact : NULL;
    struct debugger debugger = {.system = s};
    r->debugger = o->gdb != NULL && !b->mock ? &debugger : NULL;
    cleanup_defer(true);
    bool ran = run(r, b, out, d);
    debugger_close(&debugger);
    cleanup_defer(false);
    if (r->log != NULL && fclose(r->log) != 0) {
        ran = write_failed(d, o->log);
    }
    faults_close(r->faults);
    judge_finish(&r->judge);
    if (!ran) {
        return false;
    }
    out->ms = host_ms() - r->start_ms;
    out->judged = true;
    out->problem =
        out->reason != NULL || r->judge.problem_count == 0 ? out->reason : r->judge.problems[0];
    if (r->caps != NULL) {
        out->verified = judge_caps(r, out, d);
    } else if (r->debugger != NULL) {
        out->verified = debugger_judge(&debugger, d);
    } else if (r->interact != NULL) {
        out->verified = judge_boot(r, out, d);
    } else {
        out->verified = r->judge.problem_count == 0 && out->reason == NULL;
        summary_print(&r->judge, out, o, stdout);
    }
    return true;
}
