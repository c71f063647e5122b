// SPDX-License-Identifier: BSD-2-Clause
//
// Linked with crt0.S, into every component; KAAL_PROGRAM_FLAGS is from the build.

#include <kaal/note.h>

extern const struct kaal_program_note kaal_program_note;

__attribute__((section(".note.kaal"), used, aligned(4)))
const struct kaal_program_note kaal_program_note = {
    .owner_size = sizeof(KAAL_NOTE_OWNER),
    .size = sizeof(uint32_t),
    .type = KAAL_NOTE_PROGRAM,
    .owner = KAAL_NOTE_OWNER,
    .flags = KAAL_PROGRAM_FLAGS,
};
