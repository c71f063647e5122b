// SPDX-License-Identifier: BSD-2-Clause
//
// Asks for memory and channels, holds some of each and gives others back, for ever; it ends with
// what it holds. Memory comes clean, whoever had it.

#include "storm_part.h"

#include <kaal/broker_client.h>

enum {
    HELD = 5,
    PAGE = 4096,
    PAGES_MAX = 3,
};

static volatile struct storm_part *me;
static struct kaal_memory_grant memories[HELD];
static struct kaal_channel channels[HELD];

static void must(enum kaal_err err)
{
    me->wrong += err != KAAL_OK;
}

static void use(const struct kaal_memory_grant *memory, uint64_t number)
{
    for (uint64_t at = 0; at < memory->size; at += PAGE) {
        volatile uint64_t *word = (uint64_t *)((uintptr_t)memory->address + at); // NOLINT: a page
        me->wrong += *word != 0;
        *word = number;
    }
}

static void change_memory(struct kaal_memory_grant *memory, uint64_t number)
{
    if (memory->address != NULL) {
        must(kaal_memory_release(memory));
        storm_place(me);
    }
    must(kaal_memory_get((1 + number % PAGES_MAX) * PAGE, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE,
                         memory));
    use(memory, number);
}

static void change_channel(struct kaal_channel *channel, uint64_t number)
{
    if (channel->wait != seL4_CapNull) {
        must(kaal_channel_release(channel));
        storm_place(me);
    }
    must(kaal_channel_new(number, channel));
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    me = storm_me();
    for (uint64_t number = 1;; number++) {
        change_memory(&memories[number % HELD], number);
        change_channel(&channels[number % HELD], number);
        storm_place(me);
        me->work++;
    }
}
