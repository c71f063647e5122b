// SPDX-License-Identifier: BSD-2-Clause

#include <lib/bits.h>

#include "internal.h"

void kaal_message_put_text(unsigned at, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i += 8) {
        seL4_Word word = 0;
        for (size_t j = 0; j < 8 && i + j < length; j++) {
            word |= (seL4_Word)(unsigned char)text[i + j] << (8 * j);
        }
        seL4_SetMR((int)(at + i / 8), word);
    }
}
