// SPDX-License-Identifier: BSD-2-Clause
//
// The notes in a program (ELF section .note.kaal, owner "KaaL").
//
//   type 1, in every program: the kernel configuration that it was compiled for, as a NUL-padded
//           name. Labels of invocations differ between configurations, so the tool and the root
//           task compare it with the system's.
//   type 2, in a component: what whoever builds it a home must know, as a word of flags. A program
//           without it has none of them.
#pragma once

#include <kaal/limits.h>

#include <stdint.h>

#define KAAL_NOTE_OWNER "KaaL"

enum kaal_note_type {
    KAAL_NOTE_CONFIG = 1,
    KAAL_NOTE_PROGRAM = 2,
};

enum kaal_program_flag {
    // It fills its own .data, .bss and stack from its entry on, whatever is there, so that sending
    // it back to its entry with the next generation in the start page restarts it. Its writable
    // segment has no bytes in the file.
    KAAL_PROGRAM_STARTS_CLEAN = 1 << 0,
    // It uses the floating-point and vector registers.
    KAAL_PROGRAM_NEEDS_FPU = 1 << 1,
};

struct kaal_note {
    uint32_t owner_size;
    uint32_t size;
    uint32_t type;
    char owner[8]; // padded to a multiple of 4
    char config[KAAL_CONFIG_SIZE];
};

struct kaal_program_note {
    uint32_t owner_size;
    uint32_t size;
    uint32_t type;
    char owner[8];
    uint32_t flags; // enum kaal_program_flag
};
