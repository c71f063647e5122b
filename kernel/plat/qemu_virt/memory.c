// SPDX-License-Identifier: BSD-2-Clause
#include "memory.h"

struct memory memory;

unsigned plat_ram_count(void)
{
    return memory.ram_count;
}

struct plat_range plat_ram(unsigned index)
{
    return memory.ram[index];
}

unsigned plat_kernel_device_count(void)
{
    return memory.device_count;
}

struct plat_range plat_kernel_device(unsigned index)
{
    return memory.device[index];
}

const char *plat_description(void)
{
    return memory.gic_version == 3 ? "gic=3" : "gic=2";
}
