// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as a description: the checker reports, or the model is one that plan_make() may rely
// on. What Microkit's form has as well is the same system there.
#include "fuzz.h"
#include "model.h"
#include "tool/arena.h"
#include "tool/convert.h"
#include "tool/system.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void convert(struct arena *a, const struct system *s)
{
    struct diag diag = {.arena = a};
    struct system again;
    struct bytes xml;
    if (system_to_xml(a, s, &xml, &diag)) {
        must(system_parse(a, "xml", xml, NULL, &again, &diag));
        model_must_be_right(&again);
        model_must_be_alike(s, &again);
    } else {
        must(!diag_ok(&diag));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct diag diag = {.arena = &arena};
    struct system s;
    bool ok =
        system_parse(&arena, "fuzz", (struct bytes){.data = data, .size = size}, NULL, &s, &diag);
    must(ok == diag_ok(&diag));
    if (ok) {
        model_must_be_right(&s);
    }
    if (ok && s.form == SD_FORM_TOML) {
        convert(&arena, &s);
    }
    arena_free(&arena);
    return 0;
}

static const char ours[] =
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

static const char microkit[] =
    "[protection_domains.root]\nprogram_image = \"root.elf\"\n"
    "[protection_domains.cap_broker]\nprogram_image = \"cap_broker.elf\"\n"
    "[protection_domains.a]\nabi = \"microkit\"\nprogram_image = \"a\"\npriority = 9\n"
    "symbols = \"b\"\nsmc = true\ncpu = 0\ndomain = \"d\"\nsetvars = [\n"
    "{ symbol = \"u\", vaddr_of = \"m\" }, { symbol = \"v\", size_of = \"m\" },\n"
    "{ symbol = \"w\", paddr_of = \"m\" }, { symbol = \"x\", channel = 1 },\n"
    "{ symbol = \"y\", irq = 5 }, { symbol = \"z\", child = 3 }]\n"
    "[protection_domains.c]\nabi = \"microkit\"\nprogram_image = \"c\"\nparent = \"a\"\n"
    "id = 3\npassive = true\ndomain = \"e\"\n"
    "[[channels]]\nname = \"x\"\nfrom = \"c\"\nto = \"a\"\nfrom_id = 0\nto_id = 1\n"
    "[[channels]]\nname = \"y\"\nfrom = \"a\"\nto = \"c\"\nfrom_id = 1\nto_id = 0\n"
    "kind = \"notify\"\n"
    "[[interrupts]]\npd = \"a\"\nirq = 33\nid = 5\ntrigger = \"edge\"\n"
    "[memory_regions.m]\nsize = 0x2000\npaddr = 0x9000000\n"
    "maps = [{ pd = \"a\", vaddr = 0x4000000 }]\n"
    "[memory_regions.p]\nprefill = \"f\"\nmaps = [{ pd = \"c\", vaddr = 0, rights = \"r\" }]\n"
    "[[capabilities]]\nname = \"q\"\npd = \"a\"\nkind = \"tcb\"\nobject = \"c\"\nslot = 1\n"
    "[schedule]\ndomains = [{ name = \"d\", id = 1 }, { name = \"e\" }]\nstart_index = 1\n"
    "turns = [{ domain = \"d\", us = 5 }, { domain = \"e\", ticks = 2 }, { end = true }]\n";

size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    static const char *const seeds[] = {ours, microkit};
    if (index >= sizeof(seeds) / sizeof(seeds[0]) || strlen(seeds[index]) > room) {
        return 0;
    }
    memcpy(out, seeds[index], strlen(seeds[index]));
    return strlen(seeds[index]);
}
