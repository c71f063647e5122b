// SPDX-License-Identifier: BSD-2-Clause
//
// The mock machine: the kernel's portable core on its host port, devices as register-level models,
// and a Linux process for each thread (kaal/mock.h).
//
//    main      arguments, boot, the end
//    cpu       which thread runs, what its events mean to the kernel
//    process   processes: start, turns, death
//    space     translation tables: what a process must map, what a refused access means
//    devices   which device answers; pl011, pl031: the models
//    tree      the device tree
//    serial    the wires of the serial port
#pragma once

#include "kernel/plat.h"
#include "kernel/tcb.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Physical addresses and interrupts, as on QEMU's "virt".
#define MACHINE_RAM   UINT64_C(0x40000000)
#define MACHINE_PL011 UINT64_C(0x09000000)
#define MACHINE_PL031 UINT64_C(0x09010000)
#define MACHINE_PAGE  UINT64_C(4096)

enum {
    MACHINE_PL011_SPI = 1,
    MACHINE_PL031_SPI = 2,
    MACHINE_SPI = 32, // number of the first shared interrupt
};

// --- main.c --------------------------------------------------------------------------------------

struct machine_options {
    uint64_t memory;          // bytes
    const char *arguments;    // of the boot
    const char *programs[16]; // folders with host programs
    unsigned program_count;
    const char *debugged; // program that waits for a debugger, or NULL
    bool realtime;        // time passes as on the host while nothing runs
};

extern struct machine_options options;

// Powers the machine off: all processes end, and this one.
_Noreturn void machine_end(int status);

// --- cpu.c ---------------------------------------------------------------------------------------

// Runs the threads of the booted kernel.
_Noreturn void cpu_run(void);

// --- process.c -----------------------------------------------------------------------------------

struct kaal_mock_cpu;
struct process;

// The memory of the machine, for processes to map.
void process_open(int memory_file);

// A new process for `thread`, which executes the host program `name`, its escape being at `text`.
// What executed the thread before is gone. NULL, and told why, if there is no such program.
struct process *process_start(struct tcb *thread, const char *name, uint64_t text);

// What executes the thread; NULL: nothing yet.
struct process *process_of(const struct tcb *thread);

// Whether the process has ended by itself, or by somebody else's hand.
bool process_gone(const struct process *process);

struct kaal_mock_cpu *process_cpu(const struct process *process);

// Where the escape is that it executes.
uint64_t process_text(const struct process *process);

// Gives it the turn, with the address space at `root` mapped, and waits for its next event. False
// if it has ended instead.
bool process_turn(struct process *process, paddr_t root);

// Looks for processes that have ended, and tells of them.
void process_look(void);

// Ends the processes of threads that are no more.
void process_sweep(void);

void process_end_all(void);

// --- space.c -------------------------------------------------------------------------------------

struct run {
    uint64_t start;
    uint64_t end;
    uint64_t offset; // in the memory file
    uint32_t access; // bits 1 << enum kaal_mock_access
};

// What an address space maps of the memory file, ascending; neighbours that continue one another
// are one.
struct runs {
    struct run *items;
    size_t count;
    size_t room;
};

void space_runs(paddr_t root, struct runs *out);

// May a program of this address space do that? Then *physical is where; else *syndrome is what the
// processor says (ESR of AArch64). `root` 0: nothing is mapped.
bool space_translate(paddr_t root, uint64_t address, uint32_t access, uint64_t *physical,
                     uint64_t *syndrome);

// --- devices.c -----------------------------------------------------------------------------------

// Registers at a physical address: false if no device has them.
bool devices_read(uint64_t physical, uint64_t *value);
bool devices_write(uint64_t physical, uint64_t value);

// Sets the interrupt lines.
void devices_update(void);

// When a device interrupts next, if nothing happens until then; UINT64_MAX: never.
ticks_t devices_deadline(void);

// --- pl011.c, pl031.c ----------------------------------------------------------------------------

uint32_t pl011_read(uint32_t offset);
void pl011_write(uint32_t offset, uint32_t value);
bool pl011_line(void); // of its interrupt
// A character on the wire. False if there is no room for it.
bool pl011_receive(char c);

void pl031_open(uint64_t seconds); // of the clock now
uint32_t pl031_read(uint32_t offset);
void pl031_write(uint32_t offset, uint32_t value);
bool pl031_line(void);
ticks_t pl031_deadline(void);

// --- serial.c ------------------------------------------------------------------------------------

void serial_open(void);
void serial_put(char c);
void serial_flush(void);
// Puts out what there is, and hands on what was typed, for as long as the device takes it.
void serial_poll(void);
// Waits for input, at most so many milliseconds.
void serial_wait(int milliseconds);

// --- tree.c --------------------------------------------------------------------------------------

// The device tree of the machine in `blob`. Its size, 0 if there is no room.
size_t tree_make(void *blob, size_t room);
