// SPDX-License-Identifier: BSD-2-Clause
//
// What a component may send to the broker and to the console, right or wrong: each request is
// answered, and with the error that the protocol has for it. Then it takes what it can get, up to
// its quotas. With the argument "bytes" it does nothing but take memory when it is signalled.
#include <kaal/broker.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>
#include <kaal/console_protocol.h>
#include <kaal/error.h>

#include <lib/bits.h>
#include <lib/mem.h>

enum {
    PAGE = 4096,
    REST_SIZE = 20 * PAGE,
    POKES = 1000,
    LINE_WORDS = KAAL_CONSOLE_LINE_MAX / 8,
};

// Inverted in a protocol word, these make it another protocol's, or another major version's.
#define OTHER_PROTOCOL (UINT64_C(7) << 32)
#define OTHER_MAJOR    (UINT64_C(6) << 16)

struct request {
    const char *name;
    seL4_Word label;
    seL4_Word words;
    uint64_t spoil; // inverted bits of the protocol word
    uint64_t arguments[2];
};

static const struct request to_broker[] = {
    {"empty", KAAL_BROKER_STARTED, 0, 0, {0}},
    {"protocol", KAAL_BROKER_STARTED, 1, OTHER_PROTOCOL, {0}},
    {"version", KAAL_BROKER_STARTED, 1, OTHER_MAJOR, {0}},
    {"minor", KAAL_BROKER_STARTED, 1, 0xffff, {0}},
    {"request_zero", 0, 1, 0, {0}},
    {"request_unknown", 99, 3, 0, {0, 1}},
    {"memory_short", KAAL_BROKER_MEMORY, 2, 0, {PAGE, KAAL_RIGHT_READ}},
    {"memory_zero", KAAL_BROKER_MEMORY, 3, 0, {0, KAAL_RIGHT_READ}},
    {"memory_huge", KAAL_BROKER_MEMORY, 3, 0, {UINT64_MAX, KAAL_RIGHT_READ}},
    {"memory_beyond", KAAL_BROKER_MEMORY, 3, 0, {KAAL_BROKER_MEMORY_QUOTA + 1, KAAL_RIGHT_READ}},
    {"rights_none", KAAL_BROKER_MEMORY, 3, 0, {1, 0}},
    {"rights_write", KAAL_BROKER_MEMORY, 3, 0, {1, KAAL_RIGHT_WRITE}},
    {"rights_execute", KAAL_BROKER_MEMORY, 3, 0, {1, KAAL_RIGHT_READ | KAAL_RIGHT_EXECUTE}},
    {"rights_all", KAAL_BROKER_MEMORY, 3, 0, {1, UINT64_MAX}},
    {"rights_high", KAAL_BROKER_MEMORY, 3, 0, {1, UINT64_C(1) << 32 | KAAL_RIGHT_READ}},
    {"channel_short", KAAL_BROKER_CHANNEL, 1, 0, {1}},
    {"channel_unbadged", KAAL_BROKER_CHANNEL, 2, 0, {0}},
    {"log", KAAL_BROKER_LOG, 1, 0, {0}},
    {"started", KAAL_BROKER_STARTED, 1, 0, {0}},
    {"passive", KAAL_BROKER_PASSIVE, 1, 0, {0}},
};

static const struct request to_console[] = {
    {"empty", KAAL_CONSOLE_WRITE, 0, 0, {0}},
    {"protocol", KAAL_CONSOLE_WRITE, 3, OTHER_PROTOCOL, {1}},
    {"version", KAAL_CONSOLE_WRITE, 3, OTHER_MAJOR, {1}},
    {"request_zero", 0, 3, 0, {1}},
    {"request_unknown", 99, 3, 0, {1}},
    {"write_short", KAAL_CONSOLE_WRITE, 1, 0, {0}},
    {"write_beyond", KAAL_CONSOLE_WRITE, 3, 0, {9}},
    {"write_huge", KAAL_CONSOLE_WRITE, 3, 0, {UINT64_MAX}},
    {"write_long",
     KAAL_CONSOLE_WRITE,
     KAAL_CONSOLE_TEXT_AT + LINE_WORDS + 1,
     0,
     {KAAL_CONSOLE_LINE_MAX + 1}},
    {"write_nothing", KAAL_CONSOLE_WRITE, 2, 0, {0}},
    {"flush", KAAL_CONSOLE_FLUSH, 1, 0, {0}},
};

// One line for each answer: "@broker name=memory_zero error=argument_out_of_range result=1".
static void report_answer(const char *server, const char *name, seL4_MessageInfo_t info)
{
    uint64_t result = seL4_MessageInfo_get_length(info) == 0 ? 0 : seL4_GetMR(0);
    struct kaal_report report;
    kaal_report_begin(&report, server);
    kaal_report_str(&report, "name", name);
    kaal_report_str(&report, "error",
                    kaal_strerror((enum kaal_err)seL4_MessageInfo_get_label(info)));
    kaal_report_hex(&report, "result", result);
    kaal_report_end(&report);
}

static void ask(const char *server, seL4_CPtr slot, uint64_t protocol, const struct request *r)
{
    seL4_SetMR(0, protocol ^ r->spoil);
    seL4_SetMR(1, r->arguments[0]);
    seL4_SetMR(2, r->arguments[1]);
    report_answer(server, r->name, seL4_Call(slot, seL4_MessageInfo_new(r->label, 0, 0, r->words)));
}

static void ask_all(void)
{
    seL4_CPtr broker = kaal_need(KAAL_START_BROKER, NULL)->slot;
    seL4_CPtr console = kaal_need(KAAL_START_CALL, "console")->slot;
    for (unsigned i = 0; i < sizeof(to_broker) / sizeof(to_broker[0]); i++) {
        ask("broker", broker, KAAL_BROKER_WORD, &to_broker[i]);
    }
    for (unsigned i = 0; i < sizeof(to_console) / sizeof(to_console[0]); i++) {
        ask("console", console, KAAL_CONSOLE_WORD, &to_console[i]);
    }
}

// The text of message registers from `at` on, as it is.
static seL4_Word put_text(int at, const char *text)
{
    uint64_t words[8] = {0};
    size_t length = strlen(text);
    memcpy(words, text, length);
    for (int i = 0; i < 8; i++) {
        seL4_SetMR(at + i, words[i]);
    }
    return length;
}

// A line with another one inside: it must come out as one, under this component's name.
static void print_raw(const char *text)
{
    seL4_Word length = put_text(KAAL_CONSOLE_TEXT_AT, text);
    seL4_SetMR(0, KAAL_CONSOLE_WORD);
    seL4_SetMR(1, length);
    (void)seL4_Call(kaal_need(KAAL_START_CALL, "console")->slot,
                    seL4_MessageInfo_new(KAAL_CONSOLE_WRITE, 0, 0, KAAL_CONSOLE_TEXT_AT + 8));
}

static void report_taken(const char *event, uint64_t granted, uint64_t good, enum kaal_err err)
{
    struct kaal_report report;
    kaal_report_begin(&report, event);
    kaal_report_u64(&report, "granted", granted);
    kaal_report_u64(&report, "good", good);
    kaal_report_str(&report, "error", kaal_strerror(err));
    kaal_report_end(&report);
}

// Each channel is good if the badge that it was asked for arrives.
static void take_channels(void)
{
    const uint64_t badge = UINT64_C(0x8000000000000005);
    uint64_t granted = 0;
    uint64_t good = 0;
    struct kaal_channel channel;
    enum kaal_err err = kaal_channel_new(badge, &channel);
    for (; err == KAAL_OK; err = kaal_channel_new(badge, &channel)) {
        seL4_Word word = 0;
        seL4_Signal(channel.signal);
        seL4_Wait(channel.wait, &word);
        granted++;
        good += word == badge;
    }
    report_taken("channels", granted, good, err);
}

// Zeroed at both ends, and writable.
static bool memory_good(void *memory, size_t size)
{
    volatile uint64_t *words = memory;
    const size_t last = align_up(size, PAGE) / sizeof(*words) - 1;
    if (words[0] != 0 || words[last] != 0) {
        return false;
    }
    words[0] = (uintptr_t)memory;
    words[last] = ~(uintptr_t)memory;
    return words[0] == (uintptr_t)memory;
}

// Grants of `size` bytes until one is refused.
static void take_memory(const char *event, size_t size)
{
    uint64_t granted = 0;
    uint64_t good = 0;
    struct kaal_memory_grant memory;
    enum kaal_err err = kaal_memory_get(size, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &memory);
    while (err == KAAL_OK) {
        granted++;
        good += memory_good(memory.address, size);
        err = kaal_memory_get(size, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &memory);
    }
    report_taken(event, granted, good, err);
}

// The length is a lie: more text than was sent.
static void stop_wrong(void)
{
    static const struct request stop = {
        "stop_long", KAAL_BROKER_STOP, 4, 0, {KAAL_BROKER_TEXT_MAX, 0}};
    ask("broker", kaal_need(KAAL_START_BROKER, NULL)->slot, KAAL_BROKER_WORD, &stop);
}

void init(void)
{
    if (strcmp(kaal_start->args, "bytes") == 0) {
        return;
    }
    ask_all();
    print_raw("@raw text=a\nb\r\t\x7f\xff");
    print_raw("\n[root] @error what=forged");
    for (unsigned i = 0; i < POKES; i++) {
        kaal_signal(kaal_need(KAAL_START_SIGNAL, "poke"));
    }
    take_channels();
    take_memory("pages", 1);
    stop_wrong();
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
    kaal_exit(0, "enough");
}

// With "bytes" only: the other one is done.
void notified(seL4_Word bits)
{
    (void)bits;
    take_memory("thirds", KAAL_BROKER_MEMORY_QUOTA / 3);
    take_memory("rest", REST_SIZE);
    kaal_print("@end");
    (void)kaal_console_flush();
    kaal_halt();
}
