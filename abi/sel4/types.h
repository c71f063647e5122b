// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Every type of the API; no stub.

#include <sel4/arch/constants.h>
#include <sel4/arch/objecttype.h>
#include <sel4/arch/types.h>
#include <sel4/config.h>
#include <sel4/constants.h>
#include <sel4/debug_assert.h>
#include <sel4/errors.h>
#include <sel4/fault_types.h>
#include <sel4/macros.h>
#include <sel4/mode/types.h>
#include <sel4/shared_types.h>
#include <sel4/simple_types.h>
#include <sel4/syscall.h>

typedef seL4_CPtr seL4_CNode;
typedef seL4_CPtr seL4_DomainSet;
typedef seL4_CPtr seL4_IRQControl;
typedef seL4_CPtr seL4_IRQHandler;
typedef seL4_CPtr seL4_SchedContext;
typedef seL4_CPtr seL4_SchedControl;
typedef seL4_CPtr seL4_TCB;
typedef seL4_CPtr seL4_Untyped;
