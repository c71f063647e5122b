// SPDX-License-Identifier: BSD-2-Clause
//
// Lines of the broker, each with its name in front. While nobody else has the serial port they go
// there directly. Once the console has asked for the first time they wait here:
//
//    text   |....|[name] one\n|[name] another\n|.........|        a ring of bytes
//                first                          first + used

#include "serve.h"

#include <kaal/broker_client.h>
#include <kaal/layout.h>
#include <kaal/pl011.h>

#include <lib/mem.h>

enum {
    LOG_SIZE = 8192,
    PREFIX_SIZE = KAAL_NAME_SIZE + 3, // "[", the name, "] " and a NUL
};

static struct {
    volatile struct pl011_registers *uart; // NULL: the console has it
    char text[LOG_SIZE];
    uint32_t first;
    uint32_t used;
    uint32_t lost; // lines
} log;

void log_open(void)
{
    log.uart = (volatile struct pl011_registers *)KAAL_LAYOUT_UART; // NOLINT: mapped by the root
}

bool log_direct(void)
{
    return log.uart != NULL;
}

void log_wake(void)
{
    static const struct kaal_start_entry *console;
    if (console == NULL) {
        console = kaal_start_find(kaal_start, KAAL_START_SIGNAL, "console");
    }
    if (console != NULL) {
        seL4_Signal(console->slot);
    }
}

static void put(const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        log.text[(log.first + log.used + i) % LOG_SIZE] = text[i];
    }
    log.used += length;
}

void log_report(const struct kaal_report *report)
{
    struct fmt f;
    char prefix[PREFIX_SIZE];
    fmt_init(&f, prefix, sizeof(prefix));
    fmt_char(&f, '[');
    fmt_strn(&f, kaal_start->name, KAAL_NAME_SIZE);
    fmt_str(&f, "] ");
    if (log.uart != NULL) {
        pl011_poll_line(log.uart, prefix, report->text);
        return;
    }
    uint32_t length = (uint32_t)strlen(report->text);
    if (f.len + length + 1 > LOG_SIZE - log.used) {
        log.lost++;
        return;
    }
    put(prefix, (uint32_t)f.len);
    put(report->text, length);
    put("\n", 1);
    log_wake();
}

// Length of the whole lines that fit; a single line always does.
static uint32_t whole_lines(void)
{
    uint32_t best = 0;
    for (uint32_t i = 0; i < log.used && i < KAAL_BROKER_TEXT_MAX; i++) {
        if (log.text[(log.first + i) % LOG_SIZE] == '\n') {
            best = i + 1;
        }
    }
    return best;
}

static void report_lost(struct kaal_report *report)
{
    kaal_report_begin(report, "lost");
    kaal_report_u64(report, "lines", log.lost);
    log.lost = 0;
    log_report(report);
}

void log_error(const char *what, const char *name, const char *cause)
{
    struct kaal_report report;
    kaal_report_error(&report, what, name, cause);
    log_report(&report);
}

bool log_failure(const char *what, const char *name, enum kaal_err err)
{
    if (err != KAAL_OK) {
        log_error(what, name,
                  err == KAAL_ERR_KERNEL ? kaal_kernel_error(broker.refusal) : kaal_strerror(err));
    }
    return err != KAAL_OK;
}

static void leave_uart(void)
{
    log.uart = NULL;
    // Fails only if it is not mapped, and then there is nothing to undo.
    (void)seL4_ARM_Page_Unmap(broker.table->caps[KAAL_HANDOVER_UART]);
}

unsigned log_take(unsigned at)
{
    if (log.uart != NULL) {
        leave_uart();
    }
    struct kaal_report report;
    while (log.used < KAAL_BROKER_TEXT_MAX &&
           (fault_next_line(&report) || caps_next_line(&report))) {
        log_report(&report);
    }
    if (log.lost != 0 && log.used == 0) {
        report_lost(&report);
    }
    uint32_t length = whole_lines();
    for (uint32_t i = 0; i < length; i += 8) {
        seL4_Word word = 0;
        for (uint32_t j = 0; j < 8 && i + j < length; j++) {
            word |= (seL4_Word)(unsigned char)log.text[(log.first + i + j) % LOG_SIZE] << (8 * j);
        }
        seL4_SetMR((int)(at + i / 8), word);
    }
    log.first = (log.first + length) % LOG_SIZE;
    log.used -= length;
    return length;
}

_Static_assert((int)PREFIX_SIZE + (int)KAAL_REPORT_SIZE <= (int)KAAL_BROKER_TEXT_MAX,
               "every line fits an answer");
