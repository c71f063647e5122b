// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Object types of all Arm architectures; with this header come those of the other two enums.

#include <sel4/config.h>
#include <sel4/sel4_arch/objecttype.h>
#include <sel4/simple_types.h>

typedef enum _object {
    seL4_ARM_SmallPageObject = seL4_ModeObjectTypeCount,
    seL4_ARM_LargePageObject,
    seL4_ARM_PageTableObject,
#ifdef CONFIG_ARM_HYPERVISOR_SUPPORT
    seL4_ARM_VCPUObject,
#endif
    seL4_ObjectTypeCount,
} seL4_ArchObjectType;

typedef seL4_Word object_t;

// Types that need a hypervisor or an SMMU: named where no kernel has them, by numbers that none
// takes.
#ifndef CONFIG_ARM_HYPERVISOR_SUPPORT
#define seL4_ARM_VCPUObject 0xfffe
#endif
#define seL4_ARM_IOPageTableObject 0xffff
