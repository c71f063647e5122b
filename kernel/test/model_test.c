// SPDX-License-Identifier: BSD-2-Clause
//
// The model test: random system calls, faults, interrupts and time on a whole kernel, its
// invariants checked after each step. Prints the seed and the step of what goes wrong.
//
//   kernel_model_test               a few seconds
//   kernel_model_test FIRST LAST    these seeds
//   kernel_model_test SEED          this one, showing its steps
#include "kernel_ok.h"
#include "random.h"

#include "kernel/plat_host.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 50, STEPS = 500, SCRUTINY = 50 };

static uint64_t seed;
static unsigned step;
static const char *name = "start";

// The kernel panicked.
static void halted(void)
{
    fprintf(stderr, "%s\nseed %llu step %u (before it: %s): the kernel halted\n",
            host_machine.output, (unsigned long long)seed, step, name);
    exit(EXIT_FAILURE);
}

static bool run(bool verbose)
{
    random_world(seed);
    host_machine.halt = halted;
    for (step = 0; step < STEPS; step++) {
        name = random_step();
        if (name == NULL) {
            break; // everybody waits for somebody
        }
        if (verbose) {
            printf("%u %s\n", step, name);
            fflush(stdout);
        }
        const char *broken = step % SCRUTINY == 0 ? kernel_ok_all() : kernel_ok();
        if (broken != NULL) {
            fprintf(stderr, "seed %llu step %u %s: %s\n", (unsigned long long)seed, step, name,
                    broken);
            return false;
        }
    }
    return true;
}

static bool run_range(uint64_t first, uint64_t last)
{
    unsigned long long steps = 0;
    for (seed = first; seed <= last; seed++) {
        printf("%llu ", (unsigned long long)seed); // a sanitizer's report comes behind it
        fflush(stdout);
        if (!run(false)) {
            return false;
        }
        steps += step;
    }
    printf("\n%llu steps\n", steps);
    return true;
}

int main(int argc, char **argv)
{
    bool good;
    if (argc == 2) {
        seed = strtoull(argv[1], NULL, 0);
        good = run(true);
    } else if (argc == 3) {
        good = run_range(strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0));
    } else {
        good = run_range(1, SEEDS);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
