// SPDX-License-Identifier: BSD-2-Clause
//
// The boot image: how the host tool hands a system to the loader.
//
// The loader is a static ELF with fixed physical addresses (p_vaddr = p_paddr, first byte at
// KAAL_LOADER_BASE). Its last PT_LOAD is the payload. In the bare loader that is one page with an
// empty `struct kaal_boot` (size 0); the tool replaces it:
//
//    loader.elf, bare              loader.elf, bootable          physical memory
//   +-------------------+         +-------------------+
//   | ELF header        |         | ELF header        |
//   | program headers   |         | program headers   |
//   | text, data        |         | text, data        | ------> KAAL_LOADER_BASE
//   | empty boot header |         | struct kaal_boot  |         bss, stack
//   | symbols           |         | kernel ELF        | ------> p_paddr of the last PT_LOAD, a page
//   +-------------------+         | root task's ELF   |           + kernel_offset, + root_offset
//                                 +-------------------+           + size
//
// What the tool does, exactly:
//
//  1. Tighten both ELFs: nothing but an ELF header, PT_LOADs and their bytes, one behind the other.
//     A segment with long runs of zeros becomes several that have them as memory without bytes.
//     Optional, but every byte of the payload costs the loader about 1/3 instruction.
//  2. Build the payload: a `struct kaal_boot`, then the kernel and the root task, each at the next
//     multiple of KAAL_BOOT_PART_ALIGN from the start of the payload; pad the end to that as well.
//     Fill in every field; `checksum` last.
//  3. Write a tight ELF of the loader's segments, the last PT_LOAD's bytes being the payload: its
//     p_filesz = p_memsz = kaal_boot.size. Addresses stay.
//  4. For the raw form (system.bin): the bytes of all PT_LOADs from KAAL_LOADER_BASE on, gaps and
//     the bss filled with zeros. At KAAL_RAW_SIZE_AT write the file's length, 64-bit little-endian:
//     system.bin is an arm64 "Image" (https://docs.kernel.org/arch/arm64/booting.html) and this is
//     its image_size, without which QEMU would put it elsewhere.
//
// What boots: `-kernel loader.elf` (x0 = 0, the tree at the start of RAM), `-kernel system.bin`
// (x0 = the tree), and any other loader that puts the bytes of either at their physical addresses
// and enters the first one with the MMU and the data cache off. The raw form may be put elsewhere,
// as boot loaders for Microkit images do (0x70000000): it moves itself.
//
// The loader places the system by seL4's boot protocol, everything page aligned, in this order:
//
//   kernel's p_paddr   tree      KAAL_LOADER_BASE             loader's end
//   |#### kernel ####|# dtb #|....|%% loader, payload %%|#### root task ####|.........| end of RAM
//
// `#` stays, `%` becomes free memory. So the kernel with the tree must fit below KAAL_LOADER_BASE,
// and RAM must reach KAAL_LOADER_BASE + loader + payload + root task's memory. A hypervisor's
// p_paddr is higher: the loader with its payload must fit below it, tree and root task follow it.
// The tool checks this against -m; the loader checks it against the memory it finds, and powers off
// with a message.
#pragma once

#include <stdint.h>

// "KAALBOOT" read as a little-endian word.
#define KAAL_BOOT_MAGIC   0x544f4f424c41414bULL
#define KAAL_BOOT_VERSION 2u

// Alignment of the payload in memory; of the parts in it and of its size.
#define KAAL_BOOT_ALIGN      4096u
#define KAAL_BOOT_PART_ALIGN 64u

// Start of QEMU virt's RAM, and where the loader is linked: far enough above it for QEMU to put the
// tree there (1 MiB with its padding) and for a kernel with its bss (seL4 with MCS: 2.3 MiB).
#define KAAL_RAM_BASE    0x40000000ULL
#define KAAL_LOADER_BASE 0x40800000ULL

// Offset of the image_size field in system.bin.
#define KAAL_RAW_SIZE_AT 16u

// The first bytes of the payload, little-endian. The loader refuses another magic or version.
struct kaal_boot {
    uint64_t magic;
    uint32_t version;
    uint32_t header_size; // sizeof(struct kaal_boot); a longer header is a newer, compatible one

    // sum64() of lib/sum64.h, seed 0, over the payload from `size` (offset 24) to its end.
    uint64_t checksum;
    uint64_t size; // of the whole payload; a multiple of KAAL_BOOT_PART_ALIGN; 0: no payload

    // Two whole ELF files, offsets from the start of the payload.
    uint64_t kernel_offset;
    uint64_t kernel_size;
    uint64_t root_offset;
    uint64_t root_size;

    // The memory of the machine that the kernel was configured for: used when the machine gives no
    // device tree. ram_size 0: without a tree, do not boot.
    uint64_t ram_base;
    uint64_t ram_size;
};

#define KAAL_BOOT_SUM_FROM 24u

_Static_assert(sizeof(struct kaal_boot) == 80, "struct kaal_boot is read by the loader");
_Static_assert(__builtin_offsetof(struct kaal_boot, size) == KAAL_BOOT_SUM_FROM,
               "the checksum starts at `size`");
