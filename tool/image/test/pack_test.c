// SPDX-License-Identifier: BSD-2-Clause
//
// From a description to bytes, with programs that elf_maker writes: the plan's numbers, what the
// root task and the loader will find, and what is refused.
#include "tool/arena.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/toml.h"

#include "lib/bits.h"
#include "lib/sum64.h"

#include <kaal/boot.h>
#include <kaal/layout.h>
#include <kaal/note.h>

#include "elf_maker.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char description[] =
    "[system]\nname = \"test\"\nstart_order = [\"server\"]\n"
    "[protection_domains.root]\nprogram_image = \"root.elf\"\n"
    "[protection_domains.cap_broker]\nprogram_image = \"a.elf\"\n"
    "[protection_domains.client]\nprogram_image = \"b.elf\"\nparent = \"server\"\n"
    "[protection_domains.server]\nprogram_image = \"b2.elf\"\npassive = true\nfpu = true\n"
    "args = \"x y\"\n"
    "[[channels]]\nname = \"ask\"\nfrom = \"client\"\nto = \"server\"\ngrant = true\n"
    "[[channels]]\nname = \"poke\"\nfrom = \"server\"\nto = \"client\"\nkind = \"notify\"\n"
    "[memory_regions.one]\nsize = 0x3000\n"
    "maps = [{ pd = \"client\" }, { pd = \"server\", rights = \"r\" }]\n"
    "[memory_regions.two]\nsize = 0x1000\nmaps = [{ pd = \"client\", vaddr = 0xf00184000 }]\n"
    "[memory_regions.three]\nsize = 0x1000\ncontiguous = true\nmaps = [{ pd = \"client\" }]\n"
    "[[devices]]\nname = \"uart\"\npd = \"client\"\npath = \"/pl011@9000000\"\n"
    "dma = 0x3000\n"
    "[[capabilities]]\nname = \"own\"\npd = \"client\"\nkind = \"cnode\"\nobject = \"client\"\n";

static struct arena arena;
static struct diag diag;
static struct system sys;
static struct options options;
static struct products products;
static struct program_set programs;
static struct plan plan;
static char folder[64];

static void write_file(const char *name, const void *data, size_t size)
{
    FILE *f = fopen(arena_printf(&arena, "%s/%s", folder, name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static void write_elf(const char *name, const struct elf_maker *m)
{
    static uint8_t bytes[ELF_MAKER_MAX];
    write_file(name, bytes, elf_make(m, bytes));
}

static const struct elf_maker root_elf = {.text_size = 5000,
                                          .data_size = 64,
                                          .bss_size = 9000,
                                          .config = "mcs-dbg",
                                          .symbol = KAAL_IMAGE_SYMBOL};
static const struct elf_maker a_elf = {
    .text_size = 300, .data_size = 16, .config = "mcs-dbg", .symbol = "x", .fill = 1};
static const struct elf_maker b_elf = {.text_size = 300, .config = "mcs-dbg", .fill = 2};

static bool load_text(const char *text)
{
    const char *file = arena_printf(&arena, "%s/system.toml", folder);
    write_file("system.toml", text, strlen(text));
    return system_load(&arena, file, &options.search_paths, &sys, &diag) &&
           programs_load(&arena, &options, &products, &sys, &programs, &diag);
}

static bool load(void)
{
    return load_text(description);
}

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/kaal-pack-XXXXXX");
    assert_non_null(mkdtemp(folder));
    diag = (struct diag){.arena = &arena};
    options = (struct options){0};
    products = (struct products){.config = "mcs-dbg", .bin = folder};
    write_elf("root.elf", &root_elf);
    write_elf("a.elf", &a_elf);
    write_elf("b.elf", &b_elf);
    write_elf("b2.elf", &b_elf);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    static const char *const names[] = {"root.elf", "a.elf",      "b.elf",
                                        "b2.elf",   "loader.elf", "system.toml"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        unlink(arena_printf(&arena, "%s/%s", folder, names[i]));
    }
    rmdir(folder);
    arena_free(&arena);
    return 0;
}

static bool plan_text(const char *text)
{
    assert_true(load_text(text));
    return plan_make(&arena, &sys, &programs, "mcs-dbg", &plan, &diag);
}

static void make_plan(void)
{
    assert_true(plan_text(description));
}

static const struct kaal_plan_cap *cap(uint32_t pd, uint32_t kind, const char *name, bool note)
{
    for (size_t i = 0; i < plan.cap_count; i++) {
        const struct kaal_plan_cap *c = &plan.caps[i];
        if (c->pd == pd && c->kind == kind && strcmp(c->name, name) == 0 &&
            (c->slot == 0) == note) {
            return c;
        }
    }
    fail_msg("no capability %s", name);
    return NULL;
}

enum { ROOT, BROKER, CLIENT, SERVER };

static void a_call_channel_has_a_badged_end_and_a_note(void **state)
{
    (void)state;
    make_plan();
    const struct kaal_plan_cap *ask = cap(CLIENT, KAAL_CAP_ENDPOINT, "ask", false);
    const struct kaal_plan_cap *serves = cap(SERVER, KAAL_CAP_ENDPOINT, "client", true);
    assert_int_equal(ask->object, SERVER);
    assert_int_equal(ask->badge, KAAL_BADGE_CALL | 0);
    assert_int_equal(ask->rights, KAAL_RIGHT_WRITE | KAAL_RIGHT_GRANT);
    assert_int_equal(serves->object, SERVER);
    assert_int_equal(serves->badge, KAAL_BADGE_CALL | 0);
    assert_int_equal(serves->rights, KAAL_RIGHT_READ);
    assert_int_equal(cap(SERVER, KAAL_CAP_REPLY, "reply", false)->object, SERVER);
}

static void a_granting_channel_gives_its_callee_an_inbox(void **state)
{
    (void)state;
    make_plan();
    assert_true((plan.pds[SERVER].flags & KAAL_PD_INBOX) != 0);
    assert_int_equal(plan.pds[SERVER].inbox_slot,
                     cap(SERVER, KAAL_CAP_INBOX, "inbox", false)->slot);
    assert_false((plan.pds[CLIENT].flags & KAAL_PD_INBOX) != 0);
}

static void signals_and_interrupts_have_bits_of_their_own(void **state)
{
    (void)state;
    make_plan();
    assert_int_equal(cap(SERVER, KAAL_CAP_NOTIFICATION, "poke", false)->badge, 1);
    assert_int_equal(cap(CLIENT, KAAL_CAP_NOTIFICATION, "server", true)->badge, 1);
    assert_int_equal(cap(CLIENT, KAAL_CAP_IRQ_HANDLER, "uart", false)->badge, 2);
}

static void a_parent_gets_the_thread_and_the_faults_of_its_child(void **state)
{
    (void)state;
    make_plan();
    assert_int_equal(plan.pds[CLIENT].parent, SERVER);
    assert_int_equal(cap(SERVER, KAAL_CAP_TCB, "client", false)->object, CLIENT);
    bool found = false;
    for (size_t i = 0; i < plan.cap_count; i++) {
        found = found || (plan.caps[i].pd == SERVER && plan.caps[i].slot == 0 &&
                          plan.caps[i].badge == (KAAL_BADGE_FAULT | CLIENT));
    }
    assert_true(found);
}

// So many from the server to the client.
static void plan_signals(uint32_t count)
{
    static char more[TOML_SIZE_MAX / 2];
    size_t length = 0;
    for (uint32_t i = 1; i < count; i++) { // the description has one
        length += (size_t)snprintf(more + length, sizeof(more) - length,
                                   "[[channels]]\nname = \"n%u\"\nfrom = \"server\"\n"
                                   "to = \"client\"\nkind = \"notify\"\n",
                                   i);
    }
    assert_true(plan_text(arena_printf(&arena, "%s%s", description, more)));
}

static const struct kaal_plan_map *words_of(uint32_t pd)
{
    const struct kaal_plan_map *found = NULL;
    for (size_t i = 0; i < plan.map_count; i++) {
        const struct kaal_plan_map *map = &plan.maps[i];
        bool words = map->source == KAAL_MAP_REGION &&
                     (plan.regions[map->object].flags & KAAL_REGION_WORDS) != 0;
        if (words && map->pd == pd) {
            assert_null(found);
            found = map;
        }
    }
    return found;
}

// Of the ends at `pd`, in the order of the description, the first `direct` have a bit each; the
// words of the others follow each other.
static void check_ends(uint32_t pd, uint32_t direct, uint32_t count)
{
    const uint64_t words = words_of(pd)->vaddr;
    uint32_t seen = 0;
    for (size_t i = 0; i < plan.cap_count; i++) {
        const struct kaal_plan_cap *c = &plan.caps[i];
        if (c->pd != pd || c->kind != KAAL_CAP_NOTIFICATION || c->badge == 0) {
            continue;
        }
        uint32_t member = seen < direct ? 0 : seen - direct;
        uint32_t bit = seen < direct ? seen : direct + member / KAAL_GROUP_CHANNELS;
        assert_int_equal(c->badge, UINT64_C(1) << bit);
        if (seen < direct) {
            assert_int_equal(c->window, 0);
        } else {
            assert_int_equal(KAAL_LAYOUT_WORD(c->window), words + member * sizeof(uint64_t));
        }
        seen++;
    }
    assert_int_equal(seen, count);
}

static void check_signals(uint32_t count, uint32_t groups, uint64_t size)
{
    const uint32_t direct = KAAL_NOTIFY_BITS - 1 - groups; // and an interrupt
    plan_signals(count);
    check_ends(CLIENT, direct, count);
    check_ends(SERVER, direct, count);
    assert_int_equal(words_of(CLIENT)->object, words_of(SERVER)->object);
    assert_int_equal(plan.regions[words_of(CLIENT)->object].size, size);
    assert_int_equal(plan.pds[CLIENT].flags & KAAL_PD_GROUPS, KAAL_PD_GROUPS);
    assert_int_equal(plan.pds[SERVER].flags & KAAL_PD_GROUPS, 0);
    assert_int_equal(cap(CLIENT, KAAL_CAP_IRQ_HANDLER, "uart", false)->badge,
                     UINT64_C(1) << (KAAL_NOTIFY_BITS - 1));
}

static void channels_beyond_the_bits_are_in_groups(void **state)
{
    (void)state;
    check_signals(62, 1, 0x1000);
    check_signals(63, 1, 0x1000);
    check_signals(1000, 15, 0x2000);
    check_signals(61 * KAAL_GROUP_CHANNELS, 61, 0x8000);
}

static void channels_that_have_bits_have_no_words(void **state)
{
    (void)state;
    plan_signals(KAAL_NOTIFY_BITS - 1);
    assert_null(words_of(CLIENT));
    assert_null(words_of(SERVER));
    assert_int_equal(plan.pds[CLIENT].flags & KAAL_PD_GROUPS, 0);
    assert_int_equal(cap(CLIENT, KAAL_CAP_IRQ_HANDLER, "uart", false)->badge,
                     UINT64_C(1) << (KAAL_NOTIFY_BITS - 1));
}

static void slots_of_a_domain_are_used_once_and_leave_room(void **state)
{
    (void)state;
    make_plan();
    for (size_t i = 0; i < plan.cap_count; i++) {
        const struct kaal_plan_cap *x = &plan.caps[i];
        assert_true(x->pd != ROOT);
        assert_true(x->slot + PLAN_FREE_SLOTS < 1u << plan.pds[x->pd].cspace_bits);
        for (size_t j = 0; j < i; j++) {
            assert_false(x->slot != 0 && x->slot == plan.caps[j].slot && x->pd == plan.caps[j].pd);
        }
    }
}

static void maps_avoid_each_other_and_fixed_addresses(void **state)
{
    (void)state;
    make_plan();
    // one: chosen, 3 pages, and a guard; two: fixed at +0x4000; three: behind two and a guard.
    assert_int_equal(plan.maps[0].vaddr, KAAL_LAYOUT_MAP_START);
    assert_int_equal(plan.maps[1].vaddr, KAAL_LAYOUT_MAP_START + 0x4000);
    assert_int_equal(plan.maps[2].vaddr, KAAL_LAYOUT_MAP_START + 0x6000);
    assert_int_equal(plan.maps[3].source, KAAL_MAP_DEVICE);
    assert_true(plan.maps[3].vaddr > plan.maps[2].vaddr);
    assert_int_equal(plan.maps[5].rights, KAAL_RIGHT_READ);
}

static void the_memory_of_a_device_is_a_contiguous_region_of_its_holder(void **state)
{
    (void)state;
    make_plan();
    assert_int_equal(plan.region_count, 4);
    assert_string_equal(plan.regions[3].name, "uart");
    assert_int_equal(plan.regions[3].size, 0x3000);
    assert_int_equal(plan.regions[3].flags, KAAL_REGION_CONTIGUOUS);
    assert_int_equal(plan.regions[2].flags, KAAL_REGION_CONTIGUOUS);
    assert_int_equal(plan.regions[1].flags, 0);
    const struct kaal_plan_map *map = &plan.maps[4];
    assert_int_equal(plan.map_count, 6);
    assert_string_equal(map->name, "uart");
    assert_int_equal(map->source, KAAL_MAP_REGION);
    assert_int_equal(map->object, 3);
    assert_int_equal(map->pd, sys.devices[0].pd);
    assert_int_equal(map->cached, 0);
    assert_true(map->vaddr > plan.maps[3].vaddr);
}

static void what_a_domain_has_stands_together(void **state)
{
    (void)state;
    make_plan();
    for (size_t i = 1; i < plan.cap_count; i++) {
        assert_true(plan.caps[i - 1].pd <= plan.caps[i].pd);
    }
    for (size_t i = 1; i < plan.map_count; i++) {
        assert_true(plan.maps[i - 1].pd <= plan.maps[i].pd);
    }
}

static void the_broker_s_capability_space_grows_with_the_system(void **state)
{
    static const char region[] =
        "%s[memory_regions.large]\nsize = 0x%x\nmaps = [{ pd = \"client\" }]\n";
    (void)state;
    make_plan();
    assert_int_equal(plan_store_bits(&plan), KAAL_STORE_BITS_MIN);
    // A slot for each page, and one for its mapping.
    assert_true(plan_text(arena_printf(&arena, region, description, 0x4000000)));
    assert_int_equal(plan_store_bits(&plan), 16);
    assert_false(plan_text(arena_printf(&arena, region, description, 0x40000000)));
    assert_non_null(strstr(diag.items[diag.count - 1].text, "pages and objects"));
}

static void the_start_order_follows_root_and_broker(void **state)
{
    (void)state;
    make_plan();
    assert_int_equal(plan.pds[ROOT].start_rank, 0);
    assert_int_equal(plan.pds[BROKER].start_rank, 1);
    assert_int_equal(plan.pds[SERVER].start_rank, 2);
    assert_int_equal(plan.pds[CLIENT].start_rank, 3);
    assert_true((plan.pds[SERVER].flags & KAAL_PD_AWAITED) != 0);
    assert_int_equal(plan.pds[SERVER].flags & KAAL_PD_PASSIVE, KAAL_PD_PASSIVE);
    assert_int_equal(plan.pds[SERVER].flags & KAAL_PD_FPU, KAAL_PD_FPU);
    assert_string_equal(plan.pds[SERVER].args, "x y");
}

static void a_supervised_component_has_policy_links_and_permits(void **state)
{
    (void)state;
    assert_true(plan_text(arena_printf(
        &arena,
        "%s[protection_domains.late]\nprogram_image = \"b.elf\"\nbudget = 100\nperiod = 1000\n"
        "restart = \"always\"\nwindow = 0\nmax_restarts = 9\ntimeout = true\n"
        "depends = [\"server\"]\nwatches = [\"server\", \"client\"]\nescalate = \"server\"\n"
        "permits = [{ compatible = \"virtio,mmio\" }, { alias = \"rtc\" }]\n"
        "[[channels]]\nname = \"n\"\nfrom = \"client\"\nto = \"late\"\nkind = \"notify\"\n",
        description)));
    enum { LATE = SERVER + 1 };
    assert_int_equal(plan.pds[LATE].flags, KAAL_PD_TIMEOUT);
    assert_int_equal(plan.pds[LATE].policy.restart, KAAL_RESTART_ALWAYS);
    assert_int_equal(plan.pds[LATE].policy.restart_max, 9);
    assert_int_equal(plan.pds[LATE].policy.allow, KAAL_ALLOW_DEFAULT | KAAL_ALLOW_DEVICE);
    assert_int_equal(plan.pds[CLIENT].policy.restart, KAAL_RESTART_NEVER);
    const struct kaal_plan_link expected[] = {
        {.pd = LATE, .on = SERVER, .kind = KAAL_LINK_DEPENDS},
        {.pd = LATE, .on = SERVER, .kind = KAAL_LINK_WATCHES, .badge = 2},
        {.pd = LATE, .on = CLIENT, .kind = KAAL_LINK_WATCHES, .badge = 4},
        {.pd = LATE, .on = SERVER, .kind = KAAL_LINK_ESCALATE},
    };
    assert_int_equal(plan.link_count, 4);
    assert_memory_equal(plan.links, expected, sizeof(expected));
    assert_int_equal(cap(LATE, KAAL_CAP_NOTIFICATION, "notification", false)->object, LATE);
    assert_int_equal(cap(LATE, KAAL_CAP_NOTIFICATION, "server", true)->object, SERVER);
    assert_int_equal(cap(LATE, KAAL_CAP_NOTIFICATION, "server", true)->badge, 2);
    assert_int_equal(plan.permit_count, 2);
    assert_string_equal(plan.permits[0].match_text, "virtio,mmio");
    assert_int_equal(plan.permits[1].match, KAAL_DEVICE_ALIAS);
    assert_int_equal(plan.permits[1].pd, LATE);
}

static void a_pci_function_has_its_configuration_space_beside_its_registers(void **state)
{
    (void)state;
    make_plan();
    size_t before = plan.map_count;
    assert_true(plan_text(arena_printf(&arena,
                                       "%s[[devices]]\nname = \"edu\"\npd = \"client\"\n"
                                       "pci = \"1234:11e8\"\nregisters = 2\n",
                                       description)));
    assert_int_equal(plan.map_count, before + 3);
    // Before memory for DMA, and what the server maps.
    const struct kaal_plan_map *maps = &plan.maps[before - 2];
    assert_int_equal(maps[1].window, 1);
    assert_int_equal(maps[1].rights, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE);
    assert_int_equal(maps[2].window, KAAL_WINDOW_CONFIG);
    assert_int_equal(maps[2].rights, KAAL_RIGHT_READ);
    assert_int_equal(plan.devices[maps[2].object].match, KAAL_DEVICE_PCI);
    assert_string_equal(plan.devices[maps[2].object].match_text, "1234:11e8");
}

static void the_faults_of_a_component_that_is_restarted_are_not_its_parents(void **state)
{
    (void)state;
    assert_true(plan_text(
        arena_printf(&arena,
                     "%s[protection_domains.late]\nprogram_image = \"b.elf\"\nparent = \"client\"\n"
                     "restart = \"on-failure\"\nwindow = 0\n",
                     description)));
    assert_int_equal(cap(CLIENT, KAAL_CAP_TCB, "late", false)->object, SERVER + 1);
    for (size_t i = 0; i < plan.cap_count; i++) {
        assert_true(plan.caps[i].badge != (KAAL_BADGE_FAULT | (SERVER + 1)));
    }
}

static void a_program_to_be_spawned_has_its_own_name(void **state)
{
    (void)state;
    // b2.elf equals b.elf, by whose name the broker would not find it.
    static const char start[] = "[system]\nprograms = [\"b2.elf\", \"a.elf\", \"b2.elf\"]\n%s";
    assert_true(plan_text(arena_printf(&arena, start, strchr(description, '\n') + 1)));
    assert_int_equal(plan.file_count, 3);
    assert_string_equal(plan.files[0].name, "a.elf");
    assert_string_equal(plan.files[1].name, "b.elf");
    assert_string_equal(plan.files[2].name, "b2.elf");
    assert_int_equal(plan.pds[SERVER].file, 1);
    struct bytes image = pack_system(&arena, &plan);
    const struct kaal_image *h = (const struct kaal_image *)(const void *)image.data;
    assert_int_equal(h->tables[KAAL_TABLE_FILES].count, 3);
}

static void equal_programs_are_packed_once_and_without_symbols(void **state)
{
    (void)state;
    make_plan();
    assert_int_equal(plan.file_count, 2);
    assert_int_equal(plan.pds[CLIENT].file, plan.pds[SERVER].file);
    assert_int_equal(plan.pds[ROOT].file, KAAL_NONE);
    struct bytes image = pack_system(&arena, &plan);
    const struct kaal_image *h = (const struct kaal_image *)(const void *)image.data;
    const struct kaal_plan_file *files =
        (const struct kaal_plan_file *)(const void *)(image.data +
                                                      h->tables[KAAL_TABLE_FILES].offset);
    for (size_t i = 0; i < 2; i++) {
        struct elf elf;
        assert_true(is_aligned(files[i].offset, 4096));
        assert_int_equal(elf_parse(&elf, image.data + files[i].offset, files[i].size, NULL),
                         ELF_OK);
        assert_false(elf_find_symbol(&elf, "x", &(struct elf_symbol){0}));
    }
}

static void a_segment_of_zeros_takes_no_place_in_a_packed_program(void **state)
{
    (void)state;
    struct elf_maker zeros = b_elf;
    zeros.bss_size = 0x3000;
    write_elf("b.elf", &zeros);
    make_plan();
    struct bytes squeezed = elf_squeeze(&arena, &programs.items[programs.of_pd[CLIENT]].elf);
    assert_int_equal(squeezed.size, ELF_MAKER_HEAD + zeros.text_size);
    struct elf elf;
    assert_int_equal(elf_parse(&elf, squeezed.data, squeezed.size, NULL), ELF_OK);
    assert_int_equal(elf.hi, ELF_MAKER_BASE + 0x1000 + zeros.bss_size);
}

static void the_packed_system_carries_its_checksum(void **state)
{
    (void)state;
    make_plan();
    struct bytes image = pack_system(&arena, &plan);
    const struct kaal_image *h = (const struct kaal_image *)(const void *)image.data;
    assert_int_equal(h->magic, KAAL_IMAGE_MAGIC);
    assert_int_equal(h->size, image.size);
    assert_true(is_aligned(h->size, 4096));
    assert_string_equal(h->system, "test");
    assert_string_equal(h->config, "mcs-dbg");
    const struct kaal_table_ref *last = &h->tables[KAAL_TABLE_COUNT - 1];
    uint64_t end = last->offset + (uint64_t)last->count * last->entry_size;
    assert_true(end < h->size);
    assert_int_equal(sum64(0, image.data + h->header_size, (end - h->header_size) / 8),
                     h->checksum);
    for (uint32_t i = 0; i < plan.cap_count; i++) {
        const struct kaal_plan_cap *x = &plan.caps[i];
        assert_true(plan.pds[x->pd].first_cap <= i);
        assert_true(x->pd + 1 == plan.pd_count || plan.pds[x->pd + 1].first_cap > i);
    }
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    make_plan();
    struct bytes first = pack_system(&arena, &plan);
    make_plan();
    struct bytes second = pack_system(&arena, &plan);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
}

static void the_root_task_has_one_more_segment_and_knows_where(void **state)
{
    (void)state;
    make_plan();
    struct image image = {0};
    struct elf elf;
    struct elf_segment seg = {0};
    struct bytes packed = pack_system(&arena, &plan);
    assert_true(pack_root(&arena, &programs.items[programs.of_pd[ROOT]], packed, place_none(),
                          &image, &diag));
    const struct elf_rules rules = {.page = 4096};
    assert_int_equal(elf_parse(&elf, image.root.data, image.root.size, &rules), ELF_OK);
    assert_int_equal(elf.loads, 3);
    unsigned index = 0;
    while (elf_next_load(&elf, &index, &seg)) {
        // `seg` stays with the last one.
    }
    assert_int_equal(seg.flags, ELF_PF_R);
    assert_int_equal(seg.memsz, packed.size);
    assert_memory_equal(elf_bytes(&elf, seg.vaddr, seg.memsz), packed.data, packed.size);
    uint64_t variable = ELF_MAKER_BASE + align_up(ELF_MAKER_HEAD + root_elf.text_size, 4096);
    assert_int_equal(load_le64(elf_bytes(&elf, variable, 8)), seg.vaddr);
    assert_true(seg.vaddr >= variable + root_elf.data_size + root_elf.bss_size);
}

// A loader as boot.h describes it: one segment, and an empty payload on the next page.
static void write_loader(void)
{
    static uint8_t bytes[3 * 4096];
    const Elf64_Ehdr ehdr = {
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_entry = KAAL_LOADER_BASE,
        .e_phoff = sizeof(ehdr),
        .e_ehsize = sizeof(ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 2,
    };
    Elf64_Phdr phdrs[2];
    for (size_t i = 0; i < 2; i++) {
        phdrs[i] = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = i == 0 ? PF_R | PF_X : PF_R,
            .p_offset = (i + 1) * 4096,
            .p_vaddr = KAAL_LOADER_BASE + i * 4096,
            .p_paddr = KAAL_LOADER_BASE + i * 4096,
            .p_filesz = 4096,
            .p_memsz = 4096,
            .p_align = 4096,
        };
    }
    const struct kaal_boot empty = {.magic = KAAL_BOOT_MAGIC, .version = KAAL_BOOT_VERSION};
    memset(bytes, 0x11, sizeof(bytes));
    memcpy(bytes, &ehdr, sizeof(ehdr));
    memcpy(bytes + sizeof(ehdr), phdrs, sizeof(phdrs));
    memcpy(bytes + 2 * (size_t)4096, &empty, sizeof(empty));
    write_file("loader.elf", bytes, sizeof(bytes));
}

static void make_image(struct image *image, struct kernel *kernel)
{
    static uint8_t bytes[ELF_MAKER_MAX];
    make_plan();
    write_loader();
    kernel->file = (struct bytes){.data = bytes, .size = elf_make(&b_elf, bytes)};
    assert_int_equal(elf_parse(&kernel->elf, kernel->file.data, kernel->file.size, NULL), ELF_OK);
    assert_true(pack_root(&arena, &programs.items[programs.of_pd[ROOT]], pack_system(&arena, &plan),
                          place_none(), image, &diag));
    assert_true(pack_boot(&arena, arena_printf(&arena, "%s/loader.elf", folder), kernel,
                          (struct memory_range){.base = KAAL_RAM_BASE, .size = 1 << 20}, image,
                          &diag));
}

// A byte of a program in memory: of a segment, or a zero.
static uint8_t byte_at(const struct elf *elf, uint64_t vaddr)
{
    const uint8_t *byte = elf_bytes(elf, vaddr, 1);
    return byte == NULL ? 0 : *byte;
}

// The tight root task is loaded as the packed one would be, and stores no long run of zeros.
static void assert_same_program(const struct elf *tight, const struct image *image)
{
    struct elf root;
    assert_int_equal(elf_parse(&root, image->root.data, image->root.size, NULL), ELF_OK);
    assert_int_equal(tight->entry, root.entry);
    assert_int_equal(tight->hi, root.hi);
    for (uint64_t at = root.lo; at < root.hi; at++) {
        assert_int_equal(byte_at(tight, at), byte_at(&root, at));
    }
    for (size_t i = 0, run = 0; i < tight->size; i++) {
        run = tight->data[i] == 0 ? run + 1 : 0;
        assert_true(run < 512);
    }
}

static void the_loader_finds_kernel_and_root_task_in_both_forms(void **state)
{
    (void)state;
    struct image image = {0};
    struct kernel kernel = {0};
    struct elf elf;
    struct kaal_boot boot;
    make_image(&image, &kernel);
    assert_int_equal(elf_parse(&elf, image.elf.data, image.elf.size, NULL), ELF_OK);
    const uint8_t *in_elf = elf_bytes(&elf, KAAL_LOADER_BASE + 4096, sizeof(boot));
    const uint8_t *in_raw = image.raw.data + 4096;
    memcpy(&boot, in_elf, sizeof(boot));
    assert_memory_equal(in_elf, in_raw, boot.size);
    assert_int_equal(image.raw.size, 4096 + boot.size);
    assert_int_equal(load_le64(image.raw.data + KAAL_RAW_SIZE_AT), image.raw.size);
    assert_int_equal(boot.checksum,
                     sum64(0, in_raw + KAAL_BOOT_SUM_FROM, (boot.size - KAAL_BOOT_SUM_FROM) / 8));
    struct elf inner;
    assert_int_equal(elf_parse(&inner, in_raw + boot.kernel_offset, boot.kernel_size, NULL),
                     ELF_OK);
    assert_int_equal(elf_parse(&inner, in_raw + boot.root_offset, boot.root_size, NULL), ELF_OK);
    assert_same_program(&inner, &image);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct image image = {0};
    struct kernel kernel = {0};
    make_image(&image, &kernel);
    kernel.root_cnode_bits = 12;
    kernel.max_untyped = 230;
    assert_true(image_fits(&image, &plan, &kernel, UINT64_C(128) << 20, &diag));
    assert_false(image_fits(&image, &plan, &kernel, UINT64_C(2) << 20, &diag));
    assert_non_null(strstr(diag.items[0].text, "while it loads"));
    plan.regions[0].size = UINT64_C(200) << 20;
    assert_false(image_fits(&image, &plan, &kernel, UINT64_C(128) << 20, &diag));
    assert_int_equal(diag.items[1].at.line, sys.regions[0].size.at.line);
    kernel.root_cnode_bits = 8;
    assert_false(image_fits(&image, &plan, &kernel, UINT64_C(1) << 30, &diag));
    assert_non_null(strstr(diag.items[2].text, "initial slots"));
}

static void expect_refused(const char *part)
{
    size_t before = diag.count;
    assert_false(load());
    assert_int_equal(diag.count, before + 1);
    assert_non_null(strstr(diag.items[before].text, part));
    assert_int_equal(diag.items[before].at.column, 17);
}

static void damaged_programs_are_refused_at_their_line(void **state)
{
    (void)state;
    static uint8_t bytes[ELF_MAKER_MAX];
    size_t size = elf_make(&a_elf, bytes);
    struct elf_maker other = a_elf;

    bytes[offsetof(Elf64_Ehdr, e_machine)] = EM_X86_64;
    write_file("a.elf", bytes, size);
    expect_refused("another machine (x86-64)");
    elf_make(&a_elf, bytes);
    write_file("a.elf", bytes, 700);
    expect_refused("outside the file");
    write_file("a.elf", bytes, 10);
    expect_refused("shorter than an ELF header");
    other.config = NULL;
    write_elf("a.elf", &other);
    expect_refused("does not say which kernel configuration");
    other.config = "mcs-rel";
    write_elf("a.elf", &other);
    expect_refused("built for the kernel configuration mcs-rel, not for mcs-dbg");
    unlink(arena_printf(&arena, "%s/a.elf", folder));
    expect_refused("does not exist");
}

static void a_program_that_starts_clean_has_no_writable_bytes_in_the_file(void **state)
{
    (void)state;
    struct elf_maker clean = a_elf;
    clean.flags = KAAL_PROGRAM_STARTS_CLEAN;
    write_elf("a.elf", &clean);
    expect_refused("the initial values in a writable segment");
    clean.data_size = 0;
    clean.bss_size = 5000;
    clean.symbol = NULL;
    write_elf("a.elf", &clean);
    assert_true(load());
    assert_int_equal(program_flags(&programs.items[programs.of_pd[BROKER]]),
                     KAAL_PROGRAM_STARTS_CLEAN);
    assert_int_equal(program_flags(&programs.items[programs.of_pd[ROOT]]), 0);
}

static void a_program_that_needs_the_fpu_gets_it(void **state)
{
    (void)state;
    struct elf_maker with_fpu = b_elf;
    make_plan();
    assert_int_equal(plan.pds[CLIENT].flags & KAAL_PD_FPU, 0);
    with_fpu.flags = KAAL_PROGRAM_NEEDS_FPU;
    write_elf("b.elf", &with_fpu);
    make_plan();
    assert_int_equal(plan.pds[CLIENT].flags & KAAL_PD_FPU, KAAL_PD_FPU);
}

static void a_root_task_without_the_symbol_is_refused(void **state)
{
    (void)state;
    struct image image = {0};
    struct elf_maker other = root_elf;
    other.symbol = "something_else";
    write_elf("root.elf", &other);
    make_plan();
    assert_false(pack_root(&arena, &programs.items[programs.of_pd[ROOT]],
                           pack_system(&arena, &plan), place_none(), &image, &diag));
    assert_non_null(strstr(diag.items[0].text, KAAL_IMAGE_SYMBOL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_call_channel_has_a_badged_end_and_a_note),
        TEST(a_granting_channel_gives_its_callee_an_inbox),
        TEST(signals_and_interrupts_have_bits_of_their_own),
        TEST(channels_beyond_the_bits_are_in_groups),
        TEST(channels_that_have_bits_have_no_words),
        TEST(a_parent_gets_the_thread_and_the_faults_of_its_child),
        TEST(slots_of_a_domain_are_used_once_and_leave_room),
        TEST(maps_avoid_each_other_and_fixed_addresses),
        TEST(the_memory_of_a_device_is_a_contiguous_region_of_its_holder),
        TEST(what_a_domain_has_stands_together),
        TEST(the_broker_s_capability_space_grows_with_the_system),
        TEST(the_start_order_follows_root_and_broker),
        TEST(a_supervised_component_has_policy_links_and_permits),
        TEST(a_pci_function_has_its_configuration_space_beside_its_registers),
        TEST(the_faults_of_a_component_that_is_restarted_are_not_its_parents),
        TEST(a_program_to_be_spawned_has_its_own_name),
        TEST(equal_programs_are_packed_once_and_without_symbols),
        TEST(a_segment_of_zeros_takes_no_place_in_a_packed_program),
        TEST(the_packed_system_carries_its_checksum),
        TEST(the_same_input_gives_the_same_bytes),
        TEST(the_root_task_has_one_more_segment_and_knows_where),
        TEST(the_loader_finds_kernel_and_root_task_in_both_forms),
        TEST(what_does_not_fit_is_refused),
        TEST(damaged_programs_are_refused_at_their_line),
        TEST(a_program_that_starts_clean_has_no_writable_bytes_in_the_file),
        TEST(a_program_that_needs_the_fpu_gets_it),
        TEST(a_root_task_without_the_symbol_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
