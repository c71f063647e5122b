// SPDX-License-Identifier: BSD-2-Clause
//
// Tests of the broker from the side of a component (tests/boot/broker/system.toml). Each case ends
// with what there was at its beginning: memory to the byte, slots, components and grants to the
// number. One line for each:
//
//    @case name=memory checks=12 failed=0
#pragma once

#include "puppet.h"

#include <kaal/broker_client.h>
#include <kaal/component.h>

#include <lib/mem.h>

// --- cases ---------------------------------------------------------------------------------------

void case_begin(const char *name);
void case_end(void);

// One check; what differs is reported as an error.
void same(const char *what, uint64_t got, uint64_t wanted);

// That nothing has changed since the mark, which is set at the beginning of a case.
void mark(void);
void unchanged(const char *what);

// The component that tests.
uint64_t own_id(void);

// --- puppets -------------------------------------------------------------------------------------

struct puppet {
    uint64_t id;
    struct kaal_peer call;
};

// Options for a puppet: not a word from it, and little of everything.
struct kaal_spawn puppet_options(const char *name, const char *args);

// One that may ask the broker for what `allow` says, with a channel to tell it.
struct puppet puppet_open(const char *name, uint32_t allow);
void puppet_close(struct puppet *p);

// Tells it something. KAAL_ERR_DEAD: it died of that. *result: the first word of the answer.
enum kaal_err puppet_tell(const struct puppet *p, enum puppet_command command, uint64_t first,
                          uint64_t second, uint64_t *result);

// Lets it ask the broker: `words` of the message, three arguments. Results from MR1 on.
enum kaal_err puppet_ask(const struct puppet *p, enum kaal_broker_request request, unsigned words,
                         uint64_t first, uint64_t second, uint64_t third);

// --- the cases -----------------------------------------------------------------------------------

void test_requests(void);
void test_grants(void);
void test_life(void);
void test_programs(void);
void test_devices(void);
