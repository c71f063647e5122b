// SPDX-License-Identifier: BSD-2-Clause
//
// A program as a component may have got it: over a network, from a disk.

    .section .rodata
    .balign 8
    .globl puppet_start
puppet_start:
    .incbin "puppet.bin"
    .globl puppet_end
puppet_end:
    .section .note.GNU-stack, "", %progbits
