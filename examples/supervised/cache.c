// SPDX-License-Identifier: BSD-2-Clause
//
// Depends on the server: what it remembers is of one life of the server, so it is restarted with
// it. Tells the client when it has begun.

#include "supervised.h"

#include <kaal/component.h>

static uint64_t remembered;

void init(void)
{
    const struct kaal_start_entry *server = kaal_need(KAAL_START_CALL, "server");
    seL4_Word words[KAAL_CALL_WORDS] = {0};
    if (kaal_call_words(server, SERVER_ADD, words, 1, 1) == KAAL_OK) {
        remembered = words[0];
    }
    struct kaal_report report;
    kaal_report_begin(&report, "begun");
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "server", server->value);
    kaal_report_end(&report);
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "begun"));
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    (void)info; // there is one question
    seL4_SetMR(0, remembered);
    return seL4_MessageInfo_new(KAAL_OK, 0, 0, 1);
}
