// SPDX-License-Identifier: BSD-2-Clause
//
// The first instruction. The loader has mapped the image at its link address and left
//
//   x0, x1  physical start and end of the initial task's image     x3      its entry
//   x2      its physical minus its virtual addresses               x4, x5  device tree and its size
//
// These are the arguments of boot_arch(), which returns the first thread, to code that is not boot
// code.

    .section .boot.start, "ax"
    .global _start
_start:
    msr     daifset, #15
    msr     spsel, #1
    adrp    x9, kernel_stack_top
    add     x9, x9, :lo12:kernel_stack_top
    mov     sp, x9
    adrp    x30, booted
    add     x30, x30, :lo12:booted
    b       boot_arch

    .section .text.booted, "ax"
booted:
    mov     x19, x0
    bl      mmu_forget_boot
    mov     x0, x19
    b       trap_return
