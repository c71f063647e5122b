// SPDX-License-Identifier: BSD-2-Clause
#include "machine.h"

#include "objects.h"

#include <lib/fdt.h>
#include <lib/mem.h>

// The tree is opened once; NULL if the boot info has none.
static const struct dt *tree(void)
{
    static struct dt dt;
    static bool opened;
    const seL4_BootInfo *boot = boot_info();
    const seL4_BootInfoHeader *header = (const void *)((const char *)boot + seL4_BootInfoFrameSize);
    if (!opened) {
        opened = boot->extraLen >= sizeof(*header) && header->id == SEL4_BOOTINFO_HEADER_FDT &&
                 dt_open(&dt, header + 1, header->len - sizeof(*header)) == DT_OK;
    }
    return opened ? &dt : NULL;
}

const char *machine_arguments(void)
{
    return tree() == NULL ? NULL : dt_bootargs(tree());
}

bool machine_has_gic_v3(void)
{
    return tree() != NULL && !dt_is_none(dt_find_compatible(tree(), dt_none(), "arm,gic-v3"));
}

bool machine_takes_smc(void)
{
    if (tree() == NULL) {
        return false;
    }
    const char *method = dt_prop_string(tree(), dt_find(tree(), "/psci"), "method");
    return method != NULL && strcmp(method, "smc") == 0;
}
