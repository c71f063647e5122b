// SPDX-License-Identifier: BSD-2-Clause
#include "tool/writer.h"

#include "tool/system.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

void write_text(struct writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *more = arena_vprintf(w->arena, format, args);
    va_end(args);
    size_t length = strlen(more);
    if (w->length + length >= w->capacity) {
        w->capacity = 2 * (w->length + length + 1024);
        char *larger = arena_alloc(w->arena, w->capacity);
        memcpy(larger, w->text == NULL ? "" : w->text, w->length);
        w->text = larger;
    }
    memcpy(w->text + w->length, more, length + 1);
    w->length += length;
}

void write_number(struct writer *w, int64_t value)
{
    bool hex = value >= SD_PAGE && value % SD_PAGE == 0;
    write_text(w, hex ? "0x%" PRIx64 : "%" PRId64, value);
}

struct bytes writer_bytes(const struct writer *w)
{
    return (struct bytes){.data = (const uint8_t *)w->text, .size = w->length};
}
