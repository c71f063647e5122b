// SPDX-License-Identifier: BSD-2-Clause
//
// Calls of a server, with 0, 4 and 16 words there and back: who calls has them in an array before
// and after; who serves reads and writes each.

#include "rows.h"

enum { LONG = 16 };

static seL4_Word sent[LONG];
static seL4_Word got[LONG];

// The server's answer to a word is its complement.
static void check(enum kaal_err err, unsigned count)
{
    bool right = err == KAAL_OK;
    for (unsigned i = 0; i < count; i++) {
        right = right && got[i] == ~sent[i];
    }
    if (!right) {
        kaal_stop("wrong answer");
    }
}

static uint32_t call_0(const struct kaal_start_entry *server)
{
    seL4_Word words[KAAL_CALL_WORDS];
    uint32_t before = counter();
    enum kaal_err err = kaal_call_words(server, 0, words, 0, 0);
    uint32_t after = counter();
    check(err, 0);
    return after - before;
}

static uint32_t call_4(const struct kaal_start_entry *server)
{
    seL4_Word words[KAAL_CALL_WORDS];
    uint32_t before = counter();
    kaal_copy_words(words, sent, 4);
    enum kaal_err err = kaal_call_words(server, 0, words, 4, 4);
    kaal_copy_words(got, words, 4);
    uint32_t after = counter();
    check(err, 4);
    return after - before;
}

static uint32_t call_16(const struct kaal_start_entry *server)
{
    uint32_t before = counter();
    kaal_put_words(0, sent, LONG);
    seL4_MessageInfo_t info = kaal_call(server, seL4_MessageInfo_new(0, 0, 0, LONG));
    kaal_get_words(0, got, LONG);
    uint32_t after = counter();
    check(kaal_result(info), LONG);
    return after - before;
}

// --- rows ----------------------------------------------------------------------------------------

static uint32_t run(const char *server, uint32_t (*call)(const struct kaal_start_entry *server))
{
    for (unsigned i = 0; i < LONG; i++) {
        sent[i] = counter() + i;
        got[i] = 0;
    }
    return call(kaal_need(KAAL_START_CALL, server));
}

static uint32_t passive_0(void)
{
    return run("passive", call_0);
}

static uint32_t passive_4(void)
{
    return run("passive", call_4);
}

static uint32_t passive_16(void)
{
    return run("passive", call_16);
}

static uint32_t active_0(void)
{
    return run("active", call_0);
}

static uint32_t active_4(void)
{
    return run("active", call_4);
}

static uint32_t active_16(void)
{
    return run("active", call_16);
}

const struct row rows_call[] = {
    {"call.passive.0", passive_0},
    {"call.passive.4", passive_4},
    {"call.passive.16", passive_16},
    {"call.active.0", active_0},
    {"call.active.4", active_4},
    {"call.active.16", active_16},
    {0},
};
