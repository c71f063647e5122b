// SPDX-License-Identifier: BSD-2-Clause
#include "tool/verify.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/faults.h"
#include "tool/file.h"
#include "tool/machine.h"
#include "tool/mock.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/system.h"

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
    DETAIL_MAX = 4096,   // bytes below a problem in the summary
};

// --- expectations ------------------------------------------------------------------------------

const char *expect_path(struct arena *a, const struct system *s)
{
    const char *folder = path_dir(a, s->file);
    if (s->expect.text != NULL) {
        return path_resolve(a, folder, s->expect.text);
    }
    const char *slash = strrchr(s->file, '/');
    const char *name = slash == NULL ? s->file : slash + 1;
    const char *dot = strrchr(name, '.');
    int stem = dot == NULL ? (int)strlen(name) : (int)(dot - name);
    const char *own = path_join(a, folder, arena_printf(a, "%.*s.expect.toml", stem, name));
    if (file_exists(own)) {
        return own;
    }
    // `expect.toml` belongs to `system.toml`: other descriptions may lie in the same folder.
    const char *shared = path_join(a, folder, "expect.toml");
    return strcmp(name, "system.toml") == 0 && file_exists(shared) ? shared : NULL;
}

bool verify_expect(struct arena *a, const struct system *s, const struct build_result *b,
                   struct expect *out, struct diag *d)
{
    const struct boot_facts facts = {
        .kernel_reports = b->kernel.builtin && b->kernel.debug,
        .kernel_el = b->kernel.hypervisor ? 2 : 1,
        .pds = s->pd_count,
        .broker = "cap_broker",
        .root = "root",
        .system = s->name.text == NULL ? "system" : s->name.text,
        .config = b->products.config,
        .backend = b->mock ? "mock" : (b->kernel.builtin ? "kaal" : "sel4"),
        .loader = !b->mock,
    };
    expect_boot(a, &facts, out);
    const char *path = expect_path(a, s);
    if (path == NULL) {
        return true;
    }
    if (!file_exists(path)) {
        diag_error(d, s->expect.at,
                   "the file of expectations %s does not exist; correct the path "
                   "or remove `expect`",
                   path);
        return false;
    }
    return expect_read(a, path, out, d);
}

// --- output ------------------------------------------------------------------------------------

struct run {
    struct arena *arena;
    const struct options *options;
    struct judge judge;
    struct faults *faults;
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
    char last[LINE_MAX_BYTES]; // the line before
    char said[1024];           // QEMU's own messages, the first of them
    size_t said_length;
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

// Where a fault was, below its line; and below the problem that the judge made of it, if it did.
static void explain(struct run *r, size_t problems)
{
    const struct fault_note note = faults_line(r->faults, r->last);
    if (note.text == NULL) {
        return;
    }
    if (!r->options->quiet) {
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

static void take_line(struct run *r)
{
    memcpy(r->last, r->line, r->line_length);
    r->last[r->line_length] = '\0';
    r->line_length = 0;
    if (!r->options->quiet) {
        show_line(r->last);
    }
    if (r->log != NULL) {
        fprintf(r->log, "%s\n", r->last);
    }
    size_t problems = r->judge.problem_count;
    const char *input = judge_line(&r->judge, r->last, host_ms() - r->start_ms);
    explain(r, problems);
    if (input != NULL && r->machine.in >= 0) {
        type(r, input);
    }
}

static void take_bytes(struct run *r, const char *bytes, size_t count)
{
    r->bytes += count;
    r->last_ms = host_ms();
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '\n') {
            take_line(r);
        } else if (bytes[i] != '\r' && bytes[i] != '\0' && r->line_length < LINE_MAX_BYTES - 1) {
            r->line[r->line_length++] = bytes[i];
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

// Should the run end now? Sets *ending.
static bool is_over(struct run *r, enum ending *ending)
{
    uint64_t now = host_ms();
    if (cleanup_signal() != 0) {
        *ending = ENDING_SIGNAL;
        return true;
    }
    if (r->bytes > OUTPUT_MAX_BYTES) {
        *ending = ENDING_FLOOD;
        return true;
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
    return false;
}

static enum ending follow(struct run *r)
{
    enum ending ending = ENDING_POWER_OFF;
    struct pollfd fds[] = {
        {.fd = r->machine.out, .events = POLLIN},
        {.fd = r->machine.messages, .events = POLLIN},
    };
    while (!is_over(r, &ending)) {
        if (fds[0].fd < 0 && fds[1].fd < 0) {
            return ENDING_POWER_OFF;
        }
        if (poll(fds, 2, 100) <= 0) {
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
    if (r->log == NULL) {
        diag_error(d, place_none(), "cannot write the log %s: %s; choose another place",
                   r->options->log, strerror(errno));
    }
    return r->log != NULL;
}

static bool run(struct run *r, const struct build_result *b, struct verdict *out, struct diag *d)
{
    const struct options *o = r->options;
    unsigned limit = o->timeout != 0                 ? o->timeout
                     : r->judge.expect->timeout != 0 ? r->judge.expect->timeout
                                                     : TIMEOUT_DEFAULT_S;
    r->start_ms = host_ms();
    r->end_ms = r->start_ms + (uint64_t)limit * 1000;
    if (o->gdb != NULL && o->timeout == 0) {
        r->end_ms = UINT64_MAX; // who debugs takes his time
    }
    if (o->replay != NULL) {
        out->ending = ENDING_LOG;
        return replay(r, d);
    }
    struct machine_setup setup =
        b->mock ? mock_setup(r->arena, o, b) : machine_setup(o, b->image.elf);
    r->powers_off = b->kernel.builtin && b->kernel.debug && r->judge.expect->end != EXPECT_NONE;
    r->lingers = r->judge.expect->count == r->judge.expect->boot_count;
    if (!machine_start(&r->machine, r->arena, &setup, d)) {
        return false;
    }
    run_machine(r, out);
    return true;
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
    r->details = out->details;
    r->detail = SIZE_MAX;
    judge_init(&r->judge, a, &expect, o->seed);
    if (!open_log(r, d)) {
        return false;
    }
    cleanup_defer(true);
    bool ran = run(r, b, out, d);
    cleanup_defer(false);
    if (r->log != NULL && fclose(r->log) != 0) {
        diag_error(d, place_none(), "cannot write the log %s: %s; choose another place", o->log,
                   strerror(errno));
        ran = false;
    }
    faults_close(r->faults);
    judge_finish(&r->judge);
    if (!ran) {
        return false;
    }
    out->verified = r->judge.problem_count == 0 && out->reason == NULL;
    out->ms = host_ms() - r->start_ms;
    summary_print(&r->judge, out, o, stdout);
    return true;
}
