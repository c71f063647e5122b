// SPDX-License-Identifier: BSD-2-Clause
//
// The packed system, in the frames in which the loader put it. The broker maps a page of it when it
// first reads there; components map text and constants from copies of the same frames.

#include "broker.h"

#include <kaal/layout.h>

#include <lib/bits.h>

enum {
    IMAGE_PAGES_MAX = 1 << 15,
    PROGRAMS_KEPT = 16, // a power of two
};

static uint64_t mapped[IMAGE_PAGES_MAX / 64];
static uint64_t executed[IMAGE_PAGES_MAX / 64];

// Programs that were opened last: the image does not change.
static struct {
    uint32_t file; // + 1; 0: none
    struct kaal_program program;
} opened[PROGRAMS_KEPT];

// Maps the pages of [offset, offset + size) that are not mapped yet.
static enum kaal_err map(uint64_t offset, uint64_t size)
{
    const struct kaal_handover *table = broker.table;
    if (!range_fits(offset, size, (uint64_t)table->image_frame_count << PAGE_BITS)) {
        return KAAL_ERR_NOTFOUND;
    }
    enum kaal_err err = KAAL_OK;
    for (uint64_t page = offset >> PAGE_BITS; page << PAGE_BITS < offset + size && err == KAAL_OK;
         page++) {
        if ((mapped[page / 64] >> page % 64 & 1) != 0) {
            continue;
        }
        // The root task's mapping has gone with its address space; the capability remembers it.
        uint32_t frame = table->image_frames + (uint32_t)page;
        (void)seL4_ARM_Page_Unmap(frame);
        err = memory_map_own(frame, KAAL_LAYOUT_IMAGE + (page << PAGE_BITS), seL4_CanRead, true);
        if (err == KAAL_OK) {
            mapped[page / 64] |= UINT64_C(1) << page % 64;
        }
    }
    return err;
}

enum kaal_err image_open(void)
{
    if (broker.table->image_frame_count > IMAGE_PAGES_MAX) {
        return KAAL_ERR_MEMORY;
    }
    // The root task has checked the image as a whole. What is left to find is where its tables end.
    enum kaal_err err = map(0, sizeof(struct kaal_image));
    if (err != KAAL_OK) {
        return err;
    }
    const struct kaal_image *image = (const void *)KAAL_LAYOUT_IMAGE; // NOLINT: mapped just now
    broker.plan = (struct plan){.image = image, .broker = broker.table->broker};
    return map(0, kaal_image_tables_end(image));
}

// The file's headers and notes are read here; its segments are mapped elsewhere, or when they are
// copied.
static enum kaal_err map_file(const struct kaal_plan_file *file, struct kaal_program *program)
{
    uint64_t head = file->size < PAGE_SIZE ? file->size : PAGE_SIZE;
    enum kaal_err err = map(file->offset, head);
    struct elf_segment segment;
    if (err != KAAL_OK ||
        elf_parse(&program->elf, (const uint8_t *)broker.plan.image + file->offset, file->size,
                  NULL) != ELF_OK) {
        return err;
    }
    for (unsigned i = 0; i < program->elf.phnum && err == KAAL_OK; i++) {
        segment = elf_segment(&program->elf, i);
        bool read = segment.type == ELF_PT_NOTE || (segment.flags & ELF_PF_W) != 0 ||
                    segment.filesz != segment.memsz;
        if (read && segment.filesz > 0) {
            err = map(file->offset + segment.offset, segment.filesz);
        }
    }
    return err;
}

const char *image_program(uint32_t index, const struct kaal_program **program)
{
    uint32_t place = index % PROGRAMS_KEPT;
    struct kaal_program *kept = &opened[place].program;
    *program = kept;
    if (opened[place].file == index + 1) {
        return NULL;
    }
    opened[place].file = 0;
    const struct kaal_plan_file *file = plan_file(&broker.plan, index);
    if (map_file(file, kept) != KAAL_OK) {
        return "not to be mapped";
    }
    const char *config = file->kind == KAAL_FILE_PROGRAM ? broker.plan.image->config : NULL;
    const char *cause =
        kaal_program_open(kept, plan_file_data(&broker.plan, index), file->size, config);
    opened[place].file = cause == NULL ? index + 1 : 0;
    return cause;
}

enum kaal_err image_data(uint32_t index, const uint8_t **data)
{
    *data = plan_file_data(&broker.plan, index);
    return map(plan_file(&broker.plan, index)->offset, plan_file(&broker.plan, index)->size);
}

// The loader wrote it as data; once is enough.
bool image_is_new_code(const uint8_t *at)
{
    uint64_t page = (uint64_t)(at - (const uint8_t *)broker.plan.image) >> PAGE_BITS;
    bool is_new = (executed[page / 64] >> page % 64 & 1) == 0;
    executed[page / 64] |= UINT64_C(1) << page % 64;
    return is_new;
}

enum kaal_err image_share(struct arena *arena, const uint8_t *at, uint32_t *frame)
{
    uint64_t page = (uint64_t)(at - (const uint8_t *)broker.plan.image) >> PAGE_BITS;
    if (page >= broker.table->image_frame_count) {
        return KAAL_ERR_NOTFOUND;
    }
    return arena_copy(arena, broker.table->image_frames + (uint32_t)page, seL4_CanRead, frame);
}
