// SPDX-License-Identifier: BSD-2-Clause
//
// What there is. Each number is the broker's, and the processor times are the kernel's.

#include "shell.h"

#include <kaal/broker_name.h>
#include <kaal/console_protocol.h>

#include <lib/mem.h>

enum {
    NAME_WIDTH = 16,
    AUDIT_DEFAULT = 20,
    LOG_DEFAULT = 20,
    TOP_REFRESHES = 3,
    TOP_MAX = 1000,
    TOP_INTERVAL_US = 1000000,
};

static enum shell_status ended(const struct words *words, enum kaal_err err)
{
    return err == KAAL_ERR_NOTFOUND ? SHELL_OK : shell_failed(words, kaal_broker_last_cause());
}

static void header(const char *text)
{
    term_line(text);
}

// --- components ----------------------------------------------------------------------------------

static void row_component(const struct kaal_component_info *c)
{
    char name[KAAL_NAME_SIZE];
    struct row row;
    row_begin(&row);
    row_number(&row, kaal_id_index(c->id), 3);
    row_text(&row, c->name, NAME_WIDTH);
    row_text(&row, kaal_state_name(c->state), 9);
    row_number(&row, c->generation, 3);
    row_number(&row, c->priority, 4);
    row_number(&row, c->budget_us, 7);
    row_number(&row, c->period_us, 7);
    row_number(&row, c->consumed_us, 9);
    row_number(&row, (c->memory + 1023) >> 10, 6);
    row_number(&row, (c->granted + 1023) >> 10, 6);
    row_number(&row, c->slots, 5);
    row_text(&row, c->parent == c->id ? "-" : shell_name(c->parent, name, sizeof(name)), 8);
    row_text(&row, c->last_end == KAAL_END_NONE ? "-" : kaal_end_name(c->last_end), 0);
    row_end(&row);
}

enum shell_status shell_ps(const struct words *words)
{
    struct kaal_component_info c = {0};
    enum kaal_err err = KAAL_OK;
    if (words->count != 1) {
        return shell_usage(words);
    }
    header("  # name             state     gen prio  budget  period    cpu-us    KiB   more slots "
           "parent   last end");
    while ((err = kaal_component_next(&c)) == KAAL_OK) {
        row_component(&c);
    }
    return ended(words, err);
}

// --- processor time ------------------------------------------------------------------------------

static struct {
    uint64_t id;
    uint64_t consumed_us;
} before[KAAL_COMPONENT_MAX];

// Keeps what there is for the next time; shows the difference if there is one before.
static enum kaal_err sample(uint64_t elapsed_us)
{
    struct kaal_component_info c = {0};
    enum kaal_err err = KAAL_OK;
    while ((err = kaal_component_next(&c)) == KAAL_OK) {
        uint32_t i = kaal_id_index(c.id) % KAAL_COMPONENT_MAX;
        uint64_t used = before[i].id == c.id && c.consumed_us >= before[i].consumed_us
                            ? c.consumed_us - before[i].consumed_us
                            : 0;
        before[i].id = c.id;
        before[i].consumed_us = c.consumed_us;
        if (elapsed_us != 0) {
            struct row row;
            row_begin(&row);
            row_number(&row, kaal_id_index(c.id), 3);
            row_text(&row, c.name, NAME_WIDTH);
            row_number(&row, used, 10);
            fmt_u64_pad(&row.fmt, used * 100 / elapsed_us, 4, ' ');
            fmt_char(&row.fmt, '.');
            fmt_u64(&row.fmt, used * 1000 / elapsed_us % 10);
            fmt_char(&row.fmt, '%');
            row_end(&row);
        }
    }
    return err;
}

enum shell_status shell_top(const struct words *words)
{
    uint64_t refreshes = TOP_REFRESHES;
    uint64_t us = TOP_INTERVAL_US;
    if (words->count > 3 ||
        (words->count > 1 && !word_number(words->word[1], TOP_MAX, &refreshes)) ||
        (words->count > 2 && !word_time(words->word[2], &us)) || refreshes == 0 || us == 0) {
        return shell_usage(words);
    }
    if (!term_has_time()) {
        return shell_failed(words, "the description gives this shell no timer");
    }
    enum kaal_err err = sample(0);
    for (uint64_t i = 0; i < refreshes && err == KAAL_ERR_NOTFOUND; i++) {
        uint64_t start_us = term_now_us();
        if (term_wait(us) == TERM_KEY) {
            return term_key() == KEY_INTERRUPT ? SHELL_INTERRUPTED : SHELL_OK;
        }
        uint64_t elapsed_us = term_now_us() - start_us;
        header("  # name                     us     cpu");
        err = sample(elapsed_us == 0 ? 1 : elapsed_us);
    }
    return ended(words, err);
}

// --- grants --------------------------------------------------------------------------------------

static void row_grant(const struct kaal_component_info *holder, const struct kaal_grant_info *g)
{
    char name[KAAL_NAME_SIZE];
    struct row row;
    row_begin(&row);
    row_text(&row, holder->name, NAME_WIDTH);
    row_text(&row, kaal_grant_kind_name(g->kind), 8);
    row_number(&row, kaal_id_index(g->id), 5);
    row_number(&row, g->slot, 5);
    row_text(&row, (g->rights & KAAL_RIGHT_WRITE) != 0 ? "rw" : "r", 6);
    row_number(&row, g->size, 9);
    row_text(&row, g->peer == 0 ? "-" : shell_name(g->peer, name, sizeof(name)), NAME_WIDTH);
    row_text(&row, shell_name(g->giver, name, sizeof(name)), 0);
    row_end(&row);
}

static enum kaal_err show_grants(const struct kaal_component_info *holder)
{
    struct kaal_grant_info g = {0};
    enum kaal_err err = KAAL_OK;
    while ((err = kaal_grant_next(holder->id, &g)) == KAAL_OK) {
        row_grant(holder, &g);
    }
    return err;
}

enum shell_status shell_caps(const struct words *words)
{
    struct kaal_component_info c = {0};
    enum kaal_err err = KAAL_ERR_NOTFOUND;
    if (words->count > 2) {
        return shell_usage(words);
    }
    if (words->count == 2 && !shell_find(words, words->word[1], &c)) {
        return SHELL_FAILED;
    }
    header("holder           kind     grant  slot rights      size peer             from");
    if (words->count == 2) {
        return ended(words, show_grants(&c));
    }
    while (err == KAAL_ERR_NOTFOUND && kaal_component_next(&c) == KAAL_OK) {
        err = show_grants(&c);
    }
    return ended(words, err);
}

// --- events --------------------------------------------------------------------------------------

static void row_event(const struct kaal_audit_info *e)
{
    char name[KAAL_NAME_SIZE];
    struct row row;
    row_begin(&row);
    row_number(&row, e->sequence, 6);
    row_number(&row, e->time_us, 11);
    row_text(&row, kaal_audit_event_name(e->event), 8);
    row_text(&row, shell_name(e->actor, name, sizeof(name)), NAME_WIDTH);
    row_text(&row, shell_name(e->subject, name, sizeof(name)), NAME_WIDTH);
    switch (e->event) {
    case KAAL_AUDIT_REFUSE:
        row_text(&row, kaal_broker_request_name(e->detail), 0);
        row_text(&row,
                 e->rule != KAAL_RULE_NONE ? kaal_rule_name(e->rule)
                                           : kaal_strerror((enum kaal_err)e->error),
                 0);
        break;
    case KAAL_AUDIT_GRANT:
    case KAAL_AUDIT_GIVE:
    case KAAL_AUDIT_REVOKE:
    case KAAL_AUDIT_RELEASE:
        row_text(&row, kaal_grant_kind_name(e->detail), 0);
        break;
    case KAAL_AUDIT_END:
        row_text(&row, kaal_end_name(e->detail), 0);
        fmt_i64(&row.fmt, (int64_t)e->object);
        break;
    case KAAL_AUDIT_RESTART:
        fmt_str(&row.fmt, "generation ");
        fmt_u64(&row.fmt, e->detail);
        break;
    default:
        break;
    }
    row_end(&row);
}

static bool is_about(const struct kaal_audit_info *e, uint64_t component)
{
    return component == 0 || e->subject == component || e->actor == component;
}

// Events about a component, 0: all. Shows the last `wanted` of those that the count is of; counts
// them if that is 0.
static uint64_t walk_audit(uint64_t component, uint64_t total, uint64_t wanted, enum kaal_err *err)
{
    struct kaal_audit_info e = {0};
    uint64_t count = 0;
    while ((*err = kaal_audit_next(&e)) == KAAL_OK) {
        bool about = is_about(&e, component);
        count += about;
        if (about && count <= total && total - count < wanted) {
            row_event(&e);
        }
    }
    return count;
}

enum shell_status shell_audit(const struct words *words)
{
    uint64_t wanted = AUDIT_DEFAULT;
    struct kaal_component_info c = {0};
    enum kaal_err err = KAAL_OK;
    if (words->count > 2) {
        return shell_usage(words);
    }
    if (words->count == 2 && !word_number(words->word[1], UINT32_MAX, &wanted) &&
        !shell_find(words, words->word[1], &c)) {
        return SHELL_FAILED;
    }
    uint64_t count = walk_audit(c.id, 0, 0, &err);
    if (err == KAAL_ERR_NOTFOUND) {
        header("number     time-us event    by               about");
        (void)walk_audit(c.id, count, wanted, &err);
    }
    return ended(words, err);
}

// --- the machine ---------------------------------------------------------------------------------

enum shell_status shell_devices(const struct words *words)
{
    struct kaal_device_node d = {0};
    enum kaal_err err = KAAL_OK;
    if (words->count != 1) {
        return shell_usage(words);
    }
    header("path                       compatible               irqs holder");
    while ((err = kaal_device_next(&d)) == KAAL_OK) {
        char name[KAAL_NAME_SIZE];
        struct row row;
        row_begin(&row);
        row_text(&row, d.path, 26);
        row_text(&row, d.compatible, 24);
        row_number(&row, d.interrupts, 4);
        row_text(&row, d.holder == 0 ? "-" : shell_name(d.holder, name, sizeof(name)), 0);
        row_end(&row);
    }
    return ended(words, err);
}

static void row_total(const char *name, uint64_t number, const char *unit)
{
    struct row row;
    row_begin(&row);
    row_text(&row, name, 14);
    row_number(&row, number, 12);
    row_text(&row, unit, 0);
    row_end(&row);
}

enum shell_status shell_mem(const struct words *words)
{
    struct kaal_totals t;
    if (words->count != 1) {
        return shell_usage(words);
    }
    if (kaal_totals_get(&t) != KAAL_OK) {
        return shell_failed(words, kaal_broker_last_cause());
    }
    row_total("memory", t.memory, "bytes");
    row_total("free", t.memory_free, "bytes");
    row_total("largest", t.largest, "bytes in one region");
    row_total("slots", t.slots, "");
    row_total("free slots", t.slots_free, "");
    row_total("components", t.components, "");
    row_total("grants", t.grants, "");
    return SHELL_OK;
}

enum shell_status shell_log(const struct words *words)
{
    char line[KAAL_CONSOLE_LINE_MAX];
    uint64_t wanted = LOG_DEFAULT;
    uint64_t number = 1;
    uint64_t newest = 0;
    if (words->count > 2 ||
        (words->count == 2 && !word_number(words->word[1], UINT32_MAX, &wanted))) {
        return shell_usage(words);
    }
    if (wanted == 0 || !term_shown(&number, &newest, line, sizeof(line))) {
        return SHELL_OK;
    }
    uint64_t last = newest; // what comes meanwhile is not waited for
    number = last - number >= wanted ? last - wanted + 1 : number;
    for (; number <= last && term_shown(&number, &newest, line, sizeof(line)); number++) {
        // The number in front also keeps what was reported once from being reported again.
        struct row row;
        row_begin(&row);
        row_number(&row, number, 5);
        term_text(row.text);
        term_line(line);
    }
    return SHELL_OK;
}
