// SPDX-License-Identifier: BSD-2-Clause
//
// Address spaces: program, stack, IPC buffer, mappings.
//
// Text and constants are not copied: the component maps the very frames in which the loader put the
// image, read-only. Only what it may write gets memory of its own.
//
//    image frames   |ELF header|text..|constants..|data..|
//                        │  mapped R-X │ mapped R--   │ copied
//    component         |text..|      |constants..|   |data..bss|

#include "root.h"

#include <kaal/layout.h>
#include <kaal/note.h>

#include <lib/bits.h>
#include <lib/elf.h>
#include <lib/mem.h>

enum { WINDOW_PAGES = 16 };

// First byte of the root task's image; from its linker script.
extern const uint8_t root_image_start[];

static const struct elf_rules rules = {
    .vaddr_min = KAAL_LAYOUT_IMAGE_START,
    .vaddr_end = KAAL_LAYOUT_IMAGE_END,
    .page = ROOT_PAGE_SIZE,
};

// Frames of the root task's image are in the order of its addresses.
static uint32_t image_frame(const struct root *root, const void *address)
{
    size_t index = (size_t)((const uint8_t *)address - root_image_start) / ROOT_PAGE_SIZE;
    if (index >= root->image_frame_count) {
        root_fail(root, "image", NULL, "reaches beyond the root task's frames");
    }
    return root->image_frames + (uint32_t)index;
}

static uint64_t page_down(uint64_t address)
{
    return align_down(address, ROOT_PAGE_SIZE);
}

static uint64_t page_up(uint64_t address)
{
    return align_up(address, ROOT_PAGE_SIZE);
}

// The part of a segment that is mapped from the image: all pages that hold nothing but file bytes.
static void map_shared(struct root *root, uint32_t pd, const struct elf *elf,
                       const struct elf_segment *segment)
{
    uint64_t first = page_down(segment->vaddr);
    uint64_t end = page_up(segment->vaddr + segment->memsz);
    const uint8_t *source = elf->data + page_down(segment->offset);
    bool code = (segment->flags & ELF_PF_X) != 0;
    for (uint64_t at = first; at < end; at += ROOT_PAGE_SIZE) {
        uint32_t frame = store_copy(root, image_frame(root, source + (at - first)), seL4_CanRead);
        memory_map(root, pd, root->pds[pd].vspace, frame, at, seL4_CanRead, code, true);
        if (code) {
            // The loader wrote the bytes as data.
            seL4_Error err = seL4_ARM_Page_Unify_Instruction(store_cptr(frame), 0, ROOT_PAGE_SIZE);
            root_check(root, err, "program", plan_pd(&root->plan, pd)->name);
        }
    }
}

// Copies what of the segment's file bytes belongs into [at, at + size) of the component.
static void copy_bytes(const struct elf *elf, const struct elf_segment *segment, uint64_t at,
                       uint64_t size, uint8_t *to)
{
    uint64_t from = at > segment->vaddr ? at : segment->vaddr;
    uint64_t end = segment->vaddr + segment->filesz;
    end = end < at + size ? end : at + size;
    if (from < end) {
        memcpy(to + (from - at), elf->data + segment->offset + (from - segment->vaddr), end - from);
    }
}

static void map_private(struct root *root, uint32_t pd, const struct elf *elf,
                        const struct elf_segment *segment)
{
    bool write = (segment->flags & ELF_PF_W) != 0;
    bool code = (segment->flags & ELF_PF_X) != 0;
    uint64_t at = page_down(segment->vaddr);
    uint64_t end = page_up(segment->vaddr + segment->memsz);
    while (at < end) {
        uint64_t left = (end - at) / ROOT_PAGE_SIZE;
        uint32_t pages = left < WINDOW_PAGES ? (uint32_t)left : WINDOW_PAGES;
        uint32_t first = memory_objects(root, pd, seL4_ARM_SmallPageObject, 0, pages);
        if (at < segment->vaddr + segment->filesz) {
            uint8_t *window = memory_window_open(root, first, pages);
            copy_bytes(elf, segment, at, (uint64_t)pages * ROOT_PAGE_SIZE, window);
            memory_window_close(root, first, pages);
        }
        for (uint32_t i = 0; i < pages; i++, at += ROOT_PAGE_SIZE) {
            memory_map(root, pd, root->pds[pd].vspace, first + i, at,
                       write ? seL4_ReadWrite : seL4_CanRead, code, true);
            if (code) {
                (void)seL4_ARM_Page_Unify_Instruction(store_cptr(first + i), 0, ROOT_PAGE_SIZE);
            }
        }
    }
}

static void check_note(const struct root *root, const struct elf *elf, const char *name)
{
    const void *config = NULL;
    size_t size = 0;
    if (!elf_note(elf, KAAL_NOTE_OWNER, KAAL_NOTE_CONFIG, &config, &size) ||
        size != KAAL_NAME_SIZE) {
        root_fail(root, "program", name, "no note that names its kernel configuration");
    }
    if (strncmp(config, root->plan.image->config, KAAL_NAME_SIZE) != 0) {
        root_fail(root, "program", name, "built for another kernel configuration");
    }
}

void load_program(struct root *root, uint32_t pd)
{
    const struct kaal_plan_pd *plan = plan_pd(&root->plan, pd);
    const struct kaal_plan_file *file = plan_file(&root->plan, plan->file);
    struct elf elf;
    enum elf_err err = elf_parse(&elf, plan_file_data(&root->plan, plan->file), file->size, &rules);
    if (err != ELF_OK) {
        root_fail(root, "program", plan->name, elf_strerror(err));
    }
    if (elf.wx) {
        root_fail(root, "program", plan->name, "a segment is writable and executable");
    }
    check_note(root, &elf, plan->name);

    struct elf_segment segment;
    uint64_t last_end = 0;
    for (unsigned i = 0; elf_next_load(&elf, &i, &segment);) {
        if (page_down(segment.vaddr) < last_end) {
            root_fail(root, "program", plan->name, "two segments share a page");
        }
        last_end = page_up(segment.vaddr + segment.memsz);
        bool file_only = segment.memsz == segment.filesz;
        if ((segment.flags & ELF_PF_W) == 0 && file_only) {
            map_shared(root, pd, &elf, &segment);
        } else {
            map_private(root, pd, &elf, &segment);
        }
    }
    root->pds[pd].entry = elf.entry;
}

void load_stack(struct root *root, uint32_t pd)
{
    const struct kaal_plan_pd *plan = plan_pd(&root->plan, pd);
    const struct pd_objects *objects = &root->pds[pd];
    uint32_t pages = (uint32_t)(plan->stack_size / ROOT_PAGE_SIZE);
    uint32_t first = memory_objects(root, pd, seL4_ARM_SmallPageObject, 0, pages);
    for (uint32_t i = 0; i < pages; i++) {
        memory_map(root, pd, objects->vspace, first + i,
                   KAAL_LAYOUT_STACK_TOP - plan->stack_size + (uint64_t)i * ROOT_PAGE_SIZE,
                   seL4_ReadWrite, false, true);
    }
    memory_map(root, pd, objects->vspace, objects->ipc_frame, KAAL_LAYOUT_IPC_BUFFER,
               seL4_ReadWrite, false, true);
}

// --- mappings of the description -----------------------------------------------------------------

static seL4_CapRights_t map_rights(const struct kaal_plan_map *map)
{
    return (map->rights & KAAL_RIGHT_WRITE) != 0 ? seL4_ReadWrite : seL4_CanRead;
}

static uint64_t map_size(const struct root *root, const struct kaal_plan_map *map)
{
    if (map->source == KAAL_MAP_REGION) {
        return plan_region(&root->plan, map->object)->size;
    }
    struct dt_range window = machine_window(root, map->object, map->window);
    return page_up(window.base + window.size) - page_down(window.base);
}

// The kernel would silently replace a mapping by another one at the same place.
static void check_overlap(const struct root *root, uint32_t index)
{
    const struct kaal_plan_map *map = plan_map(&root->plan, index);
    uint64_t size = map_size(root, map);
    for (uint32_t i = 0; i < index; i++) {
        const struct kaal_plan_map *other = plan_map(&root->plan, i);
        if (other->pd == map->pd &&
            ranges_overlap(map->vaddr, size, other->vaddr, map_size(root, other))) {
            root_fail(root, "map", map->name, "overlaps another mapping of its component");
        }
    }
    if (size > KAAL_LAYOUT_MAP_END - map->vaddr) {
        root_fail(root, "map", map->name, "does not fit the range for mappings");
    }
}

static void map_region(struct root *root, const struct kaal_plan_map *map)
{
    const struct kaal_plan_region *region = plan_region(&root->plan, map->object);
    uint32_t pages = (uint32_t)(region->size >> region->page_bits);
    for (uint32_t i = 0; i < pages; i++) {
        uint32_t frame = store_copy(root, root->regions[map->object] + i, map_rights(map));
        memory_map(root, map->pd, root->pds[map->pd].vspace, frame,
                   map->vaddr + ((uint64_t)i << region->page_bits), map_rights(map),
                   (map->rights & KAAL_RIGHT_EXECUTE) != 0, map->cached != 0);
    }
}

static void map_device(struct root *root, const struct kaal_plan_map *map)
{
    struct dt_range window = machine_window(root, map->object, map->window);
    uint64_t base = page_down(window.base);
    uint64_t size = map_size(root, map);
    for (uint64_t at = 0; at < size; at += ROOT_PAGE_SIZE) {
        uint32_t frame = machine_frame(root, map->object, base + at);
        memory_map(root, map->pd, root->pds[map->pd].vspace, frame, map->vaddr + at,
                   map_rights(map), false, map->cached != 0);
    }
}

void load_mappings(struct root *root, uint32_t pd)
{
    for (uint32_t i = 0; i < plan_count(&root->plan, KAAL_TABLE_MAPS); i++) {
        const struct kaal_plan_map *map = plan_map(&root->plan, i);
        if (map->pd != pd) {
            continue;
        }
        check_overlap(root, i);
        if (map->source == KAAL_MAP_REGION) {
            map_region(root, map);
        } else {
            map_device(root, map);
        }
    }
}
