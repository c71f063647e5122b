// SPDX-License-Identifier: BSD-2-Clause
//
// Survives its server: the call in which the server dies is answered with KAAL_ERR_DEAD and the
// generation of the next one. The same number stands in the start page from then on.

#include "supervised.h"

#include <kaal/component.h>

static const struct kaal_start_entry *server;
static const struct kaal_start_entry *cache;

static struct {
    uint64_t answered;
    uint64_t sum;
    uint64_t deaths;  // calls that were answered with KAAL_ERR_DEAD
    uint64_t told;    // generations in those answers, added up
    uint64_t learned; // how often the start page said the same
    uint64_t fresh;   // how often the cache knew of the server's present life
} seen;

// The broker writes there.
static uint64_t generation(void)
{
    return *(volatile const uint64_t *)&server->value;
}

static void add(uint64_t word)
{
    seL4_Word words[KAAL_CALL_WORDS] = {word};
    if (kaal_call_words(server, SERVER_ADD, words, 1, 1) == KAAL_OK) {
        seen.answered++;
        seen.sum += words[0];
    }
}

static void kill_server(void)
{
    seL4_Word words[KAAL_CALL_WORDS] = {0};
    if (kaal_call_words(server, SERVER_DIE, words, 0, 1) == KAAL_ERR_DEAD) {
        seen.deaths++;
        seen.told += words[0];
        seen.learned += words[0] == generation();
    }
}

// What the cache remembers is the server's generation: it had asked with a word of 0.
static void ask_cache(void)
{
    seL4_Word words[KAAL_CALL_WORDS] = {0};
    enum kaal_err err = kaal_call_words(cache, CACHE_ASK, words, 0, 1);
    seen.fresh += err == KAAL_OK && words[0] == generation();
}

void init(void)
{
    struct prng stream = demo_stream("calls");
    uint64_t begun = kaal_need(KAAL_START_SIGNALED, "cache")->value;
    server = kaal_need(KAAL_START_CALL, "server");
    cache = kaal_need(KAAL_START_CALL, "cache");
    for (uint32_t life = 1; life <= LIVES; life++) {
        (void)kaal_wait_for(begun); // the cache: it was restarted with the server
        ask_cache();
        for (uint32_t i = 0; i < CALLS / LIVES; i++) {
            add(prng_next(&stream));
        }
        if (life < LIVES) {
            kill_server();
        }
    }
    struct kaal_report report;
    kaal_report_begin(&report, "survived");
    kaal_report_u64(&report, "deaths", seen.deaths);
    kaal_report_u64(&report, "told", seen.told);
    kaal_report_u64(&report, "learned", seen.learned);
    kaal_report_u64(&report, "fresh", seen.fresh);
    kaal_report_u64(&report, "generation", generation());
    kaal_report_u64(&report, "answered", seen.answered);
    kaal_report_u64(&report, "sum", seen.sum);
    kaal_report_end(&report);
}
