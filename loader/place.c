// SPDX-License-Identifier: BSD-2-Clause
#include "place.h"

#include "lib/bits.h"

static bool inside(const struct place_range *r, const struct place_range *outer)
{
    return outer->start <= r->start && r->start <= r->end && r->end <= outer->end;
}

// All segments of the kernel move by the same distance.
static bool offset_is_constant(const struct elf *kernel, uint64_t *offset)
{
    struct elf_segment s;
    bool first = true;
    for (unsigned i = 0; elf_next_load(kernel, &i, &s); first = false) {
        if (first) {
            *offset = s.vaddr - s.paddr;
        } else if (s.vaddr - s.paddr != *offset) {
            return false;
        }
    }
    return true;
}

static enum place_err place_kernel(struct place *p, const struct place_machine *m,
                                   const struct elf *kernel)
{
    uint64_t offset = 0;
    uint64_t end;
    p->el = kernel->lo < PLACE_KERNEL_HALF ? 2 : 1;
    if (p->el == 2 && m->el != 2) {
        return PLACE_KERNEL_EL2;
    }
    if (kernel->lo < PLACE_ROOT_ENTRY) {
        return PLACE_KERNEL_LOW;
    }
    if (!offset_is_constant(kernel, &offset)) {
        return PLACE_KERNEL_OFFSET;
    }
    p->kernel_vaddr = align_down(kernel->lo, PLACE_PAGE);
    p->kernel.start = p->kernel_vaddr - offset;
    if (!is_aligned(offset, PLACE_BLOCK)) {
        return PLACE_KERNEL_BLOCK;
    }
    if (!align_up_checked(kernel->hi, PLACE_PAGE, &end) ||
        align_down(kernel->hi - 1, PLACE_WINDOW) != align_down(kernel->lo, PLACE_WINDOW)) {
        return PLACE_KERNEL_WINDOW;
    }
    p->kernel.end = end - offset;
    return inside(&p->kernel, &m->ram) ? PLACE_OK : PLACE_KERNEL_OUTSIDE;
}

static enum place_err place_tree(struct place *p, const struct place_machine *m)
{
    // Behind the kernel there is room, and nothing that is still needed.
    uint64_t end;
    p->tree.start = p->kernel.end;
    p->tree.end = p->kernel.end;
    if (!add_checked(p->kernel.end, m->tree_size, &end)) {
        return PLACE_KERNEL_LARGE;
    }
    p->tree.end = end;
    bool apart = end <= m->loader.start || p->kernel.start >= m->loader.end;
    return apart ? PLACE_OK : PLACE_KERNEL_LARGE;
}

static enum place_err place_user(struct place *p, const struct place_machine *m,
                                 const struct elf *root)
{
    uint64_t end;
    uint64_t behind = p->tree.end > m->loader.end ? p->tree.end : m->loader.end;
    p->user_vaddr = align_down(root->lo, PLACE_PAGE);
    if (!align_up_checked(behind, PLACE_PAGE, &p->user.start) ||
        !align_up_checked(root->hi, PLACE_PAGE, &end) ||
        !add_checked(p->user.start, end - p->user_vaddr, &p->user.end)) {
        return PLACE_ROOT_LARGE;
    }
    return inside(&p->user, &m->ram) ? PLACE_OK : PLACE_ROOT_LARGE;
}

enum place_err place_system(struct place *p, const struct place_machine *m,
                            const struct elf *kernel, const struct elf *root)
{
    *p = (struct place){0};
    if (!inside(&m->loader, &m->ram)) {
        return PLACE_LOADER_OUTSIDE;
    }
    enum place_err err = place_kernel(p, m, kernel);
    if (err == PLACE_OK) {
        err = place_tree(p, m);
    }
    return err == PLACE_OK ? place_user(p, m, root) : err;
}

const char *place_strerror(enum place_err err)
{
    static const char *const texts[PLACE_ERR_COUNT] = {
        [PLACE_OK] = "no error",
        [PLACE_KERNEL_EL2] =
            "the kernel is a hypervisor, the machine started at EL1; start it at EL2",
        [PLACE_KERNEL_LOW] = "the kernel is linked below 512 GiB, where the loader runs",
        [PLACE_KERNEL_OFFSET] = "the kernel's segments have different virtual - physical offsets",
        [PLACE_KERNEL_BLOCK] = "the kernel's virtual - physical offset is no multiple of 2 MiB",
        [PLACE_KERNEL_WINDOW] = "the kernel crosses a 1 GiB boundary of virtual addresses",
        [PLACE_KERNEL_OUTSIDE] = "the kernel's addresses are outside the machine's memory",
        [PLACE_KERNEL_LARGE] = "the kernel, with the device tree, overlaps the loader",
        [PLACE_LOADER_OUTSIDE] = "the image does not fit into the machine's memory; give it more",
        [PLACE_ROOT_LARGE] = "the root task does not fit into the machine's memory; give it more",
    };
    return (unsigned)err < PLACE_ERR_COUNT ? texts[err] : "unknown error";
}
