// SPDX-License-Identifier: BSD-2-Clause
//
// The system of `kaal bench chain`, made for a number of links:
//
//    link0 ──signal──► link1 ──signal──► .. ──signal──► linkN-1 ──► console
//         └── page0 ──┘     └── page1 ──┘
#include "bench.h"

#include "tool/arena.h"

#include <string.h>

enum {
    LINK_TEXT_MAX = 512, // bytes of the description of one
    FRAME_TEXT_MAX = 2048,
};

static const char frame[] = "[system]\n"
                            "name = \"chain\"\n"
                            "[protection_domains.root]\n"
                            "program_image = \"root.elf\"\n"
                            "[protection_domains.cap_broker]\n"
                            "program_image = \"cap_broker.elf\"\n"
                            "[protection_domains.console]\n"
                            "program_image = \"pl011.elf\"\n"
                            "priority = 150\n"
                            "[[devices]]\n"
                            "name = \"uart\"\n"
                            "pd = \"console\"\n"
                            "compatible = \"arm,pl011\"\n"
                            "[[channels]]\n"
                            "name = \"console\"\n"
                            "from = \"cap_broker\"\n"
                            "to = \"console\"\n"
                            "kind = \"notify\"\n";

struct text {
    char *at;
    size_t length;
};

static void add(struct text *t, const char *text)
{
    size_t length = strlen(text);
    memcpy(t->at + t->length, text, length);
    t->length += length;
}

static void add_link(struct arena *a, struct text *t, unsigned i, bool last)
{
    add(t, arena_printf(a,
                        "[protection_domains.link%u]\nprogram_image = \"bench_link.elf\"\n"
                        "stack_size = 0x1000\n",
                        i));
    if (last) {
        add(t,
            arena_printf(a,
                         "args = \"last\"\nallow = [\"see\"]\n"
                         "[[channels]]\nname = \"console\"\nfrom = \"link%u\"\nto = \"console\"\n",
                         i));
        return;
    }
    add(t, arena_printf(a,
                        "[[channels]]\nname = \"next\"\nfrom = \"link%u\"\nto = \"link%u\"\n"
                        "kind = \"notify\"\n"
                        "[memory_regions.page%u]\nsize = 0x1000\n"
                        "maps = [{ pd = \"link%u\" }, { pd = \"link%u\" }]\n",
                        i, i + 1, i, i, i + 1));
}

struct bytes bench_chain_text(struct arena *a, unsigned links)
{
    struct text t = {.at = arena_alloc(a, FRAME_TEXT_MAX + (size_t)links * LINK_TEXT_MAX)};
    add(&t, frame);
    for (unsigned i = 0; i < links; i++) {
        add_link(a, &t, i, i + 1 == links);
    }
    return (struct bytes){.data = (const uint8_t *)t.at, .size = t.length};
}
