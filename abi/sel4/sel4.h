// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The user-level API of seL4 with MCS on AArch64: everything.
//
//   types and numbers   sel4/types.h and below      no code
//   system calls        sel4/syscalls.h             over sel4/arch/syscalls_trap.h
//   invocations         interfaces/sel4_client.h    over seL4_Call
//
// A kernel includes the headers with types and numbers only.

#include <interfaces/sel4_client.h>
#include <sel4/arch/constants.h>
#include <sel4/arch/functions.h>
#include <sel4/arch/invocation.h>
#include <sel4/bootinfo.h>
#include <sel4/config.h>
#include <sel4/constants.h>
#include <sel4/deprecated.h>
#include <sel4/faults.h>
#include <sel4/functions.h>
#include <sel4/macros.h>
#include <sel4/plat/api/constants.h>
#include <sel4/sel4_arch/constants.h>
#include <sel4/syscalls.h>
#include <sel4/types.h>
#include <sel4/virtual_client.h>
