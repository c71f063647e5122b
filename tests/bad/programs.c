// SPDX-License-Identifier: BSD-2-Clause
//
// Writes what the bad descriptions need around them, so that no binary lies in the source tree:
//
//   FOLDER/programs/     good and damaged ELF files
//   FOLDER/build/        a build folder: loader, kernel, its configuration
//   FOLDER/kernels/      kernels that do not suit
#include "elf_maker.h"

#include "lib/bits.h"

#include <kaal/boot.h>
#include <kaal/driver_info.h>
#include <kaal/image.h>
#include <kaal/microkit.h>
#include <kaal/note.h>

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PHDR0 = sizeof(Elf64_Ehdr), PHDR1 = PHDR0 + sizeof(Elf64_Phdr) };

static uint8_t elf[ELF_MAKER_MAX];
static const char *folder;

static void write_file(const char *name, const void *data, size_t size)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

static size_t make(void)
{
    const struct elf_maker m = {
        .text_size = 600, .data_size = 64, .bss_size = 100, .config = "mcs-dbg", .fill = 7};
    return elf_make(&m, elf);
}

// One field of the good program changed.
static void damage(const char *name, size_t at, size_t width, uint64_t value)
{
    size_t size = make();
    uint8_t bytes[8];
    store_le64(bytes, value);
    memcpy(elf + at, bytes, width);
    write_file(name, elf, size);
}

#define IN_EHDR(field)  offsetof(Elf64_Ehdr, field), sizeof(((Elf64_Ehdr *)0)->field)
#define IN_PHDR0(field) PHDR0 + offsetof(Elf64_Phdr, field), sizeof(((Elf64_Phdr *)0)->field)
#define IN_PHDR1(field) PHDR1 + offsetof(Elf64_Phdr, field), sizeof(((Elf64_Phdr *)0)->field)

static void write_damaged(void)
{
    static const char text[] = "#!/bin/sh\nthis is no ELF file, but long enough for one header\n";
    size_t size = make();
    write_file("programs/good.elf", elf, size);
    write_file("programs/truncated.elf", elf, 900);
    write_file("programs/short.elf", elf, 10);
    write_file("programs/empty.elf", elf, 0);
    write_file("programs/script.elf", text, sizeof(text));
    damage("programs/x86.elf", IN_EHDR(e_machine), EM_X86_64);
    damage("programs/elf32.elf", EI_CLASS, 1, ELFCLASS32);
    damage("programs/big_endian.elf", EI_DATA, 1, ELFDATA2MSB);
    damage("programs/shared.elf", IN_EHDR(e_type), ET_DYN);
    damage("programs/object.elf", IN_EHDR(e_type), ET_REL);
    damage("programs/entry.elf", IN_EHDR(e_entry), 0x10);
    damage("programs/phdrs.elf", IN_EHDR(e_phoff), UINT64_MAX - 10);
    damage("programs/interp.elf", PHDR0 + 2 * sizeof(Elf64_Phdr), 4, PT_INTERP);
    damage("programs/overlap.elf", IN_PHDR0(p_memsz), 0x100000);
    damage("programs/huge.elf", IN_PHDR1(p_memsz), 0x7fffffffffffULL);
    damage("programs/span.elf", IN_PHDR1(p_memsz), 0x20000000);
    damage("programs/wrap.elf", IN_PHDR1(p_memsz), UINT64_MAX - 0x1000);
    damage("programs/misaligned.elf", IN_PHDR1(p_vaddr), 0x201234);
    damage("programs/align.elf", IN_PHDR1(p_align), 3);
    damage("programs/filesz.elf", IN_PHDR1(p_filesz), 0x10000000);
    damage("programs/memsz.elf", IN_PHDR1(p_memsz), 1);
    damage("programs/low.elf", IN_PHDR0(p_vaddr), 0);
    damage("programs/wx.elf", IN_PHDR1(p_flags), PF_R | PF_W | PF_X);
    size = make();
    store_le64(elf + PHDR1 + offsetof(Elf64_Phdr, p_offset), 0x800);
    store_le64(elf + PHDR1 + offsetof(Elf64_Phdr, p_vaddr), ELF_MAKER_BASE + 0x800);
    write_file("programs/page.elf", elf, size);
}

static void write_good(void)
{
    struct elf_maker m = {.text_size = 600,
                          .data_size = 64,
                          .config = "mcs-dbg",
                          .symbol = KAAL_IMAGE_SYMBOL,
                          .fill = 5};
    write_file("build/target/mcs-dbg/bin/root.elf", elf, elf_make(&m, elf));
    m.symbol = NULL;
    write_file("build/target/mcs-dbg/bin/cap_broker.elf", elf, elf_make(&m, elf));
    write_file("build/target/mcs-dbg/bin/clock.elf", elf, elf_make(&m, elf));
    write_file("programs/a_program_whose_name_is_far_too_long_for_a_name_of_this_system.elf", elf,
               elf_make(&m, elf));
    m.flags = KAAL_PROGRAM_NEEDS_FPU;
    write_file("programs/fpu.elf", elf, elf_make(&m, elf));
    m.flags = KAAL_PROGRAM_STARTS_CLEAN;
    write_file("programs/not_moved.elf", elf, elf_make(&m, elf));
    m.flags = 0;
    m.fill = 9;
    write_file("programs/other/good.elf", elf, elf_make(&m, elf));
    m.config = NULL;
    write_file("programs/no_note.elf", elf, elf_make(&m, elf));
    m.config = "mk-el1-dbg";
    write_file("programs/other_config.elf", elf, elf_make(&m, elf));
    m.config = "mcs-dbg";
    m.symbol = KAAL_IMAGE_SYMBOL;
    m.bss_size = UINT64_C(12) * 1024 * 1024;
    write_file("programs/large_root.elf", elf, elf_make(&m, elf));
    m.bss_size = UINT64_C(15) * 1024 * 1024;
    write_file("programs/huge_root.elf", elf, elf_make(&m, elf));
}

// Programs that say what they drive, and two that do not know how.
static void write_drivers(void)
{
    struct kaal_driver driver = {
        .version = KAAL_DRIVER_VERSION,
        .compatible = {"arm,pl031", "acme,rtc"},
        .registers = 0x1000,
        .interrupts = 1,
        .dma = 0x1800,
    };
    const struct elf_maker m = {.text_size = 600,
                                .data_size = sizeof(driver),
                                .config = "mcs-dbg",
                                .symbol = KAAL_DRIVER_SYMBOL,
                                .symbol_size = sizeof(driver)};
    struct elf_maker small = m;
    size_t at = 0x1000; // of the data: behind the page of text
    size_t size = elf_make(&m, elf);
    memcpy(elf + at, &driver, sizeof(driver));
    write_file("programs/driver.elf", elf, size);
    driver.pci_vendor = 0x1af4;
    driver.pci_device = 0x1005;
    memcpy(elf + at, &driver, sizeof(driver));
    write_file("programs/driver_pci.elf", elf, size);
    driver.version = 9;
    memcpy(elf + at, &driver, sizeof(driver));
    write_file("programs/driver_newer.elf", elf, size);
    small.symbol_size = 8;
    write_file("programs/driver_small.elf", elf, elf_make(&small, elf));
}

// Microkit programs, by the symbol that all have: one with another symbol; one whose IPC buffer is
// where a kernel at EL2 puts it, and the same without its symbols; one that has it where no buffer
// can be.
static void write_microkit(void)
{
    struct elf_maker m = {
        .text_size = 600, .data_size = 64, .symbol = "__sel4_ipc_buffer", .alias = "microkit_name"};
    size_t at = 0x1000; // of the data: behind the page of text
    size_t size = elf_make(&m, elf);
    store_le64(elf + at, KAAL_MICROKIT_IPC_BUFFER_EL2);
    write_file("programs/el2.elf", elf, size);
    m.symbol = NULL;
    size = elf_make(&m, elf);
    store_le64(elf + at, KAAL_MICROKIT_IPC_BUFFER_EL2);
    write_file("programs/el2_stripped.elf", elf, size);
    m.symbol = "table";
    m.symbol_size = KAAL_MICROKIT_NAME_SIZE;
    write_file("programs/microkit.elf", elf, elf_make(&m, elf));
    const struct elf_maker_symbol buffer = {"__sel4_ipc_buffer_obj", 1024};
    m.more = &buffer;
    m.more_count = 1;
    m.data_size = 2048;
    write_file("programs/misplaced_buffer.elf", elf, elf_make(&m, elf));
    // In a page behind all that the file has.
    const struct elf_maker_symbol behind[] = {{"padding", 0x1000 - ELF_MAKER_MORE},
                                              {"__sel4_ipc_buffer_obj", 1024}};
    m.more = behind;
    m.more_count = 2;
    m.data_size = KAAL_MICROKIT_NAME_SIZE;
    write_file("programs/buffer_behind.elf", elf, elf_make(&m, elf));
}

// --- kernels -----------------------------------------------------------------------------------

struct setting {
    const char *key;
    const char *value; // JSON
};

static const struct setting settings[] = {
    {"SEL4_ARCH", "\"aarch64\""},
    {"PLAT", "\"qemu-arm-virt\""},
    {"WORD_SIZE", "\"64\""},
    {"KERNEL_MCS", "true"},
    {"ARM_HYPERVISOR_SUPPORT", "false"},
    {"ENABLE_SMP_SUPPORT", "false"},
    {"MAX_NUM_NODES", "\"1\""},
    {"HARDWARE_DEBUG_API", "false"},
    {"DEBUG_BUILD", "true"},
    {"PRINTING", "true"},
    {"ENABLE_BENCHMARKS", "false"},
    {"EXPORT_PCNT_USER", "false"},
    {"ALLOW_SMC_CALLS", "false"},
    {"MAX_NUM_BOOTINFO_UNTYPED_CAPS", "\"230\""},
    {"ROOT_CNODE_SIZE_BITS", "\"12\""},
    {"ARM_GIC_V3_SUPPORT", "false"},
    {"NUM_PRIORITIES", "\"256\""},
    {"RETYPE_FAN_OUT_LIMIT", "\"256\""},
};

static void write_config(const char *name, const char *key, const char *value)
{
    char text[2048] = "{";
    size_t length = 1;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const struct setting *s = &settings[i];
        bool changed = key != NULL && strcmp(s->key, key) == 0;
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s\"%s\": %s",
                                   i == 0 ? "" : ", ", s->key, changed ? value : s->value);
    }
    length += (size_t)snprintf(text + length, sizeof(text) - length, "}\n");
    write_file(name, text, length);
}

static size_t make_kernel(uint64_t paddr)
{
    const struct elf_maker m = {.text_size = 1000};
    size_t size = elf_make(&m, elf);
    store_le64(elf + PHDR0 + offsetof(Elf64_Phdr, p_paddr), paddr);
    return size;
}

static void write_kernel(const char *name, const char *key, const char *value)
{
    char path[256];
    size_t size = make_kernel(KAAL_RAM_BASE);
    snprintf(path, sizeof(path), "kernels/%s/kernel.elf", name);
    write_file(path, elf, size);
    snprintf(path, sizeof(path), "kernels/%s/gen_config.json", name);
    write_config(path, key, value);
}

static void write_kernels(void)
{
    static const char platform[] = "{\"devices\": [], \"memory\": [{\"start\": 1073741824, "
                                   "\"end\": 2147483648}]}\n";
    write_kernel("good", NULL, NULL);
    write_file("kernels/good/platform_gen.json", platform, sizeof(platform) - 1);
    write_kernel("non_mcs", "KERNEL_MCS", "false");
    write_kernel("riscv", "SEL4_ARCH", "\"riscv64\"");
    write_kernel("smp", "ENABLE_SMP_SUPPORT", "true");
    write_kernel("debug_api", "HARDWARE_DEBUG_API", "true");
    size_t size = make_kernel(KAAL_RAM_BASE);
    write_file("kernels/no_config/deep/kernel.elf", elf, size);
    write_file("kernels/bad_json/kernel.elf", elf, size);
    write_file("kernels/bad_json/gen_config.json", "{\"KERNEL_MCS\": tru}\n", 20);
    size = make_kernel(0x60000000);
    write_file("kernels/hyp/kernel.elf", elf, size);
    write_config("kernels/hyp/gen_config.json", "ARM_HYPERVISOR_SUPPORT", "true");
    write_file("kernels/high/kernel.elf", elf, size);
    write_config("kernels/high/gen_config.json", NULL, NULL);
    damage("kernels/x86/kernel.elf", IN_EHDR(e_machine), EM_X86_64);
    size = make_kernel(KAAL_RAM_BASE);
    write_file("build/target/mcs-dbg/kernel/kernel.elf", elf, size);
    write_config("build/target/mcs-dbg/gen_config/kernel/gen_config.json", NULL, NULL);
}

// Code at the base, an empty payload on the page behind it.
static void write_loader(void)
{
    const struct elf_maker m = {.text_size = 1000, .data_size = 4096};
    size_t size = elf_make(&m, elf);
    for (size_t i = 0; i < 2; i++) {
        uint8_t *phdr = elf + PHDR0 + i * sizeof(Elf64_Phdr);
        store_le64(phdr + offsetof(Elf64_Phdr, p_vaddr), KAAL_LOADER_BASE + i * 4096);
        store_le64(phdr + offsetof(Elf64_Phdr, p_paddr), KAAL_LOADER_BASE + i * 4096);
    }
    store_le64(elf + offsetof(Elf64_Ehdr, e_entry), KAAL_LOADER_BASE + ELF_MAKER_HEAD);
    const struct kaal_boot empty = {.magic = KAAL_BOOT_MAGIC, .version = KAAL_BOOT_VERSION};
    memcpy(elf + 4096, &empty, sizeof(empty));
    write_file("build/target/mcs-dbg/loader/loader.elf", elf, size);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: bad_programs FOLDER\n", stderr);
        return 2;
    }
    folder = argv[1];
    write_good();
    write_drivers();
    write_microkit();
    write_damaged();
    write_kernels();
    write_loader();
    return 0;
}
