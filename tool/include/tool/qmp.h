// SPDX-License-Identifier: BSD-2-Clause
//
// QEMU's control socket: one JSON object a line. The two sides agree on capabilities before the
// first command.
#pragma once

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qmp {
    int fd;
    bool agreed;
    char buffer[4096]; // received, not yet taken
    size_t length;
};

// Executes a command. `arguments` is taken over; NULL: none. Its "return" value, to be released by
// the caller; NULL on an error, a hang-up, or no answer in time. Events are skipped.
json_t *qmp_execute(struct qmp *q, const char *name, json_t *arguments, unsigned timeout_ms);
