// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/drivers.h"
#include "tool/mock.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/project.h"
#include "tool/system.h"

#include "lib/bits.h"

#include <kaal/boot.h>
#include <kaal/layout.h>

#include <inttypes.h>

enum {
    // What the root task finds in its initial slots besides image frames and untyped memory: fixed
    // capabilities, page tables, extra boot information, SchedControl; and what it adds before it
    // has slots of its own.
    ROOT_SLOTS_FIXED = 16,
    ROOT_SLOTS_PAGING = 16,
    ROOT_SLOTS_EXTRA = 16,
    ROOT_SLOTS_WORKING = 32,
};

static uint64_t mib_up(uint64_t bytes)
{
    return align_up(bytes, 1 << 20) >> 20;
}

static bool slots_fit(const struct image *image, const struct plan *plan,
                      const struct kernel *kernel, struct diag *d)
{
    uint64_t pages = image->root_memory / SD_PAGE;
    uint64_t need = pages + kernel->max_untyped + ROOT_SLOTS_FIXED + ROOT_SLOTS_PAGING +
                    ROOT_SLOTS_EXTRA + ROOT_SLOTS_WORKING;
    uint64_t have = UINT64_C(1) << kernel->root_cnode_bits;
    if (need <= have) {
        return true;
    }
    diag_error(d, plan->system->pds[plan->system->root].image.at,
               "root task and packed system have %" PRIu64 " pages, which with the kernel's own "
               "needs takes %" PRIu64 " of %" PRIu64
               " initial slots; make the programs smaller or use a kernel with a larger root CNode "
               "(ROOT_CNODE_SIZE_BITS)",
               pages, need, have);
    return false;
}

// The statement that asks for most memory.
static struct place largest(const struct plan *plan)
{
    struct place at = place_start(plan->system->file);
    uint64_t most = 0;
    // Regions beyond those of the description are the DMA memory of devices.
    for (size_t i = 0; i < plan->system->region_count; i++) {
        if (plan->regions[i].size > most) {
            most = plan->regions[i].size;
            at = plan->system->regions[i].size.at;
        }
    }
    for (size_t i = 0; i < plan->pd_count; i++) {
        if (plan->pds[i].stack_size > most && plan->system->pds[i].stack_size.given) {
            most = plan->pds[i].stack_size;
            at = plan->system->pds[i].stack_size.at;
        }
    }
    return at;
}

static bool memory_fits(const struct image *image, const struct plan *plan,
                        const struct kernel *kernel, uint64_t memory, struct diag *d)
{
    // While it loads: kernel, tree, loader with payload, root task, one above the other. A
    // hypervisor lies above the loader.
    uint64_t below = kernel->hypervisor ? kernel->end : image->loader_end;
    uint64_t loading = below - KAAL_RAM_BASE + image->root_memory;
    if (loading > memory) {
        diag_error(d, place_none(),
                   "the image takes %" PRIu64 " MiB while it loads, the machine has %" PRIu64
                   " MiB; give it more with -m",
                   mib_up(loading), memory >> 20);
        return false;
    }
    // Once it runs: the loader's memory is free again, what lies below a hypervisor never is.
    uint64_t taken = kernel->hypervisor ? kernel->end : KAAL_LOADER_BASE;
    uint64_t running = taken - KAAL_RAM_BASE + image->root_memory + plan_memory(plan);
    if (running > memory) {
        diag_error(d, largest(plan),
                   "the system needs %" PRIu64 " MiB, the machine has %" PRIu64
                   " MiB; use less memory here or give the machine more with -m",
                   mib_up(running), memory >> 20);
        return false;
    }
    return true;
}

// Regions at given places: neither where the loader puts things nor beyond the memory.
static bool places_fit(const struct image *image, const struct plan *plan,
                       const struct kernel *kernel, uint64_t memory, struct diag *d)
{
    uint64_t first = align_up(
        (kernel->hypervisor ? kernel->end : image->loader_end) + image->root_memory, SD_PAGE);
    uint64_t end = KAAL_RAM_BASE + memory;
    bool ok = true;
    for (size_t i = 0; i < plan->system->region_count; i++) {
        const struct kaal_plan_region *r = &plan->regions[i];
        const struct sd_region *region = &plan->system->regions[i];
        if ((r->flags & KAAL_REGION_FIXED) == 0 || plan_is_device(r) ||
            (r->paddr >= first && r->paddr + r->size <= end)) {
            continue;
        }
        ok = false;
        diag_error(d, region->paddr.given ? region->paddr.at : region->name.at,
                   "the region `%s` is to lie at 0x%" PRIx64 " to 0x%" PRIx64
                   ", but the memory that is free goes from 0x%" PRIx64 " to 0x%" PRIx64
                   "; give it another physical address, or the machine more memory with -m",
                   region->name.text, r->paddr, r->paddr + r->size, first, end);
    }
    return ok;
}

bool image_fits(const struct image *image, const struct plan *plan, const struct kernel *kernel,
                uint64_t memory, struct diag *d)
{
    return places_fit(image, plan, kernel, memory, d) && slots_fit(image, plan, kernel, d) &&
           memory_fits(image, plan, kernel, memory, d);
}

// Microkit programs have their stack where a kernel at EL2 has no addresses for user level.
static bool kernel_runs_microkit(const struct system *s, const struct kernel *kernel,
                                 struct diag *d)
{
    for (size_t i = 0; i < s->pd_count; i++) {
        if (s->pds[i].abi == SD_ABI_MICROKIT && kernel->hypervisor) {
            diag_error(d, s->pds[i].name.at,
                       "`%s` is a Microkit program for kernels at EL1, and %s runs at EL2; use "
                       "another kernel",
                       s->pds[i].name.text, kernel->path);
            return false;
        }
    }
    return true;
}

bool image_build(struct arena *a, struct options *o, const struct system *s,
                 struct build_result *out, struct diag *d)
{
    // What a machine without a device tree is taken to have.
    const struct memory_range least = {.base = KAAL_RAM_BASE, .size = UINT64_C(128) << 20};

    if (o->backend == BACKEND_MOCK) {
        return mock_build(a, o, s, out, d);
    }
    *out = (struct build_result){0};
    if (!products_find(a, o, &out->products, d) ||
        !kernel_load(a, o, s, &out->products, &out->kernel, d) ||
        !kernel_fit_machine(&out->kernel, o, d) || !kernel_runs_microkit(s, &out->kernel, d) ||
        !system_fits_kernel(s, out->kernel.smc, out->kernel.domains,
                            out->kernel.domain_schedules - 1, d) ||
        !project_prepare(a, o, &out->products, s, d)) {
        return false;
    }
    out->products.memory = o->memory;
    if (!programs_load(a, o, &out->products, s, &out->programs, d) ||
        !drivers_check(a, s, &out->programs, d) ||
        !plan_make(a, s, &out->programs, out->products.config, &out->plan, d)) {
        return false;
    }
    struct bytes packed = pack_system(a, &out->plan);
    const struct program *root = &out->programs.items[out->programs.of_pd[s->root]];
    struct memory_range memory = out->kernel.memory.size != 0 ? out->kernel.memory : least;
    return pack_root(a, root, packed, s->pds[s->root].image.at, &out->image, d) &&
           pack_boot(a, out->products.loader, &out->kernel, memory, &out->image, d) &&
           image_fits(&out->image, &out->plan, &out->kernel, o->memory, d);
}
