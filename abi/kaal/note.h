// SPDX-License-Identifier: BSD-2-Clause
//
// The note in every program (ELF section .note.kaal, owner "KaaL", type 1): the kernel
// configuration that it was compiled for, as a NUL-padded name. Labels of invocations differ
// between configurations, so the tool and the root task compare it with the system's.
#pragma once

#include <kaal/limits.h>

#include <stdint.h>

#define KAAL_NOTE_OWNER "KaaL"

enum { KAAL_NOTE_CONFIG = 1 };

struct kaal_note {
    uint32_t owner_size;
    uint32_t size;
    uint32_t type;
    char owner[8]; // padded to a multiple of 4
    char config[KAAL_NAME_SIZE];
};
