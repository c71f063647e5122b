// SPDX-License-Identifier: BSD-2-Clause
//
// Kills each member of each chain while the last one holds a call, by a restart, and for good; sees
// that every call of the head comes back, with the right error, and that everybody can go on. Tells
// for each chain how many cases were right.

#include "chain.h"

#include <kaal/broker_client.h>
#include <kaal/component.h>

#include <lib/mem.h>

enum how { RESTART, KILL, HOWS };

struct chain {
    const char *name;
    uint32_t members;
    bool passive;
    volatile struct chain_board *board;
    uint64_t head_bit;
    uint64_t last_bit;
    uint64_t ids[CHAIN_MEMBERS_MAX];
};

static struct chain chains[] = {
    {.name = "active", .members = 3},
    {.name = "passive", .members = 3, .passive = true},
    {.name = "mixed", .members = 4, .passive = true},
    {.name = "long", .members = 4, .passive = true},
};

// Two that call one server; of the second kind the server is built anew at a restart.
static struct chain first[] = {{.name = "place", .members = 2}, {.name = "anew", .members = 2}};
static struct chain second[] = {{.name = "place_also", .members = 1},
                                {.name = "anew_also", .members = 1}};

enum { CHAINS = sizeof(chains) / sizeof(chains[0]) };

static const char *step; // of the case, for messages

// "active1"
static void member_name(const struct chain *c, uint32_t member, char *name)
{
    size_t length = strlen(c->name);
    memset(name, 0, KAAL_NAME_SIZE);
    memcpy(name, c->name, length);
    name[length] = (char)('0' + member);
}

static void must(enum kaal_err err, const char *what)
{
    if (err != KAAL_OK) {
        kaal_stop(what);
    }
}

static uint64_t find(const char *name)
{
    struct kaal_component_info info = {0};
    while (kaal_component_next(&info) == KAAL_OK) {
        if (strncmp(info.name, name, KAAL_NAME_SIZE) == 0) {
            return info.id;
        }
    }
    kaal_stop("a member is missing");
}

static void open(struct chain *c)
{
    char name[KAAL_NAME_SIZE];
    c->board = (struct chain_board *)kaal_need(KAAL_START_MEMORY, c->name)->address; // NOLINT
    for (uint32_t i = 0; i < c->members; i++) {
        member_name(c, i, name);
        c->ids[i] = find(name);
        if (i == 0) {
            c->head_bit = kaal_need(KAAL_START_SIGNALED, name)->value;
        }
    }
    c->last_bit = kaal_need(KAAL_START_SIGNALED, name)->value;
}

static void signal_member(const struct chain *c, uint32_t member)
{
    char name[KAAL_NAME_SIZE];
    member_name(c, member, name);
    kaal_signal(kaal_need(KAAL_START_SIGNAL, name));
}

static void tell_head(const struct chain *c, uint64_t command)
{
    c->board->command = command;
    signal_member(c, 0);
}

static bool is(const char *what, bool right)
{
    step = right ? step : what;
    return right;
}

// A call of the head that must come back like this.
static bool call(const struct chain *c, enum kaal_err err, uint64_t told, const char *what)
{
    tell_head(c, CHAIN_PASS);
    (void)kaal_wait_for(c->head_bit);
    return is(what, c->board->err == err && c->board->told == told);
}

static bool attention(const struct chain *c)
{
    uint64_t any = 0;
    for (uint32_t i = 1; i < c->members; i++) {
        any |= c->board->members[i].attention;
    }
    return any != 0;
}

// The one of `victim`'s lives in which it is, as the head is told: by its own callee, or by who had
// called that.
static bool judge_held(const struct chain *c, uint32_t victim, uint64_t told)
{
    (void)kaal_wait_for(c->head_bit);
    if (!is("held call: error", c->board->err == KAAL_ERR_DEAD) ||
        !is("held call: generation", c->board->told == told)) {
        return false;
    }
    return is("start page", victim != 1 || c->board->value == told);
}

static bool run_case(const struct chain *c, uint32_t victim, enum how how)
{
    uint64_t generation = c->board->members[victim].generation;
    uint32_t last = c->members - 1;
    bool good = true;
    tell_head(c, CHAIN_HOLD);
    (void)kaal_wait_for(c->last_bit);
    if (how == RESTART) {
        must(kaal_component_restart(c->ids[victim], NULL), "restart");
    } else {
        must(kaal_component_kill(c->ids[victim]), "kill");
    }
    if (victim != 0) {
        good = judge_held(c, victim, how == RESTART ? generation + 1 : 0);
    }
    if (victim != last) {
        signal_member(c, last); // it goes on
    }
    if (how == KILL && victim != 0) {
        good = call(c, KAAL_ERR_DEAD, 0, "call to the dead") && good;
        good = call(c, KAAL_ERR_DEAD, 0, "another call to the dead") && good;
    }
    if (how == KILL) {
        must(kaal_component_restart(c->ids[victim], NULL), "rebuild");
    }
    good = call(c, KAAL_OK, last, "first call after") && good;
    good = call(c, KAAL_OK, last, "second call after") && good;
    good = is("passive again", !attention(c)) && good;
    return is("generation", c->board->members[victim].generation == generation + 1) && good;
}

static void report_bad(const struct chain *c, uint32_t victim, enum how how)
{
    struct kaal_report report;
    kaal_report_begin(&report, "bad");
    kaal_report_str(&report, "chain", c->name);
    kaal_report_u64(&report, "victim", victim);
    kaal_report_str(&report, "how", how == RESTART ? "restart" : "kill");
    kaal_report_str(&report, "step", step);
    kaal_report_u64(&report, "err", c->board->err);
    kaal_report_u64(&report, "told", c->board->told);
    kaal_report_end(&report);
}

static void run(struct chain *c)
{
    uint64_t good = 0;
    open(c);
    (void)call(c, KAAL_OK, c->members - 1, "before");
    for (uint32_t victim = 0; victim < c->members; victim++) {
        for (enum how how = RESTART; how < HOWS; how++) {
            step = "";
            bool right = run_case(c, victim, how);
            good += right;
            if (!right) {
                report_bad(c, victim, how);
            }
        }
    }
    struct kaal_report report;
    kaal_report_begin(&report, "chain");
    kaal_report_str(&report, "name", c->name);
    kaal_report_u64(&report, "good", good);
    kaal_report_end(&report);
}

// --- two callers ---------------------------------------------------------------------------------

static bool came_back(const struct chain *c, enum kaal_err err, uint64_t told, const char *what)
{
    (void)kaal_wait_for(c->head_bit);
    return is(what, c->board->err == err && c->board->told == told);
}

// One call is being served, another one waits.
static void hold_both(const struct chain *a, const struct chain *b)
{
    tell_head(a, CHAIN_HOLD);
    (void)kaal_wait_for(a->last_bit);
    tell_head(b, CHAIN_PASS);
}

static bool run_waiting(struct chain *a, struct chain *b)
{
    uint64_t server = a->ids[1];
    hold_both(a, b);
    must(kaal_component_restart(server, NULL), "restart");
    bool good = came_back(a, KAAL_ERR_DEAD, 2, "restart: being served");
    good = came_back(b, KAAL_OK, 1, "restart: waiting") && good;
    hold_both(a, b);
    must(kaal_component_kill(server), "kill");
    good = came_back(a, KAAL_ERR_DEAD, 0, "kill: being served") && good;
    good = came_back(b, KAAL_ERR_DEAD, 0, "kill: waiting") && good;
    signal_member(a, 1); // goes nowhere
    good = call(b, KAAL_ERR_DEAD, 0, "kill: later") && good;
    good = is("kill: start page", b->board->value == 0) && good;
    must(kaal_component_restart(server, NULL), "rebuild");
    good = call(a, KAAL_OK, 1, "back") && good;
    return call(b, KAAL_OK, 1, "back") && is("back: page", b->board->value == 3) && good;
}

// It is never restarted by itself, and stays where it faulted.
static bool run_fault(struct chain *a, struct chain *b)
{
    tell_head(a, CHAIN_FAULT);
    bool good = came_back(a, KAAL_ERR_DEAD, 0, "fault: being served");
    good = call(b, KAAL_ERR_DEAD, 0, "fault: later") && good;
    must(kaal_component_restart(a->ids[1], NULL), "restart");
    good = call(a, KAAL_OK, 1, "fault: back") && good;
    return call(b, KAAL_OK, 1, "fault: back") && is("fault: page", b->board->value == 4) && good;
}

static void run_two(struct chain *a, struct chain *b, bool faults)
{
    struct kaal_report report;
    step = "none";
    open(a);
    open(b);
    bool good = run_waiting(a, b);
    good = good && (!faults || run_fault(a, b));
    kaal_report_begin(&report, "two");
    kaal_report_str(&report, "server", a->name);
    kaal_report_u64(&report, "good", good);
    kaal_report_str(&report, "bad", step);
    kaal_report_end(&report);
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (uint32_t i = 0; i < CHAINS; i++) {
        run(&chains[i]);
    }
    run_two(&first[0], &second[0], true);
    run_two(&first[1], &second[1], false);
    return 0;
}
