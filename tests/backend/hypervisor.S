// SPDX-License-Identifier: BSD-2-Clause
//
// The stand-in of a kernel at EL2: looks at what the loader entered it with, prints it as
//
//    [hypervisor] @entered wrong=00        a bit for each check below that failed
//
// and powers off.

#define VIRTUAL_TO_PHYSICAL 0xff60000000 // 0xffc0000000 - 0x60000000
#define UART                0x09000000
#define PSCI_SYSTEM_OFF     0x84000008

    // Sets bit \bit of x20 unless the flags say \condition.
    .macro expect condition, bit
    cset x10, \condition
    eor x10, x10, #1
    orr x20, x20, x10, lsl #\bit
    .endm

    .globl _start
_start:
    mov x20, #0
    mrs x9, CurrentEL
    cmp x9, #(2 << 2)
    expect eq, 0
    mrs x9, sctlr_el2 // translation and both caches
    ldr x11, =0x1005
    and x9, x9, x11
    cmp x9, x11
    expect eq, 1
    mrs x9, tcr_el2
    ldr x11, =0x80823510
    cmp x9, x11
    expect eq, 2
    mrs x9, mair_el2 // index 4 is write-back, 0 is device memory
    ldr x11, =0xff000000ff
    and x9, x9, x11
    ldr x11, =0xff00000000
    cmp x9, x11
    expect eq, 3
    mrs x9, tpidr_el1
    cmp x9, #0
    expect eq, 4
    adr x9, _start // where it is linked
    ldr x11, =_start
    cmp x9, x11
    expect eq, 5
    add x9, x4, x5 // the tree ends below the root task's image, which is not empty
    cmp x9, x0
    expect ls, 6
    cmp x0, x1
    expect lo, 7

    // On at the same bytes by their physical address, and without translation: the UART is not mapped.
    adr x9, 1f
    ldr x11, =VIRTUAL_TO_PHYSICAL
    sub x9, x9, x11
    br x9
1:  mrs x9, sctlr_el2
    ldr x11, =0x1005
    bic x9, x9, x11
    msr sctlr_el2, x9
    isb

    adr x12, text
    ldr x13, =UART
2:  ldrb w14, [x12], #1
    cbz w14, 3f
    str w14, [x13]
    b 2b
3:  mov x15, #4
4:  lsr x14, x20, x15
    and x14, x14, #0xf
    cmp x14, #10
    add x16, x14, #'0'
    add x14, x14, #('a' - 10)
    csel x14, x16, x14, lo
    str w14, [x13]
    subs x15, x15, #4
    b.pl 4b
    mov w14, #'\n'
    str w14, [x13]
    ldr w0, =PSCI_SYSTEM_OFF
    smc #0
5:  wfi
    b 5b
    .ltorg
text:
    .asciz "[hypervisor] @entered wrong="
