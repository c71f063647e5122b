// SPDX-License-Identifier: BSD-2-Clause
//
// Programs. Text and constants are not copied where the builder can share the frames that the file
// lies in; only what is written gets memory of its own:
//
//    file's frames      |ELF header|text..|constants..|
//                           │  mapped R-X │ mapped R--
//    component            |text..|      |constants..|   |data..bss| new frames

#include <kaal/builder.h>
#include <kaal/layout.h>
#include <kaal/note.h>

#include <lib/bits.h>
#include <lib/mem.h>

enum {
    PAGE_SIZE = 4096,
    WINDOW_PAGES = 16,
    SPAN_MAX = 1 << 28, // from the first to the last byte of a program
};

static const struct elf_rules rules = {
    .vaddr_min = KAAL_LAYOUT_IMAGE_START,
    .vaddr_end = KAAL_LAYOUT_IMAGE_END,
    .span_max = SPAN_MAX,
    .page = PAGE_SIZE,
};

static uint64_t first_page(const struct elf_segment *segment)
{
    return align_down(segment->vaddr, PAGE_SIZE);
}

static uint64_t end_page(const struct elf_segment *segment)
{
    return align_up(segment->vaddr + segment->memsz, PAGE_SIZE);
}

// --- what a program says -------------------------------------------------------------------------

static const char *read_segments(struct kaal_program *program)
{
    struct elf_segment segment;
    uint64_t last_end = 0;
    program->segment_count = 0;
    if (program->elf.wx) {
        return "a segment is writable and executable";
    }
    for (unsigned i = 0; elf_next_load(&program->elf, &i, &segment);) {
        if (first_page(&segment) < last_end) {
            return "two segments share a page";
        }
        if (program->segment_count == KAAL_PROGRAM_SEGMENTS) {
            return "more than 8 segments to load";
        }
        last_end = end_page(&segment);
        program->segments[program->segment_count++] = segment;
    }
    return NULL;
}

static const char *check_note(const struct elf *elf, const char *config)
{
    const void *name = NULL;
    size_t size = 0;
    if (!elf_note(elf, KAAL_NOTE_OWNER, KAAL_NOTE_CONFIG, &name, &size) ||
        size != KAAL_CONFIG_SIZE) {
        return "no note that names its kernel configuration";
    }
    if (strncmp(name, config, KAAL_CONFIG_SIZE) != 0) {
        return "built for another kernel configuration";
    }
    return NULL;
}

static bool starts_clean(const struct elf *elf)
{
    const void *note = NULL;
    size_t size = 0;
    uint32_t flags = 0;
    if (elf_note(elf, KAAL_NOTE_OWNER, KAAL_NOTE_PROGRAM, &note, &size) && size == sizeof(flags)) {
        memcpy(&flags, note, sizeof(flags));
    }
    return (flags & KAAL_PROGRAM_STARTS_CLEAN) != 0;
}

const char *kaal_program_open(struct kaal_program *program, const void *data, size_t size,
                              const char *config)
{
    enum elf_err err = elf_parse(&program->elf, data, size, &rules);
    if (err != ELF_OK) {
        return elf_strerror(err);
    }
    const char *cause = read_segments(program);
    program->starts_clean = config != NULL && starts_clean(&program->elf);
    return cause != NULL || config == NULL ? cause : check_note(&program->elf, config);
}

// All pages of the segment hold nothing but bytes of the file, and nobody writes them.
static bool can_share(const struct elf_segment *segment)
{
    return (segment->flags & ELF_PF_W) == 0 && segment->memsz == segment->filesz;
}

uint64_t kaal_program_private(const struct kaal_program *program, bool shares)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        if (!shares || !can_share(segment)) {
            bytes += end_page(segment) - first_page(segment);
        }
    }
    return bytes;
}

uint32_t kaal_program_shared_pages(const struct kaal_program *program)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        if (can_share(segment)) {
            bytes += end_page(segment) - first_page(segment);
        }
    }
    return (uint32_t)(bytes / PAGE_SIZE);
}

// --- segments ------------------------------------------------------------------------------------

// The loader, or whoever supplied the file, wrote the bytes as data.
static enum kaal_err unify(struct kaal_builder *builder, seL4_CPtr frame)
{
    builder->refusal = seL4_ARM_Page_Unify_Instruction(frame, 0, PAGE_SIZE);
    return builder->refusal == seL4_NoError ? KAAL_OK : KAAL_ERR_KERNEL;
}

static enum kaal_err map_shared(struct kaal_builder *builder, const struct elf *elf,
                                const struct elf_segment *segment)
{
    const uint8_t *source = elf->data + align_down(segment->offset, PAGE_SIZE);
    bool code = (segment->flags & ELF_PF_X) != 0;
    for (uint64_t at = first_page(segment); at < end_page(segment); at += PAGE_SIZE) {
        seL4_CPtr frame = 0;
        enum kaal_err err = builder->share(builder, source + (at - first_page(segment)), &frame);
        if (err == KAAL_OK) {
            err = kaal_build_map(builder, frame, at, seL4_CanRead, code, true);
        }
        const uint8_t *bytes = source + (at - first_page(segment));
        if (err == KAAL_OK && code && builder->is_new_code(builder, bytes)) {
            err = unify(builder, frame);
        }
        if (err != KAAL_OK) {
            return err;
        }
    }
    return KAAL_OK;
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

// Are there bytes of the file for what begins at `at`?
static bool is_filled(const struct elf_segment *segment, uint64_t at)
{
    return at < segment->vaddr + segment->filesz;
}

static enum kaal_err fill(struct kaal_builder *builder, const struct elf *elf,
                          const struct elf_segment *segment, uint64_t at, seL4_CPtr first,
                          uint32_t pages)
{
    if (!is_filled(segment, at)) {
        return KAAL_OK;
    }
    uint8_t *window = builder->open(builder, first, pages);
    if (window == NULL) {
        return KAAL_ERR_MEMORY;
    }
    copy_bytes(elf, segment, at, (uint64_t)pages * PAGE_SIZE, window);
    builder->close(builder, first, pages);
    return KAAL_OK;
}

static enum kaal_err map_filled(struct kaal_builder *builder, const struct elf_segment *segment,
                                uint64_t at, seL4_CPtr first, uint32_t pages)
{
    bool write = (segment->flags & ELF_PF_W) != 0;
    bool code = (segment->flags & ELF_PF_X) != 0;
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < pages && err == KAAL_OK; i++) {
        err = kaal_build_map(builder, first + i, at + (uint64_t)i * PAGE_SIZE,
                             write ? seL4_ReadWrite : seL4_CanRead, code, true);
        if (err == KAAL_OK && code) {
            err = unify(builder, first + i);
        }
        if (write && align_down(builder->ipc_buffer, PAGE_SIZE) == at + (uint64_t)i * PAGE_SIZE) {
            builder->ipc_frame = first + i;
        }
    }
    return err;
}

static enum kaal_err map_private(struct kaal_builder *builder, const struct elf *elf,
                                 const struct elf_segment *segment)
{
    uint64_t at = first_page(segment);
    uint64_t end = end_page(segment);
    enum kaal_err err = KAAL_OK;
    while (at < end && err == KAAL_OK) {
        uint64_t left = (end - at) / PAGE_SIZE;
        uint64_t most = is_filled(segment, at) ? WINDOW_PAGES : left;
        uint32_t pages = (uint32_t)(left < most ? left : most);
        seL4_CPtr first = 0;
        err = builder->objects(builder, seL4_ARM_SmallPageObject, 0, pages, &first);
        if (err == KAAL_OK) {
            err = fill(builder, elf, segment, at, first, pages);
        }
        if (err == KAAL_OK) {
            err = map_filled(builder, segment, at, first, pages);
        }
        at += (uint64_t)pages * PAGE_SIZE;
    }
    return err;
}

enum kaal_err kaal_build_program(struct kaal_builder *builder, const struct kaal_program *program)
{
    enum kaal_err err = KAAL_OK;
    for (uint32_t i = 0; i < program->segment_count && err == KAAL_OK; i++) {
        const struct elf_segment *segment = &program->segments[i];
        if (builder->share != NULL && can_share(segment)) {
            err = map_shared(builder, &program->elf, segment);
        } else {
            err = map_private(builder, &program->elf, segment);
        }
    }
    return err;
}
