// SPDX-License-Identifier: BSD-2-Clause
//
// The note that every program has (kaal/note.h): the kernel configuration that this library, and so
// the program, is made for. main.c refers to it, so that it is linked.

#include <kaal/note.h>

extern const struct kaal_note microkit_note;

__attribute__((section(".note.kaal"), used)) const struct kaal_note microkit_note = {
    .owner_size = sizeof(KAAL_NOTE_OWNER),
    .size = KAAL_CONFIG_SIZE,
    .type = KAAL_NOTE_CONFIG,
    .owner = KAAL_NOTE_OWNER,
    .config = KAAL_CONFIG_NAME,
};
