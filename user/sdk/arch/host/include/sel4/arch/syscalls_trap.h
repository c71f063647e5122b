// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// System calls of the host: the same functions as on the target, provided by the mock kernel that
// the program is linked with. What each one means is said in the AArch64 header of the same name.

#include <sel4/arch/trap_regs.h>
#include <sel4/simple_types.h>

void kaal_trap_send(seL4_Word number, const struct kaal_trap_regs *regs);
void kaal_trap_send_empty(seL4_Word number, seL4_Word dest, seL4_Word info);
void kaal_trap_call(seL4_Word number, struct kaal_trap_regs *regs);
void kaal_trap_recv(seL4_Word number, struct kaal_trap_regs *regs, seL4_Word object);
void kaal_trap_send_recv(seL4_Word number, struct kaal_trap_regs *regs, seL4_Word reply,
                         seL4_Word dest);
seL4_Word kaal_trap_words(seL4_Word number, seL4_Word first, seL4_Word second);
