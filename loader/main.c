// SPDX-License-Identifier: BSD-2-Clause
//
// The loader: from reset to the kernel's first instruction.
//
//   device tree -> memory, UART      copied away first: the kernel goes where QEMU put it
//   payload     -> kernel, root task checked before anything of it is believed
//   place       -> copy, zero        place.h
//   page tables -> EL1 or EL2, MMU on tables.h, start.S
#include <kaal/boot.h>

#include "console.h"
#include "cpu.h"
#include "enter.h"
#include "lib/bits.h"
#include "lib/elf.h"
#include "lib/fdt.h"
#include "lib/mem.h"
#include "payload.h"
#include "place.h"
#include "tables.h"

// QEMU's virt, with everything attached, packs to less than 16 KiB; boards' trees to 64.
#define TREE_ROOM (96u << 10)

extern const char loader_start[];

// What the bare loader carries instead of a system.
__attribute__((section(".payload"), used)) static const volatile struct kaal_boot payload_header = {
    .magic = KAAL_BOOT_MAGIC,
    .version = KAAL_BOOT_VERSION,
    .header_size = sizeof(struct kaal_boot),
};

__attribute__((section(".noinit"), aligned(8))) static uint8_t tree_copy[TREE_ROOM];

static struct {
    struct kaal_boot boot;
    struct place_machine machine;
    struct place place;
    struct elf kernel;
    struct elf root;
    struct enter enter;
} loader;

static const uint8_t *payload(void)
{
    return phys((uintptr_t)&payload_header);
}

_Noreturn void loader_exception(uint64_t esr, uint64_t elr, uint64_t far)
{
    struct fmt line;
    line_error(&line);
    line_key_hex(&line, "exception esr=", esr);
    line_key_hex(&line, " elr=", elr);
    line_key_hex(&line, " far=", far);
    fail_line(&line);
}

// --- the machine -------------------------------------------------------------------------------

// A tree at this address, whose size is what its header says.
static bool tree_at(struct dt *dt, uint64_t address)
{
    const void *blob = phys(address);
    uint32_t size = address != 0 && is_aligned(address, 8) ? dt_probe(blob) : 0;
    if (size == 0) {
        return false;
    }
    enum dt_err err = dt_open(dt, blob, size);
    if (err != DT_OK) {
        fail(dt_strerror(err));
    }
    return true;
}

// Opens a packed copy inside the loader. Returns where the tree was found, 0 without one.
static uint64_t take_tree(struct dt *dt, uint64_t x0)
{
    struct dt found;
    // QEMU gives an ELF no pointer, but puts the tree at the start of RAM.
    if (!tree_at(&found, x0) && !tree_at(&found, KAAL_RAM_BASE)) {
        return 0;
    }
    console_use_tree(&found);
    if (!dt_pack(&found, tree_copy, sizeof(tree_copy), dt)) {
        fail("the device tree is larger than 96 KiB");
    }
    loader.machine.tree_size = dt_packed_size(dt);
    return (uint64_t)(uintptr_t)found.blob;
}

// The memory bank that the loader runs in.
static void find_memory(const struct dt *dt)
{
    struct place_range *ram = &loader.machine.ram;
    uint64_t here = loader.machine.loader.start;
    struct dt_range bank;
    for (unsigned i = 0; dt_memory(dt, i, &bank); i++) {
        if (here - bank.base < bank.size) {
            *ram = (struct place_range){bank.base, bank.base + bank.size};
            return;
        }
    }
    fail("the device tree has no memory where the loader is");
}

// Without a tree: what the image was built for.
static void assume_memory(const struct kaal_boot *boot)
{
    struct place_range *ram = &loader.machine.ram;
    if (boot->ram_size == 0 || !add_checked(boot->ram_base, boot->ram_size, &ram->end)) {
        fail("there is no device tree, and the image does not say which memory to use");
    }
    ram->start = boot->ram_base;
}

static void find_machine(uint64_t x0)
{
    struct dt dt;
    loader.machine.loader.start = (uint64_t)(uintptr_t)loader_start;
    loader.machine.el = cpu_el();
    uint64_t tree = take_tree(&dt, x0);
    if (tree != 0) {
        find_memory(&dt);
    } else {
        assume_memory(&loader.boot);
    }
    struct fmt line;
    line_begin(&line);
    fmt_str(&line, "@start el=");
    fmt_u64(&line, loader.machine.el);
    line_key_hex(&line, " ram=", loader.machine.ram.start);
    line_key_hex(&line, "+", loader.machine.ram.end - loader.machine.ram.start);
    line_key_hex(&line, " dtb=", tree);
    line_end(&line);
}

// --- the payload -------------------------------------------------------------------------------

// Copied once; the compiler must not know that the header's initializer is not what is there.
static void read_header(void)
{
    const volatile uint64_t *from = (const volatile uint64_t *)(const volatile void *)payload();
    uint64_t *to = (uint64_t *)(void *)&loader.boot;
    for (size_t i = 0; i < sizeof(loader.boot) / sizeof(*to); i++) {
        to[i] = from[i];
    }
    const char *cause = payload_check_header(&loader.boot);
    if (cause != NULL) {
        fail(cause);
    }
}

static void check_payload(void)
{
    uint64_t start = (uint64_t)(uintptr_t)payload();
    const struct place_range *ram = &loader.machine.ram;
    bool inside = ram->start <= start && start <= ram->end;
    const char *cause = payload_check_bytes(&loader.boot, payload(), inside ? ram->end - start : 0);
    if (cause != NULL) {
        fail(cause);
    }
    loader.machine.loader.end = start + loader.boot.size;
}

static void open_elf(struct elf *elf, const char *name, uint64_t offset, uint64_t size)
{
    const char *cause = payload_open_elf(&loader.boot, payload(), offset, size, elf);
    if (cause != NULL) {
        struct fmt line;
        line_error(&line);
        fmt_str(&line, name);
        fmt_str(&line, ": ");
        fmt_str(&line, cause);
        fail_line(&line);
    }
}

// --- placing -----------------------------------------------------------------------------------

static void decide_places(void)
{
    struct place *p = &loader.place;
    enum place_err err = place_system(p, &loader.machine, &loader.kernel, &loader.root);
    if (err == PLACE_OK) {
        return;
    }
    struct fmt line;
    line_error(&line);
    fmt_str(&line, place_strerror(err));
    line_key_hex(&line, ": ram=", loader.machine.ram.start);
    line_key_hex(&line, "-", loader.machine.ram.end);
    line_key_hex(&line, " loader=", loader.machine.loader.start);
    line_key_hex(&line, "-", loader.machine.loader.end);
    line_key_hex(&line, " kernel=", p->kernel.start);
    line_key_hex(&line, "-", p->kernel.end);
    line_key_hex(&line, " user=", p->user.start);
    line_key_hex(&line, "-", p->user.end);
    fail_line(&line);
}

// The segments to `to`, which stands for `vaddr`, with zeros everywhere else.
static void copy_image(const struct elf *elf, const struct place_range *to, uint64_t vaddr)
{
    struct elf_segment s;
    uint64_t at = to->start;
    for (unsigned i = 0; elf_next_load(elf, &i, &s);) {
        uint64_t start = to->start + (s.vaddr - vaddr);
        memset(phys(at), 0, start - at);
        memcpy(phys(start), elf->data + s.offset, s.filesz);
        at = start + s.filesz;
    }
    memset(phys(at), 0, to->end - at);
    cpu_discard_cached(to->start, to->end - to->start);
}

static void copy_everything(void)
{
    const struct place *p = &loader.place;
    copy_image(&loader.root, &p->user, p->user_vaddr);
    copy_image(&loader.kernel, &p->kernel, p->kernel_vaddr);
    memcpy(phys(p->tree.start), tree_copy, p->tree.end - p->tree.start);
    cpu_discard_cached(p->tree.start, p->tree.end - p->tree.start);
}

// --- leaving -----------------------------------------------------------------------------------

static void fill_arguments(struct enter *e)
{
    const struct place *p = &loader.place;
    e->x[0] = p->user.start;
    e->x[1] = p->user.end;
    e->x[2] = p->user.start - p->user_vaddr;
    e->x[3] = loader.root.entry;
    e->x[4] = loader.machine.tree_size != 0 ? p->tree.start : 0;
    e->x[5] = loader.machine.tree_size;
    e->entry = loader.kernel.entry;
    e->el = p->el;
}

static void report_enter(const struct enter *e)
{
    const struct place *p = &loader.place;
    struct fmt line;
    line_begin(&line);
    line_key_hex(&line, "@enter kernel=", p->kernel.start);
    line_key_hex(&line, "-", p->kernel.end);
    line_key_hex(&line, " entry=", e->entry);
    line_key_hex(&line, " dtb=", e->x[4]);
    line_key_hex(&line, " user=", p->user.start);
    line_key_hex(&line, "-", p->user.end);
    line_end(&line);
}

_Noreturn void loader_main(uint64_t x0)
{
    console_init();
    if (cpu_el() == 3) {
        fail("entered at EL3; start the machine without secure=on, or behind its firmware");
    }
    read_header();
    find_machine(x0);
    check_payload();
    open_elf(&loader.kernel, "kernel", loader.boot.kernel_offset, loader.boot.kernel_size);
    open_elf(&loader.root, "root task", loader.boot.root_offset, loader.boot.root_size);
    decide_places();
    copy_everything();

    struct enter *e = &loader.enter;
    fill_arguments(e);
    tables_build(e, &loader.place, &loader.machine);
    cpu_translation(e);
    report_enter(e);
    if (cpu_el() == 2) {
        el2_prepare();
    }
    enter_kernel(e);
}
