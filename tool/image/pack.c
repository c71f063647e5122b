// SPDX-License-Identifier: BSD-2-Clause
#include "tool/pack.h"

#include "tool/arena.h"

#include "lib/bits.h"
#include "lib/sum64.h"

#include <kaal/layout.h>

#include <elf.h>
#include <inttypes.h>
#include <string.h>

// --- the packed system -------------------------------------------------------------------------

struct table {
    const void *entries;
    size_t count;
    size_t entry_size;
};

static void list_tables(const struct plan *plan, const struct kaal_plan_file *files,
                        struct table out[KAAL_TABLE_COUNT])
{
    out[KAAL_TABLE_PDS] = (struct table){plan->pds, plan->pd_count, sizeof(*plan->pds)};
    out[KAAL_TABLE_REGIONS] =
        (struct table){plan->regions, plan->region_count, sizeof(*plan->regions)};
    out[KAAL_TABLE_DEVICES] =
        (struct table){plan->devices, plan->device_count, sizeof(*plan->devices)};
    out[KAAL_TABLE_CAPS] = (struct table){plan->caps, plan->cap_count, sizeof(*plan->caps)};
    out[KAAL_TABLE_MAPS] = (struct table){plan->maps, plan->map_count, sizeof(*plan->maps)};
    out[KAAL_TABLE_FILES] = (struct table){files, plan->file_count, sizeof(*files)};
    out[KAAL_TABLE_LINKS] = (struct table){plan->links, plan->link_count, sizeof(*plan->links)};
    out[KAAL_TABLE_PERMITS] =
        (struct table){plan->permits, plan->permit_count, sizeof(*plan->permits)};
    out[KAAL_TABLE_TURNS] = (struct table){plan->turns, plan->turn_count, sizeof(*plan->turns)};
}

// Offsets of the tables behind the header, and of the files behind those, each on a page.
static void lay_out(const struct plan *plan, const struct table *tables,
                    struct kaal_plan_file *files, struct kaal_image *header)
{
    uint64_t end = sizeof(*header);
    for (size_t i = 0; i < KAAL_TABLE_COUNT; i++) {
        header->tables[i] = (struct kaal_table_ref){
            .offset = end,
            .count = (uint32_t)tables[i].count,
            .entry_size = (uint32_t)tables[i].entry_size,
        };
        end += align_up(tables[i].count * tables[i].entry_size, 8);
    }
    for (size_t i = 0; i < plan->file_count; i++) {
        files[i].offset = align_up(end, SD_PAGE);
        end = files[i].offset + files[i].size;
    }
    header->size = align_up(end, SD_PAGE);
}

static void copy_content(const struct plan *plan, const struct table *tables,
                         const struct kaal_plan_file *files, const struct kaal_image *header,
                         uint8_t *image)
{
    for (size_t i = 0; i < KAAL_TABLE_COUNT; i++) {
        if (tables[i].count != 0) {
            memcpy(image + header->tables[i].offset, tables[i].entries,
                   tables[i].count * tables[i].entry_size);
        }
    }
    for (size_t i = 0; i < plan->file_count; i++) {
        memcpy(image + files[i].offset, plan->data[i].data, files[i].size);
    }
}

struct bytes pack_system(struct arena *a, const struct plan *plan)
{
    struct kaal_plan_file *files = arena_alloc(a, (plan->file_count + 1) * sizeof(*files));
    struct table tables[KAAL_TABLE_COUNT];
    struct kaal_image header = {
        .magic = KAAL_IMAGE_MAGIC,
        .version = KAAL_IMAGE_VERSION,
        .header_size = sizeof(header),
        .store_bits = plan_store_bits(plan),
    };
    memcpy(files, plan->files, plan->file_count * sizeof(*files));
    list_tables(plan, files, tables);
    lay_out(plan, tables, files, &header);

    uint8_t *image = arena_alloc(a, header.size);
    copy_content(plan, tables, files, &header, image);
    const char *name = plan->system->name.text;
    strncpy(header.system, name == NULL ? "system" : name, sizeof(header.system) - 1);
    strncpy(header.config, plan->config, sizeof(header.config) - 1);
    uint64_t summed = kaal_image_tables_end(&header) - sizeof(header);
    header.checksum = sum64(0, image + sizeof(header), summed / sizeof(uint64_t));
    memcpy(image, &header, sizeof(header));
    return (struct bytes){.data = image, .size = header.size};
}

// --- the root task -----------------------------------------------------------------------------

struct root_layout {
    uint64_t vaddr;      // of the packed system
    size_t phoff;        // new program headers, behind the squeezed file
    size_t image_offset; // the packed system, on the next page
    size_t size;
    size_t symbol_at; // file offset of kaal_image_address
    uint64_t paddr;
};

static bool find_symbol(const struct program *root, struct place at, size_t *offset, struct diag *d)
{
    struct elf_symbol symbol;
    if (!elf_find_symbol(&root->elf, KAAL_IMAGE_SYMBOL, &symbol) || symbol.size != 8) {
        diag_error(d, at,
                   "%s has no 64-bit variable " KAAL_IMAGE_SYMBOL
                   "; name KaaL's root task, with its symbols",
                   root->path);
        return false;
    }
    const uint8_t *bytes = elf_bytes(&root->elf, symbol.value, symbol.size);
    if (bytes == NULL) {
        diag_error(d, at,
                   KAAL_IMAGE_SYMBOL
                   " of %s lies in no segment of the file; put it into .data, not "
                   ".bss",
                   root->path);
        return false;
    }
    *offset = (size_t)(bytes - root->file.data);
    return true;
}

static void write_segment(uint8_t *at, const struct root_layout *l, size_t size)
{
    Elf64_Phdr phdr = {
        .p_type = PT_LOAD,
        .p_flags = PF_R,
        .p_offset = l->image_offset,
        .p_vaddr = l->vaddr,
        .p_paddr = l->paddr,
        .p_filesz = size,
        .p_memsz = size,
        .p_align = SD_PAGE,
    };
    memcpy(at, &phdr, sizeof(phdr));
}

static struct root_layout root_layout(const struct program *root, size_t system_size)
{
    const struct elf *elf = &root->elf;
    struct elf_segment seg = {0};
    unsigned index = 0;
    while (elf_next_load(elf, &index, &seg)) {
        // `seg` stays with the last one.
    }
    struct root_layout l = {.vaddr = align_up(elf->hi, SD_PAGE)};
    l.paddr = l.vaddr - seg.vaddr + seg.paddr;
    l.phoff = align_up(elf_squeezed_size(elf), 8);
    l.image_offset = align_up(l.phoff + (elf->phnum + 1u) * sizeof(Elf64_Phdr), SD_PAGE);
    l.size = l.image_offset + system_size;
    return l;
}

bool pack_root(struct arena *a, const struct program *root, struct bytes system, struct place at,
               struct image *out, struct diag *d)
{
    const struct elf *elf = &root->elf;
    struct root_layout l = root_layout(root, system.size);
    if (!find_symbol(root, at, &l.symbol_at, d)) {
        return false;
    }
    if (l.vaddr + system.size > KAAL_LAYOUT_IMAGE_END) {
        diag_error(d, at,
                   "no addresses left behind %s for the packed system of %zu KiB; link the "
                   "root task lower",
                   root->path, system.size / 1024);
        return false;
    }
    struct bytes squeezed = elf_squeeze(a, elf);
    uint8_t *file = arena_alloc(a, l.size);
    memcpy(file, squeezed.data, squeezed.size);
    memcpy(file + l.phoff, root->file.data + elf->phoff, elf->phnum * sizeof(Elf64_Phdr));
    write_segment(file + l.phoff + elf->phnum * sizeof(Elf64_Phdr), &l, system.size);
    store_le64(file + offsetof(Elf64_Ehdr, e_phoff), l.phoff);
    store_le16(file + offsetof(Elf64_Ehdr, e_phnum), (uint16_t)(elf->phnum + 1));
    store_le64(file + l.symbol_at, l.vaddr);
    memcpy(file + l.image_offset, system.data, system.size);
    out->system = system;
    out->root = (struct bytes){.data = file, .size = l.size};
    out->root_entry = elf->entry;
    out->root_memory = l.vaddr + system.size - align_down(elf->lo, SD_PAGE);
    return true;
}
