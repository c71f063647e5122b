// SPDX-License-Identifier: BSD-2-Clause
//
// The host port as its user sees it: simulated physical memory, and what the kernel did to the
// parts of a processor that the host does not have.
#pragma once

#include "kernel/addr.h"
#include "kernel/arch_types.h"

#include <stdbool.h>
#include <stdint.h>

struct arch_debug;

// Physical memory [base, base + size) is the arena at `bytes`, page aligned, between two pages that
// nobody may touch.
struct host_memory {
    uint8_t *bytes;
    uint64_t base;
    uint64_t size;
    unsigned resets; // how often there was fresh memory
};

extern struct host_memory host_memory;

// A translation that the processor remembers until it is told to forget it.
struct host_translation {
    bool valid;
    uint64_t asid;
    uint64_t address; // the first that it translates
    unsigned level;
    arch_pte_t pte;
};

enum { HOST_TLB_SIZE = 32 };

// What a test may want to know that left no trace in memory.
struct host_cpu {
    paddr_t root; // of the active address space, 0: none
    uint64_t asid;
    struct host_translation tlb[HOST_TLB_SIZE];
    unsigned tlb_next; // is replaced next
    uint64_t tlb_flushes;
    uint64_t flushes_in_use; // of all of an ASID, while it was active
    uint64_t table_writes;
    uint64_t releases; // of contexts
    uint64_t cache_operations;
    uint64_t smc[8]; // of the last call
    uint64_t cycles;
    uint64_t cycles_each; // added each time they are read: they pass inside the kernel too
    struct {
        bool instruction, data, first_level;
    } flushed; // by the last arch_flush_caches()
    const void *context;
    const struct arch_debug *debug; // of the thread that was switched to last
    unsigned debug_loads;           // how often it changed while its thread was running
};

extern struct host_cpu host_cpu;

// The processor has used this entry of a table of the active address space, and remembers it.
void host_tlb_fill(uint64_t address, unsigned level, arch_pte_t pte);

// Fresh memory, all zero, of `size` bytes (a multiple of 4 KiB) at physical `base`. What was there
// before is gone. Also forgets what host_cpu says. False if the host has no memory left.
bool host_memory_reset(uint64_t base, uint64_t size);

// The same from the first `size` bytes of a file, which others may map as well.
bool host_memory_share(int file, uint64_t base, uint64_t size);
