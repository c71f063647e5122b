// SPDX-License-Identifier: BSD-2-Clause
//
// What to tell a person about an ELF file that was refused.
#include "lib/elf.h"

struct text {
    const char *cause;
    const char *remedy;
};

#define REBUILD  "the file is damaged or was not written by a linker; build it again"
#define STATIC   "link it statically at a fixed address (-static -no-pie)"
#define LD_BUG   "check the linker script: each PT_LOAD needs an address range of its own"
#define FILE_CUT "the file is cut off; build or copy it again"

static const struct text texts[ELF_ERR_COUNT] = {
    [ELF_OK] = {"no error", "nothing to do"},
    [ELF_SHORT] = {"shorter than an ELF header", FILE_CUT},
    [ELF_MAGIC] = {"not an ELF file", "name an executable"},
    [ELF_CLASS] = {"32-bit ELF", "compile for aarch64"},
    [ELF_BIG_ENDIAN] = {"big-endian ELF", "compile for little-endian aarch64"},
    [ELF_VERSION] = {"unknown ELF version", REBUILD},
    [ELF_MACHINE] = {"ELF of another machine", "compile for aarch64"},
    [ELF_SHARED] = {"position-independent executable or shared object", STATIC},
    [ELF_RELOCATABLE] = {"object file, not yet linked", "link it to an executable"},
    [ELF_TYPE] = {"not an executable", "name an executable"},
    [ELF_PHDR_SIZE] = {"program headers of an unknown size", REBUILD},
    [ELF_PHDR_TABLE] = {"program headers lie outside the file", FILE_CUT},
    [ELF_INTERP] = {"wants a dynamic linker", STATIC},
    [ELF_DYNAMIC] = {"is dynamically linked", STATIC},
    [ELF_SEG_FILE] = {"segment lies outside the file", FILE_CUT},
    [ELF_SEG_SIZE] = {"segment is larger in the file than in memory", REBUILD},
    [ELF_SEG_ALIGN] = {"segment alignment is not a power of two", REBUILD},
    [ELF_SEG_PAGE] = {"segment's address and file offset differ within a page",
                      "link with -z common-page-size=4096 and without -n or -N"},
    [ELF_SEG_WRAP] = {"segment wraps around the end of the address space", LD_BUG},
    [ELF_SEG_RANGE] = {"segment outside the addresses allowed",
                       "link it at another address (-Ttext-segment=0x200000)"},
    [ELF_SEG_ORDER] = {"segments are not in ascending order", LD_BUG},
    [ELF_SEG_OVERLAP] = {"segments overlap", LD_BUG},
    [ELF_TOO_LARGE] = {"takes too much memory", "make it smaller or move its segments together"},
    [ELF_EMPTY] = {"has nothing to load", "name an executable"},
    [ELF_ENTRY] = {"entry point lies in no executable segment",
                   "define the entry symbol and keep it (-e, KEEP() in a linker script)"},
};

static const struct text unknown = {"unknown error", "report this"};

const char *elf_strerror(enum elf_err err)
{
    return (unsigned)err < ELF_ERR_COUNT ? texts[err].cause : unknown.cause;
}

const char *elf_remedy(enum elf_err err)
{
    return (unsigned)err < ELF_ERR_COUNT ? texts[err].remedy : unknown.remedy;
}

const char *elf_machine_name(uint16_t machine)
{
    static const struct {
        uint16_t number;
        const char *name;
    } names[] = {
        {0, "no machine"}, {2, "SPARC"},       {3, "x86"},       {8, "MIPS"},
        {20, "PowerPC"},   {21, "PowerPC64"},  {22, "S/390"},    {40, "Arm (32-bit)"},
        {50, "IA-64"},     {62, "x86-64"},     {183, "AArch64"}, {243, "RISC-V"},
        {247, "BPF"},      {258, "LoongArch"},
    };
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].number == machine) {
            return names[i].name;
        }
    }
    return "unknown machine";
}
