// SPDX-License-Identifier: BSD-2-Clause
//
// Kills who signals it, for good, and brings it back, once: of its end it is told as well.

#include <kaal/broker_client.h>
#include <kaal/component.h>

#include <lib/mem.h>

#include <stdbool.h>

static bool done;

void notified(seL4_Word bits)
{
    struct kaal_component_info info = {0};
    (void)bits; // one
    if (done) {
        return;
    }
    done = true;
    const char *name = kaal_need(KAAL_START_SIGNALED, NULL)->name;
    while (kaal_component_next(&info) == KAAL_OK) {
        if (strncmp(info.name, name, KAAL_NAME_SIZE) == 0 &&
            (kaal_component_kill(info.id) != KAAL_OK ||
             kaal_component_restart(info.id, NULL) != KAAL_OK)) {
            kaal_stop("it cannot be killed, or not be brought back");
        }
    }
}
