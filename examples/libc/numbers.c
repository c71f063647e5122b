// SPDX-License-Identifier: BSD-2-Clause
//
// An ordinary C program as a component: main() with arguments, printf() with floating point, memory
// from malloc(), qsort(), errno, and an exit status.
//
//    numbers COUNT [TITLE]      sorts COUNT numbers; its status is how many checks failed
#include "demo.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed;

static void check(const char *what, int good)
{
    if (!good) {
        fprintf(stderr, "failed: %s\n", what);
        failed++;
    }
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// The host knows the numbers as well: they follow from the seed of this run.
static void sort(size_t count)
{
    uint64_t *numbers = malloc(count * sizeof(*numbers));
    struct prng prng = demo_stream("numbers");
    uint64_t sum = 0;
    if (numbers == NULL) {
        check("memory for the numbers", 0);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        numbers[i] = prng_next(&prng);
        sum += numbers[i];
    }
    qsort(numbers, count, sizeof(*numbers), ascending);
    for (size_t i = 1; i < count; i++) {
        check("order", numbers[i - 1] <= numbers[i]);
    }
    printf("@sorted count=%zu sum=%" PRIu64 "\n", count, sum);
    free(numbers);
}

// Leibniz's series, with the mean of two neighbours for the rest.
static double quarter_circle(void)
{
    double sum = 0;
    double sign = 1;
    for (int i = 0; i < 1000; i++) {
        sum += sign / (2 * i + 1);
        sign = -sign;
    }
    return 4 * (sum + sign / (2 * 1000 + 1) / 2);
}

static void errors(void)
{
    errno = 0;
    check("overflow", strtol("99999999999999999999", NULL, 10) == LONG_MAX && errno == ERANGE);
    errno = 0;
    // Called through a pointer that the compiler does not know: it may assume of malloc() itself
    // that it succeeds.
    void *(*volatile allocate)(size_t) = malloc;
    void *huge = allocate((size_t)1 << 30);
    check("too much memory", huge == NULL && errno == ENOMEM);
    free(huge);
    printf("@error_text text=\"%s\"\n", strerror(errno));
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "%s: give it a count\n", argv[0]);
        return EXIT_FAILURE;
    }
    printf("@started name=%s arguments=%d title=\"%s\"\n", argv[0], argc - 1,
           argc > 2 ? argv[2] : "");
    sort(strtoul(argv[1], NULL, 0));
    printf("@pi value=%.5f\n", quarter_circle());
    errors();
    return failed;
}
