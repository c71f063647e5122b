// SPDX-License-Identifier: BSD-2-Clause
//
// Who calls, and what for.

#include "broker.h"

#include <kaal/fault_text.h>
#include <kaal/image.h>
#include <kaal/protocol.h>

#include <lib/mem.h>

struct broker broker;

static seL4_MessageInfo_t answer(enum kaal_err err, seL4_Word words)
{
    return seL4_MessageInfo_new(err, 0, 0, words);
}

static seL4_MessageInfo_t answer_argument(seL4_Word number)
{
    seL4_SetMR(0, number);
    return answer(KAAL_ERR_ARGUMENT, 1);
}

// Two results, or what an error is answered with.
static seL4_MessageInfo_t answer_grant(enum kaal_err err, uint64_t first, uint64_t second)
{
    if (err == KAAL_OK) {
        seL4_SetMR(0, first);
        seL4_SetMR(1, second);
        return answer(err, 2);
    }
    if (err == KAAL_ERR_KERNEL) {
        seL4_SetMR(0, broker.refusal);
        return answer(err, 1);
    }
    return answer(err, 0);
}

static seL4_MessageInfo_t serve_memory(uint32_t pd, seL4_Word words)
{
    if (words < 3) {
        return answer(KAAL_ERR_PROTOCOL, 0);
    }
    seL4_Word size = seL4_GetMR(1);
    seL4_Word rights = seL4_GetMR(2);
    if (size == 0) {
        return answer_argument(1);
    }
    if (rights != KAAL_RIGHT_READ && rights != (KAAL_RIGHT_READ | KAAL_RIGHT_WRITE)) {
        return answer_argument(2);
    }
    uint64_t address = 0;
    uint64_t granted = 0;
    bool writable = rights != KAAL_RIGHT_READ;
    enum kaal_err err = grant_memory(pd, size, writable, &address, &granted);
    return answer_grant(err, address, granted);
}

static seL4_MessageInfo_t serve_channel(uint32_t pd, seL4_Word words)
{
    if (words < 2) {
        return answer(KAAL_ERR_PROTOCOL, 0);
    }
    seL4_Word badge = seL4_GetMR(1);
    if (badge == 0) {
        return answer_argument(1);
    }
    uint64_t wait = 0;
    uint64_t signal = 0;
    enum kaal_err err = grant_channel(pd, badge, &wait, &signal);
    return answer_grant(err, wait, signal);
}

// The text from MR2 on, of MR1 bytes: as much of it as was sent and as there is room for.
static void read_text(seL4_Word words, char *text, size_t room)
{
    size_t length = words < 2 ? 0 : seL4_GetMR(1);
    size_t sent = words < 2 ? 0 : (words - 2) * 8;
    length = length < sent ? length : sent;
    length = length < room - 1 ? length : room - 1;
    for (size_t i = 0; i < length; i++) {
        text[i] = (char)(seL4_GetMR((int)(2 + i / 8)) >> (8 * (i % 8)));
    }
    text[length] = '\0';
}

// The caller is suspended, so the answer goes nowhere.
static seL4_MessageInfo_t serve_stop(uint32_t pd, seL4_Word words)
{
    char reason[128];
    read_text(words, reason, sizeof(reason));
    (void)seL4_TCB_Suspend(broker_pd(pd)->tcb);

    struct kaal_report report;
    kaal_report_begin(&report, "stopped");
    kaal_report_str(&report, "component", broker_pd(pd)->name);
    kaal_report_str(&report, "reason", reason);
    log_report(&report);
    start_finished(pd);
    return answer(KAAL_OK, 0);
}

static seL4_MessageInfo_t serve_log(uint32_t pd)
{
    if (pd != broker.table->console) {
        return answer(KAAL_ERR_DENIED, 0);
    }
    unsigned length = log_take(1);
    seL4_SetMR(0, length);
    return answer(KAAL_OK, 1 + (length + 7) / 8);
}

static seL4_MessageInfo_t serve(uint32_t pd, seL4_Word request, seL4_Word words)
{
    switch (request) {
    case KAAL_BROKER_MEMORY:
        return serve_memory(pd, words);
    case KAAL_BROKER_CHANNEL:
        return serve_channel(pd, words);
    case KAAL_BROKER_STARTED:
        start_finished(pd);
        return answer(KAAL_OK, 0);
    case KAAL_BROKER_PASSIVE:
        start_passive(pd);
        return answer(KAAL_OK, 0);
    case KAAL_BROKER_STOP:
        return serve_stop(pd, words);
    case KAAL_BROKER_LOG:
        return serve_log(pd);
    default:
        return answer(KAAL_ERR_REQUEST, 0);
    }
}

static void take_over(void)
{
    if (handover_take()) {
        start_continue();
        return;
    }
    struct kaal_report report;
    kaal_report_begin(&report, "error");
    kaal_report_str(&report, "what", "handover");
    kaal_report_str(&report, "cause", "the table is not one of ours");
    log_report(&report);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    if (badge == KAAL_HANDOVER_BADGE) {
        take_over();
        return answer(KAAL_OK, 0);
    }
    seL4_Word words = seL4_MessageInfo_get_length(info);
    uint64_t protocol = seL4_GetMR(0);
    uint32_t pd = (uint32_t)(badge & KAAL_BADGE_ID);
    if (words < 1 || kaal_protocol_id(protocol) != KAAL_PROTOCOL_BROKER || broker.table == NULL ||
        pd >= broker.table->pd_count) {
        return answer(KAAL_ERR_PROTOCOL, 0);
    }
    if (kaal_protocol_major(protocol) != KAAL_BROKER_MAJOR) {
        seL4_SetMR(0, KAAL_BROKER_WORD);
        return answer(KAAL_ERR_VERSION, 1);
    }
    return serve(pd, seL4_MessageInfo_get_label(info), words);
}

static void report_fault(const struct kaal_handover_pd *pd, const struct kaal_fault *what)
{
    static struct kaal_fault_record record;
    const struct kaal_fault_place nothing = {0}; // its pages are not ours to read
    const seL4_Word registers = sizeof(record.context) / sizeof(seL4_Word);
    kaal_fault_take(&record, pd->name, NULL, what);
    if (seL4_TCB_ReadRegisters(pd->tcb, false, 0, registers, &record.context) == seL4_NoError) {
        kaal_fault_take_registers(&record);
    }
    kaal_fault_explain(&record, &nothing);

    struct kaal_report report;
    for (unsigned n = 0; kaal_fault_line(&record, n, &report); n++) {
        log_report(&report);
    }
}

// A component whose faults nobody else handles: it stays where it is, the others go on.
bool fault(seL4_Word badge, seL4_MessageInfo_t info, seL4_MessageInfo_t *reply)
{
    (void)reply;
    struct kaal_fault what;
    uint32_t pd = (uint32_t)(badge & KAAL_BADGE_ID);
    if (broker.table == NULL || pd >= broker.table->pd_count) {
        return false;
    }
    // A message that cannot be read is a fault all the same: its kind is reported as unknown.
    (void)kaal_fault_read(info, &what);
    report_fault(broker_pd(pd), &what);
    start_finished(pd);
    return false;
}

void init(void)
{
    log_open();
    struct kaal_report report;
    kaal_report_begin(&report, "ready");
    kaal_report_u64(&report, "protocol", KAAL_BROKER_MAJOR);
    log_report(&report);
}
