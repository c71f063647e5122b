// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/fault_text.h>
#include <kaal/image.h>
#include <kaal/layout.h>

#include <lib/mem.h>

#include "elf_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define STACK_SIZE   UINT64_C(0x4000)
#define STACK_BOTTOM (KAAL_LAYOUT_STACK_TOP - STACK_SIZE)
#define RING         UINT64_C(0x1000000000)
#define RING_SIZE    UINT64_C(0x2000)
#define UART         UINT64_C(0x1000200000)

enum {
    ESR_TRANSLATION = 0x07,
    ESR_PERMISSION = 0x0f,
    ESR_EXTERNAL = 0x10,
    ESR_ALIGNMENT = 0x21,
};

static const struct kaal_fault_segment segments[] = {
    {0x200000, 0x202400, KAAL_RIGHT_READ | KAAL_RIGHT_EXECUTE},
    {0x203000, 0x203800, KAAL_RIGHT_READ},
    {0x204000, 0x205000, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE},
};

static uint64_t page[512];

// A component with a region, a device and a channel.
static struct kaal_fault_place make_place(void)
{
    struct kaal_start *start = (void *)page;
    memset(page, 0, sizeof(page));
    start->magic = KAAL_START_MAGIC;
    start->version = KAAL_START_VERSION;
    start->size = sizeof(*start) + 3 * sizeof(start->entries[0]);
    start->ipc_buffer = KAAL_LAYOUT_IPC_BUFFER;
    start->stack_top = KAAL_LAYOUT_STACK_TOP;
    start->stack_size = STACK_SIZE;
    start->entry_count = 3;
    start->entries[0] = (struct kaal_start_entry){
        .name = "call", .kind = KAAL_START_CALL, .value = RING, .size = RING_SIZE};
    start->entries[1] = (struct kaal_start_entry){
        .name = "ring0", .kind = KAAL_START_MEMORY, .address = RING, .size = RING_SIZE};
    start->entries[2] = (struct kaal_start_entry){
        .name = "uart", .kind = KAAL_START_DEVICE, .address = UART, .size = 0x1000};
    return (struct kaal_fault_place){start, sizeof(page), segments, 3};
}

static struct kaal_fault_record vm_record(enum kaal_fault_access access, uint64_t addr,
                                          unsigned status)
{
    struct kaal_fault_record record;
    const struct kaal_fault fault = {.type = seL4_Fault_VMFault,
                                     .ip = 0x200148,
                                     .addr = addr,
                                     .code = 0x92000000 + status,
                                     .access = access};
    kaal_fault_take(&record, "crasher", NULL, &fault);
    return record;
}

static const char *words(const struct kaal_fault_record *record)
{
    static char text[KAAL_NAME_SIZE + 96];
    struct fmt f;
    fmt_init(&f, text, sizeof(text));
    kaal_fault_put_why(&f, record);
    assert_false(f.cut);
    return text;
}

struct vm_case {
    enum kaal_fault_access access;
    unsigned status;
    uint64_t addr;
    const char *words;
};

static void check_cases(const struct vm_case *cases, unsigned count,
                        const struct kaal_fault_place *place)
{
    for (unsigned i = 0; i < count; i++) {
        struct kaal_fault_record record =
            vm_record(cases[i].access, cases[i].addr, cases[i].status);
        kaal_fault_explain(&record, place);
        assert_string_equal(words(&record), cases[i].words);
    }
}

#define CHECK_CASES(cases, place) check_cases(cases, sizeof(cases) / sizeof((cases)[0]), place)

static void an_address_without_anything_is_told_apart(void **state)
{
    (void)state;
    static const struct vm_case cases[] = {
        {KAAL_ACCESS_READ, ESR_TRANSLATION, 0x18, "read of 0x18: null pointer?"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, 0, "write to 0x0: null pointer?"},
        {KAAL_ACCESS_EXECUTE, ESR_TRANSLATION, 0, "jump to 0x0: null function pointer?"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, 0xffff, "read of 0xffff: null pointer?"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, 0x10000, "read of 0x10000: nothing is mapped there"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, 0xdead0001230,
         "read of 0xdead0001230: nothing is mapped there"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, UINT64_C(1) << 47,
         "read of 0x800000000000: not an address of user level"},
        {KAAL_ACCESS_WRITE, ESR_PERMISSION, UINT64_MAX,
         "write to 0xffffffffffffffff: not an address of user level"},
        {KAAL_ACCESS_READ, ESR_ALIGNMENT, RING + 1, "unaligned access: read of 0x1000000001"},
        {KAAL_ACCESS_READ, ESR_EXTERNAL, UART, "read of 0x1000200000: nothing answers there"},
    };
    struct kaal_fault_place place = make_place();
    CHECK_CASES(cases, &place);
}

static void the_stack_has_a_guard_page_and_what_skips_it(void **state)
{
    (void)state;
    static const struct vm_case cases[] = {
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, STACK_BOTTOM - 1, "stack overflow into guard page"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, STACK_BOTTOM - 0x1000,
         "stack overflow into guard page"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, STACK_BOTTOM - 0x1008,
         "stack overflow past the guard page, 4104 bytes below the stack"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, STACK_BOTTOM - 0x11000,
         "stack overflow past the guard page, 69632 bytes below the stack"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, STACK_BOTTOM - 0x11008,
         "write to 0xf000eaff8: nothing is mapped there"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, KAAL_LAYOUT_STACK_TOP,
         "read just beyond the stack (at its end)"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, KAAL_LAYOUT_STACK_TOP + 1,
         "read just beyond the stack (1 byte past its end)"},
        {KAAL_ACCESS_EXECUTE, ESR_PERMISSION, KAAL_LAYOUT_STACK_TOP - 8,
         "execute of 0xf000ffff8 on the stack"},
    };
    struct kaal_fault_place place = make_place();
    CHECK_CASES(cases, &place);
}

// A frame of any size, and a start page that is not known.
static void a_stack_pointer_that_has_left_the_stack_tells_an_overflow(void **state)
{
    (void)state;
    const struct kaal_fault_place nothing = {0};
    struct kaal_fault_record record =
        vm_record(KAAL_ACCESS_WRITE, STACK_BOTTOM - 0x80000 - 16, ESR_TRANSLATION);
    kaal_fault_explain(&record, &nothing);
    assert_string_equal(words(&record), "write to 0xf0007bff0: nothing is mapped there");
    record.context = (seL4_UserContext){.sp = STACK_BOTTOM - 0x80000};
    kaal_fault_take_registers(&record);
    kaal_fault_explain(&record, &nothing);
    assert_string_equal(words(&record), "stack overflow: nothing is mapped at the stack pointer");
    record.addr = 0x18;
    kaal_fault_explain(&record, &nothing);
    assert_string_equal(words(&record), "write to 0x18: null pointer?");
}

static void what_may_not_be_done_is_named(void **state)
{
    (void)state;
    static const struct vm_case cases[] = {
        {KAAL_ACCESS_WRITE, ESR_PERMISSION, 0x200000, "write to program text"},
        {KAAL_ACCESS_WRITE, ESR_PERMISSION, 0x2037ff, "write to program constants"},
        {KAAL_ACCESS_EXECUTE, ESR_PERMISSION, 0x203000, "execute of program constants"},
        {KAAL_ACCESS_EXECUTE, ESR_PERMISSION, 0x204ff8, "execute of data at 0x204ff8"},
        {KAAL_ACCESS_WRITE, ESR_PERMISSION, RING, "write to read-only region ring0"},
        {KAAL_ACCESS_EXECUTE, ESR_PERMISSION, RING + 8, "execute of data in region ring0"},
        {KAAL_ACCESS_WRITE, ESR_PERMISSION, UART + 8, "write to read-only device uart"},
        {KAAL_ACCESS_WRITE, ESR_PERMISSION, KAAL_LAYOUT_START_PAGE, "write to the start page"},
        {KAAL_ACCESS_EXECUTE, ESR_PERMISSION, KAAL_LAYOUT_IPC_BUFFER + 0xff8,
         "execute of the IPC buffer"},
        {KAAL_ACCESS_WRITE, ESR_PERMISSION, 0x5000000, "write to read-only memory at 0x5000000"},
        {KAAL_ACCESS_EXECUTE, ESR_PERMISSION, 0x5000000, "execute of data at 0x5000000"},
        {KAAL_ACCESS_READ, ESR_PERMISSION, 0x5000000,
         "read of memory without that right at 0x5000000"},
    };
    struct kaal_fault_place place = make_place();
    CHECK_CASES(cases, &place);
}

static void what_lies_next_to_memory_is_measured(void **state)
{
    (void)state;
    static const struct vm_case cases[] = {
        {KAAL_ACCESS_READ, ESR_TRANSLATION, RING + RING_SIZE + 8,
         "read just beyond region ring0 (8 bytes past its end)"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, RING + RING_SIZE,
         "write just beyond region ring0 (at its end)"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, RING + RING_SIZE + 0x1000,
         "read of 0x1000003000: nothing is mapped there"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, RING - 4,
         "read just before region ring0 (4 bytes before its start)"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, UART + 0x1ffc,
         "read just beyond device uart (4092 bytes past its end)"},
        {KAAL_ACCESS_READ, ESR_TRANSLATION, RING + 16,
         "read of region ring0, which is not mapped any more"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, UART,
         "write to device uart, which is not mapped any more"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, 0x205010,
         "write just beyond a segment of the program (16 bytes past its end)"},
    };
    struct kaal_fault_place place = make_place();
    CHECK_CASES(cases, &place);
}

static void without_a_good_start_page_the_reason_is_general(void **state)
{
    (void)state;
    static const struct vm_case cases[] = {
        {KAAL_ACCESS_WRITE, ESR_PERMISSION, RING, "write to read-only memory at 0x1000000000"},
        {KAAL_ACCESS_WRITE, ESR_TRANSLATION, STACK_BOTTOM - 8,
         "write to 0xf000fbff8: nothing is mapped there"},
    };
    struct kaal_fault_place place = make_place();
    place.start_room = 64; // less than its header
    CHECK_CASES(cases, &place);
    place = make_place();
    struct kaal_start *start = (void *)page;
    start->entry_count = UINT32_MAX;
    CHECK_CASES(cases, &place);
    place.start = NULL;
    CHECK_CASES(cases, &place);
}

static void the_segments_of_a_program_are_whole_pages(void **state)
{
    (void)state;
    static uint8_t file[MAKE_SIZE];
    const struct elf_rules rules = {.page = 4096};
    struct elf elf;
    struct kaal_fault_segment found[3];
    elf_make(file);
    assert_int_equal(elf_parse(&elf, file, sizeof(file), &rules), ELF_OK);
    assert_int_equal(kaal_fault_segments(&elf, found, 3), 2);
    assert_int_equal(found[0].start, MAKE_TEXT);
    assert_int_equal(found[0].end, MAKE_TEXT + 0x1000);
    assert_int_equal(found[0].rights, KAAL_RIGHT_READ | KAAL_RIGHT_EXECUTE);
    assert_int_equal(found[1].start, MAKE_DATA);
    assert_int_equal(found[1].end, MAKE_DATA + MAKE_DATA_MEMSZ);
    assert_int_equal(found[1].rights, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE);
    assert_int_equal(kaal_fault_segments(&elf, found, 1), 1);
}

static void other_faults_have_their_words(void **state)
{
    (void)state;
    static const struct {
        seL4_Word type;
        uint64_t addr;
        uint64_t code;
        const char *words;
    } cases[] = {
        {seL4_Fault_CapFault, 17, 2, "use of capability slot 17: empty"},
        {seL4_Fault_CapFault, 0x100000, 4, "use of capability slot 0x100000: guard mismatch"},
        {seL4_Fault_CapFault, 5, 3, "use of capability slot 5: depth mismatch"},
        {seL4_Fault_CapFault, 5, 1, "use of capability slot 5: no capability space"},
        {seL4_Fault_CapFault, 5, 9, "unknown fault"},
        {seL4_Fault_UnknownSyscall, 99, 0, "unknown system call 99"},
        {seL4_Fault_UnknownSyscall, UINT64_MAX - 98, 0, "unknown system call -99"},
        {seL4_Fault_UserException, 0, 0x02000000, "undefined instruction"},
        {seL4_Fault_UserException, 0, 0x1fe00000,
         "floating point, but the description does not allow it (fpu = true)"},
        {seL4_Fault_UserException, 0, 0x62000000, "trapped register access"},
        {seL4_Fault_UserException, 0, 0xf2000001, "breakpoint"},
        {4, 0, 0, "breakpoint"},
        {seL4_Fault_Timeout, 0, 0, "budget exhausted (timeout)"},
        {77, 0, 0, "unknown fault"},
    };
    struct kaal_fault_place place = make_place();
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct kaal_fault_record record;
        const struct kaal_fault fault = {
            .type = cases[i].type, .addr = cases[i].addr, .code = cases[i].code};
        kaal_fault_take(&record, "x", NULL, &fault);
        kaal_fault_explain(&record, &place);
        assert_string_equal(words(&record), cases[i].words);
    }
}

// --- lines ---------------------------------------------------------------------------------------

static struct kaal_fault_record make_record(void)
{
    struct kaal_fault_record record = vm_record(KAAL_ACCESS_READ, 0x18, ESR_TRANSLATION);
    record.context = (seL4_UserContext){.pc = 0x200148,
                                        .sp = 0xf000fffd0,
                                        .x0 = 0x18,
                                        .x9 = 9,
                                        .x28 = 28,
                                        .x29 = 0xf000fffd0,
                                        .x30 = 0x2003a0};
    const struct kaal_fault_place nothing = {0};
    kaal_fault_take_registers(&record);
    kaal_fault_explain(&record, &nothing);
    return record;
}

static void the_old_keys_come_first_and_then_the_new_ones(void **state)
{
    (void)state;
    struct kaal_fault_record record = make_record();
    struct kaal_report report;
    assert_true(kaal_fault_line(&record, 0, &report));
    assert_string_equal(report.text,
                        "@fault component=crasher kind=vm addr=0x18 ip=0x200148 access=read "
                        "cause=translation code=0x92000007 lr=0x2003a0 sp=0xf000fffd0 "
                        "why=\"read of 0x18: null pointer?\"");
    assert_true(kaal_fault_line(&record, 1, &report));
    assert_string_equal(report.text, "@registers component=crasher x0=0x18 x1=0x0 x2=0x0 x3=0x0 "
                                     "x4=0x0 x5=0x0 x6=0x0 x7=0x0");
    assert_true(kaal_fault_line(&record, 4, &report));
    assert_string_equal(report.text, "@registers component=crasher x24=0x0 x25=0x0 x26=0x0 x27=0x0 "
                                     "x28=0x1c x29=0xf000fffd0 x30=0x2003a0");
    assert_false(kaal_fault_line(&record, 5, &report));
}

static void a_backtrace_comes_before_the_registers(void **state)
{
    (void)state;
    struct kaal_fault_record record = make_record();
    struct kaal_report report;
    record.return_count = 9;
    record.generation = 3;
    memcpy(record.program, "crasher.elf", 12);
    for (unsigned i = 0; i < 9; i++) {
        record.returns[i] = 0x200000 + 4 * i;
    }
    assert_true(kaal_fault_line(&record, 0, &report));
    assert_non_null(strstr(report.text, " program=crasher.elf generation=3 lr="));
    assert_true(kaal_fault_line(&record, 1, &report));
    assert_string_equal(report.text,
                        "@backtrace component=crasher program=crasher.elf 1=0x200000 2=0x200004 "
                        "3=0x200008 4=0x20000c 5=0x200010 6=0x200014 7=0x200018 8=0x20001c");
    assert_true(kaal_fault_line(&record, 2, &report));
    assert_string_equal(report.text, "@backtrace component=crasher program=crasher.elf 9=0x200020");
    assert_true(kaal_fault_line(&record, 6, &report));
    assert_false(kaal_fault_line(&record, 7, &report));
}

static void a_timeout_has_its_place_from_the_registers(void **state)
{
    (void)state;
    struct kaal_fault_record record;
    const struct kaal_fault fault = {.type = seL4_Fault_Timeout};
    struct kaal_report report;
    kaal_fault_take(&record, "spinner", NULL, &fault);
    assert_true(kaal_fault_line(&record, 0, &report));
    assert_null(strstr(report.text, " lr="));
    assert_false(kaal_fault_line(&record, 1, &report));
    record.context.pc = 0x200500;
    kaal_fault_take_registers(&record);
    assert_int_equal(record.ip, 0x200500);
}

// A line that is cut would lose the quote that ends it, and be no report any more.
static void no_record_makes_a_line_too_long(void **state)
{
    (void)state;
    struct kaal_fault_record record;
    for (uint32_t reason = 0; reason <= KAAL_REASON_COUNT; reason++) {
        for (uint32_t type = 0; type < 8; type++) {
            memset(&record, 0xff, sizeof(record));
            memset(record.component, 'c', sizeof(record.component));
            memset(record.program, 'p', sizeof(record.program));
            memset(record.why.object, 'o', sizeof(record.why.object));
            record.why.reason = reason;
            record.type = type;
            record.access = type % 4;
            struct kaal_report report;
            unsigned n = 0;
            while (kaal_fault_line(&record, n, &report)) {
                assert_false(report.fmt.cut);
                n++;
            }
            assert_int_equal(n, 7);
            (void)words(&record);
        }
    }
}

// --- who called ----------------------------------------------------------------------------------

enum { WORDS = 64 };

static uint64_t stack[WORDS];
static const struct kaal_fault_stack window = {stack, KAAL_LAYOUT_STACK_TOP - sizeof(stack),
                                               sizeof(stack)};

static uint64_t address_of(unsigned word)
{
    return window.address + 8 * (uint64_t)word;
}

static void put_frame(unsigned word, uint64_t next, uint64_t lr)
{
    stack[word] = next;
    stack[word + 1] = lr;
}

static unsigned trace(struct kaal_fault_record *record, uint64_t fp)
{
    struct kaal_fault_place place = make_place();
    *record = (struct kaal_fault_record){.has_registers = 1};
    record->context.x29 = fp;
    kaal_backtrace(record, &window, &place);
    return record->return_count;
}

static void a_chain_of_frames_is_followed_to_its_end(void **state)
{
    (void)state;
    struct kaal_fault_record record;
    memset(stack, 0, sizeof(stack));
    put_frame(4, address_of(10), 0x200104);
    put_frame(10, address_of(62), 0x202400); // behind a call that is the last instruction of all
    put_frame(62, 0, 0x200010);
    assert_int_equal(trace(&record, address_of(4)), 3);
    assert_int_equal(record.returns[0], 0x200104);
    assert_int_equal(record.returns[1], 0x202400);
    assert_int_equal(record.returns[2], 0x200010);
}

static void a_chain_that_leaves_the_stack_ends(void **state)
{
    (void)state;
    static const uint64_t wrong[] = {0, 8, UINT64_MAX, UINT64_MAX - 7, UINT64_C(1) << 63};
    struct kaal_fault_record record;
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(trace(&record, wrong[i]), 0);
        put_frame(4, wrong[i], 0x200104);
        assert_int_equal(trace(&record, address_of(4)), 1);
    }
    put_frame(62, 0, 0x200104);
    assert_int_equal(trace(&record, address_of(62)), 1);
    assert_int_equal(trace(&record, address_of(63)), 0);
    assert_int_equal(trace(&record, address_of(4) + 4), 0);
}

static void a_chain_goes_up_only(void **state)
{
    (void)state;
    struct kaal_fault_record record;
    put_frame(4, address_of(4), 0x200104);
    assert_int_equal(trace(&record, address_of(4)), 1);
    put_frame(4, address_of(2), 0x200104);
    put_frame(2, address_of(4), 0x200104);
    assert_int_equal(trace(&record, address_of(4)), 1);
}

static void a_chain_is_as_long_as_a_record_has_room(void **state)
{
    (void)state;
    struct kaal_fault_record record;
    for (unsigned i = 0; i < WORDS / 2; i++) {
        put_frame(2 * i, address_of(2 * i + 2), 0x200104);
    }
    assert_int_equal(trace(&record, address_of(0)), KAAL_FAULT_RETURNS);
}

static void what_returns_to_no_text_ends_a_chain(void **state)
{
    (void)state;
    static const uint64_t wrong[] = {0, 0x200000, 0x200106, 0x202404, 0x204100, UINT64_MAX - 3};
    struct kaal_fault_record record;
    const struct kaal_fault_place nothing = {0};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        put_frame(4, 0, wrong[i]);
        assert_int_equal(trace(&record, address_of(4)), 0);
    }
    put_frame(4, 0, 0x204100);
    kaal_backtrace(&record, &window, &nothing);
    assert_int_equal(record.return_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_without_anything_is_told_apart),
        cmocka_unit_test(the_stack_has_a_guard_page_and_what_skips_it),
        cmocka_unit_test(a_stack_pointer_that_has_left_the_stack_tells_an_overflow),
        cmocka_unit_test(what_may_not_be_done_is_named),
        cmocka_unit_test(what_lies_next_to_memory_is_measured),
        cmocka_unit_test(without_a_good_start_page_the_reason_is_general),
        cmocka_unit_test(the_segments_of_a_program_are_whole_pages),
        cmocka_unit_test(other_faults_have_their_words),
        cmocka_unit_test(the_old_keys_come_first_and_then_the_new_ones),
        cmocka_unit_test(a_backtrace_comes_before_the_registers),
        cmocka_unit_test(a_timeout_has_its_place_from_the_registers),
        cmocka_unit_test(no_record_makes_a_line_too_long),
        cmocka_unit_test(a_chain_of_frames_is_followed_to_its_end),
        cmocka_unit_test(a_chain_that_leaves_the_stack_ends),
        cmocka_unit_test(a_chain_goes_up_only),
        cmocka_unit_test(a_chain_is_as_long_as_a_record_has_room),
        cmocka_unit_test(what_returns_to_no_text_ends_a_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
