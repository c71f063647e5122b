// SPDX-License-Identifier: BSD-2-Clause
//
// A description and a program, any bytes both: the tool refuses one of them, or what it packs is
// what the root task accepts, in a root task that is an ELF file still.
//
//   u16 length | description | ELF file
//
// Programs are files in memory, with the number of their descriptor as name.
#include "elf_maker.h"
#include "fuzz.h"
#include "packed.h"
#include "tool/arena.h"
#include "tool/options.h"
#include "tool/pack.h"

#include "lib/bits.h"

#include <kaal/limits.h>
#include <kaal/note.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FOLDER "/proc/self/fd"

enum {
    ROOT_FD = 100,
    BROKER_FD,
    PROGRAM_FD, // of the input
    MICROKIT_FD,
};

static const struct elf_maker root_elf = {
    .text_size = 300, .data_size = 64, .config = "mcs-dbg", .symbol = KAAL_IMAGE_SYMBOL};
static const struct elf_maker program_elf = {
    .text_size = 100, .data_size = 16, .bss_size = 9000, .config = "mcs-dbg", .fill = 1};
static const struct elf_maker_symbol microkit_symbols[] = {{"microkit_name", 64},
                                                           {"microkit_irqs", 8},
                                                           {"microkit_notifications", 8},
                                                           {"microkit_pps", 8},
                                                           {"microkit_passive", 1},
                                                           {"x", 8},
                                                           {"y", 8}};
static const struct elf_maker microkit_elf = {
    .text_size = 100,
    .data_size = 1024,
    .symbol = "__sel4_ipc_buffer_obj",
    .more = microkit_symbols,
    .more_count = sizeof(microkit_symbols) / sizeof(microkit_symbols[0]),
    .fill = 3,
};
static const struct elf_maker fpu_elf = {
    .text_size = 50, .config = "mcs-dbg", .flags = KAAL_PROGRAM_NEEDS_FPU, .fill = 2};

static const char *folder = FOLDER;
static const struct options options = {.search_paths = {.items = &folder, .count = 1}};

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void write_file(int fd, const void *data, size_t size)
{
    must(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
}

static void make_file(int fd, const struct elf_maker *m)
{
    static uint8_t bytes[ELF_MAKER_MAX];
    int memory = memfd_create("program", MFD_CLOEXEC);
    must(memory >= 0 && dup2(memory, fd) == fd && close(memory) == 0);
    write_file(fd, bytes, elf_make(m, bytes));
}

static void make_files(void)
{
    static bool made;
    if (!made) {
        make_file(ROOT_FD, &root_elf);
        make_file(BROKER_FD, &program_elf);
        make_file(PROGRAM_FD, &program_elf);
        make_file(MICROKIT_FD, &microkit_elf);
        made = true;
    }
}

static void pack(struct arena *a, const struct plan *plan, const struct program *root,
                 struct diag *d)
{
    struct image image;
    struct elf elf;
    struct bytes system = pack_system(a, plan);
    packed_must_be_right(system.data, system.size, plan->config);
    if (pack_root(a, root, system, place_none(), &image, d)) {
        must(elf_parse(&elf, image.root.data, image.root.size, &(struct elf_rules){0}) == ELF_OK);
        const uint8_t *found = elf_bytes(&elf, elf.hi - system.size, system.size);
        must(found != NULL && memcmp(found, system.data, system.size) == 0);
    } else {
        must(!diag_ok(d));
    }
}

// Those that are added to XML have names of files.
static void name_own(struct system *s)
{
    if (s->form == SD_FORM_XML) {
        s->pds[s->root].image.text = "100";
        s->pds[s->broker].image.text = "101";
    }
}

static bool load(struct arena *a, struct bytes description, struct system *s, struct diag *d)
{
    if (!system_parse(a, "/nowhere/system.toml", description, &options.search_paths, s, d)) {
        return false;
    }
    name_own(s);
    return true;
}

static void build(struct arena *a, struct bytes description)
{
    const struct products products = {.config = "mcs-dbg", .bin = FOLDER};
    struct diag d = {.arena = a};
    struct system s;
    struct program_set programs;
    struct plan plan;
    if (load(a, description, &s, &d) && programs_load(a, &options, &products, &s, &programs, &d) &&
        plan_make(a, &s, &programs, products.config, &plan, &d)) {
        must(diag_ok(&d));
        pack(a, &plan, &programs.items[programs.of_pd[s.root]], &d);
    } else {
        must(!diag_ok(&d));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    size_t length = size < 2 ? 0 : load_le16(data);
    if (size < 2 || length > size - 2) {
        return 0;
    }
    make_files();
    write_file(PROGRAM_FD, data + 2 + length, size - 2 - length);
    build(&arena, (struct bytes){.data = data + 2, .size = length});
    arena_free(&arena);
    return 0;
}

#define TWO_OF_US                                                                                  \
    "[protection_domains.root]\nprogram_image = \"100\"\n"                                         \
    "[protection_domains.cap_broker]\nprogram_image = \"101\"\n"

static const char *const descriptions[] = {
    TWO_OF_US "[protection_domains.a]\nprogram_image = \"102\"\n",
    "[system]\nstart_order = [\"b\"]\nprograms = [\"102\"]\n" TWO_OF_US
    "[protection_domains.a]\nprogram_image = \"101\"\nallow = [\"spawn\"]\nwatches = [\"b\"]\n"
    "permits = [{ compatible = \"x\" }]\nargs = \"x y\"\n"
    "[protection_domains.b]\nprogram_image = \"102\"\nparent = \"a\"\npassive = true\n"
    "[[channels]]\nname = \"x\"\nfrom = \"a\"\nto = \"b\"\ngrant = true\n"
    "[[channels]]\nname = \"y\"\nfrom = \"b\"\nto = \"a\"\nkind = \"notify\"\n"
    "[memory_regions.m]\nsize = 0x2000\nmaps = [{ pd = \"a\", vaddr = 0x1000000000 }, "
    "{ pd = \"b\", rights = \"r\" }]\n"
    "[memory_regions.l]\nsize = 0x400000\npage_size = 0x200000\nmaps = [{ pd = \"a\" }]\n"
    "[[devices]]\nname = \"u\"\npd = \"b\"\npath = \"/pl011@9000000\"\ndma = 0x1000\n"
    "[[capabilities]]\nname = \"f\"\npd = \"b\"\nkind = \"frame\"\nobject = \"m\"\npage = 1\n"
    "[[capabilities]]\nname = \"e\"\npd = \"b\"\nkind = \"endpoint\"\nobject = \"a\"\nbadge = 5\n",
    TWO_OF_US
    "[protection_domains.a]\nabi = \"microkit\"\nprogram_image = \"102\"\nsymbols = \"103\"\n"
    "priority = 9\nsetvars = [{ symbol = \"x\", paddr_of = \"m\" }, { symbol = \"y\", child = 3 "
    "}]\n"
    "[protection_domains.c]\nabi = \"microkit\"\nprogram_image = \"103\"\nparent = \"a\"\nid = 3\n"
    "passive = true\n[protection_domains.d]\nprogram_image = \"101\"\n"
    "[[channels]]\nname = \"x\"\nfrom = \"c\"\nto = \"a\"\nfrom_id = 0\nto_id = 1\n"
    "[[channels]]\nname = \"y\"\nfrom = \"d\"\nto = \"c\"\nto_id = 2\nkind = \"notify\"\n"
    "[[interrupts]]\npd = \"a\"\nirq = 33\nid = 5\ntrigger = \"edge\"\n"
    "[memory_regions.m]\nsize = 0x2000\nmaps = [{ pd = \"a\", vaddr = 0x4000000 }]\n"
    "[memory_regions.p]\nprefill = \"101\"\nmaps = [{ pd = \"c\", vaddr = 0, rights = \"r\" }]\n"
    "[[capabilities]]\nname = \"q\"\npd = \"a\"\nkind = \"tcb\"\nobject = \"c\"\nslot = 1\n",
    "<system><memory_region name='m' size='0x400000' phys_addr='0x60000000'/>"
    "<memory_region name='t' prefill_bootinfo='fdt'/><protection_domain name='a' budget='50' "
    "period='100'><program_image path='102' path_for_symbols='103'/>"
    "<map mr='m' vaddr='0x40000000' setvar_vaddr='x'/><map mr='t' vaddr='0x60000000' perms='r'/>"
    "<protection_domain name='b' id='0' setvar_id='y'><program_image path='103'/>"
    "</protection_domain></protection_domain><channel><end pd='a' id='1' /><end pd='b' id='2' "
    "pp='false' notify='true'/></channel></system>",
};

size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    static uint8_t elf[ELF_MAKER_MAX];
    enum { PROGRAMS = 3 };
    static const struct elf_maker *const programs[PROGRAMS] = {&program_elf, &fpu_elf,
                                                               &microkit_elf};
    const size_t count = sizeof(descriptions) / sizeof(descriptions[0]);
    if (index >= PROGRAMS * count) {
        return 0;
    }
    const char *text = descriptions[index % count];
    size_t length = strlen(text);
    size_t size = elf_make(programs[index / count], elf);
    if (2 + length + size > room) {
        return 0;
    }
    store_le16(out, (uint16_t)length);
    for (size_t i = 0; i < length; i++) {
        out[2 + i] = (uint8_t)text[i];
    }
    memcpy(out + 2 + length, elf, size);
    return 2 + length + size;
}
