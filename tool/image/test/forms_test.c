// SPDX-License-Identifier: BSD-2-Clause
//
// A description that was converted gives the same bytes: each good one is packed as it is, in the
// other form, and in its own form again. The programs are made for it, with the symbols that it
// sets and those of the library.
#include "tool/arena.h"
#include "tool/convert.h"
#include "tool/options.h"
#include "tool/pack.h"

#include <kaal/image.h>

#include "elf_maker.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SYMBOLS_MAX = 60 };

static struct arena arena;
static struct diag diag;
static char folder[64];
static const char *search[1];
static const struct options options = {.search_paths = {.items = search, .count = 1}};
static struct elf_maker_symbol symbols[SYMBOLS_MAX];
static size_t symbol_count;

// --- programs ----------------------------------------------------------------------------------

static void write_file(const char *name, const void *data, size_t size)
{
    FILE *f = fopen(arena_printf(&arena, "%s/%s", folder, name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static void add_symbol(const char *name, size_t size)
{
    for (size_t i = 0; i < symbol_count; i++) {
        if (strcmp(symbols[i].name, name) == 0) {
            return;
        }
    }
    assert_true(symbol_count < SYMBOLS_MAX);
    symbols[symbol_count++] = (struct elf_maker_symbol){name, size};
}

static void list_symbols(const struct system *s)
{
    static const char *const words[] = {"microkit_irqs", "microkit_notifications", "microkit_pps",
                                        "microkit_ioports"};
    symbol_count = 0;
    add_symbol("microkit_name", 64);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        add_symbol(words[i], 8);
    }
    add_symbol("microkit_passive", 1);
    for (size_t i = 0; i < s->pd_count; i++) {
        for (size_t j = 0; j < s->pds[i].setvar_count; j++) {
            add_symbol(s->pds[i].setvars[j].symbol.text, 8);
        }
    }
}

// Two programs of different content: those of even and of odd domains.
static void write_program(const char *name, uint8_t fill)
{
    static uint8_t bytes[ELF_MAKER_MAX];
    const struct elf_maker m = {
        .text_size = 500,
        .data_size = 1000,
        .config = "mcs-dbg",
        .symbol = KAAL_IMAGE_SYMBOL,
        .more = symbols,
        .more_count = symbol_count,
        .fill = fill,
    };
    if (name != NULL) {
        write_file(name, bytes, elf_make(&m, bytes));
    }
}

static void write_files(const struct system *s)
{
    static const char text[] = "what a region holds";
    list_symbols(s);
    for (size_t i = 0; i < s->pd_count; i++) {
        write_program(s->pds[i].image.text, (uint8_t)(i % 2));
        write_program(s->pds[i].symbols.text, (uint8_t)(i % 2));
    }
    for (size_t i = 0; i < s->region_count; i++) {
        if (s->regions[i].prefill.text != NULL) {
            write_file(s->regions[i].prefill.text, text, sizeof(text));
        }
    }
}

// --- the same bytes ----------------------------------------------------------------------------

static void right(bool ok)
{
    if (!ok || diag.errors != 0) {
        diag_print(&diag, stderr);
        fail();
    }
}

static struct system parse(const char *file, struct bytes text)
{
    struct system s;
    right(system_parse(&arena, file, text, &options.search_paths, &s, &diag));
    return s;
}

// Only TOML has names for channels and capabilities of Microkit programs.
static void forget_names(struct system *s)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        s->channels[i].name.text = "channel";
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        s->caps[i].name.text = "slot";
    }
}

static struct bytes pack(struct system *s)
{
    const struct products products = {.config = "mcs-dbg", .bin = folder};
    struct program_set programs;
    struct plan plan;
    forget_names(s);
    right(programs_load(&arena, &options, &products, s, &programs, &diag));
    right(plan_make(&arena, s, &programs, products.config, &plan, &diag));
    return pack_system(&arena, &plan);
}

static struct bytes other_form(const struct system *s)
{
    struct bytes text = {0};
    if (s->form == SD_FORM_XML) {
        return system_to_toml(&arena, s);
    }
    right(system_to_xml(&arena, s, &text, &diag));
    return text;
}

static void same_bytes(const char *path, struct bytes a, struct bytes b)
{
    if (a.size != b.size || memcmp(a.data, b.data, a.size) != 0) {
        fail_msg("%s, converted, packs to other bytes", path);
    }
}

static void packs_the_same(const char *path)
{
    struct bytes text;
    const char *cause;
    diag = (struct diag){.arena = &arena};
    assert_true(file_read(&arena, path, 1 << 20, &text, &cause));
    struct system s;
    right(system_parse(&arena, path, text, NULL, &s, &diag));
    write_files(&s);
    s = parse(path, text);
    struct bytes wanted = pack(&s);
    for (int i = 0; i < 3; i++) {
        enum sd_form form = s.form;
        s = parse("/converted", other_form(&s));
        assert_int_not_equal(s.form, form);
        same_bytes(path, wanted, pack(&s));
    }
    arena_free(&arena);
}

static void each_good_description_packs_the_same_in_both_forms(void **state)
{
    const char *const *folders = *state;
    size_t count = 0;
    for (; *folders != NULL; folders++) {
        DIR *dir = opendir(*folders);
        assert_non_null(dir);
        for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
            const char *suffix = strrchr(e->d_name, '.');
            bool toml = suffix != NULL && strcmp(suffix, ".toml") == 0 &&
                        strstr(e->d_name, "expect") == NULL;
            if (toml || (suffix != NULL && strcmp(suffix, ".system") == 0)) {
                packs_the_same(arena_printf(&arena, "%s/%s", *folders, e->d_name));
                count++;
            }
        }
        closedir(dir);
    }
    print_message("%zu descriptions\n", count);
    assert_true(count > 15);
}

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/kaal-forms-XXXXXX");
    search[0] = folder;
    return mkdtemp(folder) == NULL;
}

static int remove_file(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(folder, remove_file, 8, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(each_good_description_packs_the_same_in_both_forms,
                                                 setup, teardown, argv + 1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
