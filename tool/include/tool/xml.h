// SPDX-License-Identifier: BSD-2-Clause
//
// XML 1.0 as far as descriptions need it: elements and attributes, with the position of each.
//
//   struct xml_element                 children in file order
//     xml_attribute  name="value"      attributes in file order
//     xml_element    <name ...>        -> the same again
//
// The text is input: any bytes are accepted and answered with a tree or with errors. A document
// type (and with it entities of its own, of other files, of exponential size) is refused, as is
// text between elements. Nesting is limited to XML_DEPTH_MAX, the text to XML_SIZE_MAX bytes.
#pragma once

#include "tool/diag.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    XML_DEPTH_MAX = 64,
    XML_SIZE_MAX = 1024 * 1024,
};

struct xml_attribute {
    const char *name;
    const char *value;
    struct place name_at;
    struct place at; // of the value
    struct xml_attribute *next;
};

struct xml_element {
    const char *name;
    struct place at;
    struct xml_attribute *attributes;
    struct xml_element *first;
    struct xml_element *last;
    struct xml_element *next; // in its parent
    struct xml_element *parent;
    bool has_text; // which was reported
};

// Parses `size` bytes. `file` is the name for messages. NULL if there is no whole tree, and `d`
// tells why; text that is out of place is reported and left out.
const struct xml_element *xml_parse(struct arena *a, const char *file, const char *text,
                                    size_t size, struct diag *d);

// An attribute by its name, NULL if there is none.
const struct xml_attribute *xml_get(const struct xml_element *e, const char *name);
