// SPDX-License-Identifier: BSD-2-Clause
//
// Whatever the bytes: dt_open() refuses them, or every function ends, stays inside the blob, and
// the ways through the tree agree with one another. A packed copy is a tree again, and the same
// one.
#include "fdt_make.h"
#include "fuzz.h"
#include "lib/fdt.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void look_at_properties(const struct dt *dt, struct dt_node n)
{
    struct dt_prop p;
    for (unsigned i = 0; dt_prop_at(dt, n, i, &p); i++) {
        must(p.data + p.size <= dt->structs + dt->struct_size);
        must(p.name + strlen(p.name) < dt->strings + dt->strings_size);
        const char *s = dt_prop_string(dt, n, p.name);
        must(s == NULL || strlen(s) <= dt->struct_size);
    }
}

static void look_at_meaning(const struct dt *dt, struct dt_node n)
{
    struct dt_range r;
    struct dt_irq irq;
    struct dt_pci_range p;
    for (unsigned i = 0; i < 3; i++) {
        if (dt_pci_range(dt, n, i, &p)) {
            must(p.space <= DT_PCI_MEMORY64 && p.cpu.base + p.cpu.size >= p.cpu.base);
        }
        if (dt_pci_irq(dt, n, i, 1 + i, &irq)) {
            must(irq.number >= 16 && irq.number < 1020);
        }
        if (dt_reg(dt, n, i, &r)) {
            must(r.base + r.size >= r.base);
        }
        if (dt_irq(dt, n, i, &irq)) {
            must(irq.number >= 16 && irq.number < 1020);
        }
    }
    (void)dt_is_enabled(dt, n);
    (void)dt_is_compatible(dt, n, "arm,pl011");
}

static void look_at_node(const struct dt *dt, struct dt_node n)
{
    struct dt_node parent = dt_parent(dt, n);
    must(dt_is_none(parent) == (n.at == dt_root(dt).at));
    bool found = dt_is_none(parent);
    for (struct dt_node c = found ? dt_none() : dt_child(dt, parent); !dt_is_none(c);
         c = dt_sibling(dt, c)) {
        found |= c.at == n.at;
    }
    must(found);
    must(strlen(dt_name(dt, n)) < dt->struct_size);
    look_at_properties(dt, n);
    look_at_meaning(dt, n);
}

static void look_at_whole(const struct dt *dt)
{
    static const char *const paths[] = {
        "/", "/pl011", "serial0", "serial0:1", "/bus/inner/deep", "loop", "bus/device", "//", "",
    };
    struct dt_range r;
    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        (void)dt_find(dt, paths[i]);
    }
    for (unsigned i = 0; i < 64 && dt_memory(dt, i, &r); i++) {
        must(r.size != 0);
    }
    for (unsigned i = 0; dt_reserved(dt, i, &r); i++) {
    }
    (void)dt_bootargs(dt);
    (void)dt_stdout(dt);
    (void)dt_psci(dt);
}

static void check_copy(const struct dt *dt)
{
    uint32_t size = dt_packed_size(dt);
    uint8_t *copy = malloc(size);
    struct dt packed;
    struct dt again;
    must(copy != NULL && dt_pack(dt, copy, size, &packed));
    must(dt_open(&again, copy, size) == DT_OK);
    must(memcmp(&again, &packed, sizeof(again)) == 0);
    struct dt_node b = dt_root(&again);
    for (struct dt_node a = dt_root(dt); !dt_is_none(a); a = dt_next(dt, a)) {
        must(a.at == b.at && strcmp(dt_name(dt, a), dt_name(&again, b)) == 0);
        b = dt_next(&again, b);
    }
    must(dt_is_none(b));
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dt dt;
    enum dt_err err = dt_open(&dt, data, size);
    must(dt_strerror(err) != NULL);
    if (err != DT_OK) {
        return 0;
    }
    must(dt.used <= dt.total_size && dt.total_size <= size);
    // Bounds the quadratic checks, not the reader: it was given every size above.
    unsigned count = 0;
    for (struct dt_node n = dt_root(&dt); !dt_is_none(n) && count < 100; n = dt_next(&dt, n)) {
        look_at_node(&dt, n);
        count++;
    }
    look_at_whole(&dt);
    check_copy(&dt);
    return 0;
}

// The test's tree with its padding, the same packed, and the smallest there is.
size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    static uint8_t blob[TREE_ROOM];
    if (room < TREE_ROOM) {
        return 0;
    }
    switch (index) {
    case 0:
        fdt_make(blob);
        break;
    case 1:
        fdt_make(blob);
        (void)fdt_pack(blob);
        break;
    case 2:
        (void)fdt_create_empty_tree(blob, sizeof(blob));
        (void)fdt_pack(blob);
        break;
    default:
        return 0;
    }
    memcpy(out, blob, fdt_totalsize(blob));
    return fdt_totalsize(blob);
}
