// SPDX-License-Identifier: BSD-2-Clause
//
// What the core asks of an architecture port. A port is a folder kernel/arch/X with these functions
// and the header "kernel/arch_types.h", which defines
//
//   struct arch_context       the registers of a thread, vector registers included
//   ARCH_MESSAGE_REGISTERS    message words that travel in registers (4)
//   arch_pte_t                an entry of a translation table
//
// Nothing in the core depends on more than is written here.
#pragma once

#include "kernel/addr.h"
#include "kernel/arch_types.h"
#include "kernel/cap.h"

#include <stdbool.h>
#include <stdint.h>

// --- memory ------------------------------------------------------------------------------------

// Zeroes memory; `at` and `size` are multiples of 16.
void arch_zero(void *at, uint64_t size);

// The kernel's own mapping of physical memory that holds objects or RAM frames.
static inline void *arch_ptr(paddr_t address);
static inline paddr_t arch_paddr(const void *object);

// Memory that was just written becomes visible to whoever reads past the caches: user mappings
// without cache, and devices. For a translation table it is enough that the table walker sees it.
void arch_clean(paddr_t base, uint64_t size);
void arch_clean_table(paddr_t base, uint64_t size);

enum arch_cache_op {
    ARCH_CACHE_CLEAN,
    ARCH_CACHE_INVALIDATE,
    ARCH_CACHE_CLEAN_INVALIDATE,
    ARCH_CACHE_UNIFY, // instruction fetch sees what data writes have stored
};

// On memory that the active address space maps at `user`, to physical `start`, in one page.
// Writable where the operation is ARCH_CACHE_INVALIDATE.
void arch_cache(enum arch_cache_op op, vaddr_t user, paddr_t start, uint64_t size);

// --- registers of a thread ---------------------------------------------------------------------

enum arch_register {
    ARCH_REG_BADGE,   // x0: capability address on entry, badge on return
    ARCH_REG_INFO,    // x1: message info
    ARCH_REG_MR0,     // x2..x5, consecutive
    ARCH_REG_REPLY,   // x6
    ARCH_REG_SYSCALL, // x7
    ARCH_REG_NBDEST,  // x8: destination of NBSendRecv
};

// A new thread's, in zeroed memory: all zero but the processor state.
void arch_context_init(struct arch_context *context);

// The idle thread's: returning to it waits for an interrupt, which is then delivered to
// entry_interrupt() as if a thread had been interrupted. No time is spent at user level.
void arch_context_init_idle(struct arch_context *context);

static inline uint64_t arch_get(const struct arch_context *context, enum arch_register reg,
                                unsigned offset);
static inline void arch_set(struct arch_context *context, enum arch_register reg, unsigned offset,
                            uint64_t value);

// The registers as user level numbers them: seL4_UserContext, 36 words. Writing the program counter
// sets where the thread restarts and where it goes on; writing the processor state keeps only the
// condition flags.
uint64_t arch_user_register(const struct arch_context *context, unsigned index);
void arch_set_user_register(struct arch_context *context, unsigned index, uint64_t value);
// CopyRegisters: as they are. `frame` copies indices 0..16, `integer` 17..35.
void arch_copy_registers(struct arch_context *to, const struct arch_context *from, bool frame,
                         bool integer);

// The instruction that trapped, and the one after it. restart: go on at the first, again.
static inline uint64_t arch_restart_pc(const struct arch_context *context);
static inline uint64_t arch_next_pc(const struct arch_context *context);
static inline void arch_set_next_pc(struct arch_context *context, uint64_t pc);
static inline void arch_restart(struct arch_context *context); // next pc = restart pc

void arch_set_tls_base(struct arch_context *context, uint64_t base);

// Registers of the UnknownSyscall fault message, words 0..11 (sel4 ABI §4), and writing them back.
uint64_t arch_unknown_syscall_word(const struct arch_context *context, unsigned word);
void arch_set_unknown_syscall_word(struct arch_context *context, unsigned word, uint64_t value);
// The same for UserException, words 0..2.
uint64_t arch_user_exception_word(const struct arch_context *context, unsigned word);
void arch_set_user_exception_word(struct arch_context *context, unsigned word, uint64_t value);
// Timeout replies write registers in seL4_UserContext order without the two TLS registers (34).
enum { ARCH_USER_REGISTERS = 36, ARCH_FRAME_REGISTERS = 17, ARCH_TIMEOUT_REGISTERS = 34 };

// The thread of `to` will run next, after that of `from`: what the trap code does not save and load
// follows (vector registers).
static inline void arch_context_switch(struct arch_context *from, struct arch_context *to);
// The context is about to disappear, or its thread must not use floating point any more.
void arch_context_release(struct arch_context *context);

// --- address spaces ----------------------------------------------------------------------------
//
// Four levels (0..3) of tables with 512 entries; level 3 entries map 4 KiB. vspace.c walks and
// changes the tables through these, so that the host port runs the same code.

enum { ARCH_LEVELS = 4, ARCH_INDEX_BITS = 9 };

struct arch_mapping {
    bool read, write, execute; // write only with read; execute also without, as in seL4
    bool cached;
};

enum arch_pte_kind { ARCH_PTE_EMPTY, ARCH_PTE_TABLE, ARCH_PTE_PAGE };

static inline enum arch_pte_kind arch_pte_kind(arch_pte_t pte, unsigned level);
static inline paddr_t arch_pte_address(arch_pte_t pte);
static inline bool arch_pte_writable(arch_pte_t pte);
static inline arch_pte_t arch_pte_table(paddr_t table);
static inline arch_pte_t arch_pte_page(paddr_t frame, unsigned level, struct arch_mapping mapping);

// Stores the entry and makes it visible to the table walker.
void arch_pte_write(arch_pte_t *entry, arch_pte_t pte);

// For an entry that is empty by now; for an address space whose tables have lost entries, or that
// is not active any more. The processor may fetch what it can still reach again at any time.
void arch_tlb_flush_page(uint64_t asid, vaddr_t address);
void arch_tlb_flush_asid(uint64_t asid);

// The address space of the thread that runs next; or none (only the kernel is mapped).
static inline void arch_vspace_activate(paddr_t root, uint64_t asid);
void arch_vspace_deactivate(void);

// --- for platforms and debugging ----------------------------------------------------------------

// Boot only: device registers, reachable at the address returned.
volatile void *arch_map_device(paddr_t base, uint64_t size);

// --- leaving -----------------------------------------------------------------------------------

// SMC on behalf of user level: x0..x7 in, the same out.
void arch_smc(uint64_t regs[8]);

#include "kernel/arch_inline.h" // the static inline functions above
