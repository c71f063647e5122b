// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/plan.h>

#include "plan_make.h"

#include <kaal/layout.h>
#include <kaal/microkit.h>

#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RANDOM_ROUNDS = 20000 };

static struct made_image image;
static struct plan plan;
static struct plan_error error;

static int setup(void **state)
{
    (void)state;
    make_image(&image);
    return 0;
}

static bool open_image(void)
{
    return plan_open(&plan, &image, sizeof(image), MAKE_CONFIG, &error);
}

static void a_well_formed_image_is_understood(void **state)
{
    (void)state;
    assert_true(open_image());
    assert_int_equal(plan.broker, MAKE_BROKER);
    assert_int_equal(plan_count(&plan, KAAL_TABLE_PDS), MAKE_PDS);
    assert_string_equal(plan_pd(&plan, MAKE_CLIENT)->name, "client");
    assert_string_equal(plan_region(&plan, MAKE_LARGE)->name, "large");
    assert_string_equal(plan_device(&plan, 0)->match_text, "arm,pl011");
    assert_int_equal(plan_cap(&plan, MAKE_CAP_FRAME)->window, 2);
    assert_int_equal(plan_map(&plan, MAKE_MAP_DEVICE)->pd, MAKE_SERVER);
    assert_ptr_equal(plan_file_data(&plan, 1), image.bytes[1]);
}

static void the_limits_themselves_are_allowed(void **state)
{
    (void)state;
    struct kaal_plan_pd *pd = &image.pds[MAKE_CLIENT];
    pd->priority = KAAL_PRIORITY_MAX;
    pd->max_priority = KAAL_PRIORITY_MAX;
    pd->budget_us = KAAL_BUDGET_MIN_US;
    pd->period_us = KAAL_BUDGET_MIN_US;
    pd->stack_size = KAAL_STACK_MIN;
    pd->cspace_bits = KAAL_CSPACE_BITS_MAX;
    image.pds[MAKE_SERVER].stack_size = KAAL_STACK_MAX;
    image.regions[MAKE_LARGE].size = UINT64_C(1) << (21 + 18);
    image.maps[MAKE_MAP_DEVICE].vaddr = KAAL_LAYOUT_MAP_END - MAKE_PAGE;
    image.caps[MAKE_CAP_IRQ].badge = UINT64_C(1) << (KAAL_NOTIFY_BITS - 1);
    make_sum(&image);
    assert_true(open_image());
}

// --- one wrong field at a time -------------------------------------------------------------------

// Sets the field at `offset`, `size` bytes long, to `value`; a text to characters without an end.
struct damage {
    size_t offset;
    size_t size;
    uint64_t value;
    const char *what;
    uint32_t index;
    const char *cause;
};

#define FIELD(f) offsetof(struct made_image, f), sizeof(((struct made_image *)0)->f)
#define ENDLESS  UINT64_C(0x7878787878787878)

static void damage(const struct damage *d)
{
    uint8_t *at = (uint8_t *)&image + d->offset;
    if (d->size > sizeof(d->value)) {
        memset(at, 'x', d->size);
    } else {
        memcpy(at, &d->value, d->size); // little-endian, as the image
    }
}

static void expect_rejection(const struct damage *d)
{
    make_image(&image);
    damage(d);
    make_sum(&image);
    if (open_image()) {
        fail_msg("accepted at offset %zu with value %llu, which should be: %s", d->offset,
                 (unsigned long long)d->value, d->cause);
    }
    assert_string_equal(error.what, d->what);
    assert_string_equal(error.cause, d->cause);
    assert_int_equal(error.index, d->index);
}

static void reject_all(const struct damage *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expect_rejection(&list[i]);
    }
}

#define REJECT(list) reject_all(list, sizeof(list) / sizeof((list)[0]))

static void a_wrong_header_is_rejected(void **state)
{
    (void)state;
    static const char none[] = "no packed system at the address given";
    static const char version[] = "version of the image is not ours";
    static const char sizes[] = "sizes in the header do not fit the memory";
    static const char name[] = "a name without its end";
    static const char config[] = "packed for another kernel configuration";
    static const struct damage list[] = {
        {FIELD(header.magic), 0, "image", KAAL_NONE, none},
        {FIELD(header.version), 0, "image", KAAL_NONE, version},
        {FIELD(header.version), KAAL_IMAGE_VERSION + 1, "image", KAAL_NONE, version},
        {FIELD(header.header_size), 0, "image", KAAL_NONE, sizes},
        {FIELD(header.header_size), sizeof(struct kaal_image) - 8, "image", KAAL_NONE, sizes},
        {FIELD(header.header_size), sizeof(struct kaal_image) + 4, "image", KAAL_NONE, sizes},
        {FIELD(header.header_size), UINT32_MAX - 7, "image", KAAL_NONE, sizes},
        {FIELD(header.size), 0, "image", KAAL_NONE, sizes},
        {FIELD(header.size), sizeof(struct made_image) + MAKE_PAGE, "image", KAAL_NONE, sizes},
        {FIELD(header.size), sizeof(struct made_image) - 8, "image", KAAL_NONE, sizes},
        {FIELD(header.size), UINT64_MAX - 4095, "image", KAAL_NONE, sizes},
        {FIELD(header.system), ENDLESS, "image", KAAL_NONE, name},
        {FIELD(header.system[0]), 0, "image", KAAL_NONE, name},
        {FIELD(header.config), ENDLESS, "image", KAAL_NONE, config},
        {FIELD(header.config[0]), 'x', "image", KAAL_NONE, config},
    };
    REJECT(list);
}

static void a_table_must_lie_in_the_image(void **state)
{
    (void)state;
    static const char many[] = "more entries than the limit";
    static const char small[] = "entries too small or not aligned";
    static const char outside[] = "outside the image";
    static const struct damage list[] = {
        {FIELD(header.tables[0].count), KAAL_PD_MAX + 1, "table", 0, many},
        {FIELD(header.tables[1].count), KAAL_REGION_MAX + 1, "table", 1, many},
        {FIELD(header.tables[2].count), KAAL_DEVICE_MAX + 1, "table", 2, many},
        {FIELD(header.tables[3].count), KAAL_CAP_MAX + 1, "table", 3, many},
        {FIELD(header.tables[4].count), KAAL_MAP_MAX + 1, "table", 4, many},
        {FIELD(header.tables[5].count), KAAL_FILE_MAX + 1, "table", 5, many},
        {FIELD(header.tables[5].count), UINT32_MAX, "table", 5, many},
        {FIELD(header.tables[0].entry_size), sizeof(struct kaal_plan_pd) - 8, "table", 0, small},
        {FIELD(header.tables[3].entry_size), 0, "table", 3, small},
        {FIELD(header.tables[3].entry_size), sizeof(struct kaal_plan_cap) + 4, "table", 3, small},
        {FIELD(header.tables[4].offset), sizeof(struct kaal_image) + 4, "table", 4, small},
        {FIELD(header.tables[0].offset), 0, "table", 0, outside},
        {FIELD(header.tables[0].offset), sizeof(struct kaal_image) - 8, "table", 0, outside},
        {FIELD(header.tables[1].offset), sizeof(struct made_image) - 8, "table", 1, outside},
        {FIELD(header.tables[1].offset), UINT64_MAX - 7, "table", 1, outside},
        {FIELD(header.tables[2].entry_size), UINT32_MAX - 7, "table", 2, outside},
    };
    REJECT(list);
}

static void a_protection_domain_with_a_wrong_number_is_rejected(void **state)
{
    (void)state;
    static const char text[] = "name or arguments without their end";
    static const char ranges[] = "capabilities or maps that are not its own";
    static const char role[] = "unknown role or flag";
    static const char priority[] = "priority above the highest that a component may have";
    static const char budget[] = "budget below the least, or above the period";
    static const char stack[] = "stack size out of range or not in pages";
    static const char cspace[] = "size of the capability space out of range";
    static const struct damage list[] = {
        {FIELD(pds[2].first_cap), 1, "pd", 2, ranges},
        {FIELD(pds[2].first_map), 1, "pd", 2, ranges},
        {FIELD(pds[3].first_cap), 0, "pd", 3, ranges},
        {FIELD(pds[3].first_map), 0, "pd", 3, ranges},
        {FIELD(pds[2].name), ENDLESS, "pd", 2, text},
        {FIELD(pds[2].name[0]), 0, "pd", 2, text},
        {FIELD(pds[3].args), ENDLESS, "pd", 3, text},
        {FIELD(pds[3].role), KAAL_ROLE_BROKER + 1, "pd", 3, role},
        {FIELD(pds[3].role), UINT32_MAX, "pd", 3, role},
        {FIELD(pds[3].flags), KAAL_PD_GROUPS << 1, "pd", 3, role},
        {FIELD(pds[3].flags), UINT32_MAX, "pd", 3, role},
        {FIELD(pds[3].priority), KAAL_PRIORITY_MAX + 1, "pd", 3, priority},
        {FIELD(pds[3].priority), UINT32_MAX, "pd", 3, priority},
        {FIELD(pds[1].max_priority), KAAL_PRIORITY_MAX + 1, "pd", 1, priority},
        {FIELD(pds[3].budget_us), KAAL_BUDGET_MIN_US - 1, "pd", 3, budget},
        {FIELD(pds[3].budget_us), 0, "pd", 3, budget},
        {FIELD(pds[3].budget_us), 10001, "pd", 3, budget},
        {FIELD(pds[3].period_us), 999, "pd", 3, budget},
        {FIELD(pds[3].stack_size), 0, "pd", 3, stack},
        {FIELD(pds[3].stack_size), KAAL_STACK_MAX + MAKE_PAGE, "pd", 3, stack},
        {FIELD(pds[3].stack_size), 0x4001, "pd", 3, stack},
        {FIELD(pds[3].stack_size), UINT64_MAX - 4095, "pd", 3, stack},
        {FIELD(pds[3].cspace_bits), KAAL_CSPACE_BITS_MIN - 1, "pd", 3, cspace},
        {FIELD(pds[3].cspace_bits), KAAL_CSPACE_BITS_MAX + 1, "pd", 3, cspace},
        {FIELD(pds[3].cspace_bits), UINT32_MAX, "pd", 3, cspace},
    };
    REJECT(list);
}

static void a_protection_domain_that_refers_to_what_is_not_there_is_rejected(void **state)
{
    (void)state;
    static const char file[] = "no such file";
    static const char parent[] = "no such parent";
    static const char roles[] = "a system has one broker and at most one root task";
    static const struct damage list[] = {
        {FIELD(pds[3].file), MAKE_FILES, "pd", 3, file},
        {FIELD(pds[3].file), KAAL_NONE, "pd", 3, file},
        {FIELD(pds[0].file), 0, "pd", 0, file}, // the root task is no file of its own image
        {FIELD(pds[3].parent), MAKE_PDS, "pd", 3, parent},
        {FIELD(pds[3].parent), MAKE_CLIENT, "pd", 3, parent},
        {FIELD(pds[3].parent), MAKE_ROOT, "pd", 3, parent},
        {FIELD(pds[3].start_rank), 2, "pd", 3, "start rank used twice"},
        {FIELD(pds[3].start_rank), KAAL_PD_MAX, "pd", 3, "start rank out of range"},
        {FIELD(pds[1].role), KAAL_ROLE_COMPONENT, "pd", KAAL_NONE, roles},
        {FIELD(pds[3].role), KAAL_ROLE_BROKER, "pd", KAAL_NONE, roles},
    };
    REJECT(list);
}

static void a_second_root_task_or_name_is_rejected(void **state)
{
    (void)state;
    image.pds[MAKE_CLIENT].role = KAAL_ROLE_ROOT;
    image.pds[MAKE_CLIENT].file = KAAL_NONE;
    make_sum(&image);
    assert_false(open_image());
    assert_string_equal(error.cause, "a system has one broker and at most one root task");

    make_image(&image);
    strcpy(image.pds[MAKE_CLIENT].name, "server");
    make_sum(&image);
    assert_false(open_image());
    assert_string_equal(error.cause, "name used twice");
}

static void a_region_or_device_with_a_wrong_field_is_rejected(void **state)
{
    (void)state;
    static const char page[] = "page size is neither 4 KiB nor 2 MiB";
    static const char size[] = "size out of range or not in pages";
    static const char text[] = "name or match without its end";
    static const char match[] = "unknown kind of match, or no such holder";
    static const struct damage list[] = {
        {FIELD(regions[0].name), ENDLESS, "region", 0, "name without its end"},
        {FIELD(regions[0].page_bits), 0, "region", 0, page},
        {FIELD(regions[0].page_bits), 30, "region", 0, page},
        {FIELD(regions[0].page_bits), UINT32_MAX, "region", 0, page},
        {FIELD(regions[0].flags), 16, "region", 0, "unknown flag"},
        {FIELD(regions[0].size), 0, "region", 0, size},
        {FIELD(regions[0].size), 0x3001, "region", 0, size},
        {FIELD(regions[0].size), UINT64_C(1) << 31, "region", 0, size},
        {FIELD(regions[0].size), UINT64_MAX - 4095, "region", 0, size},
        {FIELD(regions[1].size), 0x3000, "region", 1, size},
        {FIELD(devices[0].name), ENDLESS, "device", 0, text},
        {FIELD(devices[0].match_text), ENDLESS, "device", 0, text},
        {FIELD(devices[0].match), KAAL_DEVICE_MATCH_COUNT, "device", 0, match},
        {FIELD(devices[0].pd), MAKE_PDS, "device", 0, match},
        {FIELD(devices[0].pd), MAKE_ROOT, "device", 0, match},
    };
    REJECT(list);
}

static void a_map_with_a_wrong_field_is_rejected(void **state)
{
    (void)state;
    static const char holder[] = "name without its end, or no such holder";
    static const char rights[] = "rights that a mapping cannot have";
    static const char object[] = "no such region or device";
    static const char address[] = "address not aligned, or outside the range for mappings";
    static const struct damage list[] = {
        {FIELD(maps[1].name), ENDLESS, "map", 1, holder},
        {FIELD(maps[1].pd), MAKE_ROOT, "map", 1, holder},
        {FIELD(maps[1].pd), MAKE_PDS, "map", 1, holder},
        {FIELD(maps[1].rights), 0, "map", 1, rights},
        {FIELD(maps[1].rights), KAAL_RIGHT_WRITE, "map", 1, rights},
        {FIELD(maps[1].rights), 7, "map", 1, rights}, // writable and executable
        {FIELD(maps[1].rights), KAAL_RIGHT_GRANT, "map", 1, rights},
        {FIELD(maps[1].rights), KAAL_RIGHT_GRANT | KAAL_RIGHT_READ, "map", 1, rights},
        {FIELD(maps[1].rights), 0x11, "map", 1, rights},
        {FIELD(maps[1].object), MAKE_REGIONS, "map", 1, object},
        {FIELD(maps[1].source), KAAL_MAP_DEVICE + 1, "map", 1, object},
        {FIELD(maps[0].object), 1, "map", 0, object},
        {FIELD(maps[0].pd), MAKE_CLIENT, "map", 0, object}, // the device is the server's
        {FIELD(maps[1].vaddr), KAAL_LAYOUT_MAP_START + 1, "map", 1, address},
        {FIELD(maps[1].vaddr), KAAL_LAYOUT_MAP_START - MAKE_PAGE, "map", 1, address},
        {FIELD(maps[1].vaddr), KAAL_LAYOUT_MAP_END - 0x2000, "map", 1, address},
        {FIELD(maps[1].vaddr), UINT64_MAX - 4095, "map", 1, address},
    };
    REJECT(list);

    // A large region needs a large page's alignment.
    make_image(&image);
    image.maps[MAKE_MAP_SMALL].object = MAKE_LARGE;
    image.maps[MAKE_MAP_SMALL].vaddr = KAAL_LAYOUT_MAP_START + MAKE_PAGE;
    make_sum(&image);
    assert_false(open_image());
    assert_string_equal(error.cause, address);
}

static void a_capability_with_a_wrong_field_is_rejected(void **state)
{
    (void)state;
    static const char holder[] = "name without its end, or no such holder";
    static const char object[] = "unknown kind, or no such object";
    static const char outside[] = "slot outside the holder's capability space";
    static const char twice[] = "slot used twice";
    static const struct damage list[] = {
        {FIELD(caps[0].name), ENDLESS, "cap", 0, holder},
        {FIELD(caps[0].pd), MAKE_ROOT, "cap", 0, holder},
        {FIELD(caps[0].pd), MAKE_PDS, "cap", 0, holder},
        {FIELD(caps[0].kind), KAAL_CAP_KIND_COUNT, "cap", 0, object},
        {FIELD(caps[0].kind), UINT32_MAX, "cap", 0, object},
        {FIELD(caps[0].object), MAKE_ROOT, "cap", 0, object},
        {FIELD(caps[0].object), MAKE_PDS, "cap", 0, object},
        {FIELD(caps[1].object), MAKE_ROOT, "cap", 1, object},
        {FIELD(caps[2].object), MAKE_CLIENT, "cap", 2, object}, // another's reply object
        {FIELD(caps[3].object), MAKE_CLIENT, "cap", 3, object}, // another's inbox
        {FIELD(caps[3].slot), 6, "cap", 3, object},             // not where the inbox is
        {FIELD(pds[2].flags), 0, "cap", 3, object},             // it has no inbox
        {FIELD(caps[4].object), 1, "cap", 4, object},
        {FIELD(caps[4].pd), MAKE_CLIENT, "cap", 4, object}, // another's interrupt
        {FIELD(caps[4].badge), 0, "cap", 4, object},
        {FIELD(caps[4].badge), 3, "cap", 4, object},
        {FIELD(caps[4].badge), UINT64_C(1) << KAAL_NOTIFY_BITS, "cap", 4, object},
        {FIELD(caps[8].object), MAKE_ROOT, "cap", 8, object},
        {FIELD(caps[9].object), MAKE_REGIONS, "cap", 9, object},
        {FIELD(caps[9].window), 3, "cap", 9, object},
        {FIELD(caps[9].window), UINT32_MAX, "cap", 9, object},
        {FIELD(caps[0].rights), 16, "cap", 0, "unknown right"},
        {FIELD(caps[0].rights), UINT32_MAX, "cap", 0, "unknown right"},
        {FIELD(caps[8].slot), 0, "cap", 8, "no slot"},
        {FIELD(caps[7].slot), 0, "cap", 7, "no slot"}, // the sending end needs one
        {FIELD(caps[7].slot), 16, "cap", 7, outside},
        {FIELD(caps[7].slot), UINT32_MAX, "cap", 7, outside},
        {FIELD(caps[1].slot), 1, "cap", 1, twice},
        {FIELD(caps[8].pd), MAKE_SERVER, "cap", 8, "not in the order of domains"},
    };
    REJECT(list);
}

static void the_broker_must_be_above_passive_components_and_always_have_budget(void **state)
{
    (void)state;
    static const char cause[] =
        "passive, but the broker is not above it or has less budget than its period";
    static const struct damage list[] = {
        {FIELD(pds[1].priority), 100, "pd", 2, cause},
        {FIELD(pds[1].period_us), 2000, "pd", 2, cause},
        {FIELD(pds[2].priority), KAAL_PRIORITY_BROKER, "pd", 2, cause},
    };
    REJECT(list);
}

static void what_is_the_broker_s_is_not_given_away(void **state)
{
    (void)state;
    static const char cause[] = "what is the broker's stays the broker's";
    static const struct damage list[] = {
        {FIELD(caps[8].object), MAKE_BROKER, "cap", 8, cause}, // its thread
        {FIELD(caps[0].object), MAKE_BROKER, "cap", 0, cause}, // its endpoint, to receive from
        {FIELD(caps[7].object), MAKE_BROKER, "cap", 7, cause}, // to call it in another's name
    };
    REJECT(list);
    make_image(&image);
    image.caps[MAKE_CAP_CALL].object = MAKE_BROKER;
    image.caps[MAKE_CAP_CALL].badge = KAAL_BADGE_CALL | MAKE_CLIENT;
    make_sum(&image);
    assert_true(open_image());
    image.caps[MAKE_CAP_CALL].rights |= KAAL_RIGHT_GRANT;
    make_sum(&image);
    assert_false(open_image());
}

static void the_broker_may_be_signalled(void **state)
{
    (void)state;
    struct kaal_plan_cap *signal = &image.caps[MAKE_CAP_CALL];
    *signal = (struct kaal_plan_cap){.name = "alarm",
                                     .pd = MAKE_CLIENT,
                                     .kind = KAAL_CAP_NOTIFICATION,
                                     .object = MAKE_BROKER,
                                     .rights = KAAL_RIGHT_WRITE,
                                     .slot = 1,
                                     .badge = 1};
    make_sum(&image);
    assert_true(open_image());
    signal->rights = KAAL_RIGHT_READ;
    make_sum(&image);
    assert_false(open_image());
    assert_string_equal(error.cause, "what is the broker's stays the broker's");
}

static void a_badge_that_says_what_it_is_not_is_rejected(void **state)
{
    (void)state;
    static const char cause[] = "badge that says what it is not";
    static const struct damage list[] = {
        {FIELD(caps[7].badge), KAAL_BADGE_FAULT | MAKE_CLIENT, "cap", 7, cause},
        {FIELD(caps[1].rights), KAAL_RIGHT_WRITE, "cap", 1, cause}, // a signal without a bit
    };
    REJECT(list);
    make_image(&image);
    image.caps[MAKE_CAP_NOTIFICATION].rights = KAAL_RIGHT_WRITE;
    for (unsigned bit = 0; bit < 64; bit++) {
        image.caps[MAKE_CAP_NOTIFICATION].badge = UINT64_C(1) << bit;
        make_sum(&image);
        assert_int_equal(open_image(), bit < KAAL_NOTIFY_BITS);
    }
}

static void only_the_ends_of_channels_have_words(void **state)
{
    (void)state;
    static const char cause[] = "a word that is no channel's";
    static const struct damage list[] = {
        {FIELD(caps[1].window), 1, "cap", 1, cause}, // the server's own notification
        {FIELD(caps[6].window), 1, "cap", 6, cause}, // the bit of who is watched
    };
    REJECT(list);
    struct kaal_plan_cap *end = &image.caps[MAKE_CAP_CALL];
    make_image(&image);
    end->kind = KAAL_CAP_NOTIFICATION;
    end->badge = 2;
    end->window = 1;
    make_sum(&image);
    assert_true(open_image());
    end->slot = 0;
    end->object = MAKE_CLIENT;
    end->rights = KAAL_RIGHT_READ;
    make_sum(&image);
    assert_true(open_image());
    end->badge = 3;
    make_sum(&image);
    assert_false(open_image());
    assert_string_equal(error.cause, cause);
}

static void registers_are_neither_cached_nor_executable(void **state)
{
    (void)state;
    static const struct damage list[] = {
        {FIELD(maps[0].cached), 1, "map", 0, "registers cannot be cached"},
        {FIELD(maps[0].window), KAAL_WINDOW_CONFIG, "map", 0,
         "configuration space can only be read"},
        {FIELD(maps[0].rights), 5, "map", 0, "rights that a mapping cannot have"},
    };
    REJECT(list);
}

static void a_policy_with_a_wrong_field_is_rejected(void **state)
{
    (void)state;
    static const char restart[] = "unknown restart policy, or too many restarts";
    static const char time[] = "a time of the policy that is too long";
    static const char allow[] = "unknown permission, or more than the whole processor";
    static const struct damage list[] = {
        {FIELD(pds[3].policy.restart), KAAL_RESTART_ALWAYS + 1, "pd", 3, restart},
        {FIELD(pds[3].policy.restart_max), KAAL_RESTARTS_MAX + 1, "pd", 3, restart},
        {FIELD(pds[3].policy.window_us), KAAL_PERIOD_MAX_US + 1, "pd", 3, time},
        {FIELD(pds[3].policy.backoff_us), UINT64_MAX, "pd", 3, time},
        {FIELD(pds[3].policy.heartbeat_us), UINT64_MAX, "pd", 3, time},
        {FIELD(pds[3].policy.allow), KAAL_ALLOW_MANAGE << 1, "pd", 3, allow},
        {FIELD(pds[3].policy.quota_cpu), KAAL_CPU_WHOLE + 1, "pd", 3, allow},
    };
    REJECT(list);
}

static void a_turn_with_a_wrong_field_is_rejected(void **state)
{
    (void)state;
    static const char number[] = "number out of range, or not in order";
    static const char first[] = "a schedule has one first turn";
    static const char domain[] = "domain of the kernel out of range";
    static const struct damage list[] = {
        {FIELD(turns[0].index), KAAL_TURN_MAX, "turn", 0, number},
        {FIELD(turns[0].index), 3, "turn", 1, number},
        {FIELD(turns[0].domain), KAAL_DOMAIN_MAX, "turn", 0, number},
        {FIELD(turns[0].ticks), 0, "turn", 0, number},
        {FIELD(turns[1].ticks), KAAL_TURN_TICKS_MAX + 1, "turn", 1, number},
        {FIELD(turns[1].first), 2, "turn", 1, number},
        {FIELD(turns[1].first), 0, "turn", KAAL_NONE, first},
        {FIELD(turns[0].first), 1, "turn", KAAL_NONE, first},
        {FIELD(pds[3].domain), KAAL_DOMAIN_MAX, "pd", 3, domain},
        {FIELD(pds[1].domain), 1, "pd", 1, domain},
    };
    REJECT(list);
}

static void a_link_or_permit_with_a_wrong_field_is_rejected(void **state)
{
    (void)state;
    static const char components[] = "unknown kind, or no such components";
    static const char badge[] = "badge that is no bit of a notification";
    static const char permit[] = "no such holder, or unknown kind of match";
    static const struct damage list[] = {
        {FIELD(links[0].kind), KAAL_LINK_ESCALATE + 1, "link", 0, components},
        {FIELD(links[0].pd), MAKE_ROOT, "link", 0, components},
        {FIELD(links[0].pd), MAKE_SERVER, "link", 0, components}, // on itself
        {FIELD(links[0].on), MAKE_BROKER, "link", 0, components},
        {FIELD(links[0].on), MAKE_PDS, "link", 0, components},
        {FIELD(links[0].badge), 1, "link", 0, badge},
        {FIELD(links[1].badge), 0, "link", 1, badge},
        {FIELD(links[1].badge), 3, "link", 1, badge},
        {FIELD(links[1].badge), UINT64_C(1) << KAAL_NOTIFY_BITS, "link", 1, badge},
        {FIELD(permits[0].match_text), ENDLESS, "permit", 0, permit},
        {FIELD(permits[0].match), KAAL_DEVICE_MATCH_COUNT, "permit", 0, permit},
        {FIELD(permits[0].pd), MAKE_BROKER, "permit", 0, permit},
        {FIELD(permits[0].pd), MAKE_PDS, "permit", 0, permit},
    };
    REJECT(list);
}

static void the_bit_of_a_watched_component_is_one_bit_of_a_component(void **state)
{
    (void)state;
    static const char cause[] = "no slot";
    static const struct damage list[] = {
        {FIELD(caps[6].badge), 0, "cap", 6, cause},
        {FIELD(caps[6].badge), 3, "cap", 6, cause},
        {FIELD(caps[6].badge), UINT64_C(1) << KAAL_NOTIFY_BITS, "cap", 6, cause},
        {FIELD(caps[6].object), MAKE_BROKER, "cap", 6, cause},
        {FIELD(caps[6].kind), KAAL_CAP_ENDPOINT, "cap", 6, cause},
    };
    REJECT(list);
}

static void a_file_must_lie_in_the_image_on_a_page(void **state)
{
    (void)state;
    static const char cause[] = "outside the image, or not page-aligned";
    static const struct damage list[] = {
        {FIELD(files[0].name), ENDLESS, "file", 0, cause},
        {FIELD(files[0].offset), 0, "file", 0, cause},
        {FIELD(files[0].offset), 0x1008, "file", 0, cause},
        {FIELD(files[3].offset), sizeof(struct made_image), "file", 3, cause},
        {FIELD(files[3].offset), UINT64_MAX - 4095, "file", 3, cause},
        {FIELD(files[3].size), MAKE_PAGE + 1, "file", 3, cause},
        {FIELD(files[3].size), UINT64_MAX, "file", 3, cause},
    };
    REJECT(list);
}

// --- Microkit programs ---------------------------------------------------------------------------

// Makes one of the client.
static void make_microkit(void)
{
    struct kaal_plan_pd *pd = &image.pds[MAKE_CLIENT];
    pd->abi = KAAL_ABI_MICROKIT;
    pd->file = MAKE_FILE_MICROKIT;
    pd->cspace_bits = KAAL_MICROKIT_CNODE_BITS;
    pd->stack_top = KAAL_MICROKIT_STACK_TOP;
    pd->ipc_buffer = KAAL_MICROKIT_IPC_BUFFER;
    image.maps[MAKE_MAP_SMALL].vaddr = 0x400000;
}

static void expect(const char *cause)
{
    make_sum(&image);
    bool ok = open_image();
    if (cause == NULL && !ok) {
        fail_msg("rejected: %s %u: %s", error.what, error.index, error.cause);
    }
    if (cause != NULL) {
        assert_false(ok);
        assert_string_equal(error.cause, cause);
    }
    make_image(&image);
    make_microkit();
}

static void a_microkit_program_has_its_own_layout(void **state)
{
    (void)state;
    static const char layout[] = "stack or IPC buffer not where they belong";
    struct kaal_plan_pd *pd = &image.pds[MAKE_CLIENT];
    make_microkit();
    expect(NULL);
    pd->ipc_buffer = 0x201000; // within the program
    expect(NULL);
    pd->ipc_buffer = 0x201200;
    expect(layout);
    pd->ipc_buffer = KAAL_MICROKIT_STACK_TOP - 0x1000;
    expect(layout);
    pd->stack_top = KAAL_LAYOUT_STACK_TOP;
    expect(layout);
    pd->cspace_bits = 8;
    expect(layout);
    pd->flags = KAAL_PD_INBOX;
    expect("flag that a Microkit program does not know");
    pd->abi = KAAL_ABI_MICROKIT + 1;
    expect("unknown kind of program, or not one that is a component");
    pd->file = MAKE_FILE_DATA;
    expect("file of another kind of program");
    pd->abi = KAAL_ABI_KAAL;
    expect(layout);
    image.files[0].kind = KAAL_FILE_DATA;
    expect("file of another kind of program");
    image.files[0].kind = KAAL_FILE_DATA + 1;
    expect("file of another kind of program");
    image.files[MAKE_FILE_DATA].kind = KAAL_FILE_DATA + 1;
    expect("unknown kind");
}

static void a_microkit_program_has_memory_anywhere_below_its_stack(void **state)
{
    (void)state;
    static const char address[] = "address not aligned, or outside the range for mappings";
    struct kaal_plan_map *map = &image.maps[MAKE_MAP_SMALL];
    uint64_t bottom = KAAL_MICROKIT_STACK_TOP - 0x4000;
    make_microkit();
    map->vaddr = 0;
    expect(NULL);
    map->vaddr = bottom - 0x3000;
    expect(NULL);
    map->vaddr = bottom - 0x2000;
    expect(address);
    map->rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE | KAAL_RIGHT_EXECUTE;
    expect(NULL);
    map->rights = KAAL_RIGHT_WRITE;
    expect("rights that a mapping cannot have");
}

static void a_microkit_program_has_a_root_cnode(void **state)
{
    (void)state;
    static const char outside[] = "slot outside the holder's capability space";
    struct kaal_plan_cap *cap = &image.caps[MAKE_CAP_TCB];
    make_microkit();
    cap->slot = KAAL_SLOT_ROOT | 63;
    expect(NULL);
    cap->slot = KAAL_SLOT_ROOT | 64;
    expect(outside);
    cap->slot = KAAL_SLOT_ROOT;
    expect(outside);
    cap->slot = 512;
    expect(outside);
    cap->kind = KAAL_CAP_SMC;
    expect(NULL);
    image.caps[MAKE_CAP_NOTIFICATION].kind = KAAL_CAP_SMC; // of the server
    expect("unknown kind, or no such object");
    image.pds[MAKE_SERVER].parent = MAKE_BROKER;
    image.pds[MAKE_CLIENT].parent = MAKE_BROKER;
    expect("two children with the same number");
}

static void an_interrupt_by_number_signals_one_bit(void **state)
{
    (void)state;
    static const char object[] = "unknown kind, or no such object";
    struct kaal_plan_cap *cap = &image.caps[MAKE_CAP_TCB];
    make_microkit();
    *cap = (struct kaal_plan_cap){.name = "irq",
                                  .pd = MAKE_CLIENT,
                                  .kind = KAAL_CAP_IRQ_NUMBER,
                                  .object = 33,
                                  .window = 1,
                                  .slot = 138,
                                  .badge = 4};
    struct kaal_plan_cap good = *cap;
    expect(NULL);
    *cap = good;
    cap->badge = 6;
    expect(object);
    *cap = good;
    cap->object = 1024;
    expect(object);
    *cap = good;
    cap->window = 2;
    expect(object);
}

static void a_region_may_have_a_place_and_content(void **state)
{
    (void)state;
    struct kaal_plan_region *small = &image.regions[MAKE_SMALL];
    struct kaal_plan_region *large = &image.regions[MAKE_LARGE];
    make_microkit();
    small->flags = KAAL_REGION_FIXED;
    small->paddr = 0x9000000;
    expect(NULL);
    small->flags = KAAL_REGION_FIXED;
    small->paddr = 0x9000800;
    expect("no such physical address");
    small->flags = KAAL_REGION_FIXED;
    small->paddr = UINT64_MAX - 4095;
    expect("no such physical address");
    small->paddr = 0x1000;
    expect("an address that it need not have");
    small->flags = KAAL_REGION_FIXED;
    small->paddr = 0x401000;
    large->flags = KAAL_REGION_FIXED;
    large->paddr = 0x200000;
    expect("memory of another region");
    small->file = MAKE_FILE_DATA;
    expect(NULL);
    small->file = MAKE_FILE_MICROKIT;
    expect("no such file, or a program");
    small->file = MAKE_FILES;
    expect("no such file, or a program");
    small->file = MAKE_FILE_DATA;
    small->flags = KAAL_REGION_TREE;
    expect("more than it can hold");
    small->size = MAKE_PAGE;
    image.caps[MAKE_CAP_FRAME].window = 0;
    small->file = MAKE_FILE_DATA;
    image.files[MAKE_FILE_DATA].size = MAKE_PAGE + 1;
    image.files[MAKE_FILE_DATA].offset -= MAKE_PAGE;
    expect("more than it can hold");
}

static void any_changed_word_is_noticed(void **state)
{
    (void)state;
    struct prng prng = {.state = 5};
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t r = prng_next(&prng);
        uint8_t *bytes = (uint8_t *)&image;
        size_t at = sizeof(image.header) +
                    r % (kaal_image_tables_end(&image.header) - sizeof(image.header));
        bytes[at] ^= (uint8_t)(1u << (r >> 32) % 8);
        assert_false(open_image());
        assert_string_equal(error.cause, "checksum differs");
        bytes[at] ^= (uint8_t)(1u << (r >> 32) % 8);
    }
    assert_true(open_image());
}

static void less_memory_than_the_header_is_no_image(void **state)
{
    (void)state;
    assert_false(plan_open(&plan, &image, sizeof(image.header) - 1, MAKE_CONFIG, &error));
    assert_false(plan_open(&plan, &image, sizeof(image) - 1, MAKE_CONFIG, &error));
}

static void entries_of_a_newer_minor_version_are_read_by_their_own_size(void **state)
{
    (void)state;
    // Both files in one entry of twice the size.
    image.header.tables[KAAL_TABLE_FILES].entry_size = 2 * sizeof(struct kaal_plan_file);
    image.header.tables[KAAL_TABLE_FILES].count = 1;
    image.pds[MAKE_SERVER].file = 0;
    image.pds[MAKE_CLIENT].file = 0;
    make_sum(&image);
    assert_true(open_image());
    assert_int_equal(plan_count(&plan, KAAL_TABLE_FILES), 1);
}

// Several wrong bytes at once, under a right checksum. Whatever is accepted can be walked: the
// sanitizer watches.
static void random_damage_is_rejected_or_harmless(void **state)
{
    (void)state;
    struct prng prng = {.state = 6};
    for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
        make_image(&image);
        for (unsigned n = 0; n < 1 + i % 4; n++) {
            uint64_t r = prng_next(&prng);
            // The tables and their places; the programs are not looked at.
            ((uint8_t *)&image)[32 + r % (offsetof(struct made_image, bytes) - 32)] =
                (uint8_t)(r >> 32);
        }
        make_sum(&image);
        if (!open_image()) {
            continue;
        }
        for (uint32_t f = 0; f < plan_count(&plan, KAAL_TABLE_FILES); f++) {
            const struct kaal_plan_file *file = plan_file(&plan, f);
            uint8_t sum = 0;
            for (uint64_t b = 0; b < file->size; b++) {
                sum ^= plan_file_data(&plan, f)[b];
            }
            assert_int_equal(sum, 0);
        }
    }
}

// --- what is looked for --------------------------------------------------------------------------

static void what_has_a_name_is_found(void **state)
{
    (void)state;
    const char program[KAAL_NAME_SIZE] = "program";
    const char progress[KAAL_NAME_SIZE] = "progress";
    assert_true(open_image());
    assert_int_equal(plan_find_pd(&plan, "server"), MAKE_SERVER);
    assert_int_equal(plan_find_pd(&plan, "serve"), KAAL_NONE);
    assert_int_equal(plan_find_program(&plan, program), 0);
    assert_int_equal(plan_find_program(&plan, progress), KAAL_NONE);
    const struct kaal_plan_cap *tcb = plan_find_cap(&plan, MAKE_CLIENT, KAAL_CAP_TCB, "cap");
    assert_ptr_equal(tcb, plan_cap(&plan, MAKE_CAP_TCB));
    assert_null(plan_find_cap(&plan, MAKE_CLIENT, KAAL_CAP_TCB, "other"));
    assert_null(plan_find_cap(&plan, MAKE_SERVER, KAAL_CAP_TCB, "cap"));
}

static void only_programs_are_found_as_programs(void **state)
{
    (void)state;
    const char data[KAAL_NAME_SIZE] = "data";
    memcpy(image.files[MAKE_FILE_DATA].name, data, sizeof(data));
    make_sum(&image);
    assert_true(open_image());
    assert_int_equal(plan_find_program(&plan, data), KAAL_NONE);
}

static void what_belongs_to_somebody_is_found(void **state)
{
    (void)state;
    assert_true(open_image());
    assert_int_equal(plan_next_device(&plan, MAKE_SERVER, 0), 0);
    assert_int_equal(plan_next_device(&plan, MAKE_SERVER, 1), KAAL_NONE);
    assert_int_equal(plan_next_device(&plan, MAKE_CLIENT, 0), KAAL_NONE);
    assert_true(plan_has_cap(&plan, KAAL_CAP_IRQ_HANDLER, 0));
    assert_true(plan_has_cap(&plan, KAAL_CAP_TCB, MAKE_SERVER));
    assert_false(plan_has_cap(&plan, KAAL_CAP_TCB, MAKE_CLIENT));
    assert_true(plan_allows(&plan, KAAL_ALLOW_MEMORY));
    assert_false(plan_allows(&plan, KAAL_ALLOW_MANAGE));
}

static void a_map_is_found_by_any_of_its_addresses(void **state)
{
    (void)state;
    assert_true(open_image());
    uint32_t found = 0;
    for (uint32_t i = 0; i < plan_count(&plan, KAAL_TABLE_MAPS); i++) {
        const struct kaal_plan_map *map = plan_map(&plan, i);
        if (map->source != KAAL_MAP_REGION) {
            assert_null(plan_find_map(&plan, map->pd, map->vaddr));
            continue;
        }
        const uint64_t size = plan_region(&plan, map->object)->size;
        assert_ptr_equal(plan_find_map(&plan, map->pd, map->vaddr), map);
        assert_ptr_equal(plan_find_map(&plan, map->pd, map->vaddr + size - 1), map);
        assert_ptr_not_equal(plan_find_map(&plan, map->pd, map->vaddr - 1), map);
        assert_ptr_not_equal(plan_find_map(&plan, map->pd, map->vaddr + size), map);
        assert_ptr_not_equal(plan_find_map(&plan, MAKE_ROOT, map->vaddr), map);
        found++;
    }
    assert_true(found > 0);
}

static void links_are_found_from_both_ends(void **state)
{
    (void)state;
    uint32_t index = 0;
    assert_true(open_image());
    const struct kaal_plan_link *link =
        plan_next_link(&plan, &index, KAAL_LINK_DEPENDS, MAKE_CLIENT, true);
    assert_ptr_equal(link, plan_link(&plan, MAKE_LINK_DEPENDS));
    assert_null(plan_next_link(&plan, &index, KAAL_LINK_DEPENDS, MAKE_CLIENT, true));
    index = 0;
    link = plan_next_link(&plan, &index, KAAL_LINK_WATCHES, MAKE_CLIENT, false);
    assert_ptr_equal(link, plan_link(&plan, MAKE_LINK_WATCHES));
    index = 0;
    assert_null(plan_next_link(&plan, &index, KAAL_LINK_WATCHES, MAKE_SERVER, false));
}

static void the_tables_end_where_the_last_one_ends(void **state)
{
    (void)state;
    const uint64_t end = offsetof(struct made_image, turns) + sizeof(image.turns);
    assert_int_equal(kaal_image_tables_end(&image.header), end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_well_formed_image_is_understood, setup),
        cmocka_unit_test_setup(the_limits_themselves_are_allowed, setup),
        cmocka_unit_test_setup(a_wrong_header_is_rejected, setup),
        cmocka_unit_test_setup(a_table_must_lie_in_the_image, setup),
        cmocka_unit_test_setup(a_protection_domain_with_a_wrong_number_is_rejected, setup),
        cmocka_unit_test_setup(a_protection_domain_that_refers_to_what_is_not_there_is_rejected,
                               setup),
        cmocka_unit_test_setup(a_second_root_task_or_name_is_rejected, setup),
        cmocka_unit_test_setup(a_region_or_device_with_a_wrong_field_is_rejected, setup),
        cmocka_unit_test_setup(a_map_with_a_wrong_field_is_rejected, setup),
        cmocka_unit_test_setup(a_capability_with_a_wrong_field_is_rejected, setup),
        cmocka_unit_test_setup(the_broker_must_be_above_passive_components_and_always_have_budget,
                               setup),
        cmocka_unit_test_setup(what_is_the_broker_s_is_not_given_away, setup),
        cmocka_unit_test_setup(the_broker_may_be_signalled, setup),
        cmocka_unit_test_setup(a_badge_that_says_what_it_is_not_is_rejected, setup),
        cmocka_unit_test_setup(only_the_ends_of_channels_have_words, setup),
        cmocka_unit_test_setup(registers_are_neither_cached_nor_executable, setup),
        cmocka_unit_test_setup(a_policy_with_a_wrong_field_is_rejected, setup),
        cmocka_unit_test_setup(a_turn_with_a_wrong_field_is_rejected, setup),
        cmocka_unit_test_setup(a_link_or_permit_with_a_wrong_field_is_rejected, setup),
        cmocka_unit_test_setup(the_bit_of_a_watched_component_is_one_bit_of_a_component, setup),
        cmocka_unit_test_setup(a_file_must_lie_in_the_image_on_a_page, setup),
        cmocka_unit_test_setup(a_microkit_program_has_its_own_layout, setup),
        cmocka_unit_test_setup(a_microkit_program_has_memory_anywhere_below_its_stack, setup),
        cmocka_unit_test_setup(a_microkit_program_has_a_root_cnode, setup),
        cmocka_unit_test_setup(an_interrupt_by_number_signals_one_bit, setup),
        cmocka_unit_test_setup(a_region_may_have_a_place_and_content, setup),
        cmocka_unit_test_setup(any_changed_word_is_noticed, setup),
        cmocka_unit_test_setup(less_memory_than_the_header_is_no_image, setup),
        cmocka_unit_test_setup(entries_of_a_newer_minor_version_are_read_by_their_own_size, setup),
        cmocka_unit_test_setup(random_damage_is_rejected_or_harmless, setup),
        cmocka_unit_test_setup(what_has_a_name_is_found, setup),
        cmocka_unit_test_setup(only_programs_are_found_as_programs, setup),
        cmocka_unit_test_setup(what_belongs_to_somebody_is_found, setup),
        cmocka_unit_test_setup(a_map_is_found_by_any_of_its_addresses, setup),
        cmocka_unit_test_setup(links_are_found_from_both_ends, setup),
        cmocka_unit_test_setup(the_tables_end_where_the_last_one_ends, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
