// SPDX-License-Identifier: BSD-2-Clause
//
// The model test: random system calls, faults, interrupts and time on a whole kernel, its
// invariants checked. What fails is told by its number, shrunk, and written to a file that can be
// played again.
//
//   kernel_model_test                    a few seconds, the state looked at after each step
//   kernel_model_test OPTION...
//       --seed NUMBER                    of the run (1)
//       --steps NUMBER                   how many (100000); of a million and more, each thing that
//                                        can be done must have been done
//       --from NUMBER                    the step to begin with (0): the round that holds it
//       --every NUMBER                   look at the state after so many steps (1)
//       --jobs NUMBER                    processes (1)
//       --progress FILE                  tells there how far it is, and goes on where FILE says
//       --script FILE                    where what fails is written (kernel_model_test.script)
//       --counts                         print how often each thing was done
//   kernel_model_test --replay FILE      play a script, with one line for each step
//   kernel_model_test --shrink FILE      make a script that fails shorter
#include "campaign.h"

#include "sim.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 100000, STEPS_FOR_ALL = 1000000, REPLAY_SECONDS = 600 };

// --- scripts -------------------------------------------------------------------------------------

static bool read_script(const char *path, struct script *script)
{
    unsigned line = 0;
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        perror(path);
        return false;
    }
    const bool good = script_read(script, in, &line);
    (void)fclose(in);
    if (!good) {
        fprintf(stderr, "%s:%u: not a step\n", path, line);
    } else if (script->count == 0 || script->steps[0].kind != STEP_WORLD) {
        fprintf(stderr, "%s: a script begins with a world\n", path);
        return false;
    }
    return good;
}

static void play_aloud(void *context, struct outcome *outcome)
{
    const struct script *script = context;
    for (size_t i = 0; i < script->count && !outcome->failed; i++) {
        printf("%zu ", i);
        step_print(stdout, &script->steps[i]);
        fflush(stdout);
        outcome->step = i;
        script_take(&script->steps[i], outcome);
        (void)script_look(true, outcome);
    }
}

static int replay(const char *path)
{
    struct script script = {0};
    if (!read_script(path, &script)) {
        return EXIT_FAILURE;
    }
    const struct outcome outcome = outcome_of(play_aloud, &script, REPLAY_SECONDS, false);
    script_free(&script);
    if (!outcome.failed) {
        printf("every invariant holds\n");
        return EXIT_SUCCESS;
    }
    printf("step %zu: %s\n", outcome.step, outcome.what);
    return EXIT_FAILURE;
}

static int shrink_file(const char *path)
{
    struct script script = {0};
    struct outcome outcome;
    if (!read_script(path, &script)) {
        return EXIT_FAILURE;
    }
    const size_t before = script.count;
    const unsigned attempts = campaign_shrink(&script, &outcome);
    if (outcome.failed) {
        printf("# %s\n# %zu steps of %zu, in %u attempts\n", outcome.what, script.count, before,
               attempts);
        script_write(&script, stdout);
    } else {
        fprintf(stderr, "%s: does not fail\n", path);
    }
    script_free(&script);
    return outcome.failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

// --- runs ----------------------------------------------------------------------------------------

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_counts(const struct campaign_result *result)
{
    printf("%12s %12s\n", "done", "refused");
    for (unsigned i = 0; i < CAMPAIGN_NAMES && result->counts[i].name != NULL; i++) {
        const struct campaign_count *c = &result->counts[i];
        printf("%12" PRIu64 " %12" PRIu64 "  %s\n", c->done, c->refused, c->name);
    }
}

// What was never done was not tested.
static bool all_done(const struct campaign_result *result)
{
    bool all = true;
    for (unsigned i = 0; i < CAMPAIGN_NAMES && result->counts[i].name != NULL; i++) {
        const struct campaign_count *c = &result->counts[i];
        const bool refusable = KCFG_DOMAIN_COUNT > 1 || strncmp(c->name, "Domain", 6) != 0;
        if (c->done == 0 && refusable) {
            fprintf(stderr, "%s was always refused\n", c->name);
            all = false;
        }
    }
    return all;
}

static bool run(const struct campaign *campaign, bool counts)
{
    const double begin = seconds();
    const struct campaign_result result = campaign_run(campaign);
    const double took = seconds() - begin;
    if (counts) {
        print_counts(&result);
    }
    printf("%" PRIu64 " system calls in %" PRIu64 " steps from seed %" PRIu64
           " in %.1f s, %.0f steps a second\n",
           result.calls, result.steps, campaign->seed, took, (double)result.steps / took);
    if (result.failed) {
        printf("step %" PRIu64 ": %s\nagain: --seed %" PRIu64 " --from %" PRIu64 " --steps 1\n",
               result.step, result.outcome.what, campaign->seed, result.step);
        printf("%s: %zu steps that do the same, found in %u attempts\n", campaign->script,
               result.length, result.attempts);
    }
    return !result.failed && (campaign->steps < STEPS_FOR_ALL || all_done(&result));
}

// --- options -------------------------------------------------------------------------------------

static const struct option options[] = {
    {"seed", required_argument, NULL, 's'},
    {"steps", required_argument, NULL, 'n'},
    {"from", required_argument, NULL, 'f'},
    {"every", required_argument, NULL, 'e'},
    {"jobs", required_argument, NULL, 'j'},
    {"progress", required_argument, NULL, 'p'},
    {"script", required_argument, NULL, 'w'},
    {"counts", no_argument, NULL, 'c'},
    {"replay", required_argument, NULL, 'r'},
    {"shrink", required_argument, NULL, 'k'},
    {NULL, 0, NULL, 0},
};

static uint64_t number(const char *text)
{
    char *end;
    const uint64_t value = strtoull(text, &end, 0);
    if (end == text || *end != '\0') {
        fprintf(stderr, "%s: not a number\n", text);
        exit(EXIT_FAILURE);
    }
    return value;
}

// What is left of the run.
static void resume(struct campaign *campaign)
{
    const uint64_t next = campaign_resume(campaign->progress, campaign->seed);
    if (next > campaign->first) {
        const uint64_t end = campaign->first + campaign->steps;
        printf("goes on at step %" PRIu64 "\n", next);
        campaign->first = next;
        campaign->steps = next < end ? end - next : 0;
    }
}

int main(int argc, char **argv)
{
    struct campaign campaign = {
        .seed = 1, .steps = STEPS, .every = 1, .jobs = 1, .script = "kernel_model_test.script"};
    bool counts = false;
    for (int key; (key = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (key) {
        case 's':
            campaign.seed = number(optarg);
            break;
        case 'n':
            campaign.steps = number(optarg);
            break;
        case 'f':
            campaign.first = number(optarg);
            break;
        case 'e':
            campaign.every = (unsigned)number(optarg);
            break;
        case 'j':
            campaign.jobs = (unsigned)number(optarg);
            break;
        case 'p':
            campaign.progress = optarg;
            break;
        case 'w':
            campaign.script = optarg;
            break;
        case 'c':
            counts = true;
            break;
        case 'r':
            return replay(optarg);
        case 'k':
            return shrink_file(optarg);
        default:
            fprintf(stderr, "the options are those that kernel/README.md tells\n");
            return EXIT_FAILURE;
        }
    }
    campaign.every = campaign.every == 0 ? 1 : campaign.every;
    campaign.jobs = campaign.jobs == 0 ? 1 : campaign.jobs;
    campaign.jobs = campaign.jobs > CAMPAIGN_JOBS_MAX ? CAMPAIGN_JOBS_MAX : campaign.jobs;
    if (campaign.progress != NULL) {
        resume(&campaign);
    }
    return run(&campaign, counts) ? EXIT_SUCCESS : EXIT_FAILURE;
}
