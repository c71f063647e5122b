// SPDX-License-Identifier: BSD-2-Clause
//
// Lets the hub ask for signals, and tells what was delivered: in rounds; when a source was killed;
// and when that one was brought back and the hub failed with all signals before it. It is below the
// hub, which has got all signals when it answers the next call.

#include "signal_test.h"

#include <kaal/broker_client.h>
#include <kaal/component.h>

#include <lib/mem.h>

enum { ROUNDS = 8 };

static const struct kaal_start_entry *hub;

static enum kaal_err ask(seL4_Word request, seL4_Word round, seL4_Word words[KAAL_CALL_WORDS])
{
    words[0] = request;
    words[1] = round;
    return kaal_call_words(hub, 0, words, 2, 0);
}

static void tell(const char *when)
{
    seL4_Word words[KAAL_CALL_WORDS] = {0};
    struct kaal_report report;
    enum kaal_err err = ask(HUB_TOTAL, 0, words);
    kaal_report_begin(&report, when);
    kaal_report_u64(&report, "error", err);
    kaal_report_u64(&report, "delivered", words[0]);
    kaal_report_u64(&report, "wrong", words[1]);
    kaal_report_end(&report);
}

static uint64_t find(const char *name)
{
    struct kaal_component_info info = {0};
    while (kaal_component_next(&info) == KAAL_OK) {
        if (strncmp(info.name, name, KAAL_NAME_SIZE) == 0) {
            return info.id;
        }
    }
    kaal_stop("there is no such source");
}

void init(void)
{
    seL4_Word words[KAAL_CALL_WORDS] = {0};
    hub = kaal_need(KAAL_START_CALL, "hub");
    for (seL4_Word round = 0; round < ROUNDS; round++) {
        (void)ask(HUB_ROUND, round, words);
    }
    tell("rounds");
    uint64_t source = find(kaal_start->args);
    bool killed = kaal_component_kill(source) == KAAL_OK;
    tell("killed");
    if (!killed || kaal_component_restart(source, NULL) != KAAL_OK) {
        kaal_stop("it cannot kill, or not bring back");
    }
    (void)ask(HUB_FALTER, ROUNDS, words);
    tell("reborn");
}
