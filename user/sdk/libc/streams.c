// SPDX-License-Identifier: BSD-2-Clause
//
// The standard streams. The console takes whole lines, so each output stream gathers one:
//
//    printf("a\nb")    |a|  ──► console        |b.......|   until '\n', fflush(), exit or full
//
// There is no input: reading from stdin finds its end.

#include <kaal/console_protocol.h>

#include <stdio.h>

#include "libc.h"

// picolibc leaves it to its user to define what lies behind a FILE pointer.
// NOLINTBEGIN(cert-fio38-c,misc-non-copyable-objects)
struct stream {
    FILE file; // first: picolibc hands this pointer back
    size_t length;
    char line[KAAL_CONSOLE_LINE_MAX];
};

static int send(struct stream *s)
{
    size_t length = s->length;
    s->length = 0;
    return kaal_print_line(s->line, length) ? 0 : EOF;
}

static int stream_put(char c, FILE *file)
{
    struct stream *s = (struct stream *)file;
    if (c == '\n') {
        return send(s) == 0 ? (unsigned char)c : EOF;
    }
    if (s->length == sizeof(s->line) && send(s) != 0) {
        return EOF;
    }
    s->line[s->length++] = c;
    return (unsigned char)c;
}

static int stream_flush(FILE *file)
{
    struct stream *s = (struct stream *)file;
    return s->length == 0 ? 0 : send(s);
}

static int stdin_get(FILE *file)
{
    (void)file;
    return _FDEV_EOF;
}

static struct stream out = {
    .file = FDEV_SETUP_STREAM(stream_put, NULL, stream_flush, _FDEV_SETUP_WRITE)};
static struct stream err = {
    .file = FDEV_SETUP_STREAM(stream_put, NULL, stream_flush, _FDEV_SETUP_WRITE)};
static FILE in = FDEV_SETUP_STREAM(NULL, stdin_get, NULL, _FDEV_SETUP_READ);

// NOLINTEND(cert-fio38-c,misc-non-copyable-objects)

FILE *const stdout = &out.file;
FILE *const stderr = &err.file;
FILE *const stdin = &in;

void streams_flush(void)
{
    (void)stream_flush(stdout);
    (void)stream_flush(stderr);
}
