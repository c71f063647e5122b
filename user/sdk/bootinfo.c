// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/bootinfo.h>

#include <lib/bits.h>

const void *kaal_bootinfo_chunk(const seL4_BootInfo *boot, seL4_Word id, size_t *size)
{
    const uint8_t *extra = kaal_bootinfo_extra(boot);
    size_t at = 0;
    while (range_fits(at, sizeof(seL4_BootInfoHeader), boot->extraLen)) {
        const seL4_BootInfoHeader *header = (const void *)(extra + at);
        if (header->len < sizeof(*header) || !range_fits(at, header->len, boot->extraLen)) {
            return NULL;
        }
        if (header->id == id) {
            *size = header->len - sizeof(*header);
            return header + 1;
        }
        at += header->len;
    }
    return NULL;
}
