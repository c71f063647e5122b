// SPDX-License-Identifier: BSD-2-Clause
//
// A member of a chain (chain.h). Arguments: `place=` in the chain, from 0.

#include "chain.h"

#include <kaal/args.h>
#include <kaal/component.h>

static volatile struct chain_board *board;
static volatile struct chain_member *me;
static const struct kaal_start_entry *next; // NULL: the last
static const struct kaal_start_entry *judge;

void init(void)
{
    uint64_t place = 0;
    (void)kaal_args_number(kaal_start->args, "place", &place);
    board = (struct chain_board *)kaal_need(KAAL_START_MEMORY, NULL)->address; // NOLINT
    me = &board->members[place];
    me->generation = kaal_start->generation;
    next = kaal_start_find(kaal_start, KAAL_START_CALL, "next");
    judge = kaal_start_find(kaal_start, KAAL_START_SIGNAL, "judge");
}

// The error of who is next is passed on, with what came with it.
static enum kaal_err call_next(seL4_Word label, seL4_Word *word)
{
    seL4_Word words[KAAL_CALL_WORDS] = {*word};
    enum kaal_err err = kaal_call_words(next, label, words, 1, 1);
    *word = words[0];
    return err;
}

// The head is told to call.
void notified(seL4_Word bits)
{
    (void)bits;
    if (board->command == 0 || next == NULL) {
        return;
    }
    seL4_Word word = 0;
    seL4_Word command = board->command;
    board->command = 0;
    board->err = call_next(command, &word);
    board->told = word;
    board->value = *(volatile const uint64_t *)&next->value;
    board->done++;
    kaal_signal(judge);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    (void)badge;
    seL4_Word word = seL4_GetMR(0);
    seL4_Word label = seL4_MessageInfo_get_label(info);
    enum kaal_err err = KAAL_OK;
    if (next != NULL) {
        err = call_next(label, &word);
    } else if (label == CHAIN_FAULT) {
        (void)*(volatile uint64_t *)0xdead0000000; // NOLINT: faults
    } else if (label == CHAIN_HOLD) {
        kaal_signal(judge);
        (void)kaal_wait_for(kaal_need(KAAL_START_SIGNALED, "judge")->value);
    }
    me->served++;
    me->attention = *(volatile const uint32_t *)&kaal_start->attention;
    seL4_SetMR(0, err == KAAL_OK ? word + 1 : word);
    return seL4_MessageInfo_new(err, 0, 0, 1);
}
