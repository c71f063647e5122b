// SPDX-License-Identifier: BSD-2-Clause
//
// Programs out of memory: a good one, and some hundred that somebody has damaged. Whatever is in
// the file, the broker answers; what it builds ends or is killed, and all comes back.

#include "broker_test.h"

#include <lib/prng.h>

enum {
    FLIPS = 300,   // programs with bytes changed
    HEADERS = 256, // bytes at the start that half of the changes are in
    BYTES = 4,     // changes in each
    PAGE = 4096,
};

extern const uint8_t puppet_start[];
extern const uint8_t puppet_end[];

static struct kaal_memory_grant memory;

static size_t size(void)
{
    return (uintptr_t)puppet_end - (uintptr_t)puppet_start;
}

static uint8_t *fresh(void)
{
    memcpy(memory.address, puppet_start, size());
    return memory.address;
}

static enum kaal_err try_program(size_t bytes, uint64_t *id)
{
    struct kaal_spawn options = puppet_options("program", "exit=5");
    options.program[0] = '\0';
    options.program_grant = memory.grant;
    options.program_size = bytes;
    options.policy.allow = KAAL_ALLOW_MEMORY;
    return kaal_component_spawn(&options, id);
}

// What it built may run, but not for ever.
static void try_damaged(const char *what, size_t bytes)
{
    uint64_t id = 0;
    enum kaal_err err = try_program(bytes, &id);
    if (err == KAAL_OK) {
        seL4_Yield();
        seL4_Yield();
        same(what, kaal_component_kill(id), KAAL_OK);
    } else {
        bool typed = err == KAAL_ERR_PROGRAM || err == KAAL_ERR_MEMORY || err == KAAL_ERR_SLOTS ||
                     err == KAAL_ERR_DENIED || err == KAAL_ERR_ARGUMENT;
        same(what, typed, 1);
    }
    unchanged(what);
}

static void expect_refused(const char *what, size_t bytes)
{
    same(what, try_program(bytes, NULL), KAAL_ERR_PROGRAM);
    same(what, kaal_broker_last_cause()[0] != '\0', 1);
    unchanged(what);
}

static void good_program(void)
{
    struct kaal_exit exit = {0};
    uint64_t id = 0;
    (void)fresh();
    same("good", try_program(size(), &id), KAAL_OK);
    same("wait", kaal_component_wait(id, &exit), KAAL_OK);
    same("status", (uint64_t)exit.status, 5);
    same("ours", memcmp(memory.address, puppet_start, size()) == 0, 1);
    unchanged("good");
}

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

// Offsets are those of the ELF specification: header, then program headers at 64, 56 bytes each.
static void broken_programs(void)
{
    static const struct {
        const char *name;
        uint16_t at;
        uint8_t bytes;
        uint64_t value;
    } edits[] = {
        {"magic", 0, 4, 0},
        {"class", 4, 1, 1},
        {"big_endian", 5, 1, 2},
        {"shared_object", 16, 2, 3},
        {"x86", 18, 2, 62},
        {"entry_nowhere", 24, 8, 0x40000000},
        {"entry_zero", 24, 8, 0},
        {"entry_kernel", 24, 8, ~UINT64_C(0) - 3},
        {"headers_behind", 32, 8, UINT64_C(1) << 40},
        {"headers_wrap", 32, 8, ~UINT64_C(0) - 8},
        {"header_size", 54, 2, 1},
        {"header_count", 56, 2, 0xffff},
        {"no_headers", 56, 2, 0},
        {"write_execute", 64 + 4, 4, 7},
        {"offset_wraps", 64 + 8, 8, ~UINT64_C(0) - 4095},
        {"address_kernel", 64 + 16, 8, UINT64_C(0xffffff8000000000)},
        {"address_stack", 64 + 16, 8, 0x0f000ff000},
        {"address_zero", 64 + 16, 8, 0},
        {"file_beyond", 64 + 32, 8, UINT64_C(1) << 32},
        {"file_more", 64 + 40, 8, 1},
        {"memory_wraps", 64 + 40, 8, ~UINT64_C(0)},
        {"memory_huge", 64 + 40, 8, UINT64_C(1) << 36},
        {"overlap", 64 + 40, 8, 1 << 24},
    };
    for (unsigned i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        put(fresh() + edits[i].at, edits[i].value, edits[i].bytes);
        expect_refused(edits[i].name, size());
    }
    (void)fresh();
    for (size_t bytes = 1; bytes < size(); bytes += bytes < 512 ? 37 : 3001) {
        try_damaged("truncated", bytes);
    }
    same("empty", try_program(0, NULL), KAAL_ERR_ARGUMENT);
    same("too_long", try_program(memory.size + 1, NULL), KAAL_ERR_ARGUMENT);
}

static void other_configuration(void)
{
    static const char config[] = "mcs-";
    uint8_t *bytes = fresh();
    for (size_t i = 0; i + sizeof(config) < size(); i++) {
        if (memcmp(&bytes[i], config, sizeof(config) - 1) == 0 &&
            memcmp(&bytes[i - 8], "KaaL", 4) == 0) {
            bytes[i] = 'x';
        }
    }
    expect_refused("configuration", size());
}

static void flipped_programs(void)
{
    struct prng words = {.state = 4711};
    for (unsigned i = 0; i < FLIPS; i++) {
        uint8_t *bytes = fresh();
        for (unsigned j = 0; j < BYTES; j++) {
            uint64_t word = prng_next(&words);
            size_t range = (word & 1) != 0 ? HEADERS : size();
            bytes[(word >> 8) % range] ^= (uint8_t)(1 + (word >> 1) % 255);
        }
        try_damaged("flipped", size());
    }
}

// While somebody else can write it, it is no program.
static void shared_program(void)
{
    struct kaal_gift gift = {0};
    struct puppet p = puppet_open("p", 0);
    same("give", kaal_grant_give(memory.grant, p.id, 0, &gift), KAAL_OK);
    same("shared", try_program(size(), NULL), KAAL_ERR_STATE);
    same("revoke", kaal_grant_revoke(gift.grant, NULL), KAAL_OK);
    puppet_close(&p);
}

void test_programs(void)
{
    struct kaal_exit exit = {0};
    uint64_t id = 0;
    // The broker's own page tables for what it borrows stay.
    same("get", kaal_memory_get(size() + PAGE, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE, &memory),
         KAAL_OK);
    (void)fresh();
    same("first", try_program(size(), &id), KAAL_OK);
    same("wait", kaal_component_wait(id, &exit), KAAL_OK);
    case_begin("programs");
    good_program();
    broken_programs();
    other_configuration();
    shared_program();
    case_end();
    case_begin("flipped");
    flipped_programs();
    good_program();
    case_end();
    same("release", kaal_memory_release(&memory), KAAL_OK);
}
