// SPDX-License-Identifier: BSD-2-Clause
//
// The disk for all who have a channel to it: their queues in turn to the one of the device.
//
//    client queue ──┐                         ┌── completions, signal
//    client queue ──┼─► pump ──► device ──► reap ──┼── ..
//    client queue ──┘                         └── ..

#include "blk.h"
#include "client.h"

#include <kaal/block.h>
#include <kaal/component.h>
#include <kaal/driver.h>
#include <kaal/serve.h>

#include <lib/mem.h>

enum { CLIENTS_MAX = 16 };

const struct kaal_driver kaal_driver = {
    .version = KAAL_DRIVER_VERSION,
    .compatible = {"virtio,mmio"},
    .virtio = BLK_DEVICE_ID,
    .registers = 0x200,
    .interrupts = 1,
    .dma = BLK_DMA_BYTES,
};

struct holder {
    uint64_t badge; // of its calls; 0: nobody
    struct client client;
    char name[KAAL_NAME_SIZE]; // of the channel to it
    bool called;               // it has completions that it was not told of
};

// What comes back from the device with a request.
struct ticket {
    uint64_t tag;
    uint32_t holder;
};

static struct kaal_device device;
static struct blk blk;
static struct client_disk disk;
static struct holder holders[CLIENTS_MAX];
static struct ticket tickets[BLK_REQUESTS_MAX];
static uint32_t tickets_free; // bits

// --- requests ------------------------------------------------------------------------------------

static void complete(uint32_t ticket, enum kaal_err err)
{
    struct holder *holder = &holders[tickets[ticket].holder];
    client_complete(&holder->client, tickets[ticket].tag, err);
    holder->called = true;
    tickets_free |= 1u << ticket;
}

// A disk that keeps nothing back needs no flush, and one that has failed has no answer.
static bool answer_without_device(struct holder *holder, const struct kaal_block_request *request)
{
    bool nothing_to_do = request->operation == KAAL_BLOCK_FLUSH && !blk.can_flush;
    if (blk.failed || nothing_to_do) {
        client_complete(&holder->client, request->tag, blk.failed ? KAAL_ERR_DEVICE : KAAL_OK);
        return true;
    }
    return false;
}

// One request of this client. False if it has none.
static bool pump_one(uint32_t index)
{
    struct holder *holder = &holders[index];
    struct kaal_block_request request;
    uint64_t completed = holder->client.completed;
    bool taken = client_take(&holder->client, &disk, &request);
    if (taken && !answer_without_device(holder, &request)) {
        uint32_t ticket = (uint32_t)__builtin_ctz(tickets_free);
        tickets[ticket] = (struct ticket){.tag = request.tag, .holder = index};
        tickets_free &= ~(1u << ticket);
        if (!blk_submit(&blk, (enum kaal_block_operation)request.operation, request.sector,
                        holder->client.paddr + request.offset, request.bytes, ticket)) {
            complete(ticket, KAAL_ERR_DEVICE);
        }
    }
    holder->called = holder->called || holder->client.completed != completed;
    return taken;
}

// One of each client in turn, so that none waits for all of another's; and no more of one client
// than it can have at a time, so that none keeps us from the others.
static void pump(void)
{
    bool more = true;
    for (uint32_t round = 0; more && round < KAAL_BLOCK_SLOTS; round++) {
        more = false;
        for (uint32_t i = 0; i < CLIENTS_MAX && tickets_free != 0; i++) {
            more = (holders[i].badge != 0 && pump_one(i)) || more;
        }
    }
    blk_kick(&blk);
}

static void reap(void)
{
    uint64_t ticket = 0;
    enum kaal_err err = KAAL_OK;
    while (blk_take(&blk, &ticket, &err)) {
        complete((uint32_t)ticket, err);
    }
}

static void call_back(void)
{
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        if (holders[i].called) {
            holders[i].called = false;
            const struct kaal_start_entry *channel =
                kaal_start_find(kaal_start, KAAL_START_SIGNAL, holders[i].name);
            if (channel != NULL) {
                kaal_signal(channel);
            }
        }
    }
}

// --- clients -------------------------------------------------------------------------------------

// The client's place, or a free one; NULL if there is none.
static struct holder *place_of(uint64_t badge)
{
    struct holder *place = NULL;
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        if (holders[i].badge == badge || (place == NULL && holders[i].badge == 0)) {
            place = &holders[i];
        }
    }
    return place;
}

static seL4_MessageInfo_t serve_open(const struct kaal_request *request)
{
    const struct kaal_start_entry *region = kaal_block_region(kaal_start, request->caller->name);
    struct holder *holder = place_of(request->caller->value);
    if (region == NULL || kaal_request_channel(request) == NULL) {
        return kaal_answer(KAAL_ERR_NOTFOUND, 0);
    }
    if (holder == NULL) {
        return kaal_answer(KAAL_ERR_MEMORY, 0);
    }
    if (blk.failed || holder->client.taken != holder->client.completed) {
        return kaal_answer(blk.failed ? KAAL_ERR_DEVICE : KAAL_ERR_BUSY, 0);
    }
    *holder = (struct holder){
        .badge = request->caller->value,
        .client = {.queue = (struct kaal_block_queue *)region->address, // NOLINT: start page
                   .paddr = region->paddr,
                   .size = region->size},
    };
    memcpy(holder->name, request->caller->name, sizeof(holder->name));
    seL4_SetMR(0, disk.sectors);
    seL4_SetMR(1, disk.read_only ? KAAL_BLOCK_READ_ONLY : 0);
    seL4_SetMR(2, KAAL_BLOCK_BYTES_MAX);
    return kaal_answer(KAAL_OK, 3);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    struct kaal_request request;
    if (!kaal_request_open(&request, badge, info, KAAL_BLOCK_WORD)) {
        return request.refusal;
    }
    return request.number == KAAL_BLOCK_OPEN ? serve_open(&request)
                                             : kaal_answer(KAAL_ERR_REQUEST, 0);
}

void notified(seL4_Word bits)
{
    if ((bits & device.irq_bits) != 0) {
        blk_interrupt(&blk);
        kaal_device_ack(&device, bits);
    }
    reap();
    pump();
    call_back();
}

void init(void)
{
    kaal_device_need(&device, NULL);
    enum kaal_err err = blk_open(&blk, &device);
    if (err != KAAL_OK) {
        kaal_stop(err == KAAL_ERR_NOTFOUND ? "no disk behind its registers: kaal run --disk FILE"
                                           : "the disk does not do as virtio has it");
    }
    disk = (struct client_disk){.sectors = blk.sectors, .read_only = blk.read_only};
    tickets_free = (1u << BLK_REQUESTS_MAX) - 1;
    struct kaal_report report;
    kaal_report_begin(&report, "ready");
    kaal_report_u64(&report, "sectors", blk.sectors);
    kaal_report_u64(&report, "legacy", blk.virtio.legacy);
    kaal_report_u64(&report, "flush", blk.can_flush);
    kaal_report_end(&report);
}
