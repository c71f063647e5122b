// SPDX-License-Identifier: BSD-2-Clause
#include "tool/qmp.h"

#include "tool/machine.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// The next object, NULL at the end of the time or the stream, or for a line that is none.
static json_t *receive(struct qmp *q, uint64_t end_ms)
{
    for (;;) {
        char *newline = memchr(q->buffer, '\n', q->length);
        if (newline != NULL) {
            size_t line = (size_t)(newline - q->buffer) + 1;
            json_t *object = json_loadb(q->buffer, line, 0, NULL);
            memmove(q->buffer, q->buffer + line, q->length - line);
            q->length -= line;
            return object;
        }
        uint64_t now = host_ms();
        struct pollfd p = {.fd = q->fd, .events = POLLIN};
        if (now >= end_ms || q->length == sizeof(q->buffer) ||
            poll(&p, 1, (int)(end_ms - now)) <= 0) {
            return NULL;
        }
        ssize_t n = read(q->fd, q->buffer + q->length, sizeof(q->buffer) - q->length);
        if (n <= 0) {
            return NULL;
        }
        q->length += (size_t)n;
    }
}

static bool send_all(struct qmp *q, const char *text, size_t length)
{
    return send(q->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool send_command(struct qmp *q, const char *name, json_t *arguments)
{
    json_t *object = json_pack("{s:s, s:o*}", "execute", name, "arguments", arguments);
    char *text = json_dumps(object, JSON_COMPACT);
    bool ok = text != NULL && send_all(q, text, strlen(text)) && send_all(q, "\n", 1);
    free(text);
    json_decref(object);
    return ok;
}

static json_t *command(struct qmp *q, const char *name, json_t *arguments, uint64_t end)
{
    if (!send_command(q, name, arguments)) {
        return NULL;
    }
    for (;;) {
        json_t *object = receive(q, end);
        json_t *result = json_incref(json_object_get(object, "return"));
        bool more = object != NULL && result == NULL && json_object_get(object, "event") != NULL;
        json_decref(object);
        if (!more) {
            return result;
        }
    }
}

static bool agree(struct qmp *q, uint64_t end)
{
    json_t *greeting = receive(q, end);
    json_t *answer = greeting == NULL ? NULL : command(q, "qmp_capabilities", NULL, end);
    q->agreed = answer != NULL;
    json_decref(greeting);
    json_decref(answer);
    return q->agreed;
}

json_t *qmp_execute(struct qmp *q, const char *name, json_t *arguments, unsigned timeout_ms)
{
    uint64_t end = host_ms() + timeout_ms;
    if (q->fd < 0 || (!q->agreed && !agree(q, end))) {
        json_decref(arguments);
        return NULL;
    }
    return command(q, name, arguments, end);
}
