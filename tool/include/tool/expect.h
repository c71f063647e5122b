// SPDX-License-Identifier: BSD-2-Clause
//
// What a run of a system must show: expect.toml beside the description, with the boot sequence that
// every system has in front.
//
//   items[]     0 1 2 ... stage_count - 1    stages: each once, in this order
//               stage_count ...              reports: each once, in any order
//   lines[]     what people read: each at least once, or never
//   inputs[]    what the tool types when a line was seen
//   end         the item that ends the run
#pragma once

#include "tool/value.h"

#include <stdbool.h>
#include <stddef.h>

#define EXPECT_NONE SIZE_MAX

struct expect_field {
    const char *key;
    struct value value;
};

struct expect_item {
    struct place at;
    const char *from;
    const char *event;
    const char *title; // for the summary; NULL: "[from] @event"
    struct expect_field *fields;
    size_t count;
    bool typed;   // comes of what the tool types: not expected of a run without a seed
    bool repeats; // comes any number of times, or not at all; its values hold each time
    size_t key;   // field that tells lines of the same event apart; EXPECT_NONE: there is one
};

// A line that is no report, as it is or by a part of it.
struct expect_line {
    struct place at;
    const char *from; // stands before it in brackets; NULL: nothing does
    const char *text;
    bool part;  // `text` is a part of the line
    bool never; // it must not come
};

struct expect_input {
    const char *from;
    const char *event;
    struct value text;
};

struct expect {
    struct expect_item *items;
    size_t count;
    size_t capacity;
    size_t stage_count;
    size_t boot_count; // of the stages, those that come before any component
    struct expect_line *lines;
    size_t line_count;
    size_t line_capacity;
    struct expect_input *inputs;
    size_t input_count;
    size_t input_capacity;
    size_t end;          // EXPECT_NONE: when all is seen
    unsigned timeout;    // seconds; 0: the default
    uint64_t disk;       // bytes of an empty disk for the machine; 0: none
    unsigned kernel_el;  // exception level of the kernel that this is expected of
    const char *backend; // that runs the system
};

// The boot sequence: what loader, kernel (if it prints), root task and broker report.
struct boot_facts {
    bool kernel_reports; // a built-in debug kernel
    unsigned kernel_el;  // 2 for a hypervisor, else 1
    size_t pds;
    const char *broker; // names of these two
    const char *root;
    const char *system;
    const char *config;
    const char *backend;
    bool loader; // there is one, and it reports
};

void expect_boot(struct arena *a, const struct boot_facts *facts, struct expect *out);

// Adds a file's expectations to `out`, which has the boot sequence.
bool expect_read(struct arena *a, const char *file, struct expect *out, struct diag *d);
