// SPDX-License-Identifier: BSD-2-Clause
//
// Answers a word, if it has a channel `next` with the help of another one.

#include "storm_part.h"

static volatile struct storm_part *me;
static const struct kaal_start_entry *next;

void init(void)
{
    me = storm_me();
    next = kaal_start_find(kaal_start, KAAL_START_CALL, "next");
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    (void)info;
    seL4_Word words[KAAL_CALL_WORDS] = {seL4_GetMR(0)};
    enum kaal_err err = KAAL_OK;
    storm_place(me);
    if (next != NULL) {
        err = kaal_call_words(next, 1, words, 1, 1);
        storm_place(me);
    }
    me->work++;
    seL4_SetMR(0, err == KAAL_OK ? words[0] * 3 + 1 : words[0]);
    return seL4_MessageInfo_new(err, 0, 0, 1);
}
