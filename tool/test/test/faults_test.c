// SPDX-License-Identifier: BSD-2-Clause
//
// Lines of fault reports, explained from this test's own file: it is a program whose functions and
// lines are known here.
#include "tool/faults.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/pack.h"
#include "tool/symbols.h"
#include "tool/system.h"

#include "lib/prng.h"

#include <inttypes.h>
#include <link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct bytes self;

static volatile int sink;

// clang-format off: one statement each, whose line is known.
__attribute__((noinline)) static void marked(void)
{
    sink = sink + 1;
}
enum { MARKED_LINE = __LINE__ - 2 }; // of its statement

__attribute__((always_inline)) static inline void inner(void)
{
    sink = sink * 3;
}
__attribute__((noinline)) static void outer(void)
{
    inner();
}
// clang-format on

static int take_base(struct dl_phdr_info *info, size_t size, void *base)
{
    (void)size;
    *(uint64_t *)base = info->dlpi_addr;
    return 1;
}

// The address in the file of what runs here.
static uint64_t file_address(void (*function)(void))
{
    uint64_t base = 0;
    (void)dl_iterate_phdr(take_base, &base);
    return (uint64_t)(uintptr_t)function - base;
}

static int set_up(void **state)
{
    (void)state;
    const char *cause;
    marked();
    outer();
    return file_read(&arena, "/proc/self/exe", ELF_FILE_MAX, &self, &cause) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

// --- symbols -------------------------------------------------------------------------------------

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static void an_address_has_its_function_and_line(void **state)
{
    (void)state;
    struct symbol_place place;
    struct symbols *s = symbols_open(&arena, self);
    uint64_t address = file_address(marked);
    symbols_find(s, &arena, address, &place);
    assert_int_equal(place.count, 1);
    assert_string_equal(place.frames[0].function, "marked");
    assert_true(ends_with(place.frames[0].file, "tool/test/test/faults_test.c"));
    assert_in_range(place.frames[0].line, MARKED_LINE - 2, MARKED_LINE);
    assert_int_equal(place.start, address);
    symbols_close(s);
}

// Some instruction of outer() is of inner(), and says so.
static void what_is_inlined_is_told_with_its_caller(void **state)
{
    (void)state;
    struct symbol_place place;
    struct symbols *s = symbols_open(&arena, self);
    uint64_t start = file_address(outer);
    uint64_t address = start;
    do {
        symbols_find(s, &arena, address++, &place);
        assert_true(place.count >= 1 && place.start == start);
    } while (place.count == 1);
    assert_int_equal(place.count, 2);
    assert_string_equal(place.frames[0].function, "inner");
    assert_string_equal(place.frames[1].function, "outer");
    assert_true(ends_with(place.frames[1].file, "faults_test.c"));
    assert_true(place.frames[1].line > place.frames[0].line);
    symbols_close(s);
}

static void an_address_of_nothing_gives_a_reason(void **state)
{
    (void)state;
    static const uint64_t addresses[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63};
    struct symbols *s = symbols_open(&arena, self);
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        struct symbol_place place;
        symbols_find(s, &arena, addresses[i], &place);
        assert_int_equal(place.count, 0);
        assert_string_equal(place.reason, "no function there");
    }
    symbols_close(s);
}

// Of a file that may be anything: frames, or a reason.
static void look_at(struct bytes file)
{
    struct arena local = {0};
    struct symbol_place place;
    struct symbols *s = symbols_open(&local, file);
    const uint64_t addresses[] = {file_address(marked), file_address(outer), 0, 0x200000};
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        symbols_find(s, &local, addresses[i], &place);
        assert_true(place.count <= SYMBOLS_FRAMES_MAX);
        assert_true(place.count != 0 || place.reason != NULL);
    }
    symbols_close(s);
    arena_free(&local);
}

static void a_file_that_is_cut_anywhere_is_survived(void **state)
{
    (void)state;
    look_at((struct bytes){.data = (const uint8_t *)"", .size = 0});
    for (size_t i = 1; i <= 300; i++) {
        look_at((struct bytes){.data = self.data, .size = self.size * i / 300});
        look_at((struct bytes){.data = self.data, .size = i});
    }
}

static void a_file_with_wrong_bytes_is_survived(void **state)
{
    (void)state;
    const char *rounds = getenv("FAULTS_ROUNDS");
    const char *seed = getenv("FAULTS_SEED");
    struct prng p = {.state = seed == NULL ? 4 : strtoull(seed, NULL, 10)};
    uint8_t *copy = arena_alloc(&arena, self.size + 1);
    for (unsigned long i = rounds == NULL ? 300 : strtoul(rounds, NULL, 10); i > 0; i--) {
        memcpy(copy, self.data, self.size);
        for (unsigned j = 0; j < 1 + i % 50; j++) {
            copy[prng_next(&p) % self.size] = (uint8_t)prng_next(&p);
        }
        look_at((struct bytes){.data = copy, .size = self.size});
    }
}

// --- lines ---------------------------------------------------------------------------------------

static struct system sys;
static struct build_result build;

static struct faults *open_faults(void)
{
    static struct sd_pd pds[2];
    static struct program programs[2];
    static size_t of_pd[2] = {0, SYSTEM_NONE};
    pds[0].name.text = "crasher";
    pds[1].name.text = "bare";
    programs[0] = (struct program){.path = "bin/self.elf", .file = self};
    programs[1] =
        (struct program){.path = "bin/cut.elf", .file = {.data = self.data, .size = self.size / 2}};
    static struct kaal_plan_file files[1] = {{.name = "packed.elf"}};
    static const struct program *packed[1] = {&programs[0]};
    sys = (struct system){.pds = pds, .pd_count = 2};
    build = (struct build_result){.programs = {.items = programs, .count = 2, .of_pd = of_pd},
                                  .plan = {.files = files, .programs = packed, .file_count = 1},
                                  .kernel = {.path = "kernel/kernel.elf", .file = self}};
    return faults_new(&arena, &sys, &build);
}

static const char *line_text(struct faults *f, const char *line)
{
    const char *text = faults_line(f, line).text;
    return text == NULL ? "" : arena_string(&arena, text);
}

static void a_fault_has_its_place_and_its_caller(void **state)
{
    (void)state;
    struct faults *f = open_faults();
    const char *line = arena_printf(
        &arena,
        "[cap_broker] @fault component=crasher kind=vm addr=0x18 ip=0x%" PRIx64 " access=read "
        "cause=translation code=0x92000007 lr=0x%" PRIx64 " sp=0x0 why=\"read of 0x18: null?\"",
        file_address(marked), file_address(outer) + 1);
    const char *text = line_text(f, line);
    assert_non_null(strstr(text, "  component crasher (self.elf): read of 0x18: null?\n"));
    assert_non_null(strstr(text, "  marked  "));
    assert_non_null(strstr(text, "faults_test.c:"));
    assert_non_null(strstr(text, "    by 0x"));
    assert_non_null(strstr(text, "  outer  "));
    assert_true(faults_line(f, line).begins);

    // The backtrace begins with the same caller again.
    line = arena_printf(&arena,
                        "[cap_broker] @backtrace component=crasher 1=0x%" PRIx64 " 2=0x%" PRIx64,
                        file_address(outer) + 1, file_address(marked) + 1);
    text = line_text(f, line);
    assert_null(strstr(text, "outer"));
    assert_non_null(strstr(text, "  marked  "));
    assert_false(faults_line(f, line).begins);
    faults_close(f);
}

static void a_backtrace_of_another_component_is_no_part_of_the_fault(void **state)
{
    (void)state;
    struct faults *f = open_faults();
    const char *caller = arena_printf(&arena, "0x%" PRIx64, file_address(outer) + 1);
    (void)line_text(f, arena_printf(&arena, "[b] @fault component=crasher ip=0x%" PRIx64 " lr=%s",
                                    file_address(marked), caller));
    const char *line = arena_printf(&arena, "[b] @backtrace component=bare 1=%s", caller);
    assert_true(faults_line(f, line).begins);
    assert_non_null(strstr(line_text(f, line), "no symbols"));
    line = arena_printf(&arena, "[b] @backtrace component=child program=self.elf 1=%s", caller);
    assert_true(faults_line(f, line).begins);
    assert_non_null(strstr(line_text(f, line), "  outer  "));
    faults_close(f);
}

// The link register of a function that has called others says where they returned to.
static void a_link_into_the_same_function_is_no_caller(void **state)
{
    (void)state;
    struct faults *f = open_faults();
    const char *line =
        arena_printf(&arena, "[b] @fault component=crasher ip=0x%" PRIx64 " lr=0x%" PRIx64,
                     file_address(marked), file_address(marked) + 1);
    const char *text = line_text(f, line);
    assert_non_null(strstr(text, "  component crasher (self.elf): fault\n"));
    assert_null(strstr(text, "    by "));
    faults_close(f);
}

static void a_program_that_is_named_goes_before_the_description(void **state)
{
    (void)state;
    struct faults *f = open_faults();
    const char *at = arena_printf(&arena, "0x%" PRIx64, file_address(marked));
    static const struct {
        const char *who;
        const char *title;
        const char *place;
    } cases[] = {
        {"component=child program=self.elf", "child (self.elf)", "  marked  "},
        {"component=child program=packed.elf", "child (self.elf)", "  marked  "},
        {"component=crasher program=other.elf", "crasher (other.elf)",
         "no symbols (no such program in this system)"},
        {"component=crasher program=cut.elf", "crasher (cut.elf)", "no symbols ("},
        {"component=nobody", "nobody (unknown program)",
         "no symbols (no such program in this system)"},
        {"component=bare", "bare (unknown program)", "no symbols (no such program in this system)"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *text =
            line_text(f, arena_printf(&arena, "[b] @fault %s kind=vm ip=%s", cases[i].who, at));
        assert_non_null(strstr(text, cases[i].title));
        assert_non_null(strstr(text, cases[i].place));
    }
    faults_close(f);
}

static void the_kernel_has_functions_too(void **state)
{
    (void)state;
    struct faults *f = open_faults();
    const char *text =
        line_text(f, arena_printf(&arena, "[kernel] @fault pc=0x%" PRIx64 " esr=0x0 x30=0x0",
                                  file_address(marked)));
    assert_non_null(strstr(text, "  kernel (kernel.elf)\n"));
    assert_non_null(strstr(text, "  marked  "));
    faults_close(f);
}

static void other_lines_are_left_alone(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "hello",
        "[x] @ipc calls=3",
        "[x] @fault",
        "[warden] @fault n=1 kind=vm addr=0x0",
        "[b] @fault component=crasher",
        "[b] @fault component=crasher ip=12",
        "[b] @fault component=crasher ip=0x",
        "[b] @fault component=crasher ip=0x1g",
        "[b] @fault component=crasher ip=0x11111111111111111",
        "[b] @fault component=crasher ip=0x10 why=\"not closed",
        "[b] @backtrace component=crasher",
        "[b] @backtrace 1=0x10",
        "[kernel] @fault pc=",
    };
    struct faults *f = open_faults();
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_string_equal(line_text(f, lines[i]), "");
    }
    faults_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_its_function_and_line),
        cmocka_unit_test(what_is_inlined_is_told_with_its_caller),
        cmocka_unit_test(an_address_of_nothing_gives_a_reason),
        cmocka_unit_test(a_file_that_is_cut_anywhere_is_survived),
        cmocka_unit_test(a_file_with_wrong_bytes_is_survived),
        cmocka_unit_test(a_fault_has_its_place_and_its_caller),
        cmocka_unit_test(a_backtrace_of_another_component_is_no_part_of_the_fault),
        cmocka_unit_test(a_link_into_the_same_function_is_no_caller),
        cmocka_unit_test(a_program_that_is_named_goes_before_the_description),
        cmocka_unit_test(the_kernel_has_functions_too),
        cmocka_unit_test(other_lines_are_left_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
