// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/start_page.h>

#include <lib/mem.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ENTRIES = 5 };

static union {
    struct kaal_start start;
    uint8_t bytes[sizeof(struct kaal_start) + ENTRIES * sizeof(struct kaal_start_entry)];
} page;

static void put(uint32_t index, uint32_t kind, const char *name, uint64_t value)
{
    struct kaal_start_entry *entry = &page.start.entries[index];
    *entry = (struct kaal_start_entry){.kind = kind, .slot = index + 1, .value = value};
    memcpy(entry->name, name, strnlen(name, KAAL_NAME_SIZE));
}

static int setup(void **state)
{
    (void)state;
    memset(&page, 0, sizeof(page));
    page.start.magic = KAAL_START_MAGIC;
    page.start.version = KAAL_START_VERSION;
    page.start.size = sizeof(page);
    page.start.entry_count = ENTRIES;
    put(0, KAAL_START_CALL, "console", 0);
    put(1, KAAL_START_SIGNAL, "console", 0);
    put(2, KAAL_START_SERVES, "client", 100);
    put(3, KAAL_START_SERVES, "other", 101);
    put(4, KAAL_START_SIGNALED, "client", 100);
    return 0;
}

static void a_whole_page_is_understood(void **state)
{
    (void)state;
    assert_true(kaal_start_ok(&page.start, sizeof(page)));
    assert_true(kaal_start_ok(&page.start, sizeof(page) + 1));
}

static void a_page_without_entries_is_a_page(void **state)
{
    (void)state;
    page.start.entry_count = 0;
    page.start.size = sizeof(struct kaal_start);
    assert_true(kaal_start_ok(&page.start, sizeof(struct kaal_start)));
}

static void entries_beyond_the_count_are_not_looked_at(void **state)
{
    (void)state;
    page.start.entry_count = ENTRIES - 1;
    assert_null(kaal_start_find(&page.start, KAAL_START_SIGNALED, NULL));
    assert_null(kaal_start_by_value(&page.start, KAAL_START_SIGNALED, 100));
}

static void a_page_that_does_not_fit_its_memory_is_refused(void **state)
{
    (void)state;
    assert_false(kaal_start_ok(&page.start, 0));
    assert_false(kaal_start_ok(&page.start, sizeof(struct kaal_start) - 1));
    assert_false(kaal_start_ok(&page.start, sizeof(page) - 1));
    page.start.size = sizeof(struct kaal_start) - 1;
    assert_false(kaal_start_ok(&page.start, sizeof(page)));
}

static void another_magic_or_version_is_refused(void **state)
{
    (void)state;
    page.start.magic++;
    assert_false(kaal_start_ok(&page.start, sizeof(page)));
    page.start.magic--;
    page.start.version++;
    assert_false(kaal_start_ok(&page.start, sizeof(page)));
}

static void more_entries_than_the_page_holds_are_refused(void **state)
{
    (void)state;
    page.start.entry_count = ENTRIES + 1;
    assert_false(kaal_start_ok(&page.start, sizeof(page)));
    page.start.entry_count = UINT32_MAX;
    assert_false(kaal_start_ok(&page.start, sizeof(page)));
    page.start.entry_count = ENTRIES;
    page.start.size--;
    assert_false(kaal_start_ok(&page.start, sizeof(page)));
}

static void an_entry_is_found_by_kind_and_name(void **state)
{
    (void)state;
    assert_ptr_equal(kaal_start_find(&page.start, KAAL_START_SIGNAL, "console"),
                     &page.start.entries[1]);
    assert_ptr_equal(kaal_start_find(&page.start, KAAL_START_SERVES, "other"),
                     &page.start.entries[3]);
    assert_null(kaal_start_find(&page.start, KAAL_START_CALL, "consol"));
    assert_null(kaal_start_find(&page.start, KAAL_START_CALL, "console2"));
    assert_null(kaal_start_find(&page.start, KAAL_START_TCB, "console"));
}

static void no_name_finds_the_first_of_its_kind(void **state)
{
    (void)state;
    assert_ptr_equal(kaal_start_find(&page.start, KAAL_START_SERVES, NULL), &page.start.entries[2]);
    assert_null(kaal_start_find(&page.start, KAAL_START_TCB, NULL));
}

static void an_entry_is_found_by_its_value(void **state)
{
    (void)state;
    assert_ptr_equal(kaal_start_by_value(&page.start, KAAL_START_SERVES, 101),
                     &page.start.entries[3]);
    assert_ptr_equal(kaal_start_by_value(&page.start, KAAL_START_SIGNALED, 100),
                     &page.start.entries[4]);
    assert_null(kaal_start_by_value(&page.start, KAAL_START_CHILD, 100));
}

static void a_name_without_its_end_is_not_read_beyond_it(void **state)
{
    (void)state;
    struct kaal_start_entry *last = &page.start.entries[ENTRIES - 1];
    memset(last->name, 'x', sizeof(last->name));
    assert_null(kaal_start_find(&page.start, KAAL_START_SIGNALED, "client"));
    assert_ptr_equal(kaal_start_find(&page.start, KAAL_START_SIGNALED, NULL), last);
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind <= KAAL_START_GROUPED; kind++) {
        assert_string_not_equal(kaal_start_kind_name(kind), "unknown entry");
    }
    assert_string_equal(kaal_start_kind_name(KAAL_START_GROUPED + 1), "unknown entry");
    assert_string_equal(kaal_start_kind_name(UINT32_MAX), "unknown entry");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_whole_page_is_understood, setup),
        cmocka_unit_test_setup(a_page_without_entries_is_a_page, setup),
        cmocka_unit_test_setup(entries_beyond_the_count_are_not_looked_at, setup),
        cmocka_unit_test_setup(a_page_that_does_not_fit_its_memory_is_refused, setup),
        cmocka_unit_test_setup(another_magic_or_version_is_refused, setup),
        cmocka_unit_test_setup(more_entries_than_the_page_holds_are_refused, setup),
        cmocka_unit_test_setup(an_entry_is_found_by_kind_and_name, setup),
        cmocka_unit_test_setup(no_name_finds_the_first_of_its_kind, setup),
        cmocka_unit_test_setup(an_entry_is_found_by_its_value, setup),
        cmocka_unit_test_setup(a_name_without_its_end_is_not_read_beyond_it, setup),
        cmocka_unit_test_setup(every_kind_has_a_name, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
