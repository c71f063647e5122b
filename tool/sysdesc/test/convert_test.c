// SPDX-License-Identifier: BSD-2-Clause
//
// A description that was converted describes the same system: what the checker made of both is
// printed, without places and with all defaults, and compared.
#include "tool/arena.h"
#include "tool/convert.h"
#include "tool/system.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct diag diag;

// --- what a model says -------------------------------------------------------------------------

static const char *name_of(const struct system *s, size_t pd)
{
    return pd == SYSTEM_NONE ? "-" : s->pds[pd].name.text;
}

static const char *or_none(const struct sd_text *text)
{
    return text->text == NULL ? "-" : text->text;
}

static void print_setvars(FILE *f, const struct system *s, const struct sd_pd *pd)
{
    // By kind: the forms have them in different orders.
    for (int kind = 0; kind <= SD_SETVAR_CHILD; kind++) {
        for (size_t i = 0; i < pd->setvar_count; i++) {
            const struct sd_setvar *v = &pd->setvars[i];
            if (v->kind == (enum sd_setvar_kind)kind) {
                fprintf(f, "  set %s %d %s %" PRId64 "\n", v->symbol.text, kind,
                        kind <= SD_SETVAR_PREFILL_SIZE ? s->regions[v->region].name.text : "",
                        v->id.value);
            }
        }
    }
}

static void print_pd(FILE *f, const struct system *s, const struct sd_pd *pd)
{
    fprintf(f, "pd %s %s abi %d role %d parent %s id %" PRId64 " symbols %s\n", pd->name.text,
            pd->image.text, pd->abi, pd->role, name_of(s, pd->parent), pd->id.value,
            or_none(&pd->symbols));
    fprintf(f, "  %u %" PRIu64 "/%" PRIu64 " stack %" PRIx64 " passive %d smc %d cpu %" PRId64 "\n",
            system_priority(pd), system_budget(pd), system_period(pd), system_stack(pd),
            pd->passive.value, pd->smc.value, pd->cpu.value);
    fprintf(f, "  fpu %d domain %s\n", pd->fpu.given ? pd->fpu.value : -1, or_none(&pd->domain));
    print_setvars(f, s, pd);
}

static void print_region(FILE *f, const struct system *s, const struct sd_region *r)
{
    fprintf(f, "region %s %" PRIx64 " page %" PRIx64 " contiguous %d paddr %d %" PRIx64 "\n",
            r->name.text, r->size.value, system_page_size(r), r->contiguous.value, r->paddr.given,
            r->paddr.value);
    fprintf(f, "  prefill %s fdt %d\n", or_none(&r->prefill), r->prefill_fdt.value);
    for (size_t i = 0; i < r->map_count; i++) {
        const struct sd_map *m = &r->maps[i];
        fprintf(f, "  map %s %x %" PRIx64 " cached %d\n", name_of(s, m->pd), m->rights,
                m->vaddr.value, !m->cached.given || m->cached.value);
    }
}

static void print_rest(FILE *f, const struct system *s)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *c = &s->channels[i];
        fprintf(f, "channel %s.%" PRId64 " %s %s.%" PRId64 "\n", name_of(s, c->from),
                c->from_id.value, c->is_call ? "calls" : "signals", name_of(s, c->to),
                c->to_id.value);
    }
    for (size_t i = 0; i < s->irq_count; i++) {
        const struct sd_irq *irq = &s->irqs[i];
        fprintf(f, "irq %s %" PRId64 " %" PRId64 " edge %d\n", name_of(s, irq->pd), irq->irq.value,
                irq->id.value, irq->edge);
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        const struct sd_cap *c = &s->caps[i];
        fprintf(f, "cap %s %" PRId64 " kind %d of %s\n", name_of(s, c->pd), c->slot.value, c->kind,
                name_of(s, c->object));
    }
}

static void print_schedule(FILE *f, const struct sd_schedule *s)
{
    for (size_t i = 0; i < s->domain_count; i++) {
        fprintf(f, "domain %s %" PRId64 "\n", s->domains[i].name.text, s->domains[i].id.value);
    }
    for (size_t i = 0; i < s->turn_count; i++) {
        const struct sd_turn *t = &s->turns[i];
        fprintf(f, "turn %s %" PRId64 " %d\n",
                t->domain == SYSTEM_NONE ? "end" : s->domains[t->domain].name.text,
                t->duration.value, t->in_ticks);
    }
    fprintf(f, "start %" PRId64 " shift %" PRId64 "\n", s->start_index.value, s->index_shift.value);
}

static char *print_model(const struct system *s)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    for (size_t i = 0; i < s->pd_count; i++) {
        print_pd(f, s, &s->pds[i]);
    }
    for (size_t i = 0; i < s->region_count; i++) {
        print_region(f, s, &s->regions[i]);
    }
    print_rest(f, s);
    print_schedule(f, &s->schedule);
    assert_int_equal(fclose(f), 0);
    char *copy = arena_string(&arena, text);
    free(text);
    return copy;
}

// --- there and back ----------------------------------------------------------------------------

static void expect_right(const char *what, bool ok)
{
    if (!ok || diag.errors != 0) {
        print_message("%s\n", what);
        diag_print(&diag, stderr);
        fail();
    }
}

static void reads_the_same(struct bytes text, const char *wanted, struct system *out)
{
    expect_right((const char *)text.data, system_parse(&arena, "text", text, NULL, out, &diag));
    assert_string_equal(print_model(out), wanted);
}

static void converts_there_and_back(const char *path)
{
    struct system from_xml;
    struct system from_toml;
    struct system again;
    struct bytes xml;
    diag = (struct diag){.arena = &arena};
    expect_right(path, system_load(&arena, path, NULL, &from_xml, &diag));
    const char *wanted = print_model(&from_xml);
    reads_the_same(system_to_toml(&arena, &from_xml), wanted, &from_toml);
    expect_right(path, system_to_xml(&arena, &from_toml, &xml, &diag));
    reads_the_same(xml, wanted, &again);
    // What is written is already as it would be written.
    struct bytes toml = system_to_toml(&arena, &from_xml);
    struct bytes toml_again = system_to_toml(&arena, &again);
    assert_string_equal((const char *)toml.data, (const char *)toml_again.data);
    arena_free(&arena);
}

static void each_sample_converts_there_and_back(void **state)
{
    static const char *const names[] = {"smallest", "everything", "files",   "channels",
                                        "children", "schedule",   "numbers", "regions"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        converts_there_and_back(arena_printf(&arena, SAMPLES "/%s.system", names[i]));
    }
}

static void values_are_escaped(void **state)
{
    static const char text[] = "<system><protection_domain name=\"a\"><program_image "
                               "path=\"a&amp;b &lt;&quot;\\&#9;c&gt;\xc3\xa9.elf\"/>"
                               "</protection_domain></system>";
    static const char path[] = "a&b <\"\\\tc>\xc3\xa9.elf";
    struct system s;
    struct bytes bytes = {.data = (const uint8_t *)text, .size = sizeof(text) - 1};
    (void)state;
    diag = (struct diag){.arena = &arena};
    for (int i = 0; i < 2; i++) {
        expect_right(text, system_parse(&arena, "text", bytes, NULL, &s, &diag));
        assert_string_equal(s.pds[2].image.text, path);
        bytes = system_to_toml(&arena, &s);
        expect_right(text, system_parse(&arena, "text", bytes, NULL, &s, &diag));
        assert_string_equal(s.pds[2].image.text, path);
        expect_right(text, system_to_xml(&arena, &s, &bytes, &diag));
    }
    arena_free(&arena);
}

static void microkit_programs_have_microkits_defaults(void **state)
{
    static const char text[] = "<system><memory_region name=\"m\" size=\"0x400000\"/>"
                               "<protection_domain name=\"a\"><program_image path=\"a\"/>"
                               "<map mr=\"m\" vaddr=\"0x400000\"/></protection_domain></system>";
    struct system s;
    (void)state;
    diag = (struct diag){.arena = &arena};
    struct bytes bytes = {.data = (const uint8_t *)text, .size = sizeof(text) - 1};
    expect_right(text, system_parse(&arena, "text", bytes, NULL, &s, &diag));
    assert_int_equal(s.pd_count, 3);
    assert_int_equal(s.pds[s.root].role, KAAL_ROLE_ROOT);
    assert_int_equal(s.pds[s.broker].role, KAAL_ROLE_BROKER);
    assert_int_equal(s.pds[2].abi, SD_ABI_MICROKIT);
    assert_int_equal(system_priority(&s.pds[2]), 0);
    assert_int_equal(system_budget(&s.pds[2]), 1000);
    assert_int_equal(system_stack(&s.pds[2]), 0x2000);
    assert_int_equal(system_page_size(&s.regions[0]), SD_LARGE_PAGE);
    assert_int_equal(s.regions[0].maps[0].rights, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sample_converts_there_and_back),
        cmocka_unit_test(values_are_escaped),
        cmocka_unit_test(microkit_programs_have_microkits_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
