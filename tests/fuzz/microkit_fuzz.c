// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as a description in Microkit's form: there is an error at a place in the text, or a
// model that plan_make() may rely on, and that is the same as TOML and as XML again.
#include "fuzz.h"
#include "model.h"
#include "tool/arena.h"
#include "tool/convert.h"
#include "tool/system.h"
#include "tool/xml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static bool load(struct arena *a, struct bytes text, struct system *out)
{
    struct diag diag = {.arena = a};
    const struct xml_element *document =
        xml_parse(a, "fuzz", (const char *)text.data, text.size, &diag);
    must(document != NULL || !diag_ok(&diag));
    if (document == NULL) {
        return false;
    }
    bool ok = system_from_xml(a, "fuzz", document, out, &diag);
    ok = system_prefill(a, out, NULL, &diag) && ok;
    ok = system_check(a, out, &diag) && ok;
    for (size_t i = 0; i < diag.count; i++) {
        must(diag.items[i].at.line != 0 && diag.items[i].at.column != 0);
    }
    must(ok || !diag_ok(&diag));
    return ok && diag_ok(&diag);
}

static void convert(struct arena *a, const struct system *s)
{
    struct diag diag = {.arena = a};
    struct system toml;
    struct system again;
    struct bytes xml;
    must(system_parse(a, "toml", system_to_toml(a, s), NULL, &toml, &diag));
    model_must_be_right(&toml);
    must(system_to_xml(a, &toml, &xml, &diag));
    must(load(a, xml, &again));
    model_must_be_alike(s, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct system s;
    if (load(&arena, (struct bytes){.data = data, .size = size}, &s)) {
        model_must_be_right(&s);
        convert(&arena, &s);
    }
    arena_free(&arena);
    return 0;
}

static const char seed[] =
    "<system><domains><domain name='d' id='2'/><domain name='e'/><domain_schedule start_index='1' "
    "index_shift='4'><schedule_entry domain='d' duration='5 us'/><schedule_entry domain='e' "
    "duration='2 ticks'/><schedule_end_marker/></domain_schedule></domains>\n"
    "<memory_region name='u' size='0x1_000' phys_addr='0x9000000'/>\n"
    "<memory_region name='m' size='0x400000' page_size='0x200000'/>\n"
    "<memory_region name='f' prefill_path='f' size='8192'/>\n"
    "<memory_region name='t' prefill_bootinfo='fdt'/>\n"
    "<protection_domain name='a' priority='9' budget='50' period='100' stack_size='0x4000' "
    "smc='true' cpu='0' fpu='false' domain='d'><program_image path='a' path_for_symbols='b'/>\n"
    "<map mr='u' vaddr='0x2000000' perms='rw' cached='false' setvar_vaddr='v'/>\n"
    "<map mr='f' vaddr='0' perms='r' setvar_size='w' setvar_prefill_size='x'/>\n"
    "<setvar symbol='y' region_paddr='m'/><irq irq='33' id='5' trigger='edge' setvar_id='z'/>\n"
    "<cspace><cap_tcb slot='1' pd='a'/><cap_sc slot='2' pd='b'/><cap_vspace slot='3' pd='b'/>"
    "</cspace>\n<protection_domain name='c' id='0' setvar_id='q' passive='true' domain='e'>"
    "<program_image path='c'/></protection_domain></protection_domain>\n"
    "<protection_domain name='b' domain='e'><program_image path='b'/>"
    "<map mr='m' vaddr='0x400000'/></protection_domain>\n"
    "<channel><end pd='b' id='0' pp='true' setvar_id='r'/><end pd='a' id='1' notify='false'/>"
    "</channel><channel><end pd='a' id='2'/><end pd='c' id='61'/></channel></system>\n";

static const char machine_seed[] =
    "<system><memory_region name='m' size='4096'/><protection_domain name='a'><program_image "
    "path='a'/><map mr='m' vaddr='0'/><ioport id='0' addr='0x3f8' size='8' setvar_id='i' "
    "setvar_addr='j'/><irq ioapic='0' pin='4' vector='3' id='1' polarity='low' trigger='edge'/>"
    "<irq pcidev='0:1.0' handle='0' vector='4' id='2'/><virtual_machine name='v' priority='1' "
    "budget='50' period='50'><vcpu id='0' cpu='0' setvar_id='k'/><map mr='m' vaddr='0' "
    "perms='rwx' cached='true'/></virtual_machine></protection_domain><io_address_space name='s' "
    "peripheral_id='0:1.0' domain_id='1'><iomap mr='m' iovaddr='0' perms='r'/>"
    "</io_address_space></system>\n";

size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    const char *const seeds[] = {seed, machine_seed};
    if (index >= sizeof(seeds) / sizeof(seeds[0]) || strlen(seeds[index]) > room) {
        return 0;
    }
    memcpy(out, seeds[index], strlen(seeds[index]));
    return strlen(seeds[index]);
}
