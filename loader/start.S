// SPDX-License-Identifier: BSD-2-Clause
//
// First and last instructions of the loader. Everything between is C.

#include "enter.h"

// An arm64 "Image" header (docs.kernel.org/arch/arm64/booting.html), so that the raw form boots as
// well: text_offset puts it where it is linked. It is data but for its first instruction, which is
// the ELF's entry point too.
    .section .head, "ax"
    .globl loader_start
loader_start:
    b start
    .long 0
    .quad loader_text_offset
    .quad loader_image_size
    .quad 2 // little-endian, 4 KiB pages, as near to the start of RAM as possible
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

// In: x0 = the device tree or something else, MMU and data cache off, EL1, EL2 or EL3. The raw form
// may be anywhere, at least a page from where it is linked: it moves itself there and begins again.
// Its code is overwritten if it lies in the way; moving down, it goes on in the copy of its first
// page.
//
//    x9  where it is    x10  where it belongs    x11  bytes    x12  of which so many are moved
start:
    msr daifset, #0xf
    adr x9, loader_start
    ldr x10, linked_at
    cmp x9, x10
    b.eq placed
    ldr x11, [x9, #16] // KAAL_RAW_SIZE_AT
    b.hi move_down

move_up: // the end first
    sub x11, x11, #8
    ldr x13, [x9, x11]
    str x13, [x10, x11]
    cbnz x11, move_up
    b moved

move_down:
    mov x12, #0
1:  ldr x13, [x9, x12]
    str x13, [x10, x12]
    add x12, x12, #8
    cmp x12, #4096
    b.lo 1b
    dsb sy
    ic iallu
    dsb sy
    isb
    adr x13, 2f
    sub x13, x13, x9
    add x13, x13, x10
    br x13
2:  ldr x13, [x9, x12]
    str x13, [x10, x12]
    add x12, x12, #8
    cmp x12, x11
    b.lo 2b

moved:
    dsb sy
    ic iallu
    dsb sy
    isb
    br x10

    .balign 8
linked_at:
    .quad loader_start

placed:
    adr x9, vectors
    mrs x10, CurrentEL
    cmp x10, #(2 << 2)
    b.hi 3f
    b.eq 2f
    msr vbar_el1, x9
    b 1f
2:  msr vbar_el2, x9
    b 1f
3:  msr vbar_el3, x9
1:  adrp x9, loader_stack_end
    add x9, x9, :lo12:loader_stack_end
    mov sp, x9

    adrp x10, loader_bss
    add x10, x10, :lo12:loader_bss
    adrp x11, loader_bss_end
    add x11, x11, :lo12:loader_bss_end
4:  cmp x10, x11
    b.hs 5f
    stp xzr, xzr, [x10], #16
    b 4b
5:  bl loader_main // does not return

// void enter_kernel(const struct enter *e)
//
// At EL2 with a kernel for EL1, goes on at EL1 (its registers were set by el2_prepare()); then turns
// the MMU on and leaves for the kernel. x19 holds `e`: an exception return changes no general
// register.
    .text
    .globl enter_kernel
enter_kernel:
    mov x19, x0
    ldr x9, [x19, #ENTER_EL]
    cmp x9, #2
    b.eq enter_el2
    mrs x9, CurrentEL
    cmp x9, #(1 << 2)
    b.eq enter_el1
    adr x9, enter_el1
    msr elr_el2, x9
    mov x9, #0x3c5 // EL1 with its own stack pointer, all interrupts masked
    msr spsr_el2, x9
    isb
    eret

    // Everything is loaded before the caches are on: they may hold older bytes.
    .macro load_arguments
    ldp x0, x1, [x19, #ENTER_X0]
    ldp x2, x3, [x19, #ENTER_X0 + 16]
    ldp x4, x5, [x19, #ENTER_X0 + 32]
    ldp x10, x9, [x19, #ENTER_ENTRY]
    .endm

enter_el1:
    ldp x9, x10, [x19, #ENTER_MAIR]
    msr mair_el1, x9
    msr tcr_el1, x10
    ldp x9, x10, [x19, #ENTER_TTBR0]
    msr ttbr0_el1, x9
    msr ttbr1_el1, x10
    msr tpidr_el1, xzr
    isb
    tlbi vmalle1
    ic iallu
    dsb sy
    isb
    load_arguments
    msr sctlr_el1, x9
    isb
    br x10

enter_el2:
    ldp x9, x10, [x19, #ENTER_MAIR]
    msr mair_el2, x9
    msr tcr_el2, x10
    ldr x9, [x19, #ENTER_TTBR0]
    msr ttbr0_el2, x9
    msr tpidr_el1, xzr // a kernel for EL2 finds its core's number there as well
    isb
    tlbi alle2
    ic iallu
    dsb sy
    isb
    load_arguments
    msr sctlr_el2, x9
    isb
    br x10

// Any exception is the end: it has one cause, memory that is not there or a bug, and one answer.
    .macro vector
    .balign 128
    b unexpected
    .endm

    .balign 2048
vectors:
    .rept 16
    vector
    .endr

unexpected:
    mrs x9, CurrentEL
    cmp x9, #(2 << 2)
    b.hi 3f
    b.eq 2f
    mrs x0, esr_el1
    mrs x1, elr_el1
    mrs x2, far_el1
    b loader_exception
2:  mrs x0, esr_el2
    mrs x1, elr_el2
    mrs x2, far_el2
    b loader_exception
3:  mrs x0, esr_el3
    mrs x1, elr_el3
    mrs x2, far_el3
    b loader_exception

    .section .noinit, "aw", %nobits
    .balign 16
    .skip 8192
loader_stack_end:
