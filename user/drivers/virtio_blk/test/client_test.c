// SPDX-License-Identifier: BSD-2-Clause
//
// The two sides of a client's queue on each other, and each side on nonsense from the other.

#include "client.h"

#include <kaal/block.h>

#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SECTORS = 1000, REGION = 0x10000 };

static _Alignas(4096) uint8_t region[REGION];
static struct client client;
static struct kaal_block block;
static const struct client_disk disk = {.sectors = SECTORS};

static int setup(void **state)
{
    (void)state;
    memset(region, 0, sizeof(region));
    client = (struct client){.queue = (void *)region, .paddr = 0x1000, .size = REGION};
    block = (struct kaal_block){
        .queue = (void *)region,
        .data = &region[KAAL_BLOCK_DATA],
        .data_size = REGION - KAAL_BLOCK_DATA,
    };
    return 0;
}

static void a_request_arrives_as_it_was_made(void **state)
{
    (void)state;
    struct kaal_block_request request;
    assert_false(client_take(&client, &disk, &request));
    assert_true(kaal_block_submit(&block, KAAL_BLOCK_WRITE, 12, 1024, 2048, 77));
    assert_true(client_take(&client, &disk, &request));
    assert_int_equal(request.operation, KAAL_BLOCK_WRITE);
    assert_int_equal(request.sector, 12);
    assert_int_equal(request.bytes, 1024);
    assert_int_equal(request.offset, KAAL_BLOCK_DATA + 2048);
    assert_int_equal(request.tag, 77);
    assert_false(client_take(&client, &disk, &request));

    uint64_t tag = 0;
    enum kaal_err err = KAAL_OK;
    assert_false(kaal_block_reap(&block, &tag, &err));
    client_complete(&client, 77, KAAL_ERR_DEVICE);
    assert_true(kaal_block_reap(&block, &tag, &err));
    assert_int_equal(tag, 77);
    assert_int_equal(err, KAAL_ERR_DEVICE);
    assert_false(kaal_block_reap(&block, &tag, &err));
}

static void requests_that_are_none_are_answered_and_not_taken(void **state)
{
    (void)state;
    static const struct kaal_block_request wrong[] = {
        {0, 512, 0, 0, 0},
        {4, 512, 0, 0, 0},
        {KAAL_BLOCK_READ, 0, 0, 0, 0},
        {KAAL_BLOCK_READ, 511, 0, 0, 0},
        {KAAL_BLOCK_READ, 512, SECTORS, 0, 0},
        {KAAL_BLOCK_READ, 1024, SECTORS - 1, 0, 0},
        {KAAL_BLOCK_READ, 512, UINT64_MAX, 0, 0},
        {KAAL_BLOCK_READ, 512, 0, (uint64_t)-KAAL_BLOCK_DATA, 0},
        {KAAL_BLOCK_READ, 512, 0, (uint64_t)-1, 0},
        {KAAL_BLOCK_READ, 512, 0, REGION - KAAL_BLOCK_DATA - 511, 0},
        {KAAL_BLOCK_WRITE, KAAL_BLOCK_BYTES_MAX + 512, 0, 0, 0},
        {KAAL_BLOCK_FLUSH, 512, 0, 0, 0},
    };
    enum { COUNT = sizeof(wrong) / sizeof(wrong[0]) };
    struct kaal_block_request request;
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_true(kaal_block_submit(&block, (enum kaal_block_operation)wrong[i].operation,
                                      wrong[i].sector, wrong[i].bytes, wrong[i].offset, i));
    }
    assert_false(client_take(&client, &disk, &request));
    for (uint64_t i = 0; i < COUNT; i++) {
        uint64_t tag = 0;
        enum kaal_err err = KAAL_OK;
        assert_true(kaal_block_reap(&block, &tag, &err));
        assert_int_equal(tag, i);
        assert_int_equal(err, KAAL_ERR_ARGUMENT);
    }
}

static void a_read_only_disk_is_not_written(void **state)
{
    (void)state;
    const struct client_disk rom = {.sectors = SECTORS, .read_only = true};
    struct kaal_block_request request;
    uint64_t tag = 0;
    enum kaal_err err = KAAL_OK;
    assert_true(kaal_block_submit(&block, KAAL_BLOCK_WRITE, 0, 512, 0, 1));
    assert_false(client_take(&client, &rom, &request));
    assert_true(kaal_block_reap(&block, &tag, &err));
    assert_int_equal(err, KAAL_ERR_DENIED);
    assert_true(kaal_block_submit(&block, KAAL_BLOCK_READ, 0, 512, 0, 1));
    assert_true(client_take(&client, &rom, &request));
}

static void no_more_are_taken_than_completions_have_room(void **state)
{
    (void)state;
    struct kaal_block_request request;
    for (uint64_t i = 0; i < KAAL_BLOCK_SLOTS; i++) {
        assert_true(kaal_block_submit(&block, KAAL_BLOCK_READ, 0, 512, 0, i));
        assert_true(client_take(&client, &disk, &request));
        client_complete(&client, i, KAAL_OK);
    }
    assert_false(kaal_block_submit(&block, KAAL_BLOCK_READ, 0, 512, 0, 0));
    // A client that submits all the same.
    __atomic_store_n(&client.queue->submitted, KAAL_BLOCK_SLOTS + 1, __ATOMIC_RELAXED);
    assert_false(client_take(&client, &disk, &request));
    __atomic_store_n(&client.queue->submitted, KAAL_BLOCK_SLOTS, __ATOMIC_RELAXED);
    uint64_t tag = 0;
    enum kaal_err err = KAAL_OK;
    assert_true(kaal_block_reap(&block, &tag, &err));
    assert_true(kaal_block_submit(&block, KAAL_BLOCK_READ, 0, 512, 0, 99));
    assert_true(client_take(&client, &disk, &request));
    assert_int_equal(request.tag, 99);
}

// A client whose memory is noise: what is taken is a request all the same, never more than the
// device has room for is under way, and each step ends.
static void noise_of_a_client_is_judged(void **state)
{
    (void)state;
    struct prng random = {.state = 3};
    uint64_t taken = 0;
    for (unsigned i = 0; i < 200000; i++) {
        for (unsigned j = 0; j < 8; j++) {
            uint64_t value = prng_next(&random);
            region[prng_next(&random) % sizeof(struct kaal_block_queue)] =
                (uint8_t)((value & 256) != 0 ? 0 : value % 5);
        }
        client.queue->submitted = client.taken + prng_next(&random) % 40;
        client.queue->seen = client.completed - prng_next(&random) % 40;
        struct kaal_block_request request;
        if (client_take(&client, &disk, &request)) {
            taken++;
            assert_true(request.operation >= 1 && request.operation <= 3);
            if (request.operation != KAAL_BLOCK_FLUSH) {
                assert_true(request.bytes % 512 == 0 && request.bytes != 0);
                assert_true(request.offset >= KAAL_BLOCK_DATA);
                assert_true(request.offset + request.bytes <= REGION);
                assert_true(request.sector + request.bytes / 512 <= SECTORS);
            }
        }
        assert_true(client.taken - client.completed <= KAAL_BLOCK_SLOTS);
        if (prng_next(&random) % 2 == 0 && client.taken != client.completed) {
            client_complete(&client, 1, KAAL_OK);
        }
    }
    assert_true(taken > 100);
}

static void noise_of_the_driver_gives_no_completions(void **state)
{
    (void)state;
    uint64_t tag = 0;
    enum kaal_err err = KAAL_OK;
    block.queue->completed = 5;
    assert_false(kaal_block_reap(&block, &tag, &err));
    assert_true(kaal_block_submit(&block, KAAL_BLOCK_READ, 0, 512, 0, 1));
    block.queue->completed = 2;
    assert_false(kaal_block_reap(&block, &tag, &err));
    block.queue->completed = UINT64_MAX;
    assert_false(kaal_block_reap(&block, &tag, &err));
    block.queue->completed = 1;
    assert_true(kaal_block_reap(&block, &tag, &err));
}

static void the_region_of_a_client_bears_its_whole_name(void **state)
{
    (void)state;
    static _Alignas(8)
        uint8_t memory[sizeof(struct kaal_start) + 2 * sizeof(struct kaal_start_entry)];
    struct kaal_start *start = (void *)memory;
    start->entry_count = 2;
    start->entries[0].kind = KAAL_START_DMA;
    start->entries[0].size = REGION;
    strcpy(start->entries[0].name, "block_abcdefghijklmnopqrstuvwxy");
    start->entries[1].kind = KAAL_START_DMA;
    start->entries[1].size = KAAL_BLOCK_DATA;
    strcpy(start->entries[1].name, "block_small");
    assert_ptr_equal(kaal_block_region(start, "abcdefghijklmnopqrstuvwxy"), &start->entries[0]);
    assert_null(kaal_block_region(start, "abcdefghijklmnopqrstuvwxyz"));
    assert_null(kaal_block_region(start, "abc"));
    assert_null(kaal_block_region(start, "small"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_request_arrives_as_it_was_made, setup),
        cmocka_unit_test_setup(requests_that_are_none_are_answered_and_not_taken, setup),
        cmocka_unit_test_setup(a_read_only_disk_is_not_written, setup),
        cmocka_unit_test_setup(no_more_are_taken_than_completions_have_room, setup),
        cmocka_unit_test_setup(noise_of_a_client_is_judged, setup),
        cmocka_unit_test_setup(noise_of_the_driver_gives_no_completions, setup),
        cmocka_unit_test(the_region_of_a_client_bears_its_whole_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
