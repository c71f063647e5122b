// SPDX-License-Identifier: BSD-2-Clause
//
// A program that has its IPC buffer itself, as those of libraries before 2.3.

#include <microkit.h>

extern seL4_IPCBuffer __sel4_ipc_buffer_obj;

__attribute__((constructor)) static void use_own(void)
{
    __sel4_ipc_buffer = &__sel4_ipc_buffer_obj;
}
