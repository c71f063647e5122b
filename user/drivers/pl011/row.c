// SPDX-License-Identifier: BSD-2-Clause

#include "row.h"

#include <lib/mem.h>

void row_put(struct row *row, const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if (text[i] == '\r' || text[i] == '\n') {
            row->length = 0;
            row->lost = false;
        } else if (row->length == ROW_SIZE || row->lost) {
            row->length = 0;
            row->lost = true;
        } else {
            row->text[row->length++] = text[i];
        }
    }
}

const char *row_leave(const struct row *row, uint32_t *length)
{
    const char *text = row->lost ? "\r\n" : row->length > 0 ? "\r\x1b[K" : "";
    *length = (uint32_t)strlen(text);
    return text;
}
