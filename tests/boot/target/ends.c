// SPDX-License-Identifier: BSD-2-Clause
//
// Ways in which a program with a C library ends, and begins again; which one is its argument.
#include <kaal/component.h>

#include <assert.h>
#include <errno.h>
#include <fenv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1000, BLOCKS_MAX = 1000, EXIT = 6, QUICK_EXIT = 7, RETURN = 5 };

// again_jump.S
_Noreturn void again_jump(const struct kaal_start *start);

// So that the compiler does not know what they return.
static void *(*volatile allocate)(size_t) = malloc;
static volatile double third = 3;

static void at_exit(void)
{
    printf("@last from=atexit"); // no newline: it comes out all the same
}

// As many blocks as the heap has; all are given back.
static int fill_heap(void)
{
    static void *blocks[BLOCKS_MAX];
    int count = 0;
    errno = 0;
    while (count < BLOCKS_MAX && (blocks[count] = allocate(BLOCK)) != NULL) {
        memset(blocks[count], count, BLOCK);
        count++;
    }
    assert(errno == ENOMEM);
    for (int i = 0; i < count; i++) {
        free(blocks[i]);
    }
    return count;
}

static int heap(void)
{
    int first = fill_heap();
    printf("@heap blocks=%d again=%s\n", first, fill_heap() == first ? "same" : "other");
    return EXIT_SUCCESS;
}

// Leaves a rounding mode, a full heap and half a line behind, and begins again.
static int twice(void)
{
    const struct kaal_start_entry *safe = kaal_need(KAAL_START_MEMORY, "safe");
    struct kaal_start *next = (struct kaal_start *)safe->address; // NOLINT: from the start page
    int blocks = 0;
    printf("@life generation=%d third=%.17g errno=%d ", (int)kaal_start->generation, 1 / third,
           errno);
    while (allocate(BLOCK) != NULL) {
        blocks++;
    }
    printf("blocks=%d\n", blocks);
    if (kaal_start->generation == 2) {
        return EXIT_SUCCESS;
    }
    (void)fesetround(FE_UPWARD);
    printf("lost");
    memmove(next, kaal_start, kaal_start->size);
    next->generation++;
    again_jump(next);
}

int main(int argc, char **argv)
{
    const char *how = argc == 2 ? argv[1] : "";
    if (strcmp(how, "heap") == 0) {
        return heap();
    }
    if (strcmp(how, "twice") == 0) {
        return twice();
    }
    if (strcmp(how, "exit") == 0) {
        (void)atexit(at_exit);
        exit(EXIT);
    }
    if (strcmp(how, "quick") == 0) {
        fputs("@last from=stderr", stderr);
        _Exit(QUICK_EXIT);
    }
    if (strcmp(how, "abort") == 0) {
        abort();
    }
    if (strcmp(how, "raise") == 0) {
        (void)raise(SIGTERM);
    }
    if (strcmp(how, "assert") == 0) {
        assert(argc > 2);
    }
    return getchar() == EOF ? RETURN : EXIT_FAILURE;
}
