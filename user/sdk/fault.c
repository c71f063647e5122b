// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/fault.h>

#include <stddef.h>
#include <stdint.h>

// Words of each message, and where its parts are.
enum {
    VM_WORDS = 4,
    VM_ADDR = 1,
    VM_PREFETCH = 2,
    VM_FSR = 3,
    CAP_WORDS = 4,
    CAP_ADDR = 1,
    CAP_LOOKUP = 3,
    SYSCALL_WORDS = 13,
    SYSCALL_IP = 8,
    SYSCALL_NUMBER = 12,
    EXCEPTION_WORDS = 5,
    EXCEPTION_NUMBER = 3,
    DEBUG_WORDS = 2,
    DEBUG_TYPE = 4, // seL4 leaves the name out where the kernel has no debug API
    TIMEOUT_WORDS = 1,
    VCPU_WORDS = 1,
    VCPU_TYPE = 8, // likewise, where it is no hypervisor
};

// Bits of ESR_EL2 that describe the instruction of a data abort: a hypervisor has them, a kernel at
// EL1 reads zeros.
#define ESR_INSTRUCTION ((seL4_Word)0x01ffc000)

// The syndrome register, ESR_ELx (Arm ARM D19.2.37): exception class, fault status, write-not-read.
static unsigned esr_class(seL4_Word esr)
{
    return (unsigned)(esr >> 26) & 0x3f;
}

static unsigned esr_status(seL4_Word esr)
{
    return (unsigned)esr & 0x3f;
}

static bool esr_write(seL4_Word esr)
{
    return (esr >> 6 & 1) != 0;
}

static bool decode_vm(const seL4_Word *words, seL4_Word count, struct kaal_fault *fault)
{
    if (count < VM_WORDS) {
        return false;
    }
    fault->ip = words[0];
    fault->addr = words[VM_ADDR];
    fault->code = words[VM_FSR] & ~ESR_INSTRUCTION;
    if (words[VM_PREFETCH] != 0) {
        fault->access = KAAL_ACCESS_EXECUTE;
    } else {
        fault->access = esr_write(fault->code) ? KAAL_ACCESS_WRITE : KAAL_ACCESS_READ;
    }
    return true;
}

static bool decode_cap(const seL4_Word *words, seL4_Word count, struct kaal_fault *fault)
{
    if (count < CAP_WORDS) {
        return false;
    }
    fault->ip = words[0];
    fault->addr = words[CAP_ADDR];
    fault->code = words[CAP_LOOKUP];
    return true;
}

static bool decode_syscall(const seL4_Word *words, seL4_Word count, struct kaal_fault *fault)
{
    if (count < SYSCALL_WORDS) {
        return false;
    }
    fault->ip = words[SYSCALL_IP];
    fault->addr = words[SYSCALL_NUMBER];
    return true;
}

static bool decode_exception(const seL4_Word *words, seL4_Word count, struct kaal_fault *fault)
{
    if (count < EXCEPTION_WORDS) {
        return false;
    }
    fault->ip = words[0];
    fault->code = words[EXCEPTION_NUMBER];
    return true;
}

bool kaal_fault_decode(seL4_Word label, const seL4_Word *words, seL4_Word count,
                       struct kaal_fault *fault)
{
    *fault = (struct kaal_fault){.type = label};
    switch (label) {
    case seL4_Fault_VMFault:
        return decode_vm(words, count, fault);
    case seL4_Fault_CapFault:
        return decode_cap(words, count, fault);
    case seL4_Fault_UnknownSyscall:
        return decode_syscall(words, count, fault);
    case seL4_Fault_UserException:
        return decode_exception(words, count, fault);
    case VCPU_TYPE: // what a hypervisor makes of a trapped register or instruction
        fault->type = seL4_Fault_UserException;
        fault->code = count >= VCPU_WORDS ? words[0] : 0;
        return count >= VCPU_WORDS;
    case seL4_Fault_Timeout:
        return count >= TIMEOUT_WORDS;
    case DEBUG_TYPE:
        fault->ip = count >= DEBUG_WORDS ? words[0] : 0;
        return count >= DEBUG_WORDS;
    default:
        return false;
    }
}

const char *kaal_fault_kind(const struct kaal_fault *fault)
{
    switch (fault->type) {
    case seL4_Fault_VMFault:
        return "vm";
    case seL4_Fault_CapFault:
        return "cap";
    case seL4_Fault_UnknownSyscall:
        return "syscall";
    case seL4_Fault_UserException:
        return "exception";
    case seL4_Fault_Timeout:
        return "timeout";
    case DEBUG_TYPE:
        return "debug";
    default:
        return "unknown";
    }
}

const char *kaal_fault_access_name(const struct kaal_fault *fault)
{
    switch (fault->access) {
    case KAAL_ACCESS_READ:
        return "read";
    case KAAL_ACCESS_WRITE:
        return "write";
    case KAAL_ACCESS_EXECUTE:
        return "execute";
    }
    return "unknown";
}

// The status codes of aborts come in groups of four, one for each level of the tables.
static const char *vm_cause(seL4_Word esr)
{
    switch (esr_status(esr) >> 2) {
    case 0x01:
        return "translation";
    case 0x02:
        return "access_flag";
    case 0x03:
        return "permission";
    default:
        break;
    }
    switch (esr_status(esr)) {
    case 0x00: // address size, level 0: bits beyond the table's reach
        return "translation";
    case 0x10:
        return "external";
    case 0x21:
        return "alignment";
    default:
        return "other";
    }
}

static const char *exception_cause(seL4_Word esr)
{
    switch (esr_class(esr)) {
    case 0x00:
        return "undefined";
    case 0x07:
        return "fpu";
    case 0x18:
        return "register";
    case 0x3c:
        return "breakpoint";
    default:
        return "other";
    }
}

static const char *cap_cause(seL4_Word lookup)
{
    static const char *const names[] = {"none", "invalid_root", "missing", "depth", "guard"};
    return lookup < sizeof(names) / sizeof(names[0]) ? names[lookup] : "other";
}

const char *kaal_fault_cause(const struct kaal_fault *fault)
{
    switch (fault->type) {
    case seL4_Fault_VMFault:
        return vm_cause(fault->code);
    case seL4_Fault_UserException:
        return exception_cause(fault->code);
    case seL4_Fault_CapFault:
        return cap_cause(fault->code);
    default:
        return "none";
    }
}
