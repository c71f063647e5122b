// SPDX-License-Identifier: BSD-2-Clause
//
// The results of a test program, as it puts them out line by line (https://testanything.org):
//
//    TAP version 14
//    1..2
//    ok 1 - untyped: retype_makes_objects
//    # cnode.c:12: expected ..., seen ...
//    not ok 2 - cnode: copy_makes_a_copy
//    # end
//
// The plan comes before the results, numbers without gaps, and the last line tells that the program
// came to its end. Lines of other shapes are a debug kernel's own.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct tap {
    bool planned;
    bool empty; // the plan is 1..0, which is no plan
    unsigned plan;
    unsigned next; // number of the next result, from 1
    unsigned passed;
    unsigned failed;
    bool ended;
    char problem[160]; // what is wrong with the lines themselves; "": nothing
};

enum tap_kind {
    TAP_OTHER, // not a line of the test program
    TAP_PLAN,  // or the version, or the end
    TAP_OK,
    TAP_NOT_OK,
    TAP_COMMENT,
};

void tap_init(struct tap *t);

enum tap_kind tap_line(struct tap *t, const char *line);

// Is nothing more to come: the end, a bail-out, or lines that cannot be right?
bool tap_over(const struct tap *t);

// Every planned case passed, and the end was seen.
bool tap_passed(const struct tap *t);
