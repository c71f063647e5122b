// SPDX-License-Identifier: BSD-2-Clause
#include "tool/program.h"

#include "tool/arena.h"
#include "tool/microkit.h"
#include "tool/options.h"
#include "tool/products.h"
#include "tool/system.h"

#include "lib/bits.h"

#include <kaal/layout.h>
#include <kaal/microkit.h>
#include <kaal/note.h>

#include <elf.h>
#include <inttypes.h>
#include <string.h>

enum {
    PROGRAM_SPAN_MAX = 256 * 1024 * 1024, // address space of one program
    DATA_FILE_MAX = 64 * 1024 * 1024,
    IPC_BUFFER_SIZE = 1024,
};

// --- squeezing ---------------------------------------------------------------------------------

size_t elf_squeezed_size(const struct elf *elf)
{
    uint64_t end = elf->phoff + (uint64_t)elf->phnum * sizeof(Elf64_Phdr);
    for (unsigned i = 0; i < elf->phnum; i++) {
        struct elf_segment seg = elf_segment(elf, i);
        uint64_t seg_end = seg.offset + seg.filesz;
        bool read = seg.type == ELF_PT_LOAD || seg.type == ELF_PT_NOTE || seg.type == ELF_PT_TLS;
        if (read && seg_end > end) {
            end = seg_end;
        }
    }
    return (size_t)end;
}

struct bytes elf_squeeze(struct arena *a, const struct elf *elf)
{
    size_t size = elf_squeezed_size(elf);
    uint8_t *copy = arena_alloc(a, size + 1);
    memcpy(copy, elf->data, size);
    store_le64(copy + offsetof(Elf64_Ehdr, e_shoff), 0);
    store_le16(copy + offsetof(Elf64_Ehdr, e_shnum), 0);
    store_le16(copy + offsetof(Elf64_Ehdr, e_shstrndx), 0);
    return (struct bytes){.data = copy, .size = size};
}

// --- finding -----------------------------------------------------------------------------------

struct loader {
    struct arena *arena;
    const struct options *options;
    const struct products *products;
    const struct system *system;
    struct diag *diag;
};

// What the user calls a configuration.
static const char *config_name(const struct loader *l, const char *config)
{
    return l->options->board_folder == NULL ? config : microkit_config_name(config);
}

static const char *find(const struct loader *l, const struct sd_text *image)
{
    const char *path = system_search(l->arena, l->system, &l->options->search_paths, image->text);
    if (path != NULL || image->text[0] == '/') {
        return path;
    }
    path = path_join(l->arena, l->products->bin, image->text);
    return file_exists(path) ? path : NULL;
}

static void report_missing(struct loader *l, const char *what, const struct sd_text *image)
{
    diag_error(l->diag, image->at,
               "the %s %s does not exist (looked %s, among the programs of %s); build it, "
               "correct the path, or add a --search-path",
               what, image->text,
               system_search_places(l->arena, l->system, &l->options->search_paths),
               config_name(l, l->products->config));
}

// --- checking ----------------------------------------------------------------------------------

static bool report_elf(struct loader *l, const struct program *p, const struct sd_text *image,
                       enum elf_err err)
{
    const char *detail = "";
    if (err == ELF_MACHINE) {
        detail = arena_printf(l->arena, " (%s)", elf_machine_name(p->elf.machine));
    } else if (err >= ELF_SEG_FILE && err <= ELF_SEG_OVERLAP) {
        detail = arena_printf(l->arena, " (program header %u)", p->elf.bad);
    }
    diag_error(l->diag, image->at, "%s: %s%s; %s", image->text, elf_strerror(err), detail,
               elf_remedy(err));
    return false;
}

static bool check_note(struct loader *l, const struct program *p, const struct sd_text *image)
{
    const void *desc;
    size_t size;
    if (!elf_note(&p->elf, KAAL_NOTE_OWNER, KAAL_NOTE_CONFIG, &desc, &size) ||
        size != KAAL_CONFIG_SIZE || memchr(desc, '\0', size) == NULL) {
        diag_error(
            l->diag, image->at,
            "%s does not say which kernel configuration it is built for (note KaaL); link it "
            "with the KaaL library",
            image->text);
        return false;
    }
    if (strcmp(desc, l->products->config) != 0) {
        const char *theirs = config_name(l, desc);
        const char *ours = config_name(l, l->products->config);
        diag_error(
            l->diag, image->at,
            "%s is built for the kernel configuration %s, not for %s; build it for %s or use "
            "--config %s",
            image->text, theirs, ours, ours, theirs);
        return false;
    }
    return true;
}

// Pages that two segments share could not have the rights of both.
static bool check_pages(struct loader *l, const struct program *p, const struct sd_text *image)
{
    struct elf_segment seg;
    unsigned index = 0;
    uint64_t end = 0;
    while (elf_next_load(&p->elf, &index, &seg)) {
        if (align_down(seg.vaddr, SD_PAGE) < end) {
            diag_error(l->diag, image->at,
                       "%s: two segments share the page 0x%" PRIx64
                       "; align segments to 4 KiB in the linker script",
                       image->text, align_down(seg.vaddr, SD_PAGE));
            return false;
        }
        end = align_up(seg.vaddr + seg.memsz, SD_PAGE);
    }
    return true;
}

uint32_t program_flags(const struct program *p)
{
    const void *desc;
    size_t size;
    return elf_note(&p->elf, KAAL_NOTE_OWNER, KAAL_NOTE_PROGRAM, &desc, &size) &&
                   size == sizeof(uint32_t)
               ? load_le32(desc)
               : 0;
}

// A program that fills its writable memory itself has no bytes for it in the file.
static bool check_clean(struct loader *l, const struct program *p, const struct sd_text *image)
{
    struct elf_segment seg;
    unsigned index = 0;
    if ((program_flags(p) & KAAL_PROGRAM_STARTS_CLEAN) == 0) {
        return true;
    }
    while (elf_next_load(&p->elf, &index, &seg)) {
        if ((seg.flags & ELF_PF_W) != 0 && seg.filesz != 0) {
            diag_error(l->diag, image->at,
                       "%s says that it initialises its own memory (note KaaL), but the file has "
                       "the initial values in a writable segment; move them as kaal_component() "
                       "does",
                       image->text);
            return false;
        }
    }
    return true;
}

// --- Microkit programs -------------------------------------------------------------------------

// The initial value of a pointer to the IPC buffer; 0 if it is not known.
static uint64_t ipc_buffer(const struct elf *elf, const struct elf *symbols)
{
    struct elf_symbol symbol;
    if (!elf_find_symbol(symbols, "__sel4_ipc_buffer", &symbol) || symbol.type != ELF_STT_OBJECT ||
        symbol.size != sizeof(uint64_t)) {
        return 0;
    }
    const void *value = elf_bytes(elf, symbol.value, sizeof(uint64_t));
    return value == NULL ? 0 : load_le64(value);
}

// Of libraries before 2.3: the IPC buffer is in memory that the program writes, or in a page of its
// own, about which the file says nothing.
static bool check_buffer_object(struct loader *l, const struct program *p,
                                const struct sd_text *image, const struct program *symbols)
{
    struct elf_symbol object;
    struct elf_segment seg;
    unsigned index = 0;
    if (!elf_find_symbol(&symbols->elf, "__sel4_ipc_buffer_obj", &object)) {
        return true;
    }
    bool ok =
        is_aligned(object.value, IPC_BUFFER_SIZE) && object.value < KAAL_LAYOUT_IMAGE_END - SD_PAGE;
    uint64_t page = align_down(object.value, SD_PAGE);
    while (elf_next_load(&p->elf, &index, &seg)) {
        uint64_t first = align_down(seg.vaddr, SD_PAGE);
        uint64_t end = align_up(seg.vaddr + seg.memsz, SD_PAGE);
        ok = ok && ((seg.flags & ELF_PF_W) != 0 || page < first || page >= end);
    }
    if (!ok) {
        diag_error(l->diag, image->at,
                   "%s has its IPC buffer at 0x%" PRIx64
                   " (__sel4_ipc_buffer_obj), which is no multiple of %d or in memory that %s only "
                   "reads; link it with the library's own script",
                   symbols->path, object.value, IPC_BUFFER_SIZE, p->path);
    }
    return ok;
}

// Where such a program expects its IPC buffer tells which kernels it is linked for.
static bool check_microkit(struct loader *l, const struct program *p, const struct sd_text *image,
                           const struct program *symbols)
{
    struct elf_symbol symbol;
    if (!elf_find_symbol(&symbols->elf, "microkit_name", &symbol)) {
        diag_error(l->diag, image->at,
                   "%s has no symbol `microkit_name`, so it is no Microkit program; link it with "
                   "libmicrokit and leave its symbols in, or name a file that has them",
                   symbols->path);
        return false;
    }
    if (ipc_buffer(&p->elf, &symbols->elf) == KAAL_MICROKIT_IPC_BUFFER_EL2) {
        diag_error(l->diag, image->at,
                   "%s is linked for a board whose kernel runs at EL2 (its IPC buffer is at "
                   "0x%" PRIx64 "); link it for qemu_virt_aarch64_el1 or with KaaL's libmicrokit",
                   p->path, KAAL_MICROKIT_IPC_BUFFER_EL2);
        return false;
    }
    return check_buffer_object(l, p, image, symbols);
}

// A program of another library says nothing of its configuration.
static bool has_note(const struct program *p)
{
    const void *desc;
    size_t size;
    return elf_note(&p->elf, KAAL_NOTE_OWNER, KAAL_NOTE_CONFIG, &desc, &size);
}

static bool check(struct loader *l, struct program *p, const struct sd_text *image)
{
    const struct elf_rules rules = {
        .vaddr_min = KAAL_LAYOUT_IMAGE_START,
        .vaddr_end = KAAL_LAYOUT_IMAGE_END,
        .span_max = PROGRAM_SPAN_MAX,
        .page = SD_PAGE,
    };
    enum elf_err err = elf_parse(&p->elf, p->file.data, p->file.size, &rules);
    if (err != ELF_OK) {
        return report_elf(l, p, image, err);
    }
    if (p->kind == PROGRAM_SYMBOLS) {
        return true;
    }
    if (p->elf.wx) {
        diag_warning(l->diag, image->at,
                     "%s has a segment that is writable and executable; separate code and data in "
                     "the linker script",
                     image->text);
    }
    if (!check_pages(l, p, image)) {
        return false;
    }
    if (p->kind == PROGRAM_MICROKIT) {
        return !has_note(p) || check_note(l, p, image);
    }
    return check_note(l, p, image) && check_clean(l, p, image);
}

// Of one domain: several can have the same program.
static void check_fpu(struct loader *l, const struct sd_pd *pd, const struct program *p)
{
    if ((program_flags(p) & KAAL_PROGRAM_NEEDS_FPU) != 0 && pd->fpu.given && !pd->fpu.value) {
        diag_error(l->diag, pd->fpu.at,
                   "`fpu` is false, but %s uses floating-point registers, as programs with a C "
                   "library do; leave `fpu` out",
                   pd->image.text);
    }
}

static size_t load(struct loader *l, const struct sd_text *image, enum program_kind kind,
                   struct program_set *set)
{
    const char *cause;
    struct program p = {.path = find(l, image), .kind = kind};
    if (p.path == NULL) {
        report_missing(l, "program", image);
        return SYSTEM_NONE;
    }
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i].kind == kind && strcmp(set->items[i].path, p.path) == 0) {
            return i;
        }
    }
    if (!file_read(l->arena, p.path, ELF_FILE_MAX, &p.file, &cause)) {
        diag_error(l->diag, image->at, "cannot read the program %s: %s; check the path", p.path,
                   cause);
        return SYSTEM_NONE;
    }
    if (!check(l, &p, image)) {
        return SYSTEM_NONE;
    }
    set->items = arena_grow(l->arena, set->items, set->count, &set->capacity, sizeof(*set->items));
    set->items[set->count] = p;
    return set->count++;
}

// Microkit's form does not name the root task and the broker: they are ours, whatever other
// programs are called.
static struct sd_text own_image(const struct loader *l, const struct sd_pd *pd)
{
    struct sd_text image = pd->image;
    if (l->system->form == SD_FORM_XML && pd->role != KAAL_ROLE_COMPONENT) {
        image.text = path_absolute(l->arena, path_join(l->arena, l->products->bin, image.text));
    }
    return image;
}

static void load_pd(struct loader *l, size_t index, struct program_set *set)
{
    const struct sd_pd *pd = &l->system->pds[index];
    bool microkit = pd->abi == SD_ABI_MICROKIT;
    size_t program = SYSTEM_NONE;
    size_t symbols = SYSTEM_NONE;
    if (pd->image.text != NULL) {
        const struct sd_text image = own_image(l, pd);
        program = load(l, &image, microkit ? PROGRAM_MICROKIT : PROGRAM_KAAL, set);
    }
    if (pd->symbols.text != NULL) {
        symbols = load(l, &pd->symbols, PROGRAM_SYMBOLS, set);
    }
    set->of_pd[index] = program;
    set->symbols[index] = symbols;
    if (program == SYSTEM_NONE || (pd->symbols.text != NULL && symbols == SYSTEM_NONE)) {
        return;
    }
    const struct program *p = &set->items[program];
    check_fpu(l, pd, p);
    if (microkit) {
        check_microkit(l, p, &pd->image, symbols == SYSTEM_NONE ? p : &set->items[symbols]);
    }
}

// An empty file would be a region without content.
static void load_prefill(struct loader *l, const struct sd_region *region, struct data_file *out)
{
    const char *cause = "it is empty";
    if (region->prefill.text == NULL) {
        return;
    }
    out->path = region->prefill_path != NULL ? region->prefill_path : find(l, &region->prefill);
    if (out->path == NULL) {
        report_missing(l, "file", &region->prefill);
    } else if (!file_read(l->arena, out->path, DATA_FILE_MAX, &out->bytes, &cause) ||
               out->bytes.size == 0) {
        diag_error(l->diag, region->prefill.at,
                   "cannot fill `%s` with the file %s: %s; name another", region->name.text,
                   out->path, cause);
        out->bytes.data = NULL;
    }
}

bool programs_load(struct arena *a, const struct options *o, const struct products *p,
                   const struct system *s, struct program_set *out, struct diag *d)
{
    struct loader l = {.arena = a, .options = o, .products = p, .system = s, .diag = d};
    size_t errors = d->errors;
    *out = (struct program_set){
        .of_pd = arena_alloc(a, (s->pd_count + 1) * sizeof(size_t)),
        .spawned = arena_alloc(a, (s->programs.count + 1) * sizeof(size_t)),
        .symbols = arena_alloc(a, (s->pd_count + 1) * sizeof(size_t)),
        .prefills = arena_alloc(a, (s->region_count + 1) * sizeof(*out->prefills)),
        .products = p,
    };
    for (size_t i = 0; i < s->pd_count; i++) {
        load_pd(&l, i, out);
    }
    for (size_t i = 0; i < s->programs.count; i++) {
        out->spawned[i] = load(&l, &s->programs.items[i], PROGRAM_KAAL, out);
    }
    for (size_t i = 0; i < s->region_count; i++) {
        load_prefill(&l, &s->regions[i], &out->prefills[i]);
    }
    return d->errors == errors;
}
