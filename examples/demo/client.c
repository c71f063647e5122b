// SPDX-License-Identifier: BSD-2-Clause
//
// Calls the server with messages of every length, then gives it a capability to use.
//
//    client ── 0, 1, .. 120 words ──► server       echo: every word changed by a key
//           ◄────────────────────────
//    client ── right to signal ─────► server       the server signals, the client wakes

#include "demo.h"

#include <kaal/broker_client.h>
#include <kaal/component.h>

static seL4_CPtr server;

// One call with `length` words; adds the words of the answer to *sum. False if one is wrong.
static bool echo(struct prng *words, unsigned length, uint64_t *sum)
{
    const struct prng sent = *words;
    for (unsigned i = 0; i < length; i++) {
        seL4_SetMR((int)i, prng_next(words));
    }
    seL4_MessageInfo_t info = seL4_Call(server, seL4_MessageInfo_new(SERVER_ECHO, 0, 0, length));
    bool ok = seL4_MessageInfo_get_length(info) == length;
    for (unsigned i = 0; i < length; i++) {
        ok = ok && seL4_GetMR((int)i) == (prng_at(sent.state, i) ^ demo_key(length));
        *sum += seL4_GetMR((int)i);
    }
    return ok;
}

static void talk(void)
{
    struct prng words = demo_stream("ipc");
    uint64_t calls = 0;
    uint64_t total = 0;
    uint64_t sum = 0;
    for (unsigned length = 0; length <= seL4_MsgMaxLength; length++) {
        if (!echo(&words, length, &sum)) {
            kaal_stop("wrong answer");
        }
        calls++;
        total += length;
    }
    struct kaal_report report;
    kaal_report_begin(&report, "ipc");
    kaal_report_u64(&report, "calls", calls);
    kaal_report_u64(&report, "words", total);
    kaal_report_hex(&report, "sum", sum);
    kaal_report_end(&report);
    (void)seL4_Call(server, seL4_MessageInfo_new(SERVER_REPORT, 0, 0, 0));
}

// A notification from the broker: we keep the right to wait and pass on the right to signal. The
// badge comes with the signal and shows that it was this very capability.
static void transfer(void)
{
    uint64_t badge = (demo_value("transfer") & 0x3fffffffffffffff) | 1;
    struct kaal_channel own;
    if (kaal_channel_new(badge, &own) != KAAL_OK) {
        kaal_stop(kaal_broker_last_cause());
    }
    seL4_SetCap(0, own.signal);
    (void)seL4_Call(server, seL4_MessageInfo_new(SERVER_SIGNAL, 0, 1, 0));
    seL4_Word word = 0;
    seL4_Wait(own.wait, &word);

    struct kaal_report report;
    kaal_report_begin(&report, "transfer");
    kaal_report_hex(&report, "word", word);
    kaal_report_end(&report);
}

void init(void)
{
    server = kaal_need(KAAL_START_CALL, "server")->slot;
    talk();
    transfer();
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
}
