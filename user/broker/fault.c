// SPDX-License-Identifier: BSD-2-Clause
//
// What is told of faults and restarts. A record is kept at once, for the component may be restarted
// in the next moment; it is put into words when the console asks, or before the component's number
// becomes another's:
//
//    fault, restart ──► records |taken|taken|free| .. ──► lines, one by one ──► log
//
// The first fault of a component in the window of its restarts is told with its registers and
// callers, those after it in one line: a component that crashes in a circle costs no more than
// that.

#include "life.h"
#include "serve.h"

#include <kaal/broker_name.h>
#include <kaal/fault_text.h>
#include <kaal/layout.h>

enum {
    RECORDS = 16, // a power of two
    SEGMENTS_MAX = 8,
    STACK_PAGES = 2, // that are looked at for callers
};

struct record {
    const struct component *of; // NULL: `words` has its names
    bool is_fault;
    bool is_restart; // or both, one after the other
    uint32_t generation;
    struct kaal_fault what; // of a fault
    enum kaal_end after;    // of a restart
    uint64_t delay_us;      // of a restart
    struct kaal_fault_record words;
};

static struct {
    struct record records[RECORDS];
    uint32_t first;
    uint32_t used;
    uint32_t line; // of the first record: lines before it are out
} queue;

// KAAL_NAME_SIZE bytes.
static const char *program_of(const struct component *c)
{
    static const char memory[KAAL_NAME_SIZE] = "memory";
    uint32_t file = c->spec.file;
    return file == KAAL_NONE ? memory : plan_file(&broker.plan, file)->name;
}

// --- callers -------------------------------------------------------------------------------------

// Copies of the stack's frames from the one of the frame pointer on, in the window.
static uint32_t open_stack(const struct component *c, uint64_t page, uint32_t slot)
{
    uint64_t top = c->spec.stack_top;
    uint32_t first = (uint32_t)(page - (top - c->spec.stack_size)) >> PAGE_BITS;
    uint32_t pages = 0;
    while (pages < STACK_PAGES && page + ((uint64_t)pages << PAGE_BITS) < top &&
           seL4_CNode_Copy(store(), slot + pages, store_depth(), store(),
                           c->stack_frame + first + pages, store_depth(),
                           seL4_CanRead) == seL4_NoError &&
           memory_map_own(slot + pages, KAAL_LAYOUT_WINDOW + ((uint64_t)pages << PAGE_BITS),
                          seL4_CanRead, true) == KAAL_OK) {
        pages++;
    }
    return pages;
}

static void take_callers(const struct component *c, struct kaal_fault_record *record,
                         const struct kaal_fault_place *place)
{
    uint64_t page = record->context.x29 & ~(uint64_t)(PAGE_SIZE - 1);
    uint32_t slot = 0;
    if (page < c->spec.stack_top - c->spec.stack_size || page >= c->spec.stack_top ||
        !slots_take(&broker.slots, STACK_PAGES, &slot)) {
        return;
    }
    uint32_t pages = open_stack(c, page, slot);
    struct kaal_fault_stack stack = {.bytes = (const void *)KAAL_LAYOUT_WINDOW, // NOLINT: mapped
                                     .address = page,
                                     .size = (uint64_t)pages << PAGE_BITS};
    kaal_backtrace(record, &stack, place);
    for (uint32_t i = 0; i < STACK_PAGES; i++) {
        (void)seL4_CNode_Delete(store(), slot + i, store_depth()); // unmaps it
    }
    (void)slots_give(&broker.slots, slot, STACK_PAGES);
}

// --- records -------------------------------------------------------------------------------------

static void take_details(const struct component *c, struct kaal_fault_record *record)
{
    struct kaal_fault_segment segments[SEGMENTS_MAX];
    const struct kaal_program *program = NULL;
    struct kaal_fault_place place = {
        .start = c->start, .start_room = (size_t)c->start_pages << PAGE_BITS, .segments = segments};
    if (c->spec.file != KAAL_NONE && image_program(c->spec.file, &program) == NULL) {
        place.segment_count = kaal_fault_segments(&program->elf, segments, SEGMENTS_MAX);
    }
    if (seL4_TCB_ReadRegisters(c->tcb, 0, 0, sizeof(record->context) / sizeof(seL4_Word),
                               &record->context) == seL4_NoError) {
        kaal_fault_take_registers(record);
        take_callers(c, record, &place);
    }
    kaal_fault_explain(record, &place);
}

static void drop_first(void)
{
    queue.first = (queue.first + 1) % RECORDS;
    queue.used--;
    queue.line = 0;
}

// A record to be filled; the oldest goes if there is no room.
static inline struct record *new_record(const struct component *c)
{
    if (queue.used == RECORDS) {
        drop_first();
    }
    struct record *record = &queue.records[(queue.first + queue.used) % RECORDS];
    queue.used++;
    record->of = c;
    record->is_fault = false;
    record->is_restart = false;
    record->generation = c->generation;
    return record;
}

// The newest record if it is the fault that this component is restarted after; NULL: it is not.
static struct record *fault_before(const struct component *c)
{
    struct record *newest = &queue.records[(queue.first + queue.used - 1) % RECORDS];
    bool its = queue.used > 0 && newest->of == c && newest->generation == c->generation;
    return its && !newest->is_restart ? newest : NULL;
}

static void restart_line(const struct record *record, struct kaal_report *report)
{
    kaal_report_begin(report, "restart");
    kaal_report_str(report, "component", record->words.component);
    kaal_report_str(report, "after", kaal_end_name(record->after));
    kaal_report_u64(report, "generation", record->generation + UINT64_C(1));
    kaal_report_u64(report, "delay_us", record->delay_us);
}

// From here on the record needs its component no more.
static void take_words(struct record *record)
{
    const struct component *c = record->of;
    if (c == NULL) {
        return;
    }
    kaal_fault_take(&record->words, c->spec.name, program_of(c), &record->what);
    record->words.generation = record->generation;
    record->words.number = component_number(c);
    record->of = NULL;
}

// As well as can be without details.
static void explain(struct record *record)
{
    take_words(record);
    if (record->is_fault && record->words.why.reason == KAAL_REASON_UNKNOWN) {
        kaal_fault_explain(&record->words, &(struct kaal_fault_place){.start = NULL});
    }
}

void fault_forget(const struct component *c)
{
    for (uint32_t i = 0; i < queue.used; i++) {
        struct record *record = &queue.records[(queue.first + i) % RECORDS];
        if (record->of == c) {
            take_words(record);
        }
    }
}

bool fault_next_line(struct kaal_report *report)
{
    for (; queue.used > 0; drop_first()) {
        struct record *record = &queue.records[queue.first];
        explain(record);
        if (record->is_fault && kaal_fault_line(&record->words, queue.line, report)) {
            queue.line++;
            return true;
        }
        if (record->is_restart) {
            restart_line(record, report);
            drop_first();
            return true;
        }
    }
    return false;
}

static void tell(void)
{
    struct kaal_report report;
    // Who has been woken for the first takes all.
    if (queue.used > 1 || !log_direct()) {
        if (queue.used == 1) {
            log_wake();
        }
        return;
    }
    while (fault_next_line(&report)) {
        log_report(&report);
    }
}

void fault_restart(const struct component *c, enum kaal_end after, uint64_t delay_us)
{
    struct record *known = fault_before(c);
    struct record *record = known != NULL ? known : new_record(c);
    record->is_restart = true;
    record->after = after;
    record->delay_us = delay_us;
    if (known == NULL) {
        tell();
    }
}

void fault_taken(struct component *c, seL4_MessageInfo_t info)
{
    if (c == NULL) {
        return;
    }
    struct record *record = new_record(c);
    record->is_fault = true;
    // A message that cannot be read is a fault all the same: its kind is reported as unknown.
    (void)kaal_fault_read(info, &record->what);
    c->state = KAAL_STATE_FAULTED;
    const seL4_Word type = record->what.type;
    audit_event(KAAL_AUDIT_FAULT, NULL, c, record->what.addr, (uint32_t)type);
    if (c->restarts == 0) {
        take_words(record);
        take_details(c, &record->words);
    }
    tell();
    supervise_failure(c, type == seL4_Fault_Timeout ? KAAL_END_TIMEOUT : KAAL_END_FAULT, 0);
}
