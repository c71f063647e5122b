// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as what threads do to the kernel: each byte is a choice that the model test draws from
// a stream (kernel/test/support/random.h), of a thread's system call with its registers and its IPC
// buffer, a fault, an interrupt, time. Every invariant holds after each step.
//
// With KAAL_FUZZ_SCRIPT in the environment, the steps of an input are written there, for
// `kernel_model_test --shrink` and `--replay`.
#include "fuzz.h"

#include "kernel_ok.h"
#include "random.h"
#include "script.h"

#include "lib/prng.h"

#include <stdlib.h>

enum { STEPS_MAX = 400, SEEDS = 6, SEED_SIZE = 512, WORLD = 1 };

// What is kept if the step is the last one.
static void write_step(FILE *script, const struct step *step)
{
    if (script != NULL) {
        step_print(script, step);
        fflush(script);
    }
}

static void check(const struct step *step)
{
    const char *broken = kernel_ok();
    if (broken != NULL) {
        fprintf(stderr, "%s\nafter: ", broken);
        step_print(stderr, step);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = getenv("KAAL_FUZZ_SCRIPT"); // NOLINT(concurrency-mt-unsafe): one thread
    FILE *script = path == NULL ? NULL : fopen(path, "w");
    struct step step = {.kind = STEP_WORLD, .x = {WORLD}};
    random_bytes(data, size);
    unsigned taken = 0;
    do {
        write_step(script, &step);
        step_take(&step);
        check(&step);
    } while (taken++ < STEPS_MAX && random_step(&step) && !random_is_exhausted());
    if (script != NULL) {
        fclose(script);
    }
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    if (index >= SEEDS || room < SEED_SIZE) {
        return 0;
    }
    for (size_t i = 0; i < SEED_SIZE; i++) {
        out[i] = (uint8_t)prng_at(index, i);
    }
    return SEED_SIZE;
}
