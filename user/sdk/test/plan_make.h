// SPDX-License-Identifier: BSD-2-Clause
//
// A packed system to damage: root task, broker, a client and a server, with one of everything.
#pragma once

#include <kaal/image.h>

enum {
    MAKE_ROOT,
    MAKE_BROKER,
    MAKE_SERVER,
    MAKE_CLIENT,
    MAKE_PDS,

    MAKE_SMALL = 0, // regions
    MAKE_LARGE,
    MAKE_REGIONS,

    MAKE_CAP_ENDPOINT = 0, // of the server
    MAKE_CAP_NOTIFICATION,
    MAKE_CAP_REPLY,
    MAKE_CAP_INBOX,
    MAKE_CAP_IRQ,
    MAKE_CAP_SERVES,  // no capability: the receiving end
    MAKE_CAP_WATCHES, // no capability: the bit of the client, at the server
    MAKE_CAP_CALL,    // of the client
    MAKE_CAP_TCB,
    MAKE_CAP_FRAME,
    MAKE_CAPS,

    MAKE_MAP_DEVICE = 0, // of the server
    MAKE_MAP_SMALL,      // of the client
    MAKE_MAPS,

    MAKE_LINK_DEPENDS = 0, // the client on the server
    MAKE_LINK_WATCHES,     // the server the client
    MAKE_LINKS,

    MAKE_FILE_MICROKIT = 2, // nobody's
    MAKE_FILE_DATA,         // no region's
    MAKE_FILES,
    MAKE_PAGE = 4096,
};

#define MAKE_CONFIG "mcs-dbg"

struct made_image {
    struct kaal_image header;
    struct kaal_plan_pd pds[MAKE_PDS];
    struct kaal_plan_region regions[MAKE_REGIONS];
    struct kaal_plan_device devices[1];
    struct kaal_plan_cap caps[MAKE_CAPS];
    struct kaal_plan_map maps[MAKE_MAPS];
    struct kaal_plan_file files[MAKE_FILES];
    struct kaal_plan_link links[MAKE_LINKS];
    struct kaal_plan_permit permits[1]; // of the client
    struct kaal_plan_turn turns[2];
    _Alignas(MAKE_PAGE) uint8_t bytes[MAKE_FILES][MAKE_PAGE];
};

// Writes a well-formed image, checksum included.
void make_image(struct made_image *image);

// Makes the checksum right again after a change.
void make_sum(struct made_image *image);
