// SPDX-License-Identifier: BSD-2-Clause
//
// Compiled into every program, with KAAL_CONFIG_NAME from the build.

#include <kaal/note.h>

extern const struct kaal_note kaal_note;

__attribute__((section(".note.kaal"), used, aligned(4))) const struct kaal_note kaal_note = {
    .owner_size = sizeof(KAAL_NOTE_OWNER),
    .size = KAAL_CONFIG_SIZE,
    .type = KAAL_NOTE_CONFIG,
    .owner = KAAL_NOTE_OWNER,
    .config = KAAL_CONFIG_NAME,
};
