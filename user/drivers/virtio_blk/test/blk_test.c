// SPDX-License-Identifier: BSD-2-Clause

#include "blk.h"
#include "disk_model.h"

#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct kaal_device device;
static struct blk blk;

static enum kaal_err open_with(enum model_lie lie, bool legacy)
{
    memset(&disk_model, 0, sizeof(disk_model));
    memset(model_client, 0, sizeof(model_client));
    disk_model.lie = lie;
    disk_model.legacy = legacy;
    disk_model_plug(&device);
    return blk_open(&blk, &device);
}

static int setup(void **state)
{
    (void)state;
    return open_with(LIE_NONE, false) == KAAL_OK ? 0 : -1;
}

static int setup_legacy(void **state)
{
    (void)state;
    return open_with(LIE_NONE, true) == KAAL_OK ? 0 : -1;
}

static void fill(uint8_t *memory, uint32_t bytes, uint64_t seed)
{
    for (uint32_t i = 0; i < bytes; i++) {
        memory[i] = (uint8_t)prng_at(seed, i);
    }
}

// The records of the queue and of the driver fit each other, whatever the device did.
static void check_records(void)
{
    uint32_t busy = 0;
    uint32_t chained = 0;
    uint32_t heads = 0;
    for (uint32_t i = 0; i < BLK_REQUESTS_MAX; i++) {
        busy += blk.requests[i].busy;
    }
    for (uint32_t i = 0; i < blk.queue.size; i++) {
        chained += blk.queue.lengths[i];
        heads += blk.queue.lengths[i] != 0;
    }
    assert_int_equal(chained + blk.queue.free_count, blk.queue.size);
    assert_int_equal(heads, blk.queue.outstanding);
    assert_true(blk.failed || busy == heads);
    bool met[KAAL_VIRTQ_MAX] = {false};
    uint16_t at = blk.queue.first_free;
    for (uint32_t i = 0; i < blk.queue.free_count; i++) {
        assert_true(at < blk.queue.size && !met[at]);
        met[at] = true;
        at = blk.queue.next[at];
    }
}

// Runs the device and expects exactly this one completion.
static void expect_done(uint64_t cookie, enum kaal_err err)
{
    uint64_t got = 0;
    enum kaal_err how = KAAL_OK;
    disk_model_run();
    blk_interrupt(&blk);
    assert_int_equal(disk_model.interrupt_status, 0);
    assert_true(blk_take(&blk, &got, &how));
    assert_int_equal(got, cookie);
    assert_int_equal(how, err);
    assert_false(blk_take(&blk, &got, &how));
    check_records();
}

static bool submit(enum kaal_block_operation operation, uint64_t sector, uint32_t bytes,
                   uint64_t cookie)
{
    bool taken =
        blk_submit(&blk, operation, sector, MODEL_CLIENT_PADDR + sector * 512, bytes, cookie);
    blk_kick(&blk);
    return taken;
}

// --- an honest device ----------------------------------------------------------------------------

static void opening_agrees_and_starts(void **state)
{
    (void)state;
    assert_int_equal(blk.sectors, MODEL_SECTORS);
    assert_true(blk.can_flush);
    assert_false(blk.read_only);
    assert_int_equal(disk_model.resets, 1);
    uint32_t wanted = KAAL_VIRTIO_ACKNOWLEDGE | KAAL_VIRTIO_DRIVER | KAAL_VIRTIO_DRIVER_OK;
    assert_int_equal(disk_model.status & ~(uint32_t)KAAL_VIRTIO_FEATURES_OK, wanted);
    check_records();
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    fill(&model_client[512], 1024, 1);
    assert_true(submit(KAAL_BLOCK_WRITE, 1, 1024, 7));
    expect_done(7, KAAL_OK);
    assert_memory_equal(disk_model.sectors[1], &model_client[512], 1024);
    memset(model_client, 0, sizeof(model_client));
    assert_true(submit(KAAL_BLOCK_READ, 1, 1024, 8));
    expect_done(8, KAAL_OK);
    assert_memory_equal(disk_model.sectors[1], &model_client[512], 1024);
    assert_true(submit(KAAL_BLOCK_FLUSH, 0, 0, 9));
    expect_done(9, KAAL_OK);
    assert_int_equal(disk_model.flushes, 1);
}

static void requests_beyond_the_most_wait(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < BLK_REQUESTS_MAX; i++) {
        assert_true(submit(KAAL_BLOCK_READ, i, 512, i));
    }
    assert_false(submit(KAAL_BLOCK_READ, 0, 512, 99));
    disk_model.reversed = true;
    disk_model_run();
    for (uint64_t i = BLK_REQUESTS_MAX; i-- > 0;) {
        uint64_t cookie = 0;
        enum kaal_err err = KAAL_ERR_BUSY;
        assert_true(blk_take(&blk, &cookie, &err));
        assert_int_equal(cookie, i);
        assert_int_equal(err, KAAL_OK);
        check_records();
    }
    assert_true(submit(KAAL_BLOCK_READ, 0, 512, 99));
    expect_done(99, KAAL_OK);
}

// Counts of 16 bits go round many times.
static void many_requests_in_any_order(void **state)
{
    (void)state;
    struct prng random = {.state = 5};
    uint64_t next = 0;
    uint64_t done = 0;
    while (done < 150000) {
        uint64_t count = prng_next(&random) % (BLK_REQUESTS_MAX + 2);
        for (uint64_t i = 0; i < count; i++) {
            next += submit(KAAL_BLOCK_READ, prng_next(&random) % MODEL_SECTORS, 512, next);
        }
        disk_model.reversed = (prng_next(&random) & 1) != 0;
        disk_model_run();
        uint64_t cookie = 0;
        enum kaal_err err = KAAL_OK;
        while (blk_take(&blk, &cookie, &err)) {
            assert_int_equal(err, KAAL_OK);
            assert_true(cookie < next);
            done++;
        }
        assert_int_equal(done, next);
    }
    check_records();
}

static void an_error_of_the_disk_is_told_and_the_disk_goes_on(void **state)
{
    (void)state;
    disk_model.fails = true;
    assert_true(submit(KAAL_BLOCK_WRITE, 1, 512, 7));
    expect_done(7, KAAL_ERR_DEVICE);
    assert_false(blk.failed);
    disk_model.fails = false;
    assert_true(submit(KAAL_BLOCK_WRITE, 1, 512, 8));
    expect_done(8, KAAL_OK);
}

static void features_that_are_not_there_are_told(void **state)
{
    (void)state;
    memset(&disk_model, 0, sizeof(disk_model));
    disk_model.read_only = true;
    disk_model.no_flush = true;
    disk_model_plug(&device);
    assert_int_equal(blk_open(&blk, &device), KAAL_OK);
    assert_true(blk.read_only);
    assert_false(blk.can_flush);
}

static void a_small_queue_serves_fewer_at_a_time(void **state)
{
    (void)state;
    assert_int_equal(open_with(LIE_SMALL_QUEUE, false), KAAL_OK);
    assert_true(submit(KAAL_BLOCK_READ, 0, 512, 1));
    assert_false(submit(KAAL_BLOCK_READ, 1, 512, 2));
    expect_done(1, KAAL_OK);
    assert_true(submit(KAAL_BLOCK_READ, 1, 512, 2));
    expect_done(2, KAAL_OK);
}

static void too_little_dma_memory_is_no_disk(void **state)
{
    (void)state;
    disk_model_plug(&device);
    device.dma.size = KAAL_VIRTQ_BYTES;
    assert_int_equal(blk_open(&blk, &device), KAAL_ERR_MEMORY);
    disk_model_plug(&device);
    device.dma.size = KAAL_VIRTQ_BYTES - 1;
    assert_int_equal(blk_open(&blk, &device), KAAL_ERR_MEMORY);
}

// --- a device that lies --------------------------------------------------------------------------

static void a_device_that_is_none_is_not_opened(void **state)
{
    (void)state;
    static const struct {
        enum model_lie lie;
        enum kaal_err err;
    } cases[] = {
        {LIE_MAGIC, KAAL_ERR_NOTFOUND},          {LIE_DEVICE_ID, KAAL_ERR_NOTFOUND},
        {LIE_VERSION, KAAL_ERR_NOTFOUND},        {LIE_RESET_NEVER_ENDS, KAAL_ERR_DEVICE},
        {LIE_NO_VERSION_1, KAAL_ERR_DEVICE},     {LIE_NO_QUEUE, KAAL_ERR_DEVICE},
        {LIE_FEATURES_REFUSED, KAAL_ERR_DEVICE},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(open_with(cases[i].lie, false), cases[i].err);
    }
}

static void a_size_that_never_settles_is_read_all_the_same(void **state)
{
    (void)state;
    assert_int_equal(open_with(LIE_CONFIG_CHANGES, false), KAAL_OK);
    assert_int_equal(blk.sectors, MODEL_SECTORS);
}

static void a_device_that_is_never_done_keeps_nobody(void **state)
{
    (void)state;
    uint64_t cookie = 0;
    enum kaal_err err = KAAL_OK;
    disk_model.lie = LIE_NEVER_DONE;
    while (submit(KAAL_BLOCK_READ, 0, 512, 1)) {
    }
    disk_model_run();
    assert_false(blk_take(&blk, &cookie, &err));
    assert_false(blk.failed);
    check_records();
}

// The queue is over: all that was under way comes back as failed, and nothing more is taken.
static void a_lie_in_the_used_ring_ends_the_device(void **state)
{
    (void)state;
    static const enum model_lie lies[] = {LIE_USED_JUMPS, LIE_USED_BACK, LIE_USED_ID_RANGE,
                                          LIE_USED_ID_TWICE, LIE_USED_LENGTH};
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        assert_int_equal(open_with(LIE_NONE, i % 2 == 1), KAAL_OK);
        assert_true(submit(KAAL_BLOCK_READ, 1, 512, 1));
        expect_done(1, KAAL_OK);
        // The next chain begins elsewhere than the one before.
        assert_true(submit(KAAL_BLOCK_FLUSH, 0, 0, 2));
        assert_true(submit(KAAL_BLOCK_READ, 1, 512, 3));
        disk_model.lie = lies[i];
        disk_model_run();
        uint64_t cookie = 0;
        enum kaal_err err = KAAL_OK;
        uint32_t done = 0;
        uint32_t lost = 0;
        while (blk_take(&blk, &cookie, &err)) {
            assert_true(cookie == 2 || cookie == 3);
            lost += err == KAAL_ERR_DEVICE;
            done++;
        }
        assert_int_equal(done, 2);
        assert_true(lost >= 1);
        assert_true(blk.failed);
        assert_int_equal(disk_model.resets, 2);
        assert_int_equal(disk_model.status, 0);
        assert_false(submit(KAAL_BLOCK_READ, 1, 512, 4));
        assert_false(blk_take(&blk, &cookie, &err));
    }
}

static void an_answer_that_cannot_be_right_is_an_error(void **state)
{
    (void)state;
    static const enum model_lie lies[] = {LIE_SHORT_READ, LIE_STATUS, LIE_NO_STATUS};
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        assert_int_equal(open_with(lies[i], false), KAAL_OK);
        assert_true(submit(KAAL_BLOCK_READ, 1, 512, 1));
        expect_done(1, KAAL_ERR_DEVICE);
    }
}

// Whatever lies in the memory that the device can write: the driver ends each step, answers each
// request once, and keeps its own records. The sanitizers watch its accesses.
static void random_memory_never_leads_astray(void **state)
{
    (void)state;
    struct prng random = {.state = 99};
    for (unsigned round = 0; round < 3000; round++) {
        assert_int_equal(open_with(LIE_NONE, (round & 1) != 0), KAAL_OK);
        uint64_t submitted = 0;
        uint64_t done = 0;
        for (unsigned step = 0; step < 20; step++) {
            submitted += submit(KAAL_BLOCK_READ, prng_next(&random) % MODEL_SECTORS, 512, step);
            disk_model.lie = LIE_NEVER_DONE;
            uint8_t *ring = disk_model_used_ring();
            for (unsigned i = 0; ring != NULL && i < 4; i++) {
                // Mostly numbers that could be right.
                uint64_t value = prng_next(&random);
                ring[prng_next(&random) % 24] = (uint8_t)((value & 256) != 0 ? value : value % 4);
            }
            uint64_t cookie = 0;
            enum kaal_err err = KAAL_OK;
            while (blk_take(&blk, &cookie, &err)) {
                done++;
                assert_true(done <= submitted);
            }
            check_records();
        }
        assert_true(!blk.failed || done == submitted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(opening_agrees_and_starts, setup),
        cmocka_unit_test_setup(opening_agrees_and_starts, setup_legacy),
        cmocka_unit_test_setup(what_is_written_is_read, setup),
        cmocka_unit_test_setup(what_is_written_is_read, setup_legacy),
        cmocka_unit_test_setup(requests_beyond_the_most_wait, setup),
        cmocka_unit_test_setup(many_requests_in_any_order, setup),
        cmocka_unit_test_setup(many_requests_in_any_order, setup_legacy),
        cmocka_unit_test_setup(an_error_of_the_disk_is_told_and_the_disk_goes_on, setup),
        cmocka_unit_test(features_that_are_not_there_are_told),
        cmocka_unit_test(a_small_queue_serves_fewer_at_a_time),
        cmocka_unit_test_setup(too_little_dma_memory_is_no_disk, setup),
        cmocka_unit_test(a_device_that_is_none_is_not_opened),
        cmocka_unit_test(a_size_that_never_settles_is_read_all_the_same),
        cmocka_unit_test_setup(a_device_that_is_never_done_keeps_nobody, setup),
        cmocka_unit_test(a_lie_in_the_used_ring_ends_the_device),
        cmocka_unit_test(an_answer_that_cannot_be_right_is_an_error),
        cmocka_unit_test(random_memory_never_leads_astray),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
