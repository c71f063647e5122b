// SPDX-License-Identifier: BSD-2-Clause
#include "campaign.h"

#include "random.h"
#include "shrink.h"

#include "kernel/arch.h"
#include "kernel/ipc.h"
#include "kernel/kernel.h"

#include "lib/prng.h"

#include <sel4/syscall.h>

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ROUND_SECONDS = 120,
    TRIAL_SECONDS = 20,
    TRIAL_EVERY = 1 << 20, // the state is looked at in the end
    TRIALS_MAX = 5000,
    SCRUTINY = 50,
    POLL_NS = 100000000,
};

// What the processes share.
struct shared {
    _Atomic uint64_t next; // round
    struct worker {
        _Atomic uint64_t round; // that it is at
        struct outcome outcome;
        uint64_t steps;
        uint64_t calls;
        struct campaign_count counts[CAMPAIGN_NAMES];
    } workers[CAMPAIGN_JOBS_MAX];
};

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("memory for the processes to share");
        exit(EXIT_FAILURE);
    }
    return memory;
}

// --- counting ------------------------------------------------------------------------------------

static struct campaign_count *count_of(struct campaign_count *counts, const char *name)
{
    unsigned i = 0;
    while (counts[i].name != NULL && counts[i].name != name && i < CAMPAIGN_NAMES - 1) {
        i++;
    }
    counts[i].name = name;
    return &counts[i];
}

// Whether the kernel has refused what `caller` asked for with Call: the label of the answer, or of
// the question if nobody has answered yet.
static bool is_refused(const struct step *step, const struct tcb *caller)
{
    return step->kind == STEP_SYSCALL && step->number == seL4_SysCall &&
           message_info_unpack(arch_get(&caller->context, ARCH_REG_INFO, 0)).label != 0;
}

// --- a round -------------------------------------------------------------------------------------

// Where one is played, and what is kept of it.
struct stage {
    unsigned every;
    struct worker *worker;
    struct outcome *outcome;
    struct step *record; // of each step, NULL: none
};

static bool play_step(const struct stage *stage, size_t number, struct step *step)
{
    if (number == 0 || random_is_over() || !random_step(step)) {
        random_fresh(step);
    }
    if (stage->record != NULL) {
        stage->record[number] = *step;
    }
    stage->outcome->step = number;
    const struct tcb *caller = kernel.current;
    script_take(step, stage->outcome);
    struct campaign_count *count = count_of(stage->worker->counts, step->name);
    stage->worker->steps++;
    stage->worker->calls += step->kind == STEP_SYSCALL || step->kind == STEP_AGAIN ? 1 : 0;
    if (is_refused(step, caller)) {
        count->refused++;
    } else {
        count->done++;
    }
    return number % stage->every != 0 ||
           script_look(number / stage->every % SCRUTINY == 0, stage->outcome);
}

static void play_round(const struct stage *stage, uint64_t seed, uint64_t round)
{
    struct step step;
    random_seed(prng_at(seed, round));
    for (size_t i = 0; i < CAMPAIGN_ROUND; i++) {
        if (!play_step(stage, i, &step)) {
            return;
        }
    }
    (void)script_look(false, stage->outcome);
}

// --- what has failed -----------------------------------------------------------------------------

struct again {
    uint64_t seed;
    uint64_t round;
    struct step *record;
};

static void play_again(void *context, struct outcome *outcome)
{
    const struct again *again = context;
    static struct worker uncounted;
    const struct stage stage = {1, &uncounted, outcome, again->record};
    play_round(&stage, again->seed, again->round);
}

// The steps of the round, up to the one that fails, from the last world on.
static struct outcome record_round(const struct campaign *campaign, uint64_t round,
                                   struct script *script)
{
    struct again again = {campaign->seed, round, share(CAMPAIGN_ROUND * sizeof(struct step))};
    const struct outcome outcome = outcome_of(play_again, &again, ROUND_SECONDS, false);
    for (size_t i = 0; i <= outcome.step && outcome.failed; i++) {
        if (again.record[i].kind == STEP_WORLD) {
            script->count = 0;
        }
        script_add(script, &again.record[i]);
    }
    (void)munmap(again.record, CAMPAIGN_ROUND * sizeof(struct step));
    return outcome;
}

struct trial {
    const struct script *script;
    const struct outcome *wanted;
};

static void play_trial(void *context, struct outcome *outcome)
{
    const struct trial *trial = context;
    script_play(trial->script, TRIAL_EVERY, outcome);
}

static bool fails_as_wanted(const struct script *script, void *context)
{
    struct trial trial = {script, context};
    const struct outcome outcome = outcome_of(play_trial, &trial, TRIAL_SECONDS, true);
    return outcome_is_same(&outcome, trial.wanted);
}

unsigned campaign_shrink(struct script *script, struct outcome *outcome)
{
    struct trial trial = {script, NULL};
    *outcome = outcome_of(play_trial, &trial, TRIAL_SECONDS, true);
    if (!outcome->failed) {
        return 0;
    }
    const unsigned attempts = shrink(script, fails_as_wanted, outcome, TRIALS_MAX);
    *outcome = outcome_of(play_trial, &trial, TRIAL_SECONDS, true);
    return attempts;
}

static bool write_script(const struct campaign *campaign, const struct campaign_result *result,
                         const struct script *script)
{
    FILE *out = fopen(campaign->script, "w");
    if (out == NULL) {
        perror(campaign->script);
        return false;
    }
    fprintf(out, "# %s\n# --seed %" PRIu64 " --from %" PRIu64 "\n", result->outcome.what,
            campaign->seed, result->step);
    script_write(script, out);
    return fclose(out) == 0;
}

static void explain(const struct campaign *campaign, uint64_t round, struct campaign_result *result)
{
    struct script script = {0};
    const struct outcome again = record_round(campaign, round, &script);
    if (again.failed) {
        result->outcome = again;
        struct outcome shrunk;
        result->attempts = campaign_shrink(&script, &shrunk);
        result->length = script.count;
    }
    result->step = round * CAMPAIGN_ROUND + result->outcome.step;
    if (again.failed && campaign->script != NULL) {
        (void)write_script(campaign, result, &script);
    }
    script_free(&script);
}

// --- processes -----------------------------------------------------------------------------------

struct crew {
    const struct campaign *campaign;
    struct shared *shared;
    uint64_t end; // round behind the last
    pid_t pid[CAMPAIGN_JOBS_MAX];
    unsigned left; // that still work
};

static void be_worker(const struct crew *crew, unsigned number, pid_t parent)
{
    // Without the parent, nobody would take notice of what it finds.
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
    struct worker *worker = &crew->shared->workers[number];
    const struct stage stage = {crew->campaign->every, worker, &worker->outcome, NULL};
    while (!worker->outcome.failed) {
        const uint64_t round = atomic_fetch_add(&crew->shared->next, 1);
        atomic_store(&worker->round, round);
        if (round >= crew->end) {
            break;
        }
        alarm(ROUND_SECONDS);
        play_round(&stage, crew->campaign->seed, round);
    }
    fflush(stdout);
    _exit(worker->outcome.failed ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void start_workers(struct crew *crew)
{
    const pid_t parent = getpid();
    fflush(NULL);
    for (unsigned i = 0; i < crew->campaign->jobs; i++) {
        atomic_store(&crew->shared->workers[i].round, crew->campaign->first / CAMPAIGN_ROUND);
        crew->pid[i] = fork();
        if (crew->pid[i] == 0) {
            be_worker(crew, i, parent);
        }
        if (crew->pid[i] < 0) {
            perror("a process");
            exit(EXIT_FAILURE);
        }
        crew->left++;
    }
}

// All rounds before this one are done.
static uint64_t done_before(const struct crew *crew)
{
    uint64_t least = crew->end;
    for (unsigned i = 0; i < crew->campaign->jobs; i++) {
        const uint64_t round = atomic_load(&crew->shared->workers[i].round);
        least = round < least ? round : least;
    }
    return least;
}

// Which program this is: what another one has done is not done.
static uint64_t program_number(void)
{
    struct stat program;
    if (stat("/proc/self/exe", &program) != 0) {
        return 0;
    }
    return prng_mix((uint64_t)program.st_mtim.tv_sec * 1000000000 +
                    (uint64_t)program.st_mtim.tv_nsec + (uint64_t)program.st_size);
}

// Replaced as a whole: whoever reads it reads one or the other.
static void write_progress(const struct crew *crew)
{
    char fresh[4096];
    if (crew->campaign->progress == NULL) {
        return;
    }
    snprintf(fresh, sizeof(fresh), "%s.new", crew->campaign->progress);
    FILE *out = fopen(fresh, "w");
    if (out == NULL) {
        perror(fresh);
        return;
    }
    fprintf(out, "program=%" PRIu64 " seed=%" PRIu64 " next=%" PRIu64 "\n", program_number(),
            crew->campaign->seed, done_before(crew) * CAMPAIGN_ROUND);
    if (fclose(out) != 0 || rename(fresh, crew->campaign->progress) != 0) {
        perror(crew->campaign->progress);
    }
}

uint64_t campaign_resume(const char *progress, uint64_t seed)
{
    FILE *in = fopen(progress, "r");
    char line[128] = "";
    if (in == NULL) {
        return 0;
    }
    const char *read = fgets(line, sizeof(line), in);
    (void)fclose(in);
    char expected[sizeof(line)];
    const int length =
        snprintf(expected, sizeof(expected),
                 "program=%" PRIu64 " seed=%" PRIu64 " next=", program_number(), seed);
    const bool ours = read != NULL && strncmp(line, expected, (size_t)length) == 0;
    return ours ? strtoull(line + length, NULL, 10) : 0;
}

// A process has ended. The others are told to end if it failed; the round that it was at.
static bool take_end(struct crew *crew, pid_t pid, int status, uint64_t *round)
{
    bool failed = false;
    for (unsigned i = 0; i < crew->campaign->jobs; i++) {
        if (crew->pid[i] == pid) {
            crew->pid[i] = 0;
            crew->left--;
            failed = status != 0 && !WIFSIGNALED(status);
            failed = failed || (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM);
            *round = failed ? atomic_load(&crew->shared->workers[i].round) : *round;
        }
    }
    for (unsigned i = 0; i < crew->campaign->jobs && failed; i++) {
        if (crew->pid[i] != 0) {
            (void)kill(crew->pid[i], SIGTERM);
        }
    }
    return failed;
}

// Whether a round failed, and which: the one that was seen first.
static bool await_workers(struct crew *crew, uint64_t *round)
{
    const struct timespec while_they_work = {.tv_nsec = POLL_NS};
    bool failed = false;
    while (crew->left > 0) {
        int status;
        const pid_t pid = waitpid(-1, &status, WNOHANG);
        uint64_t at = 0;
        if (pid == 0) {
            write_progress(crew);
            (void)nanosleep(&while_they_work, NULL);
        } else if (pid < 0) {
            break;
        } else if (take_end(crew, pid, status, &at) && !failed) {
            failed = true;
            *round = at;
        }
    }
    return failed;
}

static void add_counts(const struct crew *crew, struct campaign_result *result)
{
    for (unsigned i = 0; i < crew->campaign->jobs; i++) {
        const struct worker *worker = &crew->shared->workers[i];
        result->steps += worker->steps;
        result->calls += worker->calls;
        for (unsigned n = 0; n < CAMPAIGN_NAMES && worker->counts[n].name != NULL; n++) {
            struct campaign_count *sum = count_of(result->counts, worker->counts[n].name);
            sum->done += worker->counts[n].done;
            sum->refused += worker->counts[n].refused;
        }
    }
}

struct campaign_result campaign_run(const struct campaign *campaign)
{
    struct campaign_result result = {0};
    struct crew crew = {.campaign = campaign, .shared = share(sizeof(struct shared))};
    uint64_t round = campaign->first / CAMPAIGN_ROUND;
    crew.end = (campaign->first + campaign->steps + CAMPAIGN_ROUND - 1) / CAMPAIGN_ROUND;
    atomic_store(&crew.shared->next, round);
    start_workers(&crew);
    result.failed = await_workers(&crew, &round);
    add_counts(&crew, &result);
    if (result.failed) {
        result.outcome = (struct outcome){.failed = true, .what = "it does not fail again"};
        explain(campaign, round, &result);
    } else if (campaign->progress != NULL) {
        (void)unlink(campaign->progress); // all is done: the next run is a new one
    }
    (void)munmap(crew.shared, sizeof(struct shared));
    return result;
}
