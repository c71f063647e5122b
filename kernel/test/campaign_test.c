// SPDX-License-Identifier: BSD-2-Clause
//
// Runs in large numbers: a part of a run is the same run alone, on any number of processes, and a
// run goes on where its progress file says.
#include "campaign.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { EVERY = 1000 };

static struct campaign_result run(uint64_t first, uint64_t rounds, unsigned jobs)
{
    const struct campaign campaign = {
        .seed = 42,
        .first = first,
        .steps = rounds * CAMPAIGN_ROUND,
        .every = EVERY,
        .jobs = jobs,
    };
    const struct campaign_result result = campaign_run(&campaign);
    assert_false(result.failed);
    assert_int_equal(result.steps, rounds * CAMPAIGN_ROUND);
    return result;
}

static struct campaign_count count_of(const struct campaign_result *result, const char *name)
{
    const struct campaign_count none = {0};
    for (unsigned i = 0; i < CAMPAIGN_NAMES && result->counts[i].name != NULL; i++) {
        if (strcmp(result->counts[i].name, name) == 0) {
            return result->counts[i];
        }
    }
    return none;
}

static void assert_adds_up(const struct campaign_result *whole, const struct campaign_result *a,
                           const struct campaign_result *b)
{
    assert_int_equal(whole->calls, a->calls + b->calls);
    for (unsigned i = 0; i < CAMPAIGN_NAMES && whole->counts[i].name != NULL; i++) {
        const struct campaign_count *sum = &whole->counts[i];
        const struct campaign_count x = count_of(a, sum->name);
        const struct campaign_count y = count_of(b, sum->name);
        assert_int_equal(sum->done, x.done + y.done);
        assert_int_equal(sum->refused, x.refused + y.refused);
    }
}

static void a_part_of_a_run_is_the_same_alone(void **state)
{
    (void)state;
    const struct campaign_result whole = run(0, 3, 1);
    const struct campaign_result first = run(0, 1, 1);
    const struct campaign_result rest = run(CAMPAIGN_ROUND, 2, 1);
    assert_true(whole.calls > whole.steps / 4);
    assert_adds_up(&whole, &first, &rest);
}

static void several_processes_do_the_same(void **state)
{
    (void)state;
    const struct campaign_result alone = run(0, 3, 1);
    const struct campaign_result together = run(0, 3, 3);
    const struct campaign_result none = {0};
    assert_adds_up(&alone, &together, &none);
}

// In a process of its own, that is stopped when it has come some way.
static void start_run(const struct campaign *campaign)
{
    (void)campaign_run(campaign);
    _exit(EXIT_SUCCESS);
}

static void a_run_goes_on_where_it_was(void **state)
{
    (void)state;
    char folder[] = "/tmp/kaal_campaign_XXXXXX";
    char path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/progress", folder);
    assert_int_equal(campaign_resume(path, 42), 0);
    const struct campaign campaign = {
        .seed = 42,
        .steps = UINT64_C(1000000) * CAMPAIGN_ROUND, // without end
        .every = EVERY,
        .jobs = 2,
        .progress = path,
    };
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        start_run(&campaign);
    }
    while (waitpid(child, NULL, WNOHANG) == 0 && campaign_resume(path, 42) == 0) {
        usleep(10000);
    }
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    const uint64_t next = campaign_resume(path, 42);
    assert_true(next > 0 && next % CAMPAIGN_ROUND == 0);
    assert_int_equal(campaign_resume(path, 43), 0); // another run's

    struct campaign rest = campaign;
    rest.first = next;
    rest.steps = CAMPAIGN_ROUND;
    assert_false(campaign_run(&rest).failed);
    assert_int_equal(campaign_resume(path, 42), 0); // this one is at its end
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_of_a_run_is_the_same_alone),
        cmocka_unit_test(several_processes_do_the_same),
        cmocka_unit_test(a_run_goes_on_where_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
