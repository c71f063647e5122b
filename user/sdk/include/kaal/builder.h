// SPDX-License-Identifier: BSD-2-Clause
//
// How a component is built out of kernel objects: for programs that hold memory (the root task,
// which builds the broker, and the broker, which builds all others). What is built where is drawn
// in abi/kaal/layout.h. Where objects come from is the caller's affair:
//
//    caller ── struct kaal_builder ──► program, pages, thread
//      ▲                                       │
//      └──── objects, share, open, close ──────┘
//
// After an error some of it may exist: the caller destroys the memory that it gave.
#pragma once

#include <kaal/error.h>

#include <lib/elf.h>

#include <sel4/sel4.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kaal_builder {
    // `count` objects of a type (`size_bits` as for Retype) in consecutive slots from *first on.
    enum kaal_err (*objects)(struct kaal_builder *builder, seL4_Word type, uint8_t size_bits,
                             uint32_t count, seL4_CPtr *first);

    // A copy, that may only be read, of the capability of the frame in which `at`, a byte of the
    // program's file, lies. NULL: the file's frames must not be shared.
    enum kaal_err (*share)(struct kaal_builder *builder, const uint8_t *at, seL4_CPtr *frame);

    // The bytes at `at` were written as data and are to be executed: true if the caches of this
    // frame need to hear of it.
    bool (*is_new_code)(struct kaal_builder *builder, const uint8_t *at);

    // Maps `count` consecutive frames where the caller can write them. One such window is open at a
    // time.
    void *(*open)(struct kaal_builder *builder, seL4_CPtr first, uint32_t count);
    void (*close)(struct kaal_builder *builder, seL4_CPtr first, uint32_t count);

    seL4_CPtr vspace;
    uint64_t ipc_buffer; // where the program has it among what it writes, 0: nowhere
    seL4_CPtr ipc_frame; // the frame of that page, once it is there
    seL4_Error refusal;  // what the kernel said, after KAAL_ERR_KERNEL
};

// The size of an object, log2 of bytes; `size_bits` as for Retype.
uint8_t kaal_object_bits(seL4_Word type, uint8_t size_bits);

// The data word of a CNode capability with a guard of `size` zero bits.
static inline seL4_Word kaal_cnode_guard(seL4_Word size)
{
    return seL4_CNode_CapData_new(0, size).words[0];
}

// --- programs ------------------------------------------------------------------------------------

enum { KAAL_PROGRAM_SEGMENTS = 8 };

// What a program says about itself.
struct kaal_program {
    struct elf elf;
    struct elf_segment segments[KAAL_PROGRAM_SEGMENTS]; // to load, by address
    uint32_t segment_count;
    bool starts_clean; // it initialises all memory that it writes, each time it starts
};

// Reads a program. NULL if it can be built for kernel configuration `config`, else the cause; NULL
// for `config`: one without notes, for whichever. `data` must not change afterwards.
const char *kaal_program_open(struct kaal_program *program, const void *data, size_t size,
                              const char *config);

// Bytes of memory for what kaal_build_program() maps and cannot share, page tables not counted.
uint64_t kaal_program_private(const struct kaal_program *program, bool shares);

// Pages that kaal_build_program() maps out of the file's own frames.
uint32_t kaal_program_shared_pages(const struct kaal_program *program);

enum kaal_err kaal_build_program(struct kaal_builder *builder, const struct kaal_program *program);

// --- pages ---------------------------------------------------------------------------------------

// Maps one frame, adding page tables.
enum kaal_err kaal_build_map(struct kaal_builder *builder, seL4_CPtr frame, uint64_t vaddr,
                             seL4_CapRights_t rights, bool executable, bool cached);

// The page tables for `vaddr`, of which `missing` are not there yet: cheaper than to find out.
enum kaal_err kaal_build_tables(struct kaal_builder *builder, uint64_t vaddr, uint32_t missing);

// `pages` new frames at `vaddr`, for data; the first one is stored.
enum kaal_err kaal_build_pages(struct kaal_builder *builder, uint64_t vaddr, uint32_t pages,
                               seL4_CapRights_t rights, seL4_CPtr *first);

// --- threads -------------------------------------------------------------------------------------

// Where a thread begins.
struct kaal_entry {
    uint64_t address;
    uint64_t stack_top;
    uint64_t argument;
};

struct kaal_thread {
    seL4_CPtr tcb;
    seL4_CPtr cspace;
    seL4_Word cspace_data; // guard
    seL4_CPtr vspace;
    seL4_CPtr ipc_frame;
    seL4_CPtr sched_context;
    seL4_CPtr fault_handler;
    seL4_CPtr timeout_handler; // 0: none
    seL4_CPtr notification;    // to bind; 0: none
    seL4_CPtr authority;       // TCB whose MCP covers the priorities
    uint32_t priority;
    uint32_t max_priority;
    uint64_t ipc_buffer; // address of what `ipc_frame` is mapped at, or lies in
    struct kaal_entry entry;
    bool fpu;
};

// A thread that is ready to be resumed at its entry.
seL4_Error kaal_build_thread(const struct kaal_thread *thread);

// Sets a thread back to its entry, whatever it was doing, and lets it run or not.
seL4_Error kaal_thread_reset(seL4_CPtr tcb, const struct kaal_entry *entry, bool resume);
