// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal bench`, the boot: the machine stops at reset; a breakpoint at an entry point, and QEMU's
// count of executed instructions (-icount in record mode, which knows it exactly) when it is
// reached.
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/gdb.h"
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/qmp.h"
#include "tool/system.h"

#include "bench.h"
#include "default_system.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    CONNECT_MS = 5000,
    RUN_MS = 60000,
};

struct measured {
    uint64_t kernel_entry; // instructions since reset
    uint64_t root_entry;
};

static bool fail(struct diag *d, const char *what)
{
    diag_error(d, place_none(), "%s; does `kaal run` work with the same options?", what);
    return false;
}

bool bench_instructions(struct qmp *q, uint64_t *out)
{
    json_t *info = qmp_execute(q, "query-replay", NULL, CONNECT_MS);
    json_t *count = json_object_get(info, "icount");
    bool ok = json_is_integer(count);
    *out = ok ? (uint64_t)json_integer_value(count) : 0;
    json_decref(info);
    return ok;
}

static bool measure_at(struct gdb *g, struct qmp *q, uint64_t address, unsigned el, uint64_t *out,
                       struct diag *d)
{
    struct gdb_stop stop;
    do {
        if (!gdb_run_to(g, address, RUN_MS, &stop)) {
            return fail(d, "the machine does not reach an entry point");
        }
    } while (stop.el != el); // the loader may have had code at the same address
    return bench_instructions(q, out) ||
           fail(d, "QEMU does not tell how many instructions were executed");
}

static bool measure_machine(struct machine *m, const struct build_result *b, struct measured *out,
                            struct diag *d)
{
    enum { EL0 = 0, EL1 = 1 };
    struct gdb g;
    if (!gdb_open(&g, m->gdb, CONNECT_MS)) {
        return fail(d, "QEMU does not answer to gdb");
    }
    return measure_at(&g, &m->qmp, b->kernel.elf.entry, EL1, &out->kernel_entry, d) &&
           measure_at(&g, &m->qmp, b->image.root_entry, EL0, &out->root_entry, d);
}

static bool measure(struct arena *a, const struct options *o, const struct build_result *b,
                    struct measured *out, struct diag *d)
{
    struct machine m;
    struct machine_setup setup = machine_setup(o, b->image.elf);
    setup.counted = true;
    setup.count_shift = 0;
    setup.debug = true;
    if (!machine_start(&m, a, &setup, d)) {
        return false;
    }
    bool ok = measure_machine(&m, b, out, d);
    machine_stop(&m);
    return ok;
}

// --- sizes -------------------------------------------------------------------------------------

static uint64_t loaded_bytes(const struct elf *elf, uint32_t flags, bool memory)
{
    struct elf_segment seg;
    unsigned index = 0;
    uint64_t bytes = 0;
    while (elf_next_load(elf, &index, &seg)) {
        if ((seg.flags & flags) == flags) {
            bytes += memory ? seg.memsz : seg.filesz;
        }
    }
    return bytes;
}

struct row {
    const char *key; // in JSON
    const char *name;
    uint64_t value;
};

enum { INSTRUCTION_ROWS = 3, SIZE_ROWS = 7 };

static void make_rows(const struct measured *m, const struct build_result *b,
                      struct row instructions[INSTRUCTION_ROWS], struct row sizes[SIZE_ROWS])
{
    const struct program *root = &b->programs.items[b->programs.of_pd[b->plan.system->root]];
    const struct row counted[INSTRUCTION_ROWS] = {
        {"reset_to_kernel", "reset to kernel", m->kernel_entry},
        {"kernel_to_root", "kernel to root task", m->root_entry - m->kernel_entry},
        {"reset_to_root", "reset to root task", m->root_entry},
    };
    const struct row measured[SIZE_ROWS] = {
        {"kernel_text", "kernel, text", loaded_bytes(&b->kernel.elf, ELF_PF_X, false)},
        {"kernel_memory", "kernel, memory", loaded_bytes(&b->kernel.elf, 0, true)},
        {"root_task", "root task", loaded_bytes(&root->elf, 0, false)},
        {"packed_system", "packed system", b->image.system.size},
        {"components", "components in it", b->plan.pd_count - 1},
        {"loader_elf", "loader.elf", b->image.elf.size},
        {"system_bin", "system.bin", b->image.raw.size},
    };
    for (size_t i = 0; i < INSTRUCTION_ROWS; i++) {
        instructions[i] = counted[i];
    }
    for (size_t i = 0; i < SIZE_ROWS; i++) {
        sizes[i] = measured[i];
    }
}

static void print_rows(const char *title, const struct row *rows, size_t count)
{
    printf("%s\n", title);
    for (size_t i = 0; i < count; i++) {
        printf("  %-24s %12" PRIu64 "\n", rows[i].name, rows[i].value);
    }
}

static json_t *json_rows(const struct row *rows, size_t count)
{
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++) {
        json_object_set_new(object, rows[i].key, json_integer((json_int_t)rows[i].value));
    }
    return object;
}

static void print_json(const struct row *instructions, const struct row *sizes,
                       const struct build_result *b)
{
    json_t *all = json_object();
    json_object_set_new(all, "config", json_string(b->products.config));
    json_object_set_new(all, "instructions", json_rows(instructions, INSTRUCTION_ROWS));
    json_object_set_new(all, "bytes", json_rows(sizes, SIZE_ROWS));
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(all);
}

int bench_boot(struct arena *a, struct options *o, struct diag *d)
{
    struct system s;
    struct build_result b;
    struct measured m = {0};
    struct row instructions[INSTRUCTION_ROWS];
    struct row sizes[SIZE_ROWS];
    default_system(a, o);
    if (!system_load(a, o->systems.items[0], &o->search_paths, &s, d) ||
        !image_build(a, o, &s, &b, d) || !measure(a, o, &b, &m, d)) {
        return STATUS_FAILED;
    }
    make_rows(&m, &b, instructions, sizes);
    if (o->json) {
        print_json(instructions, sizes, &b);
        return STATUS_OK;
    }
    print_rows("instructions", instructions, INSTRUCTION_ROWS);
    print_rows("bytes", sizes, SIZE_ROWS);
    return STATUS_OK;
}
