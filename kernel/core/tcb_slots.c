// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/tcb_slots.h"

#include "kernel/derive.h"
#include "kernel/fault.h"
#include "kernel/kernel.h"
#include "kernel/revoke.h"
#include "kernel/vspace.h"

// --- checks ------------------------------------------------------------------------------------

seL4_Error tcb_check_fault_handler(struct syscall *sys, struct cap cap, uint64_t argument)
{
    if (cap_is_null(cap) || fault_handler_is_valid(cap)) {
        return seL4_NoError;
    }
    return syscall_invalid_capability(sys, argument);
}

// Whether deleting what the slot holds could take long: then it cannot be replaced in one go.
static bool is_long_to_delete(const struct slot *slot)
{
    const enum cap_type type = cap_type(slot->cap);
    return type == CAP_ZOMBIE || ((type == CAP_CNODE || type == CAP_TCB) && slot_is_final(slot));
}

static seL4_Error check_replaceable(const struct tcb *tcb)
{
    if (is_long_to_delete(&tcb->slots[TCB_SLOT_CSPACE]) ||
        is_long_to_delete(&tcb->slots[TCB_SLOT_VSPACE])) {
        return seL4_IllegalOperation;
    }
    return seL4_NoError;
}

static seL4_Error check_cspace(struct syscall *sys, struct slot *slot, uint64_t data,
                               struct cap *out)
{
    struct cap cap = slot->cap;
    if (data != 0 && !cap_update_data(cap, data, false, &cap)) {
        return seL4_IllegalOperation;
    }
    const seL4_Error error = cap_derive(sys, slot, cap, out);
    if (error != seL4_NoError) {
        return error;
    }
    return cap_type(*out) == CAP_CNODE ? seL4_NoError : seL4_IllegalOperation;
}

static seL4_Error check_vspace(struct syscall *sys, struct slot *slot, struct cap *out)
{
    const seL4_Error error = cap_derive(sys, slot, slot->cap, out);
    if (error != seL4_NoError) {
        return error;
    }
    return vspace_is_assigned(*out) ? seL4_NoError : seL4_IllegalOperation;
}

// Address 0: no buffer, and `out` is null.
static seL4_Error check_buffer(struct syscall *sys, struct slot *slot, uint64_t address,
                               struct cap *out)
{
    *out = cap_null();
    if (address == 0) {
        return seL4_NoError;
    }
    const seL4_Error error = cap_derive(sys, slot, slot->cap, out);
    if (error != seL4_NoError) {
        return error;
    }
    if (cap_type(*out) != CAP_FRAME || cap_get(*out, CAP_DEVICE) != 0) {
        return seL4_IllegalOperation;
    }
    const uint64_t size = UINT64_C(1) << seL4_IPCBufferSizeBits;
    return address % size == 0 ? seL4_NoError : seL4_AlignmentError;
}

// --- installation ------------------------------------------------------------------------------

void tcb_install(struct tcb *tcb, enum tcb_slot which, struct slot *from, struct cap cap)
{
    struct slot *slot = &tcb->slots[which];
    slot_delete_now(slot);
    if (!cap_is_null(cap)) {
        slot_insert_derived(from, slot, cap);
    }
}

static void install_spaces(struct tcb *tcb, struct slot *cspace_slot, struct cap cspace,
                           struct slot *vspace_slot, struct cap vspace)
{
    tcb_install(tcb, TCB_SLOT_CSPACE, cspace_slot, cspace);
    tcb_install(tcb, TCB_SLOT_VSPACE, vspace_slot, vspace);
    if (tcb == kernel.current) {
        vspace_activate(vspace_of(tcb));
    }
}

static void install_buffer(struct tcb *tcb, struct slot *from, struct cap frame, uint64_t address)
{
    tcb_install(tcb, TCB_SLOT_BUFFER, from, frame);
    tcb->buffer = vaddr(address);
}

// --- invocations -------------------------------------------------------------------------------

seL4_Error tcb_configure(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 3 || sys->extra_count < 3) {
        return seL4_TruncatedMessage;
    }
    struct cap cspace;
    struct cap vspace;
    struct cap buffer;
    const uint64_t address = syscall_word(sys, 2);
    seL4_Error error = check_buffer(sys, sys->extra[2], address, &buffer);
    if (error == seL4_NoError) {
        error = check_replaceable(tcb);
    }
    if (error == seL4_NoError) {
        error = check_cspace(sys, sys->extra[0], syscall_word(sys, 0), &cspace);
    }
    if (error == seL4_NoError) {
        error = check_vspace(sys, sys->extra[1], &vspace);
    }
    if (error != seL4_NoError) {
        return error;
    }
    install_spaces(tcb, sys->extra[0], cspace, sys->extra[1], vspace);
    install_buffer(tcb, sys->extra[2], buffer, address);
    return seL4_NoError;
}

seL4_Error tcb_set_space(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 2 || sys->extra_count < 3) {
        return seL4_TruncatedMessage;
    }
    struct cap cspace;
    struct cap vspace;
    struct slot *handler = sys->extra[0];
    seL4_Error error = check_replaceable(tcb);
    if (error == seL4_NoError) {
        error = check_cspace(sys, sys->extra[1], syscall_word(sys, 0), &cspace);
    }
    if (error == seL4_NoError) {
        error = check_vspace(sys, sys->extra[2], &vspace);
    }
    if (error == seL4_NoError) {
        error = tcb_check_fault_handler(sys, handler->cap, 1);
    }
    if (error != seL4_NoError) {
        return error;
    }
    tcb_install(tcb, TCB_SLOT_FAULT, handler, handler->cap);
    install_spaces(tcb, sys->extra[1], cspace, sys->extra[2], vspace);
    return seL4_NoError;
}

seL4_Error tcb_set_buffer(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 1 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    struct cap buffer;
    const uint64_t address = syscall_word(sys, 0);
    const seL4_Error error = check_buffer(sys, sys->extra[0], address, &buffer);
    if (error == seL4_NoError) {
        install_buffer(tcb, sys->extra[0], buffer, address);
    }
    return error;
}

seL4_Error tcb_set_timeout_endpoint(struct syscall *sys, struct tcb *tcb)
{
    if (sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    struct slot *handler = sys->extra[0];
    const seL4_Error error = tcb_check_fault_handler(sys, handler->cap, 1);
    if (error == seL4_NoError) {
        tcb_install(tcb, TCB_SLOT_TIMEOUT, handler, handler->cap);
    }
    return error;
}
