// SPDX-License-Identifier: BSD-2-Clause
//
// Users of a disk. Argument `first=SECTOR`: one that writes what the seed and its name say, many
// times over, and reads it back. Argument `noise`: one that writes noise into its queue, and asks
// for what must be refused; it must harm nobody else.

#include "demo.h"

#include <kaal/args.h>
#include <kaal/block.h>
#include <kaal/component.h>

#include <lib/mem.h>
#include <lib/prng.h>

enum {
    ROUNDS = 40,
    REQUESTS = 8,
    BYTES = 2048, // of each
    ALL_BYTES = REQUESTS * BYTES,
    WORDS = ALL_BYTES / 8,
    NOISE_ROUNDS = 400,
};

static struct kaal_block disk;

static uint32_t run_all(enum kaal_block_operation operation, uint64_t first, uint64_t offset)
{
    uint32_t good = 0;
    for (uint64_t i = 0; i < REQUESTS; i++) {
        (void)kaal_block_submit(&disk, operation, first + i * BYTES / KAAL_BLOCK_SECTOR, BYTES,
                                offset + i * BYTES, i);
    }
    kaal_block_kick(&disk);
    for (uint32_t done = 0; done < REQUESTS;) {
        uint64_t tag = 0;
        enum kaal_err err = KAAL_OK;
        if (kaal_block_reap(&disk, &tag, &err)) {
            good += err == KAAL_OK;
            done++;
        } else {
            (void)kaal_wait_for(disk.bit);
        }
    }
    return good;
}

static void be_honest(uint64_t first)
{
    struct prng stream = demo_stream(kaal_start->name);
    uint64_t *out = (void *)disk.data; // a page begins there
    uint64_t *in = out + WORDS;
    uint32_t good = 0;
    uint32_t equal = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint32_t i = 0; i < WORDS; i++) {
            out[i] = prng_next(&stream);
        }
        good += run_all(KAAL_BLOCK_WRITE, first, 0);
        good += run_all(KAAL_BLOCK_READ, first, ALL_BYTES);
        equal += memcmp(out, in, ALL_BYTES) == 0;
    }
    struct kaal_report report;
    kaal_report_begin(&report, "honest");
    kaal_report_u64(&report, "good", good);
    kaal_report_u64(&report, "equal", equal);
    kaal_report_u64(&report, "flushed", kaal_block_flush(&disk) == KAAL_OK);
    kaal_report_end(&report);
}

static enum kaal_err ask(uint64_t word, seL4_Word request, seL4_Word words)
{
    const struct kaal_start_entry *driver = kaal_need(KAAL_START_CALL, "block");
    seL4_SetMR(0, word);
    seL4_MessageInfo_t info = seL4_Call(driver->slot, seL4_MessageInfo_new(request, 0, 0, words));
    return (enum kaal_err)seL4_MessageInfo_get_label(info);
}

static uint32_t refusals(void)
{
    uint64_t other = kaal_protocol_word(KAAL_PROTOCOL_TIMER, KAAL_BLOCK_MAJOR, 0);
    uint64_t newer = kaal_protocol_word(KAAL_PROTOCOL_BLOCK, KAAL_BLOCK_MAJOR + 1, 0);
    return (uint32_t)(ask(other, KAAL_BLOCK_OPEN, 1) == KAAL_ERR_PROTOCOL) +
           (ask(newer, KAAL_BLOCK_OPEN, 1) == KAAL_ERR_VERSION) +
           (ask(KAAL_BLOCK_WORD, KAAL_BLOCK_OPEN, 0) == KAAL_ERR_PROTOCOL) +
           (ask(KAAL_BLOCK_WORD, 99, 1) == KAAL_ERR_REQUEST);
}

// Reads alone, so that what others have on the disk stays; bytes of a request that could be right
// are more of a trial than such as never are.
static void be_noisy(void)
{
    struct prng stream = demo_stream("noise");
    for (uint32_t round = 0; round < NOISE_ROUNDS; round++) {
        for (uint32_t i = 0; i < KAAL_BLOCK_SLOTS; i++) {
            uint64_t noise = prng_next(&stream);
            disk.queue->requests[i] = (struct kaal_block_request){
                .operation = (noise & 1) != 0 ? KAAL_BLOCK_READ : 5 + (uint32_t)(noise % 1000),
                .bytes = (noise & 2) != 0 ? 512 : (uint32_t)prng_next(&stream),
                .sector = (noise & 4) != 0 ? 1 : prng_next(&stream),
                .offset = (noise & 8) != 0 ? KAAL_BLOCK_DATA : prng_next(&stream),
            };
        }
        disk.queue->submitted =
            prng_next(&stream) % 4 == 0 ? prng_next(&stream) : disk.queue->completed + 16;
        disk.queue->seen = disk.queue->completed - prng_next(&stream) % 4;
        kaal_block_kick(&disk);
    }
    struct kaal_report report;
    kaal_report_begin(&report, "noise");
    kaal_report_u64(&report, "refusals", refusals());
    kaal_report_end(&report);
}

void init(void)
{
    uint64_t first = 0;
    if (kaal_block_open(&disk) != KAAL_OK) {
        kaal_stop("no disk");
    }
    if (kaal_args_number(kaal_start->args, "first", &first)) {
        be_honest(first);
    } else {
        be_noisy();
    }
}
