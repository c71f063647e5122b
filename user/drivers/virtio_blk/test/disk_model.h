// SPDX-License-Identifier: BSD-2-Clause
//
// A model of a virtio disk with its registers and its queue: virtio 1.2, sections 2.7, 4.2 and 5.2.
//
//    driver ── registers ──► model ── physical addresses ──► DMA memory of the driver
//                              │                             memory of a client
//                              └── sectors
//
// It checks what the driver tells it (an address outside, a chain that is none), and lies as it is
// told to.
#pragma once

#include <kaal/driver.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    MODEL_SECTORS = 64,
    MODEL_DMA_SIZE = 0x4000,
    MODEL_CLIENT_SIZE = 0x8000,
};

// What the model does wrong.
enum model_lie {
    LIE_NONE,
    LIE_MAGIC,
    LIE_DEVICE_ID,
    LIE_VERSION,
    LIE_RESET_NEVER_ENDS,
    LIE_NO_VERSION_1,
    LIE_FEATURES_REFUSED,
    LIE_NO_QUEUE,
    LIE_SMALL_QUEUE, // of 4 descriptors: no lie, but little
    LIE_CONFIG_CHANGES,
    LIE_NEVER_DONE,
    LIE_USED_JUMPS,    // more done than it was given
    LIE_USED_BACK,     // the count goes backwards
    LIE_USED_ID_RANGE, // a head that is none
    LIE_USED_ID_TWICE, // a chain that is done already
    LIE_USED_LENGTH,   // more written than there was room
    LIE_SHORT_READ,    // fewer bytes read than asked for, and no error
    LIE_STATUS,        // a status that is none
    LIE_NO_STATUS,     // none at all
};

struct disk_model {
    enum model_lie lie;
    bool legacy;
    bool read_only;
    bool no_flush;
    bool reversed; // answers the newest request first
    bool fails;    // status: input or output error

    uint8_t sectors[MODEL_SECTORS][512];
    uint32_t flushes;
    uint32_t resets;
    uint32_t interrupt_status;
    uint32_t status;
};

extern struct disk_model disk_model;

// Addresses of the device's side, and the memory there.
#define MODEL_DMA_PADDR    UINT64_C(0x80000000)
#define MODEL_CLIENT_PADDR UINT64_C(0x90000000)
extern uint8_t model_dma[MODEL_DMA_SIZE];
extern uint8_t model_client[MODEL_CLIENT_SIZE];

// A machine with this disk, as the driver kit hands it out. `disk_model` keeps what was set in it.
void disk_model_plug(struct kaal_device *handle);

// Lets the device work through all that it was given.
void disk_model_run(void);

// Where the device says what is done; for tests that write nonsense there. NULL: no queue yet.
uint8_t *disk_model_used_ring(void);
