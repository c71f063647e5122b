// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// seL4_Fault_t: a fault message as one value, made by seL4_getFault (sel4/faults.h).
//
//   word 0                   1          2                                    13
//   | type, bits 0 to 3 | MR0 of the message | MR1 | ...                       |
//
// For each type and field there are
//
//   seL4_Fault_<type>_new(fields in message order)
//   seL4_Fault_<type>_get_<field>(fault)         seL4_Fault_<type>_set_<field>(fault, value)
//   seL4_Fault_<type>_ptr_get_<field>(&fault)    seL4_Fault_<type>_ptr_set_<field>(&fault, value)

#include <sel4/config.h>
#include <sel4/macros.h>
#include <sel4/simple_types.h>

// Also the label of a fault message. 4 belongs to DebugException in every configuration.
enum seL4_Fault_tag {
    seL4_Fault_NullFault = 0,
    seL4_Fault_CapFault = 1,
    seL4_Fault_UnknownSyscall = 2,
    seL4_Fault_UserException = 3,
#ifdef CONFIG_HARDWARE_DEBUG_API
    seL4_Fault_DebugException = 4,
#endif
    seL4_Fault_Timeout = 5,
    seL4_Fault_VMFault = 6,
#ifdef CONFIG_ARM_HYPERVISOR_SUPPORT
    seL4_Fault_VGICMaintenance = 7,
    seL4_Fault_VCPUFault = 8,
    seL4_Fault_VPPIEvent = 9,
#endif
};
typedef enum seL4_Fault_tag seL4_Fault_tag_t;

struct seL4_Fault {
    seL4_Uint64 words[14];
};
typedef struct seL4_Fault seL4_Fault_t;

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_Fault_get_seL4_FaultType(seL4_Fault_t fault)
{
    return fault.words[0] & 0xf;
}

LIBSEL4_INLINE_FUNC PURE int seL4_Fault_seL4_FaultType_equals(seL4_Fault_t fault, seL4_Uint64 type)
{
    return seL4_Fault_get_seL4_FaultType(fault) == type;
}

LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_Fault_ptr_get_seL4_FaultType(seL4_Fault_t *fault)
{
    return fault->words[0] & 0xf;
}

// The accessors of one field. 140 functions of one line each say nothing that this does not.
#define KAAL_FAULT_FIELD(type, field, mr)                                                          \
    LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_Fault_##type##_get_##field(seL4_Fault_t fault)       \
    {                                                                                              \
        return fault.words[1 + (mr)];                                                              \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC PURE seL4_Fault_t seL4_Fault_##type##_set_##field(seL4_Fault_t fault,      \
                                                                          seL4_Uint64 value)       \
    {                                                                                              \
        fault.words[1 + (mr)] = value;                                                             \
        return fault;                                                                              \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC PURE seL4_Uint64 seL4_Fault_##type##_ptr_get_##field(seL4_Fault_t *fault)  \
    {                                                                                              \
        return fault->words[1 + (mr)];                                                             \
    }                                                                                              \
    LIBSEL4_INLINE_FUNC void seL4_Fault_##type##_ptr_set_##field(seL4_Fault_t *fault,              \
                                                                 seL4_Uint64 value)                \
    {                                                                                              \
        fault->words[1 + (mr)] = value;                                                            \
    }

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_NullFault_new(void)
{
    seL4_Fault_t fault = {{seL4_Fault_NullFault}};
    return fault;
}

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_CapFault_new(seL4_Uint64 IP, seL4_Uint64 Addr,
                                                               seL4_Uint64 InRecvPhase,
                                                               seL4_Uint64 LookupFailureType,
                                                               seL4_Uint64 MR4, seL4_Uint64 MR5,
                                                               seL4_Uint64 MR6)
{
    seL4_Fault_t fault = {
        {seL4_Fault_CapFault, IP, Addr, InRecvPhase, LookupFailureType, MR4, MR5, MR6}};
    return fault;
}

// clang-format off
KAAL_FAULT_FIELD(CapFault, IP, 0)
KAAL_FAULT_FIELD(CapFault, Addr, 1)
KAAL_FAULT_FIELD(CapFault, InRecvPhase, 2)
KAAL_FAULT_FIELD(CapFault, LookupFailureType, 3)
KAAL_FAULT_FIELD(CapFault, MR4, 4)
KAAL_FAULT_FIELD(CapFault, MR5, 5)
KAAL_FAULT_FIELD(CapFault, MR6, 6)
// clang-format on

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_UnknownSyscall_new(
    seL4_Uint64 X0, seL4_Uint64 X1, seL4_Uint64 X2, seL4_Uint64 X3, seL4_Uint64 X4, seL4_Uint64 X5,
    seL4_Uint64 X6, seL4_Uint64 X7, seL4_Uint64 FaultIP, seL4_Uint64 SP, seL4_Uint64 LR,
    seL4_Uint64 SPSR, seL4_Uint64 Syscall)
{
    seL4_Fault_t fault = {{seL4_Fault_UnknownSyscall, X0, X1, X2, X3, X4, X5, X6, X7, FaultIP, SP,
                           LR, SPSR, Syscall}};
    return fault;
}

// clang-format off
KAAL_FAULT_FIELD(UnknownSyscall, X0, 0)
KAAL_FAULT_FIELD(UnknownSyscall, X1, 1)
KAAL_FAULT_FIELD(UnknownSyscall, X2, 2)
KAAL_FAULT_FIELD(UnknownSyscall, X3, 3)
KAAL_FAULT_FIELD(UnknownSyscall, X4, 4)
KAAL_FAULT_FIELD(UnknownSyscall, X5, 5)
KAAL_FAULT_FIELD(UnknownSyscall, X6, 6)
KAAL_FAULT_FIELD(UnknownSyscall, X7, 7)
KAAL_FAULT_FIELD(UnknownSyscall, FaultIP, 8)
KAAL_FAULT_FIELD(UnknownSyscall, SP, 9)
KAAL_FAULT_FIELD(UnknownSyscall, LR, 10)
KAAL_FAULT_FIELD(UnknownSyscall, SPSR, 11)
KAAL_FAULT_FIELD(UnknownSyscall, Syscall, 12)
// clang-format on

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_UserException_new(
    seL4_Uint64 FaultIP, seL4_Uint64 Stack, seL4_Uint64 SPSR, seL4_Uint64 Number, seL4_Uint64 Code)
{
    seL4_Fault_t fault = {{seL4_Fault_UserException, FaultIP, Stack, SPSR, Number, Code}};
    return fault;
}

// clang-format off
KAAL_FAULT_FIELD(UserException, FaultIP, 0)
KAAL_FAULT_FIELD(UserException, Stack, 1)
KAAL_FAULT_FIELD(UserException, SPSR, 2)
KAAL_FAULT_FIELD(UserException, Number, 3)
KAAL_FAULT_FIELD(UserException, Code, 4)
// clang-format on

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_VMFault_new(seL4_Uint64 IP, seL4_Uint64 Addr,
                                                              seL4_Uint64 PrefetchFault,
                                                              seL4_Uint64 FSR)
{
    seL4_Fault_t fault = {{seL4_Fault_VMFault, IP, Addr, PrefetchFault, FSR}};
    return fault;
}

// clang-format off
KAAL_FAULT_FIELD(VMFault, IP, 0)
KAAL_FAULT_FIELD(VMFault, Addr, 1)
KAAL_FAULT_FIELD(VMFault, PrefetchFault, 2)
KAAL_FAULT_FIELD(VMFault, FSR, 3)
// clang-format on

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_Timeout_new(seL4_Uint64 data,
                                                              seL4_Uint64 consumed)
{
    seL4_Fault_t fault = {{seL4_Fault_Timeout, data, consumed}};
    return fault;
}

// clang-format off
KAAL_FAULT_FIELD(Timeout, data, 0)
KAAL_FAULT_FIELD(Timeout, consumed, 1)
// clang-format on

#ifdef CONFIG_HARDWARE_DEBUG_API

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_DebugException_new(seL4_Uint64 FaultIP,
                                                                     seL4_Uint64 ExceptionReason,
                                                                     seL4_Uint64 TriggerAddress,
                                                                     seL4_Uint64 BreakpointNumber)
{
    seL4_Fault_t fault = {
        {seL4_Fault_DebugException, FaultIP, ExceptionReason, TriggerAddress, BreakpointNumber}};
    return fault;
}

// clang-format off
KAAL_FAULT_FIELD(DebugException, FaultIP, 0)
KAAL_FAULT_FIELD(DebugException, ExceptionReason, 1)
KAAL_FAULT_FIELD(DebugException, TriggerAddress, 2)
KAAL_FAULT_FIELD(DebugException, BreakpointNumber, 3)
// clang-format on

#endif

#ifdef CONFIG_ARM_HYPERVISOR_SUPPORT

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_VGICMaintenance_new(seL4_Uint64 IDX)
{
    seL4_Fault_t fault = {{seL4_Fault_VGICMaintenance, IDX}};
    return fault;
}

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_VCPUFault_new(seL4_Uint64 HSR)
{
    seL4_Fault_t fault = {{seL4_Fault_VCPUFault, HSR}};
    return fault;
}

LIBSEL4_INLINE_FUNC CONST seL4_Fault_t seL4_Fault_VPPIEvent_new(seL4_Uint64 irq)
{
    seL4_Fault_t fault = {{seL4_Fault_VPPIEvent, irq}};
    return fault;
}

// clang-format off
KAAL_FAULT_FIELD(VGICMaintenance, IDX, 0)
KAAL_FAULT_FIELD(VCPUFault, HSR, 0)
KAAL_FAULT_FIELD(VPPIEvent, irq, 0)
// clang-format on

#endif

#undef KAAL_FAULT_FIELD
