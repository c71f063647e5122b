// SPDX-License-Identifier: BSD-2-Clause
//
// Whatever bytes are typed at the shell. The input is the bytes; a Tab completes.
#include "fuzz.h"

#include "complete.h"
#include "edit.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"help", "halt", "restart", "resume"};

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void complete(struct edit *e)
{
    struct completion c;
    uint32_t length = 0;
    uint32_t from = edit_word(e);
    complete_open(&c, &e->line[from], e->cursor - from);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)complete_offer(&c, names[i]);
    }
    const char *rest = complete_rest(&c, &length);
    edit_insert(e, rest, length);
}

static void read_line(const char *line)
{
    struct words words;
    char text[EDIT_LINE_SIZE];
    uint64_t number = 0;
    while (words_next(&line, &words)) {
        must(words.count <= WORDS_MAX);
        must(words_join(&words, 0, text, sizeof(text)));
        (void)words_join(&words, 0, text, 8);
        for (uint32_t i = 0; i < words.count; i++) {
            (void)word_number(words.word[i], UINT32_MAX, &number);
            (void)word_time(words.word[i], &number);
            (void)word_size(words.word[i], &number);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct edit *e = malloc(sizeof(*e));
    must(e != NULL);
    edit_open(e);
    edit_begin(e, "fuzz> ");
    for (size_t i = 0; i < size; i++) {
        enum edit_event event = edit_byte(e, data[i]);
        must(edit_ok(e));
        if (event == EDIT_COMPLETE) {
            complete(e);
        } else if (event != EDIT_MORE) {
            read_line(e->line);
            edit_begin(e, "fuzz> ");
        }
        must(edit_ok(e));
    }
    free(e);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    static const char *const seeds[] = {
        "help\r\n", "spawn hello.elf --budget 100 a b\x1b[D\x1b[D\x7f\x1b[3~\x01\x05\x0b\r",
        "re\ts\tx\x03kill\x15\x1b[A\x1b[A\x1b[B\r;;; 2.5s 64K\r\x04",
        ("one\rtwo\r\x1b[A\x1b[A\x10\x0e\x0e\x1b[1~\x1b[4~\x1bOH\x1b"
         "b\x17\x0c\n"), // an escape, then a letter that would be a digit of it
    };
    if (index >= sizeof(seeds) / sizeof(seeds[0]) || strlen(seeds[index]) > room) {
        return 0;
    }
    memcpy(out, seeds[index], strlen(seeds[index]));
    return strlen(seeds[index]);
}
