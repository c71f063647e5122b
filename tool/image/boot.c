// SPDX-License-Identifier: BSD-2-Clause
//
// The loader's payload: what kaal/boot.h says, step by step.
#include "tool/pack.h"

#include "tool/arena.h"
#include "tool/tight.h"

#include "lib/bits.h"
#include "lib/sum64.h"

#include <kaal/boot.h>

#include <elf.h>
#include <inttypes.h>
#include <string.h>

static struct bytes tighten(struct arena *a, const struct elf *elf)
{
    struct tight *t = tight_open(a, elf->entry);
    tight_add_all(t, elf);
    return tight_finish(t);
}

static struct bytes make_payload(struct arena *a, const struct kernel *kernel,
                                 struct memory_range memory, const struct elf *root)
{
    struct bytes k = tighten(a, &kernel->elf);
    struct bytes r = tighten(a, root);
    struct kaal_boot boot = {
        .magic = KAAL_BOOT_MAGIC,
        .version = KAAL_BOOT_VERSION,
        .header_size = sizeof(boot),
        .kernel_offset = align_up(sizeof(boot), KAAL_BOOT_PART_ALIGN),
        .kernel_size = k.size,
        .root_size = r.size,
        .ram_base = memory.base,
        .ram_size = memory.size,
    };
    boot.root_offset = align_up(boot.kernel_offset + k.size, KAAL_BOOT_PART_ALIGN);
    boot.size = align_up(boot.root_offset + r.size, KAAL_BOOT_PART_ALIGN);

    uint8_t *payload = arena_alloc(a, boot.size);
    memcpy(payload + boot.kernel_offset, k.data, k.size);
    memcpy(payload + boot.root_offset, r.data, r.size);
    memcpy(payload, &boot, sizeof(boot));
    boot.checksum =
        sum64(0, payload + KAAL_BOOT_SUM_FROM, (boot.size - KAAL_BOOT_SUM_FROM) / sizeof(uint64_t));
    memcpy(payload, &boot, sizeof(boot));
    return (struct bytes){.data = payload, .size = boot.size};
}

// Number of the program header that the payload replaces: the last LOAD, which holds an empty
// payload of our version.
static bool find_slot(const struct elf *loader, unsigned *index, struct elf_segment *slot)
{
    for (unsigned i = 0; i < loader->phnum; i++) {
        struct elf_segment seg = elf_segment(loader, i);
        if (seg.type == ELF_PT_LOAD) {
            *slot = seg;
            *index = i;
        }
    }
    struct kaal_boot empty;
    if (slot->filesz < sizeof(empty)) {
        return false;
    }
    memcpy(&empty, loader->data + slot->offset, sizeof(empty));
    return empty.magic == KAAL_BOOT_MAGIC && empty.version == KAAL_BOOT_VERSION &&
           loader->lo == KAAL_LOADER_BASE && is_aligned(slot->paddr, KAAL_BOOT_ALIGN);
}

static struct bytes make_elf(struct arena *a, const struct elf *loader, unsigned slot,
                             struct bytes payload)
{
    struct tight *t = tight_open(a, loader->entry);
    for (unsigned i = 0; i < loader->phnum; i++) {
        struct elf_segment seg = elf_segment(loader, i);
        const uint8_t *data = loader->data + seg.offset;
        if (i == slot) {
            seg.filesz = payload.size;
            seg.memsz = payload.size;
            data = payload.data;
        }
        if (seg.type == ELF_PT_LOAD) {
            tight_add(t, &seg, data);
        }
    }
    return tight_finish(t);
}

static struct bytes make_raw(struct arena *a, const struct elf *loader, unsigned slot,
                             uint64_t slot_paddr, struct bytes payload)
{
    size_t size = slot_paddr - KAAL_LOADER_BASE + payload.size;
    uint8_t *raw = arena_alloc(a, size);
    for (unsigned i = 0; i < loader->phnum; i++) {
        struct elf_segment seg = elf_segment(loader, i);
        if (seg.type == ELF_PT_LOAD && i != slot) {
            memcpy(raw + (seg.paddr - KAAL_LOADER_BASE), loader->data + seg.offset, seg.filesz);
        }
    }
    memcpy(raw + (slot_paddr - KAAL_LOADER_BASE), payload.data, payload.size);
    store_le64(raw + KAAL_RAW_SIZE_AT, size);
    return (struct bytes){.data = raw, .size = size};
}

static bool read_loader(struct arena *a, const char *path, struct elf *out, struct diag *d)
{
    const char *cause;
    struct bytes file;
    if (!file_read(a, path, ELF_FILE_MAX, &file, &cause)) {
        diag_error(d, place_none(), "cannot read the loader %s: %s; build the target", path, cause);
        return false;
    }
    enum elf_err err = elf_parse(out, file.data, file.size, NULL);
    if (err != ELF_OK) {
        diag_error(d, place_none(), "the loader %s: %s; build the target again", path,
                   elf_strerror(err));
        return false;
    }
    return true;
}

// The raw form holds every segment at its place: they must all lie between the base and the
// payload.
static bool segments_fit(const struct elf *loader, unsigned slot, uint64_t slot_paddr)
{
    for (unsigned i = 0; i < loader->phnum; i++) {
        struct elf_segment seg = elf_segment(loader, i);
        bool inside = seg.paddr >= KAAL_LOADER_BASE && seg.paddr <= slot_paddr &&
                      seg.memsz <= slot_paddr - seg.paddr;
        if (seg.type == ELF_PT_LOAD && i != slot && !inside) {
            return false;
        }
    }
    return slot_paddr >= KAAL_LOADER_BASE && slot_paddr - KAAL_LOADER_BASE < ELF_FILE_MAX;
}

bool pack_boot(struct arena *a, const char *loader_path, const struct kernel *kernel,
               struct memory_range memory, struct image *out, struct diag *d)
{
    struct elf loader;
    struct elf_segment slot = {0};
    unsigned index = 0;
    if (!read_loader(a, loader_path, &loader, d)) {
        return false;
    }
    if (!find_slot(&loader, &index, &slot) || !segments_fit(&loader, index, slot.paddr)) {
        diag_error(d, place_none(), "%s is no loader of this version; build the target again",
                   loader_path);
        return false;
    }
    struct elf root;
    if (elf_parse(&root, out->root.data, out->root.size, NULL) != ELF_OK) {
        diag_error(d, place_none(), "the packed root task is no program; build the target again");
        return false;
    }
    struct bytes payload = make_payload(a, kernel, memory, &root);
    out->elf = make_elf(a, &loader, index, payload);
    out->raw = make_raw(a, &loader, index, slot.paddr, payload);
    out->loader_end = slot.paddr + payload.size;
    if (kernel->hypervisor && out->loader_end > kernel->start) {
        diag_error(d, kernel->at,
                   "the image of %zu KiB does not fit below the kernel %s; make the system smaller",
                   payload.size / 1024, kernel->path);
        return false;
    }
    return true;
}
