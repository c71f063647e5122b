// SPDX-License-Identifier: BSD-2-Clause
//
// Between the parts of the XML front end:
//
//   xml_read.c          attributes into a struct by a table of keys; children by a table of readers
//   from_xml.c          the system: domains, memory regions
//   from_xml_channels.c channels
//   from_xml_schedule.c the schedule of the kernel's domains
//   from_xml_machine.c  what belongs to machines that a kernel without hypervisor, or an AArch64
//                       one, cannot have: read like the rest, then refused
#pragma once

#include "tool/arena.h"
#include "tool/system.h"
#include "tool/xml.h"

// A `map`: regions know who maps them, and may follow in the file.
struct xml_map {
    struct sd_map map;
    struct sd_text region_name;
    struct xml_map *next;
};

struct xml_reader {
    struct arena *arena;
    struct diag *diag;
    struct system *system;
    struct xml_map *maps; // newest first
};

enum xml_kind {
    XML_TEXT,
    XML_NUMBER,  // decimal, or 0x and hexadecimal; _ anywhere
    XML_DECIMAL, // digits alone
    XML_FLAG,    // true, false
};

struct xml_key {
    const char *name;
    size_t offset; // of the field in the struct
    enum xml_kind kind;
    bool required;
};

#define XML_COUNT(table) (sizeof(table) / sizeof((table)[0]))

// Fills `object` by the attributes of `e`. What is not given is blamed on the element.
void xml_attributes(struct xml_reader *r, const struct xml_element *e, const struct xml_key *keys,
                    size_t count, void *object);

// An element that may stand in another; `parent` is the index of the domain, or nothing.
struct xml_child {
    const char *name;
    void (*read)(struct xml_reader *r, const struct xml_element *e, size_t parent);
};

void xml_children(struct xml_reader *r, const struct xml_element *e,
                  const struct xml_child *children, size_t count, size_t parent);

// An element without any.
void xml_no_children(struct xml_reader *r, const struct xml_element *e);

// How many children have this name.
size_t xml_count(const struct xml_element *e, const char *name);

// Remembers a map for the region that it names; `pd_name` NULL: of a virtual machine.
void xml_add_map(struct xml_reader *r, struct sd_map map, struct sd_text region_name);

// The symbol of a domain that is set to the number of a channel, an interrupt, a child; nothing if
// one of both is not given.
void xml_add_id_setvar(struct xml_reader *r, size_t pd, struct sd_text symbol,
                       enum sd_setvar_kind kind, struct sd_number id);

// --- parts of the system -----------------------------------------------------------------------

void xml_channels(struct xml_reader *r, const struct xml_element *document);
void xml_domains(struct xml_reader *r, const struct xml_element *e, size_t parent);

// --- of the machine ----------------------------------------------------------------------------

void xml_virtual_machine(struct xml_reader *r, const struct xml_element *e, size_t pd);
void xml_top_virtual_machine(struct xml_reader *r, const struct xml_element *e, size_t parent);
void xml_ioport(struct xml_reader *r, const struct xml_element *e, size_t pd);
void xml_io_address_space(struct xml_reader *r, const struct xml_element *e, size_t parent);

// True if the interrupt is of an x86 machine, by its attributes; it is then reported.
bool xml_x86_irq(struct xml_reader *r, const struct xml_element *e);
