// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as a description: the checker reports, or the model is one that plan_make() may rely
// on.
#include "fuzz.h"
#include "tool/arena.h"
#include "tool/system.h"
#include "tool/toml.h"

#include <kaal/limits.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void check_pds(const struct system *s)
{
    must(s->root < s->pd_count && s->broker < s->pd_count && s->pd_count <= KAAL_PD_MAX);
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct sd_pd *pd = &s->pds[i];
        must(strlen(pd->name.text) < KAAL_NAME_SIZE && pd->image.text != NULL);
        must(system_budget(pd) >= KAAL_BUDGET_MIN_US && system_budget(pd) <= system_period(pd));
        must(system_stack(pd) >= KAAL_STACK_MIN && system_stack(pd) <= KAAL_STACK_MAX);
        must(pd->parent == SYSTEM_NONE || pd->parent < s->pd_count);
        struct kaal_policy policy = system_policy(pd);
        must(policy.restart_max != 0 && policy.restart_max <= KAAL_RESTARTS_MAX);
        must(policy.heartbeat_us == 0 || system_has_clock(s));
    }
    for (size_t i = 0; i < s->link_count; i++) {
        must(s->links[i].pd < s->pd_count && s->links[i].on < s->pd_count);
        must(s->links[i].pd != s->links[i].on && s->links[i].on != s->broker);
    }
}

static void check_links(const struct system *s)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *c = &s->channels[i];
        must(c->from < s->pd_count && c->to < s->pd_count && c->from != c->to);
    }
    for (size_t i = 0; i < s->region_count; i++) {
        const struct sd_region *r = &s->regions[i];
        must(r->size.value > 0 && (uint64_t)r->size.value % system_page_size(r) == 0);
        for (size_t j = 0; j < r->map_count; j++) {
            must(r->maps[j].pd < s->pd_count && (r->maps[j].rights & KAAL_RIGHT_READ) != 0);
        }
    }
    for (size_t i = 0; i < s->device_count; i++) {
        must(s->devices[i].pd < s->pd_count);
        enum kaal_device_match by;
        must(system_match(&s->devices[i].match, &by)->text != NULL);
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        const struct sd_cap *c = &s->caps[i];
        must(c->pd < s->pd_count);
        must(c->object < (c->kind == KAAL_CAP_FRAME ? s->region_count : s->pd_count));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct diag diag = {.arena = &arena};
    struct system s;
    const struct toml_table *t = toml_parse(&arena, "fuzz", (const char *)data, size, &diag);
    if (t != NULL) {
        bool ok = system_from_toml(&arena, "fuzz", t, &s, &diag);
        ok = system_check(&arena, &s, &diag) && ok;
        must(ok == diag_ok(&diag));
        if (ok) {
            check_pds(&s);
            check_links(&s);
        }
    }
    arena_free(&arena);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    static const char text[] =
        "[system]\nname = \"s\"\nstart_order = [\"b\"]\nprograms = [\"p\"]\nclock = true\n"
        "[protection_domains.root]\nprogram_image = \"r\"\n"
        "[protection_domains.cap_broker]\nprogram_image = \"c\"\n"
        "[protection_domains.a]\nprogram_image = \"a\"\npriority = 9\nbudget = 50\nperiod = 100\n"
        "stack_size = 0x4000\nparent = \"b\"\nargs = \"x\"\n"
        "restart = \"always\"\nmax_restarts = 5\nwindow = 9000\nbackoff = 10\n"
        "heartbeat = 5000\ntimeout = true\ndepends = [\"b\"]\nwatches = [\"b\"]\n"
        "escalate = \"b\"\nallow = [\"spawn\", \"memory\"]\nquota_memory = 4096\n"
        "quota_slots = 9\nquota_components = 2\nquota_cpu = 500\n"
        "permits = [{ compatible = \"x\" }, { alias = \"y\" }]\n"
        "[protection_domains.b]\nprogram_image = \"b\"\npassive = true\nfpu = true\n"
        "[[channels]]\nname = \"x\"\nfrom = [\"a\"]\nto = \"b\"\ngrant = true\n"
        "[[channels]]\nname = \"y\"\nfrom = \"b\"\nto = \"a\"\nkind = \"notify\"\n"
        "[memory_regions.m]\nsize = 0x2000\nmaps = [{ pd = \"a\", vaddr = 0x1000000000 }, "
        "{ pd = \"b\", rights = \"r\", cached = false }]\n"
        "[[devices]]\nname = \"u\"\npd = \"a\"\npath = \"/pl011@9000000\"\ninterrupts = 1\n"
        "[[capabilities]]\nname = \"f\"\npd = \"b\"\nkind = \"frame\"\nobject = \"m\"\npage = 1\n"
        "[[capabilities]]\nname = \"e\"\npd = \"b\"\nkind = \"endpoint\"\nobject = \"a\"\n"
        "rights = \"wg\"\nbadge = 5\n";
    if (index != 0 || sizeof(text) - 1 > room) {
        return 0;
    }
    memcpy(out, text, sizeof(text) - 1);
    return sizeof(text) - 1;
}
