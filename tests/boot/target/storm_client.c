// SPDX-License-Identifier: BSD-2-Clause
//
// Calls both servers in turn, for ever. Each call must come back, right or with KAAL_ERR_DEAD.

#include "storm_part.h"

static void call(volatile struct storm_part *me, const struct kaal_start_entry *server,
                 uint64_t right, uint64_t word)
{
    seL4_Word words[KAAL_CALL_WORDS] = {word};
    enum kaal_err err = kaal_call_words(server, 1, words, 1, 1);
    if (err == KAAL_ERR_DEAD) {
        me->deaths++;
    } else if (err == KAAL_OK && words[0] == right) {
        me->work++;
    } else {
        me->wrong++;
    }
    storm_place(me);
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    volatile struct storm_part *me = storm_me();
    const struct kaal_start_entry *server = kaal_need(KAAL_START_CALL, "server");
    const struct kaal_start_entry *front = kaal_need(KAAL_START_CALL, "front");
    for (uint64_t word = 0;; word++) {
        call(me, server, word * 3 + 1, word);
        call(me, front, (word * 3 + 1) * 3 + 1, word);
    }
}
