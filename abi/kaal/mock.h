// SPDX-License-Identifier: BSD-2-Clause
//
// Between the mock machine and the Linux processes that execute its programs.
//
//    machine: kernel, devices            process: one program of the system, sanitized or not
//    ────────────────────────            ────────────────────────────────────────────────────
//    chooses a thread ── registers, mapping orders, turn = PROGRAM ──►  maps, goes on
//                     ◄── event, registers, turn = MACHINE ───────────  traps, faults, is preempted
//
// Each process shares one struct kaal_mock_cpu with the machine. `turn` is a futex: who does not
// have it waits. So one process runs at a time, as on one core, and the machine never while one
// does.
//
// The memory of the machine is a file. What a program's address space maps, its process maps from
// that file, at the same addresses. Its own text, data, stack and C library lie elsewhere, outside
// the model.
#pragma once

#include <kaal/limits.h>

#include <stdint.h>

// What a process inherits.
enum {
    KAAL_MOCK_MEMORY_FD = 3,
    KAAL_MOCK_CPU_FD = 4,
};

enum kaal_mock_turn {
    KAAL_MOCK_MACHINE,
    KAAL_MOCK_PROGRAM,
};

// Why the machine has the turn.
enum kaal_mock_event {
    KAAL_MOCK_READY,     // the orders are done
    KAAL_MOCK_SYSCALL,   // its registers are in x0..x8
    KAAL_MOCK_DEVICE,    // reads or writes device registers: address, access, size, value
    KAAL_MOCK_ACCESS,    // the host refused an access to memory: address, access
    KAAL_MOCK_EXCEPTION, // an instruction that the processor does not take: syndrome
    KAAL_MOCK_PREEMPTED, // it has run for long without any of these
};

enum kaal_mock_access {
    KAAL_MOCK_READ,
    KAAL_MOCK_WRITE,
    KAAL_MOCK_EXECUTE,
};

// Maps [address, address + size) from `offset` of the memory file on, or unmaps it.
struct kaal_mock_order {
    uint64_t address;
    uint64_t size;
    uint64_t offset;
    uint32_t access; // bits 1 << enum kaal_mock_access; 0: unmap
    uint32_t reserved;
};

enum { KAAL_MOCK_ORDERS = 64 };

struct kaal_mock_cpu {
    uint32_t turn; // enum kaal_mock_turn
    uint32_t event;

    // As AArch64 names them. After ACCESS, EXCEPTION and PREEMPTED they are the host's, in an order
    // that each host architecture chooses; after SYSCALL and DEVICE, those of the call: its pc is
    // the trapping instruction, of KAAL_MOCK_TRAP_SIZE bytes.
    uint64_t x[31];
    uint64_t sp;
    uint64_t pc;

    uint64_t address;
    uint64_t value; // written, or to be read
    uint64_t syndrome;
    uint32_t access;
    uint32_t size; // bytes: 1, 2, 4 or 8

    uint32_t preempt;  // SIGVTALRM is meant for this turn
    uint32_t debugged; // wait for a debugger before the program's first instruction
    uint32_t again;    // after the orders the machine has the turn again
    uint32_t order_count;
    uint32_t reserved;
    struct kaal_mock_order orders[KAAL_MOCK_ORDERS];
};

enum { KAAL_MOCK_TRAP_SIZE = 4 };

// --- programs ------------------------------------------------------------------------------------

// What a packed system holds of a program: an ELF file as for the machine, whose first instruction
// is this. A thread that gets there gets a new process, which executes the host program `name`.
struct kaal_mock_program {
    uint32_t escape;
    uint32_t version;
    char name[KAAL_NAME_SIZE]; // a file name without folders
};

#define KAAL_MOCK_ESCAPE  0x00004b4du // udf #0x4b4d
#define KAAL_MOCK_VERSION 1u

// Where the pages of such a file lie: text, then constants, then data. In the root task's the first
// word of the data is kaal_image_address (kaal/image.h).
#define KAAL_MOCK_COMPONENT_TEXT 0x200000u
#define KAAL_MOCK_ROOT_TEXT      0x400000u
#define KAAL_MOCK_ROOT_DATA      0x402000u

_Static_assert(sizeof(struct kaal_mock_program) == 72, "read by the machine");
