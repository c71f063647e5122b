// SPDX-License-Identifier: BSD-2-Clause
//
// A deliberate mistake, linked in place of the function (--wrap): the processor is not told of
// every other page that is unmapped, so that V5 does not hold any more.
#include "kernel/arch.h"

void __real_arch_tlb_flush_page(uint64_t asid, vaddr_t address);
void __wrap_arch_tlb_flush_page(uint64_t asid, vaddr_t address);

void __wrap_arch_tlb_flush_page(uint64_t asid, vaddr_t address)
{
    if ((address.raw >> 12) % 2 == 0) {
        __real_arch_tlb_flush_page(asid, address);
    }
}
