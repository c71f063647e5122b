// SPDX-License-Identifier: BSD-2-Clause
#include "explore.h"

#include <kaal/ring.h>
#include <lib/prng.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct view {
    uint8_t at[EXPLORE_LOCATIONS];
};

struct value {
    uint64_t word;
    struct view carries; // of a release store: what who sees this sees too
};

struct location {
    struct value values[EXPLORE_VALUES];
    uint8_t count;
    uint8_t seq_cst; // the last one that was stored in the one order
};

struct thread {
    uint64_t answers[EXPLORE_STEPS]; // of each step
    uint64_t hash;                   // of all that it has seen, in all its lives
    struct view view;
    uint8_t steps;
    uint8_t generation;
    bool signalled;
    bool ended; // or dead for ever
};

struct state {
    struct location locations[EXPLORE_LOCATIONS];
    struct thread threads[EXPLORE_THREADS];
};

// What a thread does next.
struct step {
    enum { STEP_LOAD, STEP_STORE, STEP_SIGNAL, STEP_WAIT, STEP_END, STEP_FAIL } kind;
    enum access access;
    unsigned location; // or the thread that is signalled
    uint64_t word;
    const char *failure;
};

// Depth of the search is the number of all steps of all threads, in all their lives.
enum { DEPTH = EXPLORE_THREADS * EXPLORE_STEPS };

struct seen {
    uint64_t *keys;
    uint64_t mask;
    uint64_t count;
};

static struct search {
    const struct explore_scenario *scenario;
    bool trace;
    struct seen seen;
    struct explore_result result;
    unsigned depth;
    struct state states[DEPTH];
    struct {
        unsigned thread;
        struct step step;
        uint64_t answer;
        bool death;
    } path[DEPTH];

    // Of the thread that runs.
    const struct thread *running;
    unsigned replayed;
    struct step next;
    jmp_buf out;
} search;

static uint16_t location_of[256]; // word of the memory -> location
static unsigned locations;

// --- the running thread
// ----------------------------------------------------------------------------

static unsigned location(const uint64_t *at)
{
    size_t word = ((uintptr_t)at - (uintptr_t)search.scenario->memory) / sizeof(*at);
    if (word >= sizeof(location_of) / sizeof(location_of[0]) ||
        word >= search.scenario->size / sizeof(*at)) {
        explore_fail("access outside of the memory");
    }
    if (location_of[word] == 0) {
        location_of[word] = (uint16_t)++locations;
    }
    if (locations > EXPLORE_LOCATIONS) {
        explore_fail("EXPLORE_LOCATIONS is too small");
    }
    return location_of[word] - 1U;
}

// The answer of this step, if it is known; else the step is the thread's next.
static uint64_t answer(struct step step)
{
    if (search.replayed < search.running->steps) {
        return search.running->answers[search.replayed++];
    }
    search.next = step;
    longjmp(search.out, 1);
}

static uint64_t load(enum access access, const uint64_t *at)
{
    return answer((struct step){.kind = STEP_LOAD, .access = access, .location = location(at)});
}

// For ORDER_BEFORE_WAKE.
static uint64_t checked_before;

uint64_t explore_load(enum access access, const uint64_t *at)
{
    switch (search.scenario->orders[access]) {
    case ORDER_NEVER:
        return 0;
    case ORDER_BEFORE_WAKE:
        return checked_before;
    case ORDER_RELAXED:
    case ORDER_ACQUIRE:
    case ORDER_RELEASE:
    case ORDER_SEQ_CST:
        break;
    }
    return load(access, at);
}

void explore_store(enum access access, uint64_t *at, uint64_t value)
{
    if (access == ACCESS_WAKE_WRITE &&
        search.scenario->orders[ACCESS_COUNT_RECHECK] == ORDER_BEFORE_WAKE) {
        // The halves of a ring lie behind each other at a multiple of their common size.
        size_t offset = (uintptr_t)at - (uintptr_t)search.scenario->memory;
        size_t half = sizeof(struct kaal_ring_half);
        size_t ring = search.scenario->size / (search.scenario->thread_count - 1);
        size_t base = offset / ring * ring;
        size_t other = base + (offset - base < half ? half : 0);
        checked_before =
            load(ACCESS_COUNT_READ,
                 (const uint64_t *)(const void *)((const char *)search.scenario->memory + other));
    }
    (void)answer((struct step){
        .kind = STEP_STORE, .access = access, .location = location(at), .word = value});
}

void explore_signal(unsigned thread)
{
    (void)answer((struct step){.kind = STEP_SIGNAL, .location = thread});
}

void explore_wait(void)
{
    (void)answer((struct step){.kind = STEP_WAIT});
}

void explore_fail(const char *what)
{
    search.next = (struct step){.kind = STEP_FAIL, .failure = what};
    longjmp(search.out, 1);
}

static struct step next_step(const struct thread *thread, unsigned number)
{
    search.running = thread;
    search.replayed = 0;
    if (setjmp(search.out) == 0) {
        search.scenario->threads[number].run(thread->generation);
        search.next = (struct step){.kind = STEP_END};
    }
    return search.next;
}

// --- what a step does
// --------------------------------------------------------------------------------

static void see(struct view *view, const struct view *other)
{
    for (unsigned i = 0; i < EXPLORE_LOCATIONS; i++) {
        if (view->at[i] < other->at[i]) {
            view->at[i] = other->at[i];
        }
    }
}

static void note(struct thread *thread, uint64_t word, uint64_t which)
{
    thread->answers[thread->steps++] = word;
    thread->hash = prng_mix(thread->hash ^ prng_mix(word + 1) ^ prng_mix(~which));
}

static void do_load(struct state *s, unsigned t, const struct step *step, uint8_t which)
{
    struct thread *thread = &s->threads[t];
    const struct value *value = &s->locations[step->location].values[which];
    enum order order = search.scenario->orders[step->access];
    thread->view.at[step->location] = which;
    if (order == ORDER_ACQUIRE || order == ORDER_SEQ_CST) {
        see(&thread->view, &value->carries);
    }
    note(thread, value->word, which);
}

static void do_store(struct state *s, unsigned t, const struct step *step)
{
    struct thread *thread = &s->threads[t];
    struct location *location = &s->locations[step->location];
    enum order order = search.scenario->orders[step->access];
    uint8_t which = location->count++;
    thread->view.at[step->location] = which;
    location->values[which] = (struct value){.word = step->word};
    if (order == ORDER_RELEASE || order == ORDER_SEQ_CST) {
        location->values[which].carries = thread->view;
    }
    if (order == ORDER_SEQ_CST) {
        location->seq_cst = which;
    }
    note(thread, 0, which);
}

// --- the search
// --------------------------------------------------------------------------------------

// A state is told from others by what each thread has seen and which signals are there. The memory
// follows from it: each location has one writer.
static uint64_t key_of(const struct state *s)
{
    uint64_t key = 0;
    for (unsigned t = 0; t < EXPLORE_THREADS; t++) {
        const struct thread *thread = &s->threads[t];
        key = prng_mix(key ^ thread->hash);
        key = prng_mix(key ^ (uint64_t)thread->generation << 2 ^ (uint64_t)thread->ended << 1 ^
                       thread->signalled);
    }
    return key == 0 ? 1 : key;
}

static bool insert(struct seen *seen, uint64_t key)
{
    uint64_t i = key & seen->mask;
    for (; seen->keys[i] != 0; i = (i + 1) & seen->mask) {
        if (seen->keys[i] == key) {
            return false;
        }
    }
    seen->keys[i] = key;
    seen->count++;
    return true;
}

static void grow(struct seen *seen)
{
    struct seen larger = {.mask = seen->mask * 2 + 1};
    larger.keys = calloc(larger.mask + 1, sizeof(*larger.keys));
    if (larger.keys == NULL) {
        abort();
    }
    for (uint64_t i = 0; seen->keys != NULL && i <= seen->mask; i++) {
        if (seen->keys[i] != 0) {
            (void)insert(&larger, seen->keys[i]);
        }
    }
    free(seen->keys);
    *seen = larger;
}

static bool is_new(struct seen *seen, uint64_t key)
{
    if (seen->keys == NULL || seen->count * 2 > seen->mask) {
        grow(seen);
    }
    return insert(seen, key);
}

static void print_path(void)
{
    static const char *const names[ACCESS_COUNT] = {"count_read", "count_publish", "wake_read",
                                                    "wake_write", "count_recheck", "open_read",
                                                    "open_write", "slot"};
    static const char *const kinds[] = {"sees", "stores", "signals", "wakes up", "ends", "fails"};
    for (unsigned i = 0; i < search.depth; i++) {
        const struct step *step = &search.path[i].step;
        printf("    %-10s ", search.scenario->threads[search.path[i].thread].name);
        if (search.path[i].death) {
            printf("dies\n");
        } else if (step->kind == STEP_LOAD || step->kind == STEP_STORE) {
            printf("%s %s %" PRId64 " at %u\n", names[step->access], kinds[step->kind],
                   (int64_t)(step->kind == STEP_LOAD ? search.path[i].answer : step->word),
                   step->location);
        } else if (step->kind == STEP_SIGNAL) {
            printf("signals %s\n", search.scenario->threads[step->location].name);
        } else {
            printf("%s\n", kinds[step->kind]);
        }
    }
}

static void fail(const char *what)
{
    search.result.failure = what;
    if (search.trace) {
        print_path();
        printf("    %s\n", what);
    }
}

static void visit(void);

// The state that the step on top leads to, for the caller to complete and visit.
static struct state *push(unsigned t, const struct step *step)
{
    search.path[search.depth].thread = t;
    search.path[search.depth].step = *step;
    search.path[search.depth].death = false;
    if (search.depth + 1 == DEPTH) {
        fail("DEPTH is too small");
        return NULL;
    }
    search.states[search.depth + 1] = search.states[search.depth];
    return &search.states[++search.depth];
}

static void pop(void)
{
    visit();
    search.depth--;
}

static void try_loads(unsigned t, const struct step *step)
{
    const struct state *s = &search.states[search.depth];
    const struct location *location = &s->locations[step->location];
    uint8_t first = s->threads[t].view.at[step->location];
    if (search.scenario->orders[step->access] == ORDER_SEQ_CST && first < location->seq_cst) {
        first = location->seq_cst;
    }
    for (uint8_t which = first; which < location->count; which++) {
        struct state *after = push(t, step);
        if (search.result.failure != NULL) {
            return;
        }
        search.path[search.depth - 1].answer = location->values[which].word;
        do_load(after, t, step, which);
        pop();
        if (search.result.failure != NULL) {
            return;
        }
    }
}

static void try_death(unsigned t, const struct step *step)
{
    const struct explore_thread *thread = &search.scenario->threads[t];
    if (search.states[search.depth].threads[t].generation > thread->deaths) {
        return;
    }
    struct state *after = push(t, step);
    if (after == NULL) {
        return;
    }
    search.path[search.depth - 1].death = true;

    // Who is started again sees what its predecessor saw; signals that this had not taken are lost.
    struct thread *dead = &after->threads[t];
    dead->generation++;
    dead->steps = 0;
    dead->signalled = false;
    dead->ended = !thread->returns;
    dead->hash = prng_mix(dead->hash ^ 0xdead);
    pop();
}

static void try_step(unsigned t, const struct step *step)
{
    struct state *after = push(t, step);
    if (after == NULL) {
        return;
    }
    if (step->kind == STEP_STORE) {
        do_store(after, t, step);
    } else if (step->kind == STEP_SIGNAL) {
        after->threads[step->location].signalled = true;
        note(&after->threads[t], 0, 0);
    } else if (step->kind == STEP_WAIT) {
        after->threads[t].signalled = false;
        note(&after->threads[t], 0, 0);
    } else {
        after->threads[t].ended = true;
    }
    pop();
}

static bool out_of_room(const struct state *s, unsigned t, const struct step *step)
{
    return s->threads[t].steps == EXPLORE_STEPS ||
           (step->kind == STEP_STORE && s->locations[step->location].count == EXPLORE_VALUES);
}

// All that thread `t` can do. False if it can do nothing before somebody signals it.
static bool try_thread(unsigned t)
{
    const struct state *s = &search.states[search.depth];
    struct step step = next_step(&s->threads[t], t);
    if (step.kind == STEP_FAIL) {
        fail(step.failure);
        return true;
    }
    if (out_of_room(s, t, &step)) {
        fail("a thread that does not end");
        return true;
    }
    try_death(t, &step);
    if (search.result.failure != NULL) {
        return true;
    }
    if (step.kind == STEP_WAIT && !s->threads[t].signalled) {
        return false;
    }
    if (step.kind == STEP_LOAD) {
        try_loads(t, &step);
    } else {
        try_step(t, &step);
    }
    return true;
}

static void visit(void)
{
    const struct state *s = &search.states[search.depth];
    if (!is_new(&search.seen, key_of(s))) {
        return;
    }
    search.result.states++;
    bool moves = false;
    bool waits = false;
    for (unsigned t = 0; t < search.scenario->thread_count; t++) {
        if (s->threads[t].ended) {
            continue;
        }
        if (try_thread(t)) {
            moves = true;
        } else {
            waits = true;
        }
        if (search.result.failure != NULL) {
            return;
        }
    }
    if (waits && !moves) {
        fail("somebody waits for ever");
    }
}

struct explore_result explore(const struct explore_scenario *scenario, bool trace)
{
    search.scenario = scenario;
    search.trace = trace;
    search.result = (struct explore_result){0};
    search.depth = 0;
    memset(location_of, 0, sizeof(location_of));
    locations = 0;
    struct state *s = &search.states[0];
    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < EXPLORE_LOCATIONS; i++) {
        s->locations[i].count = 1; // a zero
    }
    for (unsigned t = 0; t < EXPLORE_THREADS; t++) {
        s->threads[t].generation = 1;
        s->threads[t].hash = t;
    }
    visit();
    free(search.seen.keys);
    search.seen = (struct seen){0};
    return search.result;
}
