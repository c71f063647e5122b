// SPDX-License-Identifier: BSD-2-Clause
#include "payload.h"

#include "lib/bits.h"
#include "lib/sum64.h"

const char *payload_check_header(const struct kaal_boot *boot)
{
    if (boot->magic != KAAL_BOOT_MAGIC) {
        return "the payload is missing or damaged; build the image again";
    }
    if (boot->version != KAAL_BOOT_VERSION || boot->header_size < sizeof(*boot)) {
        return "the payload is of another version; build the image with this loader's tool";
    }
    if (boot->size == 0) {
        return "this is the bare loader; `kaal build` makes an image of it";
    }
    if (!is_aligned(boot->size, KAAL_BOOT_PART_ALIGN) || boot->header_size > boot->size) {
        return "the payload's size is wrong: the image is damaged; build it again";
    }
    return NULL;
}

const char *payload_check_bytes(const struct kaal_boot *boot, const uint8_t *bytes, uint64_t room)
{
    if (boot->size > room) {
        return "the image does not fit into the machine's memory; give it more";
    }
    size_t words = (boot->size - KAAL_BOOT_SUM_FROM) / sizeof(uint64_t);
    if (sum64(0, bytes + KAAL_BOOT_SUM_FROM, words) != boot->checksum) {
        return "the payload's checksum is wrong: the image is damaged; build it again";
    }
    return NULL;
}

const char *payload_open_elf(const struct kaal_boot *boot, const uint8_t *bytes, uint64_t offset,
                             uint64_t size, struct elf *elf)
{
    if (!range_fits(offset, size, boot->size)) {
        return "lies outside the payload";
    }
    enum elf_err err = elf_parse(elf, bytes + offset, size, NULL);
    return err == ELF_OK ? NULL : elf_strerror(err);
}
