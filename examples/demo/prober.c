// SPDX-License-Identifier: BSD-2-Clause
//
// Tries what a component must not be able to do, and reports what came of it.
//
//    an invocation    the kernel answers with an error             error=IllegalOperation
//    an access        the kernel stops us; the warden, our parent, sees the fault and lets us go on
//                     behind it, with our registers as they were   word=(what we had in ours)
//
// It holds what an attacker would wish for: its own capability space and address space, a frame
// that it may only read, and badged endpoints.

#include "attempt.h"
#include "demo.h"

#include <kaal/component.h>
#include <kaal/image.h>
#include <kaal/layout.h>

// Where a mapping of ours would fit: in the page table that our program has.
#define SEALED_ADDRESS 0x3f0000
#define COPY_ADDRESS   0x3f1000

#define KERNEL_ADDRESS  0xffffffffc0008000 // in its text
#define BEYOND_ADDRESS  (seL4_UserTop + 1) // the first that user level does not have
#define UART_ADDRESS    0x0000000009000000 // of the machine, not of any component
#define OUTSIDE_POINTER 0x100000           // no slot of our capability space

extern const char _start[]; // our first instruction

static uint64_t word; // what the register holds when something is tried

static void stopped(const char *name, uint64_t result)
{
    struct kaal_report report;
    kaal_report_begin(&report, "probe");
    kaal_report_str(&report, "name", name);
    kaal_report_hex(&report, "word", result);
    kaal_report_end(&report);
}

static void answered(const char *name, seL4_Error error)
{
    static const char *const names[] = {
        "NoError",     "InvalidArgument", "InvalidCapability", "IllegalOperation",
        "RangeError",  "AlignmentError",  "FailedLookup",      "TruncatedMessage",
        "DeleteFirst", "RevokeFirst",     "NotEnoughMemory",
    };
    struct kaal_report report;
    kaal_report_begin(&report, "probe");
    kaal_report_str(&report, "name", name);
    kaal_report_str(&report, "error", error <= seL4_NotEnoughMemory ? names[error] : "unknown");
    kaal_report_end(&report);
}

static void probe_memory(void)
{
    stopped("kernel_read", try_load(word, KERNEL_ADDRESS));
    stopped("code_write", try_store(word, (uint64_t)_start));
    stopped("data_execute", try_execute(word, kaal_start->ipc_buffer));
    // There the producer has its ring.
    stopped("neighbour_read", try_load(word, KAAL_LAYOUT_MAP_START));
    stopped("device_read", try_load(word, UART_ADDRESS));
}

static void probe_processor(void)
{
    stopped("unknown_syscall", try_system_call(word));
    stopped("control_register", try_control_register(word));
    stopped("vector_register", try_vector_register(word));
}

static void probe_capabilities(void)
{
    const struct kaal_start_entry *cnode = kaal_need(KAAL_START_CNODE, "cspace");
    seL4_CPtr self = cnode->slot;
    seL4_CPtr broker = kaal_need(KAAL_START_BROKER, NULL)->slot;
    seL4_CPtr empty = cnode->size - 1;
    seL4_CPtr spare = cnode->size - 2;
    seL4_Uint8 depth = (seL4_Uint8)cnode->value;

    answered("empty_invoke", seL4_TCB_Suspend(empty));
    answered("empty_copy", seL4_CNode_Copy(self, spare, depth, self, empty, depth, seL4_AllRights));
    seL4_Wait(empty, NULL);
    stopped("empty_wait", word);
    seL4_Send(OUTSIDE_POINTER, seL4_MessageInfo_new(0, 0, 0, 0));
    stopped("outside_send", word);

    // The badge says who we are: another one would make us somebody else.
    answered("badge_mint", seL4_CNode_Mint(self, spare, depth, self, broker, depth, seL4_AllRights,
                                           KAAL_BADGE_CALL | 1));
    answered("badge_mutate", seL4_CNode_Mutate(self, spare, depth, self, broker, depth, 1));
    answered("full_copy", seL4_CNode_Copy(self, self, depth, self, broker, depth, seL4_AllRights));
    answered("deep_copy", seL4_CNode_Copy(self, spare, 0, self, broker, depth, seL4_AllRights));
    answered("cnode_retype",
             seL4_Untyped_Retype(self, seL4_EndpointObject, 0, self, 0, 0, spare, 1));
}

// The frame is read-only, whatever rights we ask for: for it, for a copy, or for its mapping.
static void probe_frame(void)
{
    const struct kaal_start_entry *cnode = kaal_need(KAAL_START_CNODE, "cspace");
    seL4_Uint8 depth = (seL4_Uint8)cnode->value;
    seL4_CPtr vspace = kaal_need(KAAL_START_VSPACE, "vspace")->slot;
    seL4_CPtr frame = kaal_need(KAAL_START_FRAME, "sealed")->slot;
    seL4_CPtr copy = cnode->size - 2;
    seL4_ARM_VMAttributes data = seL4_ARM_PageCacheable | seL4_ARM_ExecuteNever;

    answered("frame_beyond", seL4_ARM_Page_Map(frame, vspace, BEYOND_ADDRESS, seL4_CanRead, data));
    answered("frame_map", seL4_ARM_Page_Map(frame, vspace, SEALED_ADDRESS, seL4_CanRead, data));
    // Allowed: it gives what the warden wrote.
    stopped("frame_read", try_load(word, SEALED_ADDRESS));
    answered("frame_remap", seL4_ARM_Page_Map(frame, vspace, SEALED_ADDRESS, seL4_ReadWrite, data));
    stopped("frame_write", try_store(word, SEALED_ADDRESS));
    answered("frame_move", seL4_ARM_Page_Map(frame, vspace, COPY_ADDRESS, seL4_ReadWrite, data));

    answered("copy_copy",
             seL4_CNode_Copy(cnode->slot, copy, depth, cnode->slot, frame, depth, seL4_AllRights));
    answered("copy_map", seL4_ARM_Page_Map(copy, vspace, COPY_ADDRESS, seL4_ReadWrite, data));
    stopped("copy_write", try_store(word, COPY_ADDRESS));
}

void init(void)
{
    word = demo_value("probe");
    probe_memory();
    probe_processor();
    probe_capabilities();
    probe_frame();
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
}
