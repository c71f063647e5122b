// SPDX-License-Identifier: BSD-2-Clause
//
// A record in words. It may have been stored by somebody else, so names may lack their end and
// numbers may be anything.

#include <kaal/fault_text.h>

enum {
    WHY_SIZE = KAAL_NAME_SIZE + 80, // a number of 20 digits, and the longest words around both
    REGISTERS = 31,                 // x0 to x30
    PER_LINE = 8,                   // of them, or of return addresses
    SLOT_DECIMAL_MAX = 65536,
};

// Around what the access is to: "write to region ring0".
static const char *access_words(const struct kaal_fault_record *record)
{
    switch (record->access) {
    case KAAL_ACCESS_READ:
        return "read of ";
    case KAAL_ACCESS_WRITE:
        return "write to ";
    default:
        return "execute of ";
    }
}

static const char *access_name(const struct kaal_fault_record *record)
{
    struct kaal_fault fault = {.access = (enum kaal_fault_access)record->access};
    return kaal_fault_access_name(&fault);
}

// "write to 0x10: nothing is mapped there"
static void put_address(struct fmt *f, const struct kaal_fault_record *record, const char *words)
{
    fmt_str(f, access_words(record));
    fmt_hex(f, record->addr);
    fmt_str(f, words);
}

static void put_null(struct fmt *f, const struct kaal_fault_record *record)
{
    if (record->access == KAAL_ACCESS_EXECUTE) {
        fmt_str(f, "jump to ");
        fmt_hex(f, record->addr);
        fmt_str(f, ": null function pointer?");
    } else {
        put_address(f, record, ": null pointer?");
    }
}

static void put_object(struct fmt *f, const struct kaal_fault_record *record, const char *what)
{
    fmt_str(f, what);
    fmt_char(f, ' ');
    fmt_strn(f, record->why.object, KAAL_NAME_SIZE - 1);
}

// "write to read-only region ring0"
static void put_denied(struct fmt *f, const struct kaal_fault_record *record, const char *what)
{
    fmt_str(f, access_words(record));
    if (record->access == KAAL_ACCESS_WRITE) {
        fmt_str(f, "read-only ");
    } else if (record->access == KAAL_ACCESS_EXECUTE) {
        fmt_str(f, "data in ");
    }
    put_object(f, record, what);
}

static void put_gone(struct fmt *f, const struct kaal_fault_record *record, const char *what)
{
    fmt_str(f, access_words(record));
    put_object(f, record, what);
    fmt_str(f, ", which is not mapped any more");
}

static void put_bytes(struct fmt *f, uint64_t bytes)
{
    fmt_u64(f, bytes);
    fmt_str(f, bytes == 1 ? " byte " : " bytes ");
}

// " (8 bytes past its end)"
static void put_past(struct fmt *f, uint64_t bytes)
{
    fmt_str(f, " (");
    if (bytes == 0) {
        fmt_str(f, "at its end)");
    } else {
        put_bytes(f, bytes);
        fmt_str(f, "past its end)");
    }
}

static void put_beyond(struct fmt *f, const struct kaal_fault_record *record, const char *what)
{
    fmt_str(f, access_name(record));
    fmt_str(f, " just beyond ");
    put_object(f, record, what);
    put_past(f, record->why.distance);
}

static void put_before(struct fmt *f, const struct kaal_fault_record *record, const char *what)
{
    fmt_str(f, access_name(record));
    fmt_str(f, " just before ");
    put_object(f, record, what);
    fmt_str(f, " (");
    put_bytes(f, record->why.distance);
    fmt_str(f, "before its start)");
}

static void put_rights(struct fmt *f, const struct kaal_fault_record *record)
{
    fmt_str(f, access_words(record));
    fmt_str(f, record->access == KAAL_ACCESS_WRITE     ? "read-only memory at "
               : record->access == KAAL_ACCESS_EXECUTE ? "data at "
                                                       : "memory without that right at ");
    fmt_hex(f, record->addr);
}

static void put_slot(struct fmt *f, const struct kaal_fault_record *record, const char *words)
{
    fmt_str(f, "use of capability slot ");
    if (record->addr < SLOT_DECIMAL_MAX) {
        fmt_u64(f, record->addr);
    } else {
        fmt_hex(f, record->addr);
    }
    fmt_str(f, words);
}

static void put_plain(struct fmt *f, const struct kaal_fault_record *record, const char *what)
{
    fmt_str(f, access_words(record));
    fmt_str(f, what);
}

static void put_stack(struct fmt *f, const struct kaal_fault_record *record)
{
    switch (record->why.reason) {
    case KAAL_REASON_STACK_GUARD:
        fmt_str(f, "stack overflow into guard page");
        break;
    case KAAL_REASON_STACK_SKIPPED:
        fmt_str(f, "stack overflow past the guard page, ");
        put_bytes(f, record->why.distance);
        fmt_str(f, "below the stack");
        break;
    case KAAL_REASON_STACK:
        fmt_str(f, "stack overflow: nothing is mapped at the stack pointer");
        break;
    case KAAL_REASON_STACK_ABOVE:
        fmt_str(f, access_name(record));
        fmt_str(f, " just beyond the stack");
        put_past(f, record->why.distance);
        break;
    default:
        put_address(f, record, " on the stack");
        break;
    }
}

static void put_object_reason(struct fmt *f, const struct kaal_fault_record *record)
{
    uint32_t reason = record->why.reason;
    const char *what = "region";
    if (reason >= KAAL_REASON_DEVICE) {
        what = "device";
        reason -= KAAL_REASON_DEVICE - KAAL_REASON_REGION;
    }
    switch (reason) {
    case KAAL_REASON_REGION:
        put_denied(f, record, what);
        break;
    case KAAL_REASON_REGION_BEYOND:
        put_beyond(f, record, what);
        break;
    case KAAL_REASON_REGION_BEFORE:
        put_before(f, record, what);
        break;
    default:
        put_gone(f, record, what);
        break;
    }
}

static void put_program(struct fmt *f, const struct kaal_fault_record *record)
{
    switch (record->why.reason) {
    case KAAL_REASON_TEXT:
        put_plain(f, record, "program text");
        break;
    case KAAL_REASON_CONSTANTS:
        put_plain(f, record, "program constants");
        break;
    case KAAL_REASON_DATA:
        put_plain(f, record, "data at ");
        fmt_hex(f, record->addr);
        break;
    default:
        fmt_str(f, access_name(record));
        fmt_str(f, " just beyond a segment of the program");
        put_past(f, record->why.distance);
        break;
    }
}

static void put_memory(struct fmt *f, const struct kaal_fault_record *record)
{
    switch (record->why.reason) {
    case KAAL_REASON_NULL:
        put_null(f, record);
        break;
    case KAAL_REASON_NOWHERE:
        put_address(f, record, ": nothing is mapped there");
        break;
    case KAAL_REASON_NOT_USER:
        put_address(f, record, ": not an address of user level");
        break;
    case KAAL_REASON_START_PAGE:
        put_plain(f, record, "the start page");
        break;
    case KAAL_REASON_IPC_BUFFER:
        put_plain(f, record, "the IPC buffer");
        break;
    case KAAL_REASON_RIGHTS:
        put_rights(f, record);
        break;
    case KAAL_REASON_UNALIGNED:
        fmt_str(f, "unaligned access: ");
        put_address(f, record, "");
        break;
    default:
        put_address(f, record, ": nothing answers there");
        break;
    }
}

static void put_other(struct fmt *f, const struct kaal_fault_record *record)
{
    static const char *const words[KAAL_REASON_COUNT] = {
        [KAAL_REASON_UNDEFINED] = "undefined instruction",
        [KAAL_REASON_FPU] = "floating point, but the description does not allow it (fpu = true)",
        [KAAL_REASON_REGISTER] = "trapped register access",
        [KAAL_REASON_BREAKPOINT] = "breakpoint",
        [KAAL_REASON_TIMEOUT] = "budget exhausted (timeout)",
    };
    uint32_t reason = record->why.reason;
    const char *text = reason < KAAL_REASON_COUNT ? words[reason] : NULL;
    fmt_str(f, text != NULL ? text : "unknown fault");
}

static void put_system(struct fmt *f, const struct kaal_fault_record *record)
{
    switch (record->why.reason) {
    case KAAL_REASON_SLOT_EMPTY:
        put_slot(f, record, ": empty");
        break;
    case KAAL_REASON_SLOT_GUARD:
        put_slot(f, record, ": guard mismatch");
        break;
    case KAAL_REASON_SLOT_DEPTH:
        put_slot(f, record, ": depth mismatch");
        break;
    case KAAL_REASON_SLOT_ROOT:
        put_slot(f, record, ": no capability space");
        break;
    case KAAL_REASON_SYSCALL:
        fmt_str(f, "unknown system call ");
        fmt_i64(f, (int64_t)record->addr);
        break;
    default:
        put_other(f, record);
        break;
    }
}

void kaal_fault_put_why(struct fmt *f, const struct kaal_fault_record *record)
{
    uint32_t reason = record->why.reason;
    if (reason >= KAAL_REASON_REGION && reason <= KAAL_REASON_DEVICE_GONE) {
        put_object_reason(f, record);
    } else if ((reason >= KAAL_REASON_STACK_GUARD && reason <= KAAL_REASON_STACK_ABOVE) ||
               reason == KAAL_REASON_ON_STACK) {
        put_stack(f, record);
    } else if (reason >= KAAL_REASON_TEXT && reason <= KAAL_REASON_DATA_BEYOND) {
        put_program(f, record);
    } else if (reason >= KAAL_REASON_NOWHERE && reason <= KAAL_REASON_EXTERNAL) {
        put_memory(f, record);
    } else {
        put_system(f, record);
    }
}

// --- lines ---------------------------------------------------------------------------------------

static void begin_line(const struct kaal_fault_record *record, const char *event,
                       struct kaal_report *report)
{
    char name[KAAL_NAME_SIZE];
    struct fmt f;
    fmt_init(&f, name, sizeof(name));
    fmt_strn(&f, record->component, sizeof(name) - 1);
    kaal_report_begin(report, event);
    kaal_report_str(report, "component", name);
}

static void put_program_name(const struct kaal_fault_record *record, struct kaal_report *report)
{
    char name[KAAL_NAME_SIZE];
    struct fmt f;
    fmt_init(&f, name, sizeof(name));
    fmt_strn(&f, record->program, sizeof(name) - 1);
    if (name[0] != '\0') {
        kaal_report_str(report, "program", name);
    }
}

static void put_fault(const struct kaal_fault_record *record, struct kaal_report *report)
{
    char why[WHY_SIZE];
    struct fmt f;
    const struct kaal_fault fault = {
        .type = record->type,
        .code = record->code,
        .access = (enum kaal_fault_access)record->access,
    };
    begin_line(record, "fault", report);
    kaal_report_str(report, "kind", kaal_fault_kind(&fault));
    kaal_report_hex(report, "addr", record->addr);
    kaal_report_hex(report, "ip", record->ip);
    if (record->type == seL4_Fault_VMFault) {
        kaal_report_str(report, "access", kaal_fault_access_name(&fault));
    }
    kaal_report_str(report, "cause", kaal_fault_cause(&fault));
    kaal_report_hex(report, "code", record->code);
    put_program_name(record, report);
    if (record->generation != 0) {
        kaal_report_u64(report, "generation", record->generation);
    }
    if (record->has_registers != 0) {
        kaal_report_hex(report, "lr", record->context.x30);
        kaal_report_hex(report, "sp", record->context.sp);
    }
    fmt_init(&f, why, sizeof(why));
    kaal_fault_put_why(&f, record);
    kaal_report_text(report, "why", why);
}

static void put_numbered(struct kaal_report *report, const char *prefix, unsigned number,
                         uint64_t word)
{
    char key[8];
    struct fmt f;
    fmt_init(&f, key, sizeof(key));
    fmt_str(&f, prefix);
    fmt_u64(&f, number);
    kaal_report_hex(report, key, word);
}

static void put_returns(const struct kaal_fault_record *record, unsigned first, unsigned end,
                        struct kaal_report *report)
{
    begin_line(record, "backtrace", report);
    put_program_name(record, report);
    for (unsigned i = first; i < end; i++) {
        put_numbered(report, "", i + 1, record->returns[i]);
    }
}

static void put_registers(const struct kaal_fault_record *record, unsigned first, unsigned end,
                          struct kaal_report *report)
{
    const seL4_UserContext *c = &record->context;
    const seL4_Word *const x[REGISTERS] = {
        &c->x0,  &c->x1,  &c->x2,  &c->x3,  &c->x4,  &c->x5,  &c->x6,  &c->x7,
        &c->x8,  &c->x9,  &c->x10, &c->x11, &c->x12, &c->x13, &c->x14, &c->x15,
        &c->x16, &c->x17, &c->x18, &c->x19, &c->x20, &c->x21, &c->x22, &c->x23,
        &c->x24, &c->x25, &c->x26, &c->x27, &c->x28, &c->x29, &c->x30,
    };
    begin_line(record, "registers", report);
    for (unsigned i = first; i < end; i++) {
        put_numbered(report, "x", i, *x[i]);
    }
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

bool kaal_fault_line(const struct kaal_fault_record *record, unsigned n, struct kaal_report *report)
{
    unsigned returns = least(record->return_count, KAAL_FAULT_RETURNS);
    unsigned registers = record->has_registers != 0 ? (unsigned)REGISTERS : 0;
    unsigned trace_lines = (returns + PER_LINE - 1) / PER_LINE;
    if (n == 0) {
        put_fault(record, report);
        return true;
    }
    unsigned first = (n - 1) * PER_LINE;
    if (n <= trace_lines) {
        put_returns(record, first, least(first + PER_LINE, returns), report);
        return true;
    }
    first -= trace_lines * PER_LINE;
    if (first >= registers) {
        return false;
    }
    put_registers(record, first, least(first + PER_LINE, registers), report);
    return true;
}
