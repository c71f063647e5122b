// SPDX-License-Identifier: BSD-2-Clause
//
// Raises the driver's interrupt while a thread of lower priority than the driver's runs: this one.
// A device is one component's alone, so the thread goes where the device is. It has a program
// (raise.S) that needs no memory there, at the same address since both are built of the same file.

#include "raiser.h"

#include <kaal/layout.h>

// raise.S. Does not return.
_Noreturn void raise_for_ever(const seL4_Word registers[RAISE_REGISTERS]);

static seL4_CPtr slot(uint32_t kind, const char *name)
{
    return kaal_need(kind, name)->slot;
}

// Arguments of TCB_SetSpace that lie in the IPC buffer: no fault handler, spaces.
static void put_spaces(const struct kaal_start_entry *cspace)
{
    seL4_SetCap(0, seL4_CapNull);
    seL4_SetCap(1, cspace->slot);
    seL4_SetCap(2, slot(KAAL_START_VSPACE, "driver"));
}

void raiser_run(void)
{
    const struct kaal_start_entry *cspace = kaal_need(KAAL_START_CNODE, "self");
    volatile struct marks *marks = marks_open();
    put_spaces(cspace);
    const seL4_Word registers[RAISE_REGISTERS] = {
        slot(KAAL_START_TCB, "self"),
        seL4_MessageInfo_new(TCBSetSpace, 0, 3, 2).words[0],
        seL4_CNode_CapData_new(0, seL4_WordBits - cspace->value).words[0],
        0,
        (seL4_Word)seL4_SysCall,
        slot(KAAL_START_NOTIFICATION, NULL),
        (seL4_Word)seL4_SysWait,
        marks->raise,
        marks->marks,
    };
    raise_for_ever(registers);
}
