// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Every invocation stub, under the name by which seL4 sources include them. One header per object.

#include <sel4/stubs/arm_page.h>
#include <sel4/stubs/arm_vcpu.h>
#include <sel4/stubs/arm_vspace.h>
#include <sel4/stubs/cnode.h>
#include <sel4/stubs/domain.h>
#include <sel4/stubs/irq.h>
#include <sel4/stubs/sched.h>
#include <sel4/stubs/tcb.h>
#include <sel4/stubs/tcb_debug.h>
#include <sel4/stubs/untyped.h>
