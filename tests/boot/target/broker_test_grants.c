// SPDX-License-Identifier: BSD-2-Clause
//
// Memory and channels: got, handed on, taken back. What has been taken back cannot be used, however
// often it was handed on.

#include "broker_test.h"

enum {
    MEMORY_BYTES = 3 * 4096,
    READ_WRITE = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE,
    DMA_BYTES = 5 * 4096,
    TABLE_BYTES = 1 << 14, // that page tables come in
    BADGE = 0x155,
};

#define WORD UINT64_C(0x600d600d600d600d)

// Makes a channel from one puppet to another, by a service of this name: one letter.
static void acquaint(const struct puppet *from, const struct puppet *to, char name)
{
    const seL4_Word word = (unsigned char)name;
    same("publish", puppet_ask(to, KAAL_BROKER_PUBLISH, 2, word, 0, 0), KAAL_OK);
    same("lookup", puppet_ask(from, KAAL_BROKER_LOOKUP, 3, KAAL_LOOKUP_NOW, word, 0), KAAL_OK);
}

static void released_memory_is_gone(void)
{
    case_begin("memory");
    struct puppet p = puppet_open("p", 0);
    uint64_t seen = 1;
    same("get", puppet_ask(&p, KAAL_BROKER_MEMORY, 3, MEMORY_BYTES, READ_WRITE, 0), KAAL_OK);
    const uint64_t address = seL4_GetMR(1);
    const uint64_t size = seL4_GetMR(2);
    const uint64_t grant = seL4_GetMR(3);
    const uint64_t last = address + size - 8;
    same("size", size, MEMORY_BYTES);
    same("read", puppet_tell(&p, PUPPET_READ, last, 0, &seen), KAAL_OK);
    same("zero", seen, 0);
    same("write", puppet_tell(&p, PUPPET_WRITE, last, WORD, NULL), KAAL_OK);
    same("read", puppet_tell(&p, PUPPET_READ, last, 0, &seen), KAAL_OK);
    same("word", seen, WORD);
    same("release", puppet_ask(&p, KAAL_BROKER_RELEASE, 2, grant, 0, 0), KAAL_OK);
    same("get", puppet_ask(&p, KAAL_BROKER_MEMORY, 3, MEMORY_BYTES, READ_WRITE, 0), KAAL_OK);
    same("again", seL4_GetMR(1), address);
    const uint64_t second = seL4_GetMR(3);
    same("read", puppet_tell(&p, PUPPET_READ, last, 0, &seen), KAAL_OK);
    same("zero", seen, 0);
    same("stale", puppet_ask(&p, KAAL_BROKER_RELEASE, 2, grant, 0, 0), KAAL_ERR_STALE);
    same("release", puppet_ask(&p, KAAL_BROKER_RELEASE, 2, second, 0, 0), KAAL_OK);
    same("beyond", puppet_tell(&p, PUPPET_READ, address + size, 0, NULL), KAAL_ERR_DEAD);
    puppet_close(&p);
    p = puppet_open("p", 0);
    same("get", puppet_ask(&p, KAAL_BROKER_MEMORY, 3, 1, KAAL_RIGHT_READ, 0), KAAL_OK);
    same("sealed", puppet_tell(&p, PUPPET_WRITE, seL4_GetMR(1), WORD, NULL), KAAL_ERR_DEAD);
    puppet_close(&p);
    p = puppet_open("p", 0);
    same("get", puppet_ask(&p, KAAL_BROKER_MEMORY, 3, 1, READ_WRITE, 0), KAAL_OK);
    const uint64_t at = seL4_GetMR(1);
    same("release", puppet_ask(&p, KAAL_BROKER_RELEASE, 2, seL4_GetMR(3), 0, 0), KAAL_OK);
    same("gone", puppet_tell(&p, PUPPET_READ, at, 0, NULL), KAAL_ERR_DEAD);
    puppet_close(&p);
    case_end();
}

// We give to b, b gives to c; then all is taken from b.
static void memory_in_a_chain(void)
{
    struct kaal_memory_grant memory = {0};
    struct kaal_gift gift = {0};
    uint64_t taken = 0;
    uint64_t seen = 0;
    case_begin("memory_chain");
    struct puppet b = puppet_open("b", 0);
    struct puppet c = puppet_open("c", 0);
    struct puppet d = puppet_open("d", 0);
    acquaint(&b, &c, 'c');
    acquaint(&c, &d, 'd');
    same("get", kaal_memory_get(MEMORY_BYTES, READ_WRITE, &memory), KAAL_OK);
    *(volatile uint64_t *)memory.address = WORD;
    same("give", kaal_grant_give(memory.grant, b.id, 0, &gift), KAAL_OK);
    same("b", puppet_tell(&b, PUPPET_READ, gift.at, 0, &seen), KAAL_OK);
    same("b", seen, WORD);
    same("c", puppet_ask(&b, KAAL_BROKER_GIVE, 4, gift.grant, c.id, KAAL_RIGHT_READ), KAAL_OK);
    const uint64_t c_grant = seL4_GetMR(1);
    const uint64_t c_at = seL4_GetMR(2);
    same("more", puppet_ask(&c, KAAL_BROKER_GIVE, 4, c_grant, d.id, READ_WRITE), KAAL_ERR_DENIED);
    same("more", seL4_GetMR(1), KAAL_RULE_RIGHTS);
    same("d", puppet_ask(&c, KAAL_BROKER_GIVE, 4, c_grant, d.id, 0), KAAL_OK);
    const uint64_t d_at = seL4_GetMR(2);
    same("write", puppet_tell(&b, PUPPET_WRITE, gift.at, ~WORD, NULL), KAAL_OK);
    same("c", puppet_tell(&c, PUPPET_READ, c_at, 0, &seen), KAAL_OK);
    same("c", seen, ~WORD);
    same("d", puppet_tell(&d, PUPPET_READ, d_at, 0, &seen), KAAL_OK);
    same("d", seen, ~WORD);
    same("sealed", puppet_tell(&d, PUPPET_WRITE, d_at, WORD, NULL), KAAL_ERR_DEAD);
    puppet_close(&d);
    same("revoke", kaal_grant_revoke(gift.grant, &taken), KAAL_OK);
    same("taken", taken, 2);
    same("again", kaal_grant_revoke(gift.grant, &taken), KAAL_ERR_STALE);
    same("b", puppet_tell(&b, PUPPET_READ, gift.at, 0, NULL), KAAL_ERR_DEAD);
    same("c", puppet_tell(&c, PUPPET_READ, c_at, 0, NULL), KAAL_ERR_DEAD);
    same("ours", *(volatile uint64_t *)memory.address, ~WORD);
    puppet_close(&b);
    puppet_close(&c);
    same("release", kaal_memory_release(&memory), KAAL_OK);
    case_end();
}

// The right to call a service, handed on twice.
static void calls_in_a_chain(void)
{
    struct kaal_peer service = {0};
    struct kaal_gift gift = {0};
    uint64_t taken = 0;
    uint64_t answer = 0;
    case_begin("call_chain");
    struct puppet server = puppet_open("server", 0);
    struct puppet b = puppet_open("b", 0);
    struct puppet c = puppet_open("c", 0);
    acquaint(&b, &c, 'c');
    same("publish", puppet_ask(&server, KAAL_BROKER_PUBLISH, 2, 0x7a, 0, 0), KAAL_OK);
    same("lookup", kaal_lookup("z", KAAL_LOOKUP_NOW, &service), KAAL_OK);
    same("who", service.component, server.id);
    same("give", kaal_grant_give(service.grant, b.id, 0, &gift), KAAL_OK);
    same("give", puppet_ask(&b, KAAL_BROKER_GIVE, 4, gift.grant, c.id, 0), KAAL_OK);
    const uint64_t slot = seL4_GetMR(2);
    same("c", puppet_tell(&c, PUPPET_CALL, slot, 0, NULL), KAAL_OK);
    same("c", seL4_GetMR(1), PUPPET_SAID);
    same("revoke", kaal_grant_revoke_all(&taken), KAAL_OK);
    same("taken", taken, 2);
    same("c", puppet_tell(&c, PUPPET_CALL, slot, 0, &answer), KAAL_OK);
    same("c", answer, seL4_InvalidCapability);
    same("b", puppet_tell(&b, PUPPET_CALL, gift.at, 0, &answer), KAAL_OK);
    same("b", answer, seL4_InvalidCapability);
    puppet_close(&b);
    puppet_close(&c);
    same("kill", kaal_component_kill(server.id), KAAL_OK);
    seL4_MessageInfo_t info = seL4_Call(service.slot, seL4_MessageInfo_new(PUPPET_SAY, 0, 0, 0));
    same("dead", seL4_MessageInfo_get_label(info), KAAL_ERR_DEAD);
    same("release", kaal_grant_release(service.grant), KAAL_OK);
    case_end();
}

static void notifications(void)
{
    struct kaal_channel own = {0};
    struct kaal_gift gift = {0};
    struct kaal_peer peer = {0};
    seL4_Word badge = 0;
    uint64_t bits = 0;
    case_begin("notifications");
    struct puppet p = puppet_open("p", 0);
    same("channel", kaal_channel_new(BADGE, &own), KAAL_OK);
    same("give", kaal_grant_give(own.grant, p.id, 0, &gift), KAAL_OK);
    same("signal", puppet_tell(&p, PUPPET_SIGNAL, gift.at, 0, NULL), KAAL_OK);
    seL4_Wait(own.wait, &badge);
    same("badge", badge, BADGE);
    same("connect", kaal_connect(p.id, KAAL_CONNECT_SIGNAL, &peer), KAAL_OK);
    seL4_Signal(peer.slot);
    same("signals", puppet_tell(&p, PUPPET_SIGNALS, 0, 0, &bits), KAAL_OK);
    same("one_bit", bits != 0 && (bits & (bits - 1)) == 0, 1);
    same("revoke", kaal_grant_revoke(gift.grant, NULL), KAAL_OK);
    same("gone", puppet_tell(&p, PUPPET_SIGNAL, gift.at, 0, NULL), KAAL_OK);
    seL4_Poll(own.wait, &badge);
    same("silent", badge, 0);
    puppet_close(&p);
    same("release", kaal_grant_release(peer.grant), KAAL_OK);
    same("release", kaal_channel_release(&own), KAAL_OK);
    case_end();
}

// Who asks before there is an answer gets it when there is.
static void a_service_that_comes_late(void)
{
    struct kaal_spawn options = puppet_options("early", "lookup");
    struct kaal_exit exit = {0};
    uint64_t early = 0;
    case_begin("late_service");
    same("spawn", kaal_component_spawn(&options, &early), KAAL_OK);
    struct puppet server = puppet_open("server", 0);
    same("publish", puppet_ask(&server, KAAL_BROKER_PUBLISH, 2, 0x6574616c, 0, 0), KAAL_OK);
    same("no_endpoint", kaal_publish("late"), KAAL_ERR_STATE);
    struct puppet other = puppet_open("other", 0);
    same("exists", puppet_ask(&other, KAAL_BROKER_PUBLISH, 2, 0x6574616c, 0, 0), KAAL_ERR_EXISTS);
    puppet_close(&other);
    same("wait", kaal_component_wait(early, &exit), KAAL_OK);
    same("status", (uint64_t)exit.status, 1);
    puppet_close(&server);
    case_end();
}

// Nobody is given anything by somebody with whom it has no channel, nor without end.
static void gifts_of_strangers(void)
{
    struct kaal_memory_grant memory = {0};
    struct kaal_gift gift = {0};
    case_begin("strangers");
    struct puppet a = puppet_open("a", 0);
    struct puppet b = puppet_open("b", 0);
    same("get", puppet_ask(&a, KAAL_BROKER_MEMORY, 3, 1, KAAL_RIGHT_READ, 0), KAAL_OK);
    const uint64_t of_a = seL4_GetMR(3);
    same("get", puppet_ask(&b, KAAL_BROKER_MEMORY, 3, 1, KAAL_RIGHT_READ, 0), KAAL_OK);
    const uint64_t of_b = seL4_GetMR(3);
    mark();
    same("stranger", puppet_ask(&a, KAAL_BROKER_GIVE, 4, of_a, b.id, 0), KAAL_ERR_DENIED);
    same("stranger", seL4_GetMR(1), KAAL_RULE_RELATION);
    unchanged("stranger");
    acquaint(&a, &b, 'b');
    for (unsigned i = 0; i < KAAL_BROKER_GIFTS_MAX; i++) {
        same("client", puppet_ask(&a, KAAL_BROKER_GIVE, 4, of_a, b.id, 0), KAAL_OK);
    }
    mark();
    same("flood", puppet_ask(&a, KAAL_BROKER_GIVE, 4, of_a, b.id, 0), KAAL_ERR_DENIED);
    same("flood", seL4_GetMR(1), KAAL_RULE_GIFTS);
    unchanged("flood");
    same("server", puppet_ask(&b, KAAL_BROKER_GIVE, 4, of_b, a.id, 0), KAAL_OK);
    same("get", kaal_memory_get(1, KAAL_RIGHT_READ, &memory), KAAL_OK);
    for (unsigned i = 0; i < KAAL_BROKER_GIFTS_MAX + 2; i++) {
        same("parent", kaal_grant_give(memory.grant, a.id, 0, &gift), KAAL_OK);
    }
    puppet_close(&a);
    puppet_close(&b);
    same("release", kaal_memory_release(&memory), KAAL_OK);
    case_end();
}

// However often it is asked for: it takes one place in the start page of the other end.
static void one_channel_between_two(void)
{
    struct kaal_peer once = {0};
    struct kaal_peer again = {0};
    struct kaal_gift gift = {0};
    struct kaal_gift same_gift = {0};
    case_begin("one_channel");
    struct puppet server = puppet_open("server", 0);
    struct puppet b = puppet_open("b", 0);
    same("publish", puppet_ask(&server, KAAL_BROKER_PUBLISH, 2, 0x7a, 0, 0), KAAL_OK);
    same("publish", puppet_ask(&server, KAAL_BROKER_PUBLISH, 2, 0x79, 0, 0), KAAL_OK);
    same("connect", kaal_connect(server.id, KAAL_CONNECT_SIGNAL, &once), KAAL_OK);
    same("give", kaal_grant_give(server.call.grant, b.id, 0, &gift), KAAL_OK);
    mark();
    for (unsigned i = 0; i < 100; i++) {
        same("lookup", kaal_lookup(i % 2 == 0 ? "z" : "y", KAAL_LOOKUP_NOW, &again), KAAL_OK);
        same("lookup", again.grant, server.call.grant);
        same("lookup", again.slot, server.call.slot);
        same("connect", kaal_connect(server.id, KAAL_CONNECT_CALL, &again), KAAL_OK);
        same("connect", again.grant, server.call.grant);
        same("signal", kaal_connect(server.id, KAAL_CONNECT_SIGNAL, &again), KAAL_OK);
        same("signal", again.grant, once.grant);
        same("give", kaal_grant_give(server.call.grant, b.id, 0, &same_gift), KAAL_OK);
        same("give", same_gift.grant, gift.grant);
    }
    unchanged("one_channel");
    same("release", kaal_grant_release(once.grant), KAAL_OK);
    puppet_close(&b);
    puppet_close(&server);
    case_end();
}

// One component's names leave the others theirs.
static void names_of_many(void)
{
    enum { MANY = 6 };
    struct puppet p[MANY];
    uint64_t taken = 0;
    case_begin("names");
    for (unsigned i = 0; i < MANY; i++) {
        p[i] = puppet_open("p", 0);
        enum kaal_err err = KAAL_OK;
        for (seL4_Word n = 0; err == KAAL_OK; n++) {
            const seL4_Word name = 0x61 | (0x61 + i) << 8 | (0x61 + n) << 16;
            err = puppet_ask(&p[i], KAAL_BROKER_PUBLISH, 2, name, 0, 0);
            taken += err == KAAL_OK;
        }
        same("names", err, KAAL_ERR_AGAIN);
        same("names", taken, (i + 1) * UINT64_C(4));
    }
    for (unsigned i = 0; i < MANY; i++) {
        puppet_close(&p[i]);
    }
    case_end();
}

static uint64_t charged(uint64_t id)
{
    struct kaal_component_info info = {0};
    while (kaal_component_next(&info) == KAAL_OK && info.id != id) {
    }
    return info.granted;
}

// Page tables are in the quota of who uses them, be it for a gift. One piece of them waits for the
// next grant where the quota has room; the rest goes back with what is mapped.
static void page_tables_are_charged(void)
{
    struct kaal_memory_grant memory = {0};
    struct kaal_gift gift = {0};
    struct kaal_spawn options = puppet_options("poor", "");
    uint64_t poor = 0;
    case_begin("tables");
    struct puppet p = puppet_open("p", 0);
    const uint64_t before = charged(p.id);
    mark();
    same("get", puppet_ask(&p, KAAL_BROKER_MEMORY, 3, 1, READ_WRITE, 0), KAAL_OK);
    uint64_t grant = seL4_GetMR(3);
    same("charged", charged(p.id), before + 4096 + TABLE_BYTES);
    same("release", puppet_ask(&p, KAAL_BROKER_RELEASE, 2, grant, 0, 0), KAAL_OK);
    same("charged", charged(p.id), before + TABLE_BYTES);
    mark();
    same("get", puppet_ask(&p, KAAL_BROKER_MEMORY, 3, 1, READ_WRITE, 0), KAAL_OK);
    grant = seL4_GetMR(3);
    same("charged", charged(p.id), before + 4096 + TABLE_BYTES);
    same("release", puppet_ask(&p, KAAL_BROKER_RELEASE, 2, grant, 0, 0), KAAL_OK);
    unchanged("release");
    same("get", kaal_memory_get(1, READ_WRITE, &memory), KAAL_OK);
    mark();
    same("give", kaal_grant_give(memory.grant, p.id, 0, &gift), KAAL_OK);
    same("charged", charged(p.id), before + TABLE_BYTES);
    same("revoke", kaal_grant_revoke(gift.grant, NULL), KAAL_OK);
    same("charged", charged(p.id), before + TABLE_BYTES);
    options.policy.quota_memory = before + TABLE_BYTES - 1;
    same("spawn", kaal_component_spawn(&options, &poor), KAAL_OK);
    same("poor", kaal_grant_give(memory.grant, poor, 0, &gift), KAAL_ERR_DENIED);
    same("poor", kaal_broker_last_detail(), KAAL_RULE_QUOTA_MEMORY);
    same("charged", charged(poor), before);
    same("kill", kaal_component_kill(poor), KAAL_OK);
    unchanged("poor");
    puppet_close(&p);
    same("release", kaal_memory_release(&memory), KAAL_OK);
    case_end();
}

static void dma(void)
{
    struct kaal_memory_grant memory = {0};
    case_begin("dma");
    same("get", kaal_dma_get(DMA_BYTES, &memory), KAAL_OK);
    same("paddr", memory.paddr != 0 && memory.paddr % 4096 == 0, 1);
    same("release", kaal_memory_release(&memory), KAAL_OK);
    same("large", kaal_memory_get(1 << 21, KAAL_RIGHT_READ | KAAL_MEMORY_LARGE, &memory), KAAL_OK);
    same("aligned", (uint64_t)memory.address % (1 << 21), 0);
    same("release", kaal_memory_release(&memory), KAAL_OK);
    case_end();
}

void test_grants(void)
{
    released_memory_is_gone();
    memory_in_a_chain();
    calls_in_a_chain();
    notifications();
    a_service_that_comes_late();
    gifts_of_strangers();
    one_channel_between_two();
    page_tables_are_charged();
    names_of_many();
    dma();
}
