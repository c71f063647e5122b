// SPDX-License-Identifier: BSD-2-Clause
//
// What a driver says of itself (kaal/driver_info.h), read in its program, against the devices that
// the description gives it.
#include "tool/drivers.h"

#include "tool/arena.h"
#include "tool/diag.h"
#include "tool/program.h"
#include "tool/system.h"

#include <kaal/driver_info.h>

#include "lib/pci_id.h"

#include <inttypes.h>
#include <string.h>

struct checker {
    struct arena *arena;
    struct diag *diag;
};

// The driver's own words. False if the program has none, or none that can be read.
static bool read_driver(struct checker *c, const struct program *program, const struct sd_pd *pd,
                        struct kaal_driver *out)
{
    struct elf_symbol symbol;
    if (!elf_find_symbol(&program->elf, KAAL_DRIVER_SYMBOL, &symbol)) {
        return false;
    }
    const void *bytes = elf_bytes(&program->elf, symbol.value, sizeof(*out));
    if (bytes == NULL || symbol.size != sizeof(*out)) {
        diag_error(c->diag, pd->image.at,
                   "%s: its `%s` is no struct kaal_driver; include kaal/driver.h and build it anew",
                   pd->image.text, KAAL_DRIVER_SYMBOL);
        return false;
    }
    memcpy(out, bytes, sizeof(*out));
    if (out->version != KAAL_DRIVER_VERSION) {
        diag_error(c->diag, pd->image.at,
                   "%s says in version %" PRIu32 " what it drives, this tool knows version %u; "
                   "build both from one source",
                   pd->image.text, out->version, KAAL_DRIVER_VERSION);
        return false;
    }
    for (size_t i = 0; i < KAAL_COMPATIBLE_MAX; i++) {
        out->compatible[i][KAAL_COMPATIBLE_SIZE - 1] = '\0';
    }
    return true;
}

static const char *compatible_list(struct checker *c, const struct kaal_driver *driver)
{
    const char *list = driver->compatible[0];
    for (size_t i = 1; i < KAAL_COMPATIBLE_MAX && driver->compatible[i][0] != '\0'; i++) {
        list = arena_printf(c->arena, "%s, %s", list, driver->compatible[i]);
    }
    return list;
}

static void check_compatible(struct checker *c, const struct sd_device *device,
                             const struct sd_pd *pd, const struct kaal_driver *driver)
{
    const struct sd_text *asked = &device->match.compatible;
    if (asked->text == NULL || driver->compatible[0][0] == '\0') {
        return;
    }
    for (size_t i = 0; i < KAAL_COMPATIBLE_MAX; i++) {
        if (strcmp(asked->text, driver->compatible[i]) == 0) {
            return;
        }
    }
    diag_error(c->diag, asked->at, "%s drives %s, not %s; give `%s` another program or device",
               pd->image.text, compatible_list(c, driver), asked->text, pd->name.text);
}

static void check_function(struct checker *c, const struct sd_device *device,
                           const struct sd_pd *pd, const struct kaal_driver *driver)
{
    struct pci_id id;
    char drives[PCI_ID_TEXT_MAX];
    const struct sd_text *asked = &device->match.pci;
    if (asked->text == NULL || driver->pci_vendor == 0 || !pci_id_parse(asked->text, &id) ||
        (id.vendor == driver->pci_vendor && id.device == driver->pci_device)) {
        return;
    }
    pci_id_format(driver->pci_vendor, driver->pci_device, drives, sizeof(drives));
    diag_error(c->diag, asked->at,
               "%s drives the PCI function %s, not %s; give `%s` another program or device",
               pd->image.text, drives, asked->text, pd->name.text);
}

static void check_need(struct checker *c, const struct sd_device *device, const struct sd_pd *pd,
                       const char *key, const struct sd_number *given, uint64_t usual,
                       uint64_t needed)
{
    uint64_t has = given->given ? (uint64_t)given->value : usual;
    if (has < needed) {
        diag_error(c->diag, given->given ? given->at : device->at,
                   "`%s` of `%s` is %" PRIu64 ", %s needs %" PRIu64 "; set %s = %" PRIu64, key,
                   device->name.text, has, pd->image.text, needed, key, needed);
    }
}

static void check_device(struct checker *c, const struct sd_device *device, const struct sd_pd *pd,
                         const struct kaal_driver *driver)
{
    uint64_t dma = (driver->dma + SD_PAGE - 1) / SD_PAGE * SD_PAGE;
    check_compatible(c, device, pd, driver);
    check_function(c, device, pd, driver);
    check_need(c, device, pd, "registers", &device->registers, 1, driver->registers != 0);
    check_need(c, device, pd, "interrupts", &device->interrupts, 1, driver->interrupts);
    check_need(c, device, pd, "dma", &device->dma, 0, dma);
}

bool drivers_check(struct arena *a, const struct system *s, const struct program_set *programs,
                   struct diag *d)
{
    struct checker c = {.arena = a, .diag = d};
    size_t errors = d->errors;
    for (size_t i = 0; i < s->pd_count; i++) {
        struct kaal_driver driver;
        const struct sd_pd *pd = &s->pds[i];
        if (!read_driver(&c, &programs->items[programs->of_pd[i]], pd, &driver)) {
            continue;
        }
        for (size_t j = 0; j < s->device_count; j++) {
            if (s->devices[j].pd == i) {
                check_device(&c, &s->devices[j], pd, &driver);
            }
        }
    }
    return d->errors == errors;
}
