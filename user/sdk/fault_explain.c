// SPDX-License-Identifier: BSD-2-Clause
//
// Why a component may not do what it did: the address is looked up among what it has.
//
//   0      64 KiB   segments      guard  stack      start page, IPC buffer   regions and devices
//   | null? |  ....  |###|  ....  | ! |########|  ....    | |      ....   before |####| beyond

#include <kaal/fault_text.h>
#include <kaal/image.h>
#include <kaal/layout.h>
#include <kaal/start_page.h>

#include <lib/bits.h>
#include <lib/mem.h>

#define PAGE      UINT64_C(0x1000)
#define NULL_END  UINT64_C(0x10000)   // a null pointer and an index or a field's offset
#define NEAR      PAGE                // "just beyond"
#define SKIP_MAX  UINT64_C(0x10000)   // of a frame that missed the guard page
#define USER_END  (UINT64_C(1) << 47) // the first address that user level does not have
#define INSN_SIZE UINT64_C(4)

// --- gathering -----------------------------------------------------------------------------------

static void copy_name(char *to, const char *from)
{
    size_t length = from == NULL ? 0 : strnlen(from, KAAL_NAME_SIZE - 1);
    memcpy(to, from == NULL ? "" : from, length);
    to[length] = '\0';
}

void kaal_fault_take(struct kaal_fault_record *record, const char *component, const char *program,
                     const struct kaal_fault *fault)
{
    copy_name(record->component, component);
    copy_name(record->program, program);
    record->generation = 0;
    record->number = 0;
    record->type = (uint32_t)fault->type;
    record->ip = fault->ip;
    record->addr = fault->addr;
    record->code = fault->code;
    record->access = fault->access;
    record->has_registers = 0;
    record->return_count = 0;
    record->reserved = 0;
    record->why = (struct kaal_fault_why){0};
}

void kaal_fault_take_registers(struct kaal_fault_record *record)
{
    record->has_registers = 1;
    if (record->ip == 0) {
        record->ip = record->context.pc;
    }
}

uint32_t kaal_fault_segments(const struct elf *elf, struct kaal_fault_segment *out, uint32_t max)
{
    struct elf_segment segment;
    unsigned index = 0;
    uint32_t count = 0;
    while (count < max && elf_next_load(elf, &index, &segment)) {
        uint32_t rights = (segment.flags & ELF_PF_R) != 0 ? KAAL_RIGHT_READ : 0;
        rights |= (segment.flags & ELF_PF_W) != 0 ? KAAL_RIGHT_WRITE : 0;
        rights |= (segment.flags & ELF_PF_X) != 0 ? KAAL_RIGHT_EXECUTE : 0;
        out[count++] = (struct kaal_fault_segment){
            .start = align_down(segment.vaddr, PAGE),
            .end = align_up(segment.vaddr + segment.memsz, PAGE),
            .rights = rights,
        };
    }
    return count;
}

// --- what lies at an address ---------------------------------------------------------------------

static bool inside(uint64_t addr, uint64_t start, uint64_t size)
{
    return addr >= start && addr - start < size;
}

// The start page, if it is there and one that we understand.
static const struct kaal_start *usable_start(const struct kaal_fault_place *place)
{
    bool ok = place->start != NULL && kaal_start_ok(place->start, place->start_room);
    return ok ? place->start : NULL;
}

static bool set(struct kaal_fault_why *why, enum kaal_fault_reason reason, uint64_t distance)
{
    why->reason = reason;
    why->distance = distance;
    return true;
}

static const struct kaal_fault_segment *segment_at(const struct kaal_fault_place *place,
                                                   uint64_t addr)
{
    for (uint32_t i = 0; i < place->segment_count; i++) {
        const struct kaal_fault_segment *segment = &place->segments[i];
        if (addr >= segment->start && addr < segment->end) {
            return segment;
        }
    }
    return NULL;
}

// --- the address is mapped, but not for this -----------------------------------------------------

static bool find_segment(struct kaal_fault_record *record, const struct kaal_fault_place *place)
{
    const struct kaal_fault_segment *segment = segment_at(place, record->addr);
    if (segment == NULL) {
        return false;
    }
    if ((segment->rights & KAAL_RIGHT_EXECUTE) != 0) {
        return set(&record->why, KAAL_REASON_TEXT, 0);
    }
    bool writable = (segment->rights & KAAL_RIGHT_WRITE) != 0;
    return set(&record->why, writable ? KAAL_REASON_DATA : KAAL_REASON_CONSTANTS, 0);
}

static bool find_fixed(struct kaal_fault_record *record, const struct kaal_start *start)
{
    uint64_t addr = record->addr;
    if (inside(addr, KAAL_LAYOUT_START_PAGE, start->size)) {
        return set(&record->why, KAAL_REASON_START_PAGE, 0);
    }
    if (inside(addr, start->ipc_buffer, PAGE)) {
        return set(&record->why, KAAL_REASON_IPC_BUFFER, 0);
    }
    if (inside(addr, start->stack_top - start->stack_size, start->stack_size)) {
        return set(&record->why, KAAL_REASON_ON_STACK, 0);
    }
    return false;
}

static bool is_memory(const struct kaal_start_entry *entry)
{
    return entry->kind == KAAL_START_MEMORY || entry->kind == KAAL_START_DEVICE;
}

// `region` is the reason if it is a region; those of devices follow in the same order.
static bool set_entry(struct kaal_fault_why *why, const struct kaal_start_entry *entry,
                      enum kaal_fault_reason region, uint64_t distance)
{
    memcpy(why->object, entry->name, KAAL_NAME_SIZE);
    why->object[KAAL_NAME_SIZE - 1] = '\0';
    unsigned to_device = KAAL_REASON_DEVICE - KAAL_REASON_REGION;
    return set(why, region + (entry->kind == KAAL_START_DEVICE ? to_device : 0), distance);
}

static bool find_entry(struct kaal_fault_record *record, const struct kaal_start *start,
                       enum kaal_fault_reason reason)
{
    for (uint32_t i = 0; i < start->entry_count; i++) {
        const struct kaal_start_entry *entry = &start->entries[i];
        if (is_memory(entry) && inside(record->addr, entry->address, entry->size)) {
            return set_entry(&record->why, entry, reason, 0);
        }
    }
    return false;
}

static void explain_rights(struct kaal_fault_record *record, const struct kaal_fault_place *place)
{
    const struct kaal_start *start = usable_start(place);
    bool found = find_segment(record, place);
    if (!found && start != NULL) {
        found = find_fixed(record, start) || find_entry(record, start, KAAL_REASON_REGION);
    }
    if (!found) {
        (void)set(&record->why, KAAL_REASON_RIGHTS, 0);
    }
}

// --- the address is not mapped -------------------------------------------------------------------

// The guard page is the page below the stack.
static bool find_stack(struct kaal_fault_record *record, const struct kaal_start *start)
{
    uint64_t bottom = start->stack_top - start->stack_size;
    if (record->addr >= start->stack_top) {
        uint64_t above = record->addr - start->stack_top;
        return above < NEAR && set(&record->why, KAAL_REASON_STACK_ABOVE, above);
    }
    if (record->addr >= bottom) {
        return false;
    }
    uint64_t below = bottom - record->addr;
    if (below <= PAGE) {
        return set(&record->why, KAAL_REASON_STACK_GUARD, below);
    }
    return below <= PAGE + SKIP_MAX && set(&record->why, KAAL_REASON_STACK_SKIPPED, below);
}

// Of what the stack pointer is near to: frames that are larger than any guess.
static bool find_stack_pointer(struct kaal_fault_record *record, uint64_t stack_top)
{
    uint64_t sp = record->context.sp;
    uint64_t addr = record->addr;
    uint64_t apart = addr > sp ? addr - sp : sp - addr;
    return record->has_registers != 0 && sp >= KAAL_LAYOUT_IMAGE_END && sp <= stack_top &&
           addr < stack_top && apart <= SKIP_MAX && set(&record->why, KAAL_REASON_STACK, apart);
}

static bool find_near_entry(struct kaal_fault_record *record, const struct kaal_start *start)
{
    uint64_t addr = record->addr;
    for (uint32_t i = 0; i < start->entry_count; i++) {
        const struct kaal_start_entry *entry = &start->entries[i];
        uint64_t end = entry->address + entry->size;
        if (is_memory(entry) && inside(addr, end, NEAR)) {
            return set_entry(&record->why, entry, KAAL_REASON_REGION_BEYOND, addr - end);
        }
    }
    for (uint32_t i = 0; i < start->entry_count; i++) {
        const struct kaal_start_entry *entry = &start->entries[i];
        if (is_memory(entry) && addr < entry->address && entry->address - addr <= NEAR) {
            return set_entry(&record->why, entry, KAAL_REASON_REGION_BEFORE, entry->address - addr);
        }
    }
    return false;
}

static bool find_near_segment(struct kaal_fault_record *record,
                              const struct kaal_fault_place *place)
{
    for (uint32_t i = 0; i < place->segment_count; i++) {
        if (inside(record->addr, place->segments[i].end, NEAR)) {
            return set(&record->why, KAAL_REASON_DATA_BEYOND,
                       record->addr - place->segments[i].end);
        }
    }
    return false;
}

static void explain_unmapped(struct kaal_fault_record *record, const struct kaal_fault_place *place)
{
    const struct kaal_start *start = usable_start(place);
    uint64_t stack_top = start == NULL ? KAAL_LAYOUT_STACK_TOP : start->stack_top;
    if (start != NULL && (find_entry(record, start, KAAL_REASON_REGION_GONE) ||
                          find_stack(record, start) || find_near_entry(record, start))) {
        return;
    }
    if (find_near_segment(record, place) || find_stack_pointer(record, stack_top)) {
        return;
    }
    bool null = record->addr < NULL_END;
    (void)set(&record->why, null ? KAAL_REASON_NULL : KAAL_REASON_NOWHERE, 0);
}

// --- all faults ----------------------------------------------------------------------------------

static struct kaal_fault fault_of(const struct kaal_fault_record *record)
{
    return (struct kaal_fault){.type = record->type, .code = record->code};
}

static void explain_memory(struct kaal_fault_record *record, const struct kaal_fault_place *place)
{
    struct kaal_fault fault = fault_of(record);
    const char *cause = kaal_fault_cause(&fault);
    if (record->addr >= USER_END) {
        (void)set(&record->why, KAAL_REASON_NOT_USER, 0);
    } else if (strcmp(cause, "alignment") == 0) {
        (void)set(&record->why, KAAL_REASON_UNALIGNED, 0);
    } else if (strcmp(cause, "external") == 0) {
        (void)set(&record->why, KAAL_REASON_EXTERNAL, 0);
    } else if (strcmp(cause, "permission") == 0) {
        explain_rights(record, place);
    } else {
        explain_unmapped(record, place);
    }
}

// The reason that goes with the name of a cause.
static void explain_by_cause(struct kaal_fault_record *record)
{
    static const struct {
        const char *cause;
        enum kaal_fault_reason reason;
    } reasons[] = {
        {"invalid_root", KAAL_REASON_SLOT_ROOT}, {"missing", KAAL_REASON_SLOT_EMPTY},
        {"depth", KAAL_REASON_SLOT_DEPTH},       {"guard", KAAL_REASON_SLOT_GUARD},
        {"undefined", KAAL_REASON_UNDEFINED},    {"fpu", KAAL_REASON_FPU},
        {"register", KAAL_REASON_REGISTER},      {"breakpoint", KAAL_REASON_BREAKPOINT},
    };
    struct kaal_fault fault = fault_of(record);
    const char *cause = kaal_fault_cause(&fault);
    for (unsigned i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (strcmp(cause, reasons[i].cause) == 0) {
            (void)set(&record->why, reasons[i].reason, 0);
        }
    }
}

void kaal_fault_explain(struct kaal_fault_record *record, const struct kaal_fault_place *place)
{
    struct kaal_fault fault = fault_of(record);
    record->why = (struct kaal_fault_why){0};
    switch (record->type) {
    case seL4_Fault_VMFault:
        explain_memory(record, place);
        break;
    case seL4_Fault_UnknownSyscall:
        (void)set(&record->why, KAAL_REASON_SYSCALL, 0);
        break;
    case seL4_Fault_Timeout:
        (void)set(&record->why, KAAL_REASON_TIMEOUT, 0);
        break;
    default:
        explain_by_cause(record);
        if (strcmp(kaal_fault_kind(&fault), "debug") == 0) {
            (void)set(&record->why, KAAL_REASON_BREAKPOINT, 0);
        }
        break;
    }
}

// --- who called ----------------------------------------------------------------------------------

static bool returns_to(const struct kaal_fault_place *place, uint64_t address)
{
    if (address == 0 || address % INSN_SIZE != 0 || address >= USER_END) {
        return false;
    }
    if (place->segment_count == 0) {
        return true;
    }
    // The call before it must lie in text as well: a call may be the last instruction of all.
    const struct kaal_fault_segment *segment = segment_at(place, address - INSN_SIZE);
    return segment != NULL && (segment->rights & KAAL_RIGHT_EXECUTE) != 0;
}

void kaal_backtrace(struct kaal_fault_record *record, const struct kaal_fault_stack *stack,
                    const struct kaal_fault_place *place)
{
    struct {
        uint64_t fp;
        uint64_t lr;
    } frame = {.fp = record->has_registers != 0 ? record->context.x29 : 0};
    uint64_t last = 0;
    record->return_count = 0;
    while (record->return_count < KAAL_FAULT_RETURNS && frame.fp > last &&
           frame.fp % sizeof(uint64_t) == 0 && frame.fp >= stack->address) {
        uint64_t offset = frame.fp - stack->address;
        if (stack->size < sizeof(frame) || offset > stack->size - sizeof(frame)) {
            return;
        }
        last = frame.fp;
        memcpy(&frame, (const uint8_t *)stack->bytes + offset, sizeof(frame));
        if (!returns_to(place, frame.lr)) {
            return;
        }
        record->returns[record->return_count++] = frame.lr;
    }
}
