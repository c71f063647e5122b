// SPDX-License-Identifier: BSD-2-Clause
//
// An image without a system: kernel, and one program of ours as its initial task.
#include "tool/arena.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/program.h"
#include "tool/subbuild.h"
#include "tool/system.h"

#include "lib/bits.h"

#include <kaal/boot.h>

#include <string.h>

static bool read_program(struct arena *a, const struct products *p, const char *name,
                         struct program *out, struct diag *d)
{
    const struct elf_rules rules = {.page = SD_PAGE};
    const char *cause;
    out->path = arena_printf(a, "%s/%s.elf", p->bin, name);
    if (!file_read(a, out->path, ELF_FILE_MAX, &out->file, &cause)) {
        const char *fix = p->installed ? products_remedy(a, p, name)
                                       : arena_printf(a, "run ninja -C %s %s", p->target, name);
        diag_error(d, place_none(), "cannot read %s: %s; %s", out->path, cause, fix);
        return false;
    }
    enum elf_err err = elf_parse(&out->elf, out->file.data, out->file.size, &rules);
    if (err != ELF_OK) {
        diag_error(d, place_none(), "%s: %s; build it again", out->path, elf_strerror(err));
        return false;
    }
    return true;
}

// Brings the program up to date for --backend sel4. Where the build was made for that kernel there
// is no conformance suite: it compares with the constants of our own kernels.
static bool update_program(struct arena *a, const struct options *o, const struct products *p,
                           const struct kernel *k, const char *name, struct diag *d)
{
    if (o->backend != BACKEND_SEL4) {
        return true;
    }
    if (strcmp(name, "conformance") == 0 && !products_known(p->config)) {
        diag_error(
            d, place_none(),
            "the conformance suite is for the configurations of this tree, and none that is "
            "built agrees with %s; build the one that does, as ninja -C %s target-mk-el1-dbg",
            k->path, p->build);
        return false;
    }
    return subbuild_update(a, p, name, d);
}

bool image_build_alone(struct arena *a, struct options *o, const char *name,
                       struct build_result *out, struct diag *d)
{
    const struct memory_range least = {.base = KAAL_RAM_BASE, .size = UINT64_C(128) << 20};
    const struct system nothing = {0};
    struct program program;
    *out = (struct build_result){0};
    if (!products_find(a, o, &out->products, d) ||
        !kernel_load(a, o, &nothing, &out->products, &out->kernel, d) ||
        !kernel_fit_machine(&out->kernel, o, d) ||
        !update_program(a, o, &out->products, &out->kernel, name, d) ||
        !read_program(a, &out->products, name, &program, d)) {
        return false;
    }
    out->image.root = elf_squeeze(a, &program.elf);
    out->image.root_entry = program.elf.entry;
    out->image.root_memory = align_up(program.elf.hi, SD_PAGE) - program.elf.lo;
    return pack_boot(a, out->products.loader, &out->kernel,
                     out->kernel.memory.size != 0 ? out->kernel.memory : least, &out->image, d);
}
