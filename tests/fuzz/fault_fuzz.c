// SPDX-License-Identifier: BSD-2-Clause
//
// Whatever a faulting component left: its start page, its stack, its registers, and a record that
// somebody stored. The input is
//
//    registers   36 words | fault   5 words | stack   1 KiB | start page   what is left
#include "fuzz.h"

#include <kaal/fault_text.h>
#include <kaal/image.h>
#include <kaal/layout.h>

#include <stdlib.h>
#include <string.h>

enum { STACK_SIZE = 1024 };

struct head {
    seL4_UserContext context;
    struct kaal_fault fault;
    uint8_t stack[STACK_SIZE];
};

static const struct kaal_fault_segment text = {0x200000, 0x210000,
                                               KAAL_RIGHT_READ | KAAL_RIGHT_EXECUTE};

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void check_lines(const struct kaal_fault_record *record)
{
    struct kaal_report report;
    unsigned n = 0;
    for (; kaal_fault_line(record, n, &report); n++) {
        must(n < 8 && !report.fmt.cut);
        for (const char *c = report.text; *c != '\0'; c++) {
            must(*c >= ' ' && *c <= '~');
        }
    }
    must(n >= 1);
}

static void check_returns(const struct kaal_fault_record *record)
{
    must(record->return_count <= KAAL_FAULT_RETURNS);
    for (unsigned i = 0; i < record->return_count; i++) {
        must(record->returns[i] > text.start && record->returns[i] <= text.end);
    }
}

static void check_fault(const struct head *head, const void *start, size_t room)
{
    const struct kaal_fault_place place = {start, room, &text, 1};
    const struct kaal_fault_stack stack = {head->stack, KAAL_LAYOUT_STACK_TOP - STACK_SIZE,
                                           STACK_SIZE};
    struct kaal_fault fault = head->fault;
    fault.type %= 8;
    struct kaal_fault_record record;
    kaal_fault_take(&record, "fuzz", NULL, &fault);
    record.context = head->context;
    kaal_fault_take_registers(&record);
    kaal_backtrace(&record, &stack, &place);
    check_returns(&record);
    kaal_fault_explain(&record, &place);
    check_lines(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kaal_fault_record record;
    if (size >= sizeof(record)) {
        memcpy(&record, data, sizeof(record));
        check_lines(&record);
    }
    if (size < sizeof(struct head)) {
        return 0;
    }
    // Copies of exactly their size: a sanitizer sees what is read beyond them.
    size_t room = size - sizeof(struct head);
    struct head *head = malloc(sizeof(*head));
    void *start = malloc(room + 1);
    must(head != NULL && start != NULL);
    memcpy(head, data, sizeof(*head));
    head->fault.access %= 3;
    memcpy(start, data + sizeof(*head), room);
    check_fault(head, start, room);
    free(start);
    free(head);
    return 0;
}

static void make_start(struct kaal_start *start)
{
    start->magic = KAAL_START_MAGIC;
    start->version = KAAL_START_VERSION;
    start->size = sizeof(*start) + 2 * sizeof(start->entries[0]);
    start->ipc_buffer = KAAL_LAYOUT_IPC_BUFFER;
    start->stack_top = KAAL_LAYOUT_STACK_TOP;
    start->stack_size = 0x4000;
    start->entry_count = 2;
    start->entries[0] = (struct kaal_start_entry){
        .name = "ring", .kind = KAAL_START_MEMORY, .address = 0x1000000000, .size = 0x2000};
    start->entries[1] = (struct kaal_start_entry){
        .name = "uart", .kind = KAAL_START_DEVICE, .address = 0x1000200000, .size = 0x1000};
}

// A chain of frames, and one fault of each kind of address.
size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    static const uint64_t addresses[] = {0x18,         0x200000,     0xf000fbff8,   0xf000f0000,
                                         0x1000002008, 0x1000200004, 0xdead00001230};
    union {
        struct kaal_start page;
        uint64_t words[64];
    } start = {0};
    struct head head = {0};
    size_t size = sizeof(head) + sizeof(start);
    if (index >= sizeof(addresses) / sizeof(addresses[0]) || room < size) {
        return 0;
    }
    uint64_t base = KAAL_LAYOUT_STACK_TOP - STACK_SIZE;
    const uint64_t frames[] = {base + 32, 0x200100, 0, 0, base + 64, 0x200200, 0, 0, 0, 0x200300};
    memcpy(head.stack, frames, sizeof(frames));
    head.context.x29 = base;
    head.context.sp = base;
    head.fault = (struct kaal_fault){.type = seL4_Fault_VMFault,
                                     .ip = 0x200104,
                                     .addr = addresses[index],
                                     .code = index % 2 == 0 ? 0x92000007 : 0x9200000f};
    make_start(&start.page);
    memcpy(out, &head, sizeof(head));
    memcpy(out + sizeof(head), &start, sizeof(start));
    return size;
}
