// SPDX-License-Identifier: BSD-2-Clause
//
// The console: lines of all components on one serial port, each with its component's name in front.
//
//    components ── call "console" ──┐
//                                   ├─► output.c ─► out queue ─► interrupts ─► wire
//    broker ── signal, then LOG ────┘
//    terminal ── PUT, READ ◄──► raw bytes, both ways
//
// A caller is answered when its line is in the queue. While the queue has no room for it nobody is
// answered: that is the back-pressure.
//
// The broker's lines come with its name in front already. Any signal that is not the interrupt
// makes the console ask for them.
//
// What is typed goes to the terminal if there is one. Else, with the argument "report-input", each
// line is reported, "@input text=...", and signalled over the notify channel "input" if there is
// one. Ctrl-T is for the broker in any case.

#include "output.h"
#include "typed.h"

#include <kaal/broker.h>
#include <kaal/component.h>
#include <kaal/console_protocol.h>
#include <kaal/driver.h>
#include <kaal/serve.h>

#include <lib/mem.h>

enum {
    QUEUE_SIZE = 512, // characters that the terminal has not read yet

    // Characters that are taken at a time: more than any device holds, so only one that never runs
    // empty is cut off, instead of keeping us for ever.
    TAKE_MAX = 4096,
};

const struct kaal_driver kaal_driver = {
    .version = KAAL_DRIVER_VERSION,
    .compatible = {"arm,pl011"},
    .primecell = 0x011,
    .registers = 0x1000,
    .interrupts = 1,
};

static struct kaal_device device;
static const struct kaal_start_entry *broker; // to ask for its output
static seL4_CPtr notification;
static bool ask_later; // a signal came: the broker may have output

static bool reports_input;
static const struct kaal_start_entry *input; // to tell that a line was typed; NULL: nobody
static struct typed typed;

static struct {
    const struct kaal_start_entry *serves; // its calls; NULL: there is no terminal
    const struct kaal_start_entry *signal; // to tell that there is something to read
    char queue[QUEUE_SIZE];
    uint32_t first;
    uint32_t used;
} terminal;

static void handle(seL4_Word bits)
{
    if ((bits & device.irq_bits) != 0) {
        pl011_interrupt(&port);
        kaal_device_ack(&device, bits);
    }
    if ((bits & ~device.irq_bits) != 0) {
        ask_later = true;
    }
}

void output_wait(void)
{
    seL4_Word bits = 0;
    seL4_Wait(notification, &bits);
    handle(bits);
}

// Text out of message registers, from register `at` on.
static void copy_text(unsigned at, char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        text[i] = (char)(seL4_GetMR((int)(at + i / 8)) >> (8 * (i % 8)));
    }
}

static void put_text(unsigned at, const char *text, uint32_t length)
{
    memcpy(&seL4_GetIPCBuffer()->msg[at], text, length);
}

// What is neither printable nor `keep` becomes '?'.
static void make_printable(char *text, uint32_t length, char keep)
{
    for (uint32_t i = 0; i < length; i++) {
        text[i] = (char)((text[i] >= ' ' && text[i] <= '~') || text[i] == keep ? text[i] : '?');
    }
}

// --- the broker's output -------------------------------------------------------------------------

static seL4_MessageInfo_t ask(enum kaal_broker_request request)
{
    seL4_SetMR(0, KAAL_BROKER_WORD);
    return kaal_call(broker, seL4_MessageInfo_new(request, 0, 0, 1));
}

// The next lines of the broker, 0 characters if there are none.
static uint32_t ask_broker(char *text)
{
    seL4_MessageInfo_t info = ask(KAAL_BROKER_LOG);
    seL4_Word words = seL4_MessageInfo_get_length(info);
    if (kaal_result(info) != KAAL_OK || words < 1) {
        return 0;
    }
    seL4_Word length = seL4_GetMR(0);
    if (length > KAAL_BROKER_TEXT_MAX || length > (words - 1) * 8) {
        return 0;
    }
    copy_text(1, text, (uint32_t)length);
    make_printable(text, (uint32_t)length, '\n');
    return (uint32_t)length;
}

static void print_broker(void)
{
    static char text[KAAL_BROKER_TEXT_MAX];
    ask_later = false;
    for (uint32_t length = ask_broker(text); length > 0; length = ask_broker(text)) {
        uint32_t from = 0;
        for (uint32_t i = 0; i < length; i++) {
            if (text[i] == '\n') {
                put_raw_line(&text[from], i - from);
                from = i + 1;
            }
        }
    }
}

// --- input ---------------------------------------------------------------------------------------

static void report_line(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "input");
    kaal_report_str(&report, "text", typed.line);
    put_report(&report);
    if (input != NULL) {
        kaal_signal(input);
    }
}

static void take_char(char c)
{
    if (c == KAAL_CONSOLE_CAPS_KEY) {
        (void)ask(KAAL_BROKER_CAPS);
        ask_later = true;
    } else if (terminal.serves != NULL) {
        terminal.queue[(terminal.first + terminal.used) % QUEUE_SIZE] = c;
        terminal.used++;
    } else if (typed_char(&typed, c) && reports_input) {
        report_line();
    }
}

// The rest stays where it is until the terminal has read.
static void take_input(void)
{
    char c = 0;
    uint32_t before = terminal.used;
    for (uint32_t n = 0; n < TAKE_MAX && terminal.used < QUEUE_SIZE && pl011_take(&port, &c); n++) {
        take_char(c);
    }
    if (terminal.used > before) {
        kaal_signal(terminal.signal);
    }
}

static void catch_up(void)
{
    take_input();
    if (ask_later) {
        print_broker();
    }
}

// --- requests ------------------------------------------------------------------------------------

// The length of a request's text, whose words begin with that number; UINT32_MAX if it is not there
// or too long.
static uint32_t text_length(seL4_Word words)
{
    seL4_Word length = words < KAAL_CONSOLE_TEXT_AT ? SIZE_MAX : seL4_GetMR(1);
    bool fits = length <= KAAL_CONSOLE_LINE_MAX && length <= (words - KAAL_CONSOLE_TEXT_AT) * 8;
    return fits ? (uint32_t)length : UINT32_MAX;
}

static seL4_MessageInfo_t serve_write(const char *name, seL4_Word words)
{
    static char text[KAAL_CONSOLE_LINE_MAX];
    uint32_t length = text_length(words);
    if (length == UINT32_MAX) {
        return kaal_answer_argument(1);
    }
    copy_text(KAAL_CONSOLE_TEXT_AT, text, length);
    make_printable(text, length, ' ');
    put_line(name, text, length);
    catch_up();
    return kaal_answer(KAAL_OK, 0);
}

static seL4_MessageInfo_t serve_put(seL4_Word words)
{
    static char text[KAAL_CONSOLE_LINE_MAX];
    uint32_t length = text_length(words);
    if (length == UINT32_MAX) {
        return kaal_answer_argument(1);
    }
    copy_text(KAAL_CONSOLE_TEXT_AT, text, length);
    put_terminal(text, length);
    catch_up();
    return kaal_answer(KAAL_OK, 0);
}

static seL4_MessageInfo_t serve_read(seL4_Word words)
{
    char text[KAAL_CONSOLE_LINE_MAX];
    uint32_t length = 0;
    seL4_Word room = words < 2 ? 0 : seL4_GetMR(1);
    if (room == 0) {
        return kaal_answer_argument(1);
    }
    take_input();
    while (terminal.used > 0 && length < room && length < sizeof(text)) {
        text[length++] = terminal.queue[terminal.first];
        terminal.first = (terminal.first + 1) % QUEUE_SIZE;
        terminal.used--;
    }
    catch_up();
    seL4_SetMR(0, length);
    put_text(1, text, length);
    return kaal_answer(KAAL_OK, 1 + (length + 7) / 8);
}

static seL4_MessageInfo_t serve_shown(seL4_Word words)
{
    char text[KAAL_CONSOLE_LINE_MAX];
    uint64_t number = words < 2 ? 0 : seL4_GetMR(1);
    uint64_t newest = 0;
    uint32_t length = 0;
    if (number == 0) {
        return kaal_answer_argument(1);
    }
    if (!output_shown(&number, &newest, text, sizeof(text), &length)) {
        return kaal_answer(KAAL_ERR_NOTFOUND, 0);
    }
    seL4_SetMR(0, number);
    seL4_SetMR(1, newest);
    seL4_SetMR(2, length);
    put_text(3, text, length);
    return kaal_answer(KAAL_OK, 3 + (length + 7) / 8);
}

static seL4_MessageInfo_t serve_terminal(const struct kaal_request *request)
{
    if (terminal.serves == NULL || request->caller != terminal.serves) {
        return kaal_answer(KAAL_ERR_DENIED, 0);
    }
    switch (request->number) {
    case KAAL_CONSOLE_READ:
        return serve_read(request->words);
    case KAAL_CONSOLE_PUT:
        return serve_put(request->words);
    default:
        return serve_shown(request->words);
    }
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    struct kaal_request request;
    if (!kaal_request_open(&request, badge, info, KAAL_CONSOLE_WORD)) {
        return request.refusal;
    }
    switch (request.number) {
    case KAAL_CONSOLE_WRITE:
        return serve_write(request.caller->name, request.words);
    case KAAL_CONSOLE_FLUSH:
        catch_up();
        output_flush();
        return kaal_answer(KAAL_OK, 0);
    case KAAL_CONSOLE_READ:
    case KAAL_CONSOLE_PUT:
    case KAAL_CONSOLE_SHOWN:
        return serve_terminal(&request);
    default:
        return kaal_answer(KAAL_ERR_REQUEST, 0);
    }
}

void notified(seL4_Word bits)
{
    handle(bits);
    catch_up();
}

// --- the beginning -------------------------------------------------------------------------------

// The first who calls and has a channel back.
static void find_terminal(void)
{
    for (uint32_t i = 0; i < kaal_start->entry_count && terminal.serves == NULL; i++) {
        const struct kaal_start_entry *entry = &kaal_start->entries[i];
        if (entry->kind == KAAL_START_SERVES) {
            terminal.signal = kaal_start_find(kaal_start, KAAL_START_SIGNAL, entry->name);
            terminal.serves = terminal.signal == NULL ? NULL : entry;
        }
    }
}

void init(void)
{
    kaal_device_need(&device, NULL);
    broker = kaal_need(KAAL_START_BROKER, NULL);
    notification = kaal_need(KAAL_START_NOTIFICATION, NULL)->slot;
    input = kaal_start_find(kaal_start, KAAL_START_SIGNAL, "input");
    reports_input = strcmp(kaal_start->args, "report-input") == 0;
    find_terminal();

    // The broker lets go of the port with the first request, and only then may it be set up.
    static char early[KAAL_BROKER_TEXT_MAX];
    (void)ask_broker(early);
    pl011_open(&port, device.registers[0].at);

    struct kaal_report report;
    kaal_report_begin(&report, "ready");
    kaal_report_str(&report, "device", device.name);
    put_report(&report);
    // An interrupt that came before the port was ours would otherwise stay masked.
    kaal_device_ack(&device, device.irq_bits);
    take_input();
}
