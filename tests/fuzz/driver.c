// SPDX-License-Identifier: BSD-2-Clause
//
// Drives a fuzz target without libFuzzer:
//
//   X_fuzz                  the seeds, and ROUNDS mutations of them: the same ones on each run
//   X_fuzz ROUNDS SEED      more, or others
//   X_fuzz --corpus DIR     writes the seeds as files, for libFuzzer
//   X_fuzz --replay FILE... runs files: what libFuzzer found
#include "fuzz.h"
#include "lib/bits.h"
#include "lib/prng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM = 1 << 20,
    ROUNDS = 20000,
};

static uint8_t input[ROOM];

// On the heap, of exactly this size: a byte beyond the end is the sanitizer's.
static void run(size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, input, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

// Values at which sums wrap, comparisons turn and sizes end.
static uint64_t interesting(struct prng *p, size_t size)
{
    static const uint64_t values[] = {
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        9,
        0xff,
        0xfff,
        0x1000,
        0x7fff,
        0xffff,
        0x7fffffff,
        0x80000000,
        0xfffffff8,
        0xffffffff,
        0x100000000,
        INT64_MAX,
        1ULL << 63,
        UINT64_MAX,
        UINT64_MAX - 7,
        UINT64_MAX - 0xfff,
    };
    uint64_t r = prng_next(p);
    switch (r % 4) {
    case 0:
        return prng_next(p);
    case 1:
        return size + (r >> 8) % 32 - 16;
    default:
        return values[(r >> 8) % (sizeof(values) / sizeof(values[0]))];
    }
}

static size_t mutate(struct prng *p, size_t size)
{
    uint64_t r = prng_next(p);
    size_t at = (size_t)(prng_next(p) % size);
    uint64_t value = interesting(p, size);
    switch (r % 8) {
    case 0:
        return at + 1; // cut
    case 1:
        input[at] ^= (uint8_t)(1u << (r >> 8) % 8);
        return size;
    case 2:
        input[at] = (uint8_t)value;
        return size;
    default:
        break;
    }
    // A little- or big-endian field, at its natural alignment more often than not.
    size_t width = (size_t)2 << (r >> 8) % 3;
    at = (r >> 16) % 4 != 0 ? (size_t)align_down(at, width) : at;
    for (size_t i = 0; i < width && at + i < size; i++) {
        size_t byte = (r >> 24) % 2 != 0 ? i : width - 1 - i;
        input[at + i] = (uint8_t)(value >> (8 * byte));
    }
    return size;
}

static int run_mutations(unsigned long rounds, uint64_t seed)
{
    unsigned seeds = 0;
    for (size_t size; (size = fuzz_seed(seeds, input, ROOM)) != 0; seeds++) {
        run(size);
    }
    if (seeds == 0) {
        return 1;
    }
    struct prng p = {seed};
    for (unsigned long i = 0; i < rounds; i++) {
        size_t size = fuzz_seed((unsigned)(prng_next(&p) % seeds), input, ROOM);
        for (uint64_t n = prng_next(&p) % 4 + 1; n != 0 && size != 0; n--) {
            size = mutate(&p, size);
        }
        run(size);
    }
    printf("%u seeds, %lu mutations\n", seeds, rounds);
    return 0;
}

static int write_corpus(const char *dir)
{
    size_t size;
    for (unsigned i = 0; (size = fuzz_seed(i, input, ROOM)) != 0; i++) {
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/seed%u", dir, i);
        FILE *f = fopen(path, "wb");
        if (f == NULL || fwrite(input, 1, size, f) != size || fclose(f) != 0) {
            perror(path);
            return 1;
        }
    }
    return 0;
}

static int replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        return 1;
    }
    size_t size = fread(input, 1, ROOM, f);
    (void)fclose(f);
    run(size);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--corpus") == 0) {
        return write_corpus(argv[2]);
    }
    if (argc >= 3 && strcmp(argv[1], "--replay") == 0) {
        int failed = 0;
        for (int i = 2; i < argc; i++) {
            failed |= replay(argv[i]);
        }
        return failed;
    }
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : ROUNDS;
    return run_mutations(rounds, argc > 2 ? strtoull(argv[2], NULL, 0) : 1);
}
