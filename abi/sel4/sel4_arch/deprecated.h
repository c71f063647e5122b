// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Old names of AArch64's paging structures. All levels below the root are page tables now; with
// three levels, the root is what was the second one.

#include <sel4/arch/invocation.h>
#include <sel4/arch/objecttype.h>
#include <sel4/arch/types.h>
#include <sel4/config.h>

typedef seL4_ARM_PageTable seL4_ARM_PageDirectory;
typedef seL4_ARM_VSpace seL4_ARM_PageGlobalDirectory;

#define seL4_ARM_PageDirectoryObject seL4_ARM_PageTableObject
#define seL4_ARM_PageDirectory_Map   seL4_ARM_PageTable_Map
#define seL4_ARM_PageDirectory_Unmap seL4_ARM_PageTable_Unmap

#ifdef CONFIG_ARM_HYPERVISOR_SUPPORT
typedef seL4_ARM_VSpace seL4_ARM_PageUpperDirectory;

#define seL4_ARM_PageUpperDirectoryObject seL4_ARM_VSpaceObject
#else
typedef seL4_ARM_PageTable seL4_ARM_PageUpperDirectory;

#define seL4_ARM_PageUpperDirectoryObject  seL4_ARM_PageTableObject
#define seL4_ARM_PageGlobalDirectoryObject seL4_ARM_VSpaceObject

#define seL4_ARM_PageUpperDirectory_Map   seL4_ARM_PageTable_Map
#define seL4_ARM_PageUpperDirectory_Unmap seL4_ARM_PageTable_Unmap
#endif

#define seL4_ARM_PageGlobalDirectory_Clean_Data           seL4_ARM_VSpace_Clean_Data
#define seL4_ARM_PageGlobalDirectory_Invalidate_Data      seL4_ARM_VSpace_Invalidate_Data
#define seL4_ARM_PageGlobalDirectory_CleanInvalidate_Data seL4_ARM_VSpace_CleanInvalidate_Data
#define seL4_ARM_PageGlobalDirectory_Unify_Instruction    seL4_ARM_VSpace_Unify_Instruction

#define ARMPageDirectoryMap                        ARMPageTableMap
#define ARMPageDirectoryUnmap                      ARMPageTableUnmap
#define ARMPageUpperDirectoryMap                   ARMPageTableMap
#define ARMPageUpperDirectoryUnmap                 ARMPageTableUnmap
#define ARMPageGlobalDirectoryClean_Data           ARMVSpaceClean_Data
#define ARMPageGlobalDirectoryInvalidate_Data      ARMVSpaceInvalidate_Data
#define ARMPageGlobalDirectoryCleanInvalidate_Data ARMVSpaceCleanInvalidate_Data
#define ARMPageGlobalDirectoryUnify_Instruction    ARMVSpaceUnify_Instruction

#define seL4_PageDirBits      seL4_PageTableBits
#define seL4_PageDirEntryBits seL4_PageTableEntryBits
#define seL4_PageDirIndexBits seL4_PageTableIndexBits
#define seL4_PUDEntryBits     3

#ifdef CONFIG_ARM_HYPERVISOR_SUPPORT
#define seL4_PUDBits      13
#define seL4_PUDIndexBits 10
#define seL4_PGDBits      0
#define seL4_PGDEntryBits 0
#define seL4_PGDIndexBits 0
#else
#define seL4_PUDBits      12
#define seL4_PUDIndexBits 9
#define seL4_PGDBits      12
#define seL4_PGDEntryBits 3
#define seL4_PGDIndexBits 9
#endif
