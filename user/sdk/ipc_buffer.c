// SPDX-License-Identifier: BSD-2-Clause
//
// libsel4's variable for the IPC buffer; each program has its own.

#include <sel4/sel4.h>

LIBSEL4_THREAD_LOCAL seL4_IPCBuffer *__sel4_ipc_buffer;
