// SPDX-License-Identifier: BSD-2-Clause
//
// Writes into shared memory, and looks at what regions hold from the start.

#include "say.h"

enum { READER = 0, WORDS = 0x200000 / 8 };

// Without initial values, behind more memory than a page: they have no bytes in the file.
static char before[0x1800];
seL4_Word *shared;
seL4_Word shared_size;
seL4_Word shared_paddr;
seL4_Word fixed_paddr;
seL4_Word *fixed;
const unsigned char *text;
seL4_Word text_size;
const unsigned char *tree;
seL4_Word reader;

static seL4_Word sum(const unsigned char *bytes, seL4_Word size)
{
    seL4_Word total = 0;
    for (seL4_Word i = 0; i < size; i++) {
        total += bytes[i];
    }
    return total;
}

void init(void)
{
    struct line l;
    for (seL4_Word i = 0; i < WORDS; i++) {
        shared[i] = i * 3 + shared_paddr;
    }
    *fixed = fixed_paddr;
    before[sizeof(before) - 1] = 1;
    line_begin(&l, "wrote");
    line_number(&l, "size", shared_size);
    line_number(&l, "aligned", (seL4_Word)(shared_paddr % 0x200000 == 0 && shared_paddr != 0));
    line_number(&l, "fixed", fixed_paddr);
    line_end(&l);
    line_begin(&l, "held");
    line_number(&l, "size", text_size);
    line_number(&l, "sum", sum(text, text_size));
    line_number(&l, "after", sum(text + text_size, 0x2000 - text_size));
    line_number(&l, "tree",
                (seL4_Word)tree[0] << 24 | (seL4_Word)tree[1] << 16 | (seL4_Word)tree[2] << 8 |
                    tree[3]);
    line_end(&l);
    microkit_notify((microkit_channel)reader);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
