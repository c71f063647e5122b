// SPDX-License-Identifier: BSD-2-Clause
//
// The console: lines of all components on one serial port, each with its component's name in front.
//
//    components ── call "console" ──┐
//                                   ├─► line ─► out queue ─► interrupts ─► wire
//    broker ── signal, then LOG ────┘
//
// A caller is answered when its line is in the queue. While the queue has no room for it nobody is
// answered: that is the back-pressure.
//
// The broker's lines come with its name in front already. Any signal that is not the interrupt
// makes the console ask for them.
//
// With the argument "report-input" each line that is typed is reported, "@input text=...", and
// signalled over the notify channel "input" if there is one.

#include "pl011.h"

#include <kaal/broker.h>
#include <kaal/component.h>
#include <kaal/console_protocol.h>
#include <kaal/driver.h>
#include <kaal/serve.h>

#include <lib/mem.h>

enum { LINE_FRAME = 5 }; // characters of "[", "] " and "\r\n"

const struct kaal_driver kaal_driver = {
    .version = KAAL_DRIVER_VERSION,
    .compatible = {"arm,pl011"},
    .primecell = 0x011,
    .registers = 0x1000,
    .interrupts = 1,
};

static struct kaal_device device;
static struct pl011 port;
static const struct kaal_start_entry *broker; // to ask for its output
static const struct kaal_start_entry *input;  // to tell that a line was typed; NULL: nobody
static seL4_CPtr notification;
static bool ask_later; // a signal came: the broker may have output

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

static void wait_for_room(uint32_t length)
{
    while (pl011_room(&port) < length) {
        seL4_Word bits = 0;
        seL4_Wait(notification, &bits);
        handle(bits);
    }
}

// Room for one line is waited for as a whole, so that no line is mixed into another.
static void put_line(const char *name, const char *text, uint32_t length)
{
    uint32_t name_length = (uint32_t)strnlen(name, KAAL_NAME_SIZE);
    wait_for_room(name_length + length + LINE_FRAME);
    pl011_put(&port, "[", 1);
    pl011_put(&port, name, name_length);
    pl011_put(&port, "] ", 2);
    pl011_put(&port, text, length);
    pl011_put(&port, "\r\n", 2);
}

// A line that has its name already.
static void put_raw_line(const char *text, uint32_t length)
{
    wait_for_room(length + LINE_FRAME);
    pl011_put(&port, text, length);
    pl011_put(&port, "\r\n", 2);
}

_Static_assert((int)KAAL_CONSOLE_LINE_MAX + (int)KAAL_NAME_SIZE + (int)LINE_FRAME <=
                   (int)PL011_OUT_SIZE,
               "a line always fits");
_Static_assert((int)KAAL_BROKER_TEXT_MAX + (int)LINE_FRAME <= (int)PL011_OUT_SIZE,
               "a line always fits");

static void put_report(struct kaal_report *report)
{
    put_line(kaal_start->name, report->text, (uint32_t)report->fmt.len);
}

// Text out of message registers, from register `at` on. What is neither printable nor `keep` comes
// out as '?'.
static void copy_text(unsigned at, char *text, uint32_t length, char keep)
{
    for (uint32_t i = 0; i < length; i++) {
        char c = (char)(seL4_GetMR((int)(at + i / 8)) >> (8 * (i % 8)));
        text[i] = (char)((c >= ' ' && c <= '~') || c == keep ? c : '?');
    }
}

// --- the broker's output -------------------------------------------------------------------------

// The next lines of the broker, 0 characters if there are none.
static uint32_t ask_broker(char *text)
{
    seL4_SetMR(0, KAAL_BROKER_WORD);
    seL4_MessageInfo_t info =
        seL4_Call(broker->slot, seL4_MessageInfo_new(KAAL_BROKER_LOG, 0, 0, 1));
    seL4_Word words = seL4_MessageInfo_get_length(info);
    if (seL4_MessageInfo_get_label(info) != KAAL_OK || words < 1) {
        return 0;
    }
    seL4_Word length = seL4_GetMR(0);
    if (length > KAAL_BROKER_TEXT_MAX || length > (words - 1) * 8) {
        return 0;
    }
    copy_text(1, text, (uint32_t)length, '\n');
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

static void report_input(void)
{
    char line[PL011_LINE_SIZE];
    while (pl011_take_line(&port, line)) {
        if (strcmp(kaal_start->args, "report-input") == 0) {
            struct kaal_report report;
            kaal_report_begin(&report, "input");
            kaal_report_str(&report, "text", line);
            put_report(&report);
            if (input != NULL) {
                kaal_signal(input);
            }
        }
    }
}

static void catch_up(void)
{
    report_input();
    if (ask_later) {
        print_broker();
    }
}

// --- requests ------------------------------------------------------------------------------------

static seL4_MessageInfo_t serve_write(const char *name, seL4_Word words)
{
    static char text[KAAL_CONSOLE_LINE_MAX];
    seL4_Word length = words < KAAL_CONSOLE_TEXT_AT ? SIZE_MAX : seL4_GetMR(1);
    if (length > KAAL_CONSOLE_LINE_MAX || length > (words - KAAL_CONSOLE_TEXT_AT) * 8) {
        return kaal_answer_argument(1);
    }
    copy_text(KAAL_CONSOLE_TEXT_AT, text, (uint32_t)length, ' ');
    put_line(name, text, (uint32_t)length);
    catch_up();
    return kaal_answer(KAAL_OK, 0);
}

static seL4_MessageInfo_t serve_flush(void)
{
    catch_up();
    wait_for_room(PL011_OUT_SIZE);
    for (uint32_t polls = 0; !pl011_idle(&port) && polls < PL011_POLLS_MAX; polls++) {
    }
    return kaal_answer(KAAL_OK, 0);
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
        return serve_flush();
    default:
        return kaal_answer(KAAL_ERR_REQUEST, 0);
    }
}

void notified(seL4_Word bits)
{
    handle(bits);
    catch_up();
}

void init(void)
{
    kaal_device_need(&device, NULL);
    broker = kaal_need(KAAL_START_BROKER, NULL);
    notification = kaal_need(KAAL_START_NOTIFICATION, NULL)->slot;
    input = kaal_start_find(kaal_start, KAAL_START_SIGNAL, "input");

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
}
