// SPDX-License-Identifier: BSD-2-Clause
//
// Messages that nobody should send: each is answered with the error that the protocol has for it,
// and nothing changes.

#include "broker_test.h"

// In the place of arguments.
enum {
    CHILD = 0x7000, // a component
    ENDED,          // one that is no more
    OWN,            // a grant
    GONE,           // one that was released
    FOREIGN,        // a grant of the child's
    SELF,           // the caller
    PARAMETERS_END,
};

static uint64_t parameters[PARAMETERS_END - CHILD];

struct row {
    const char *name;
    seL4_Word request;
    seL4_Word words;
    uint64_t arguments[3];
    seL4_Word err;
    uint64_t detail; // MR0 of the answer
};

static const struct row rows[] = {
    {"unknown", 99, 3, {0}, KAAL_ERR_REQUEST, 0},
    {"zero", 0, 3, {0}, KAAL_ERR_REQUEST, 0},
    {"huge", 0xfffff, 3, {0}, KAAL_ERR_REQUEST, 0},
    {"memory_short", KAAL_BROKER_MEMORY, 2, {4096}, KAAL_ERR_PROTOCOL, 0},
    {"memory_none", KAAL_BROKER_MEMORY, 3, {0, 1}, KAAL_ERR_ARGUMENT, 1},
    {"memory_rights", KAAL_BROKER_MEMORY, 3, {1, 4}, KAAL_ERR_ARGUMENT, 2},
    {"memory_flags", KAAL_BROKER_MEMORY, 3, {1, 0x10001}, KAAL_ERR_ARGUMENT, 2},
    {"memory_all", KAAL_BROKER_MEMORY, 3, {~0ull, 1}, KAAL_ERR_DENIED, KAAL_RULE_QUOTA_MEMORY},
    {"channel_short", KAAL_BROKER_CHANNEL, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"channel_badge", KAAL_BROKER_CHANNEL, 2, {0}, KAAL_ERR_ARGUMENT, 1},
    {"log", KAAL_BROKER_LOG, 1, {0}, KAAL_ERR_DENIED, KAAL_RULE_CONSOLE},
    {"stop_short", KAAL_BROKER_STOP, 2, {0}, KAAL_ERR_PROTOCOL, 0},
    {"stop_long", KAAL_BROKER_STOP, 4, {64, 1}, KAAL_ERR_PROTOCOL, 0},
    {"release_short", KAAL_BROKER_RELEASE, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"release_none", KAAL_BROKER_RELEASE, 2, {0}, KAAL_ERR_NOTFOUND, 0},
    {"release_beyond", KAAL_BROKER_RELEASE, 2, {~0ull}, KAAL_ERR_NOTFOUND, 0},
    {"release_again", KAAL_BROKER_RELEASE, 2, {GONE}, KAAL_ERR_STALE, 0},
    {"release_foreign", KAAL_BROKER_RELEASE, 2, {FOREIGN}, KAAL_ERR_DENIED, KAAL_RULE_HOLDER},
    {"give_short", KAAL_BROKER_GIVE, 3, {OWN, CHILD}, KAAL_ERR_PROTOCOL, 0},
    {"give_stale", KAAL_BROKER_GIVE, 4, {GONE, CHILD}, KAAL_ERR_STALE, 0},
    {"give_foreign", KAAL_BROKER_GIVE, 4, {FOREIGN, CHILD}, KAAL_ERR_DENIED, KAAL_RULE_HOLDER},
    {"give_to_none", KAAL_BROKER_GIVE, 4, {OWN, ENDED}, KAAL_ERR_STALE, 0},
    {"give_to_nobody", KAAL_BROKER_GIVE, 4, {OWN, ~0ull}, KAAL_ERR_STALE, 0},
    {"give_to_self", KAAL_BROKER_GIVE, 4, {OWN, SELF}, KAAL_ERR_ARGUMENT, 2},
    {"give_rights", KAAL_BROKER_GIVE, 4, {OWN, CHILD, 8}, KAAL_ERR_ARGUMENT, 3},
    {"give_write_only", KAAL_BROKER_GIVE, 4, {OWN, CHILD, 2}, KAAL_ERR_ARGUMENT, 3},
    {"revoke_short", KAAL_BROKER_REVOKE, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"revoke_stale", KAAL_BROKER_REVOKE, 2, {GONE}, KAAL_ERR_STALE, 0},
    {"revoke_own", KAAL_BROKER_REVOKE, 2, {OWN}, KAAL_ERR_DENIED, KAAL_RULE_HOLDER},
    {"revoke_foreign", KAAL_BROKER_REVOKE, 2, {FOREIGN}, KAAL_ERR_DENIED, KAAL_RULE_HOLDER},
    {"connect_short", KAAL_BROKER_CONNECT, 2, {CHILD}, KAAL_ERR_PROTOCOL, 0},
    {"connect_stale", KAAL_BROKER_CONNECT, 3, {ENDED}, KAAL_ERR_STALE, 0},
    {"connect_how", KAAL_BROKER_CONNECT, 3, {CHILD, 2}, KAAL_ERR_ARGUMENT, 2},
    {"connect_self", KAAL_BROKER_CONNECT, 3, {SELF}, KAAL_ERR_DENIED, KAAL_RULE_RELATION},
    {"spawn_short", KAAL_BROKER_SPAWN, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"spawn_nothing", KAAL_BROKER_SPAWN, 4, {0}, KAAL_ERR_ARGUMENT, 1},
    {"kill_short", KAAL_BROKER_KILL, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"kill_stale", KAAL_BROKER_KILL, 2, {ENDED}, KAAL_ERR_STALE, 0},
    {"kill_self", KAAL_BROKER_KILL, 2, {SELF}, KAAL_ERR_ARGUMENT, 1},
    {"suspend_stale", KAAL_BROKER_SUSPEND, 2, {ENDED}, KAAL_ERR_STALE, 0},
    {"resume_running", KAAL_BROKER_RESUME, 2, {CHILD}, KAAL_ERR_STATE, 0},
    {"restart_stale", KAAL_BROKER_RESTART, 2, {ENDED}, KAAL_ERR_STALE, 0},
    {"wait_stale", KAAL_BROKER_WAIT, 2, {ENDED}, KAAL_ERR_STALE, 0},
    {"wait_self", KAAL_BROKER_WAIT, 2, {SELF}, KAAL_ERR_ARGUMENT, 1},
    {"list_short", KAAL_BROKER_LIST, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"list_beyond", KAAL_BROKER_LIST, 2, {~0ull}, KAAL_ERR_NOTFOUND, 0},
    {"grants_stale", KAAL_BROKER_GRANTS, 3, {ENDED}, KAAL_ERR_STALE, 0},
    {"grants_beyond", KAAL_BROKER_GRANTS, 3, {SELF, ~0ull}, KAAL_ERR_NOTFOUND, 0},
    {"publish_short", KAAL_BROKER_PUBLISH, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"publish_empty", KAAL_BROKER_PUBLISH, 2, {0}, KAAL_ERR_ARGUMENT, 1},
    {"publish_strange", KAAL_BROKER_PUBLISH, 2, {0x2f61}, KAAL_ERR_ARGUMENT, 1},
    {"lookup_short", KAAL_BROKER_LOOKUP, 2, {0}, KAAL_ERR_PROTOCOL, 0},
    {"lookup_how", KAAL_BROKER_LOOKUP, 3, {2, 0x61}, KAAL_ERR_ARGUMENT, 1},
    {"lookup_nobody", KAAL_BROKER_LOOKUP, 3, {0, 0x61}, KAAL_ERR_NOTFOUND, 0},
    {"device_short", KAAL_BROKER_DEVICE, 2, {0}, KAAL_ERR_PROTOCOL, 0},
    {"device_match", KAAL_BROKER_DEVICE, 4, {4, 1, 0x2f}, KAAL_ERR_ARGUMENT, 1},
    {"device_text", KAAL_BROKER_DEVICE, 4, {0, 9, 0x2f}, KAAL_ERR_ARGUMENT, 2},
    {"audit_short", KAAL_BROKER_AUDIT, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"devices_short", KAAL_BROKER_DEVICES, 1, {0}, KAAL_ERR_PROTOCOL, 0},
    {"devices_beyond", KAAL_BROKER_DEVICES, 2, {~0ull}, KAAL_ERR_NOTFOUND, 0},
    {"caps", KAAL_BROKER_CAPS, 1, {0}, KAAL_ERR_DENIED, KAAL_RULE_CONSOLE},
    {"audit_later", KAAL_BROKER_AUDIT, 2, {~0ull}, KAAL_ERR_NOTFOUND, 0},
};

// Of a component that may do nothing but look, or nothing but get memory.
static const struct row denied_rows[] = {
    {"memory", KAAL_BROKER_MEMORY, 3, {1, 1}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_MEMORY},
    {"channel", KAAL_BROKER_CHANNEL, 2, {1}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_CHANNEL},
    {"lookup", KAAL_BROKER_LOOKUP, 3, {1, 0x61}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_CHANNEL},
    {"give", KAAL_BROKER_GIVE, 4, {FOREIGN, SELF}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_GIVE},
    {"publish", KAAL_BROKER_PUBLISH, 2, {0x61}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_PUBLISH},
    {"spawn", KAAL_BROKER_SPAWN, 4, {0x61}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_SPAWN},
    {"device", KAAL_BROKER_DEVICE, 4, {0, 1, 0x2f}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_DEVICE},
    {"kill", KAAL_BROKER_KILL, 2, {SELF}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_MANAGE},
};

static const struct row unseen_rows[] = {
    {"list", KAAL_BROKER_LIST, 2, {0}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_SEE},
    {"grants", KAAL_BROKER_GRANTS, 3, {SELF}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_SEE},
    {"audit", KAAL_BROKER_AUDIT, 2, {0}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_SEE},
    {"devices", KAAL_BROKER_DEVICES, 2, {0}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_SEE},
    {"totals", KAAL_BROKER_TOTALS, 1, {0}, KAAL_ERR_DENIED, KAAL_RULE_ALLOW_SEE},
};

static uint64_t parameter(uint64_t argument)
{
    return argument >= CHILD && argument < PARAMETERS_END ? parameters[argument - CHILD] : argument;
}

static void set_parameter(uint64_t which, uint64_t value)
{
    parameters[which - CHILD] = value;
}

static void ask_broker(const struct row *row)
{
    seL4_SetMR(0, KAAL_BROKER_WORD);
    for (int i = 0; i < 3; i++) {
        seL4_SetMR(i + 1, parameter(row->arguments[i]));
    }
    seL4_MessageInfo_t info = seL4_Call(kaal_need(KAAL_START_BROKER, NULL)->slot,
                                        seL4_MessageInfo_new(row->request, 0, 0, row->words));
    uint64_t detail = seL4_MessageInfo_get_length(info) > 0 ? seL4_GetMR(0) : 0;
    same(row->name, seL4_MessageInfo_get_label(info), row->err);
    same(row->name, detail, row->detail);
    unchanged(row->name);
}

static void protocols(void)
{
    const struct {
        uint64_t word;
        seL4_Word err;
        uint64_t detail;
    } words[] = {
        {0, KAAL_ERR_PROTOCOL, 0},
        {KAAL_BROKER_WORD ^ UINT64_C(7) << 32, KAAL_ERR_PROTOCOL, 0},
        {KAAL_BROKER_WORD ^ UINT64_C(7) << 16, KAAL_ERR_VERSION, KAAL_BROKER_WORD},
        {KAAL_BROKER_WORD | 0xffff, KAAL_OK, 0},
    };
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        seL4_SetMR(0, words[i].word);
        seL4_MessageInfo_t info = seL4_Call(kaal_need(KAAL_START_BROKER, NULL)->slot,
                                            seL4_MessageInfo_new(KAAL_BROKER_ALIVE, 0, 0, 1));
        same("protocol", seL4_MessageInfo_get_label(info), words[i].err);
        same("version", seL4_MessageInfo_get_length(info) > 0 ? seL4_GetMR(0) : 0, words[i].detail);
    }
}

static void ask_puppet(const char *name, uint32_t allow, const struct row *table, unsigned count)
{
    struct puppet p = puppet_open(name, allow);
    for (unsigned i = 0; i < count; i++) {
        const struct row *row = &table[i];
        enum kaal_err err = puppet_ask(&p, (enum kaal_broker_request)row->request,
                                       (unsigned)row->words, parameter(row->arguments[0]),
                                       parameter(row->arguments[1]), row->arguments[2]);
        same(row->name, err, row->err);
        same(row->name, seL4_GetMR(1), row->detail);
    }
    puppet_close(&p);
}

static void denied(void)
{
    case_begin("denied");
    set_parameter(SELF, own_id());
    ask_puppet("looker", KAAL_ALLOW_SEE, denied_rows, sizeof(denied_rows) / sizeof(denied_rows[0]));
    ask_puppet("blind", KAAL_ALLOW_MEMORY, unseen_rows,
               sizeof(unseen_rows) / sizeof(unseen_rows[0]));
    case_end();
}

static void bad_requests(void)
{
    struct kaal_memory_grant own = {0};
    struct kaal_memory_grant gone = {0};
    case_begin("bad_requests");
    struct puppet child = puppet_open("child", 0);
    struct puppet ended = puppet_open("ended", 0);
    puppet_close(&ended);
    same("own", kaal_memory_get(4096, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &own), KAAL_OK);
    same("gone", kaal_memory_get(4096, KAAL_RIGHT_READ, &gone), KAAL_OK);
    set_parameter(GONE, gone.grant);
    same("gone", kaal_memory_release(&gone), KAAL_OK);
    same("foreign", puppet_ask(&child, KAAL_BROKER_MEMORY, 3, 4096, KAAL_RIGHT_READ, 0), KAAL_OK);
    set_parameter(FOREIGN, seL4_GetMR(3));
    set_parameter(CHILD, child.id);
    set_parameter(ENDED, ended.id);
    set_parameter(OWN, own.grant);
    set_parameter(SELF, own_id());
    mark();
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ask_broker(&rows[i]);
    }
    puppet_close(&child);
    same("own", kaal_memory_release(&own), KAAL_OK);
    case_end();
}

// One character more than a name has, and the end.
static void longest_names(void)
{
    char name[KAAL_NAME_SIZE + 1] = {0};
    struct kaal_component_info info = {0};
    struct kaal_peer nobody;
    uint64_t id = 0;
    case_begin("long_names");
    memset(name, 'n', KAAL_NAME_SIZE);
    struct kaal_spawn options = puppet_options(name, "");
    memcpy(options.name, name, sizeof(options.name));
    same("no_end", kaal_component_spawn(&options, &id), KAAL_ERR_ARGUMENT);
    same("publish", kaal_publish(name), KAAL_ERR_ARGUMENT);
    same("lookup", kaal_lookup(name, KAAL_LOOKUP_NOW, &nobody), KAAL_ERR_ARGUMENT);
    name[KAAL_NAME_SIZE - 1] = '\0';
    same("publish", kaal_publish(name), KAAL_ERR_STATE); // it has no endpoint
    same("lookup", kaal_lookup(name, KAAL_LOOKUP_NOW, &nobody), KAAL_ERR_NOTFOUND);
    struct puppet p = puppet_open(name, 0);
    while (kaal_component_next(&info) == KAAL_OK && info.id != p.id) {
    }
    same("name", strcmp(info.name, name) == 0, true);
    const struct kaal_start_entry *entry = kaal_start_find(kaal_start, KAAL_START_CALL, name);
    same("entry", entry == NULL ? 0 : entry->slot, p.call.slot);
    puppet_close(&p);
    case_end();
}

void test_requests(void)
{
    case_begin("protocol");
    protocols();
    case_end();
    bad_requests();
    denied();
    longest_names();
}
