// SPDX-License-Identifier: BSD-2-Clause
//
// What the device tree says about the machine. The tree comes in the extra boot info.

#include "root.h"

#include <lib/bits.h>
#include <lib/digit.h>
#include <lib/mem.h>

#define UART_COMPATIBLE "arm,pl011"
#define UART_ADDRESS    0x3000000000ULL

static const char seed_key[] = "kaal.seed=0x";

// "... kaal.seed=0x0123456789abcdef ..." of the command line; 0 without such a word.
static uint64_t read_seed(const char *args)
{
    size_t key = sizeof(seed_key) - 1;
    for (const char *at = args; at != NULL && *at != '\0'; at++) {
        if ((at != args && at[-1] != ' ') || strncmp(at, seed_key, key) != 0) {
            continue;
        }
        uint64_t seed = 0;
        uint32_t digit = 0;
        for (const char *p = at + key; digit_of(*p, 16, &digit); p++) {
            seed = seed << 4 | digit;
        }
        return seed;
    }
    return 0;
}

static const uint8_t *extra_start(const seL4_BootInfo *boot)
{
    return (const uint8_t *)boot + seL4_BootInfoFrameSize;
}

// The chunk of the extra boot info with this id.
static const void *find_chunk(const seL4_BootInfo *boot, seL4_Word id, size_t *size)
{
    const uint8_t *extra = extra_start(boot);
    size_t at = 0;
    while (range_fits(at, sizeof(seL4_BootInfoHeader), boot->extraLen)) {
        const seL4_BootInfoHeader *header = (const void *)(extra + at);
        if (header->len < sizeof(*header) || !range_fits(at, header->len, boot->extraLen)) {
            return NULL;
        }
        if (header->id == id) {
            *size = header->len - sizeof(*header);
            return header + 1;
        }
        at += header->len;
    }
    return NULL;
}

static void open_tree(struct root *root)
{
    size_t size = 0;
    const void *blob = find_chunk(root->boot, SEL4_BOOTINFO_HEADER_FDT, &size);
    enum dt_err err = blob == NULL ? DT_SHORT : dt_open(&root->dt, blob, size);
    if (err != DT_OK) {
        root_fail(root, "device_tree", NULL, blob == NULL ? "none passed" : dt_strerror(err));
    }
    root->tree_offset = (uint64_t)((const uint8_t *)blob - extra_start(root->boot));
    root->tree_size = size;
    root->seed = read_seed(dt_bootargs(&root->dt));
}

static void open_uart(struct root *root)
{
    struct dt_range range;
    struct dt_node node = dt_stdout(&root->dt);
    if (dt_is_none(node) || !dt_is_compatible(&root->dt, node, UART_COMPATIBLE)) {
        node = dt_find_compatible(&root->dt, dt_none(), UART_COMPATIBLE);
    }
    if (dt_is_none(node) || !dt_reg(&root->dt, node, 0, &range)) {
        root_fail(root, "serial_port", NULL, "no " UART_COMPATIBLE " in the device tree");
    }
    if (!is_aligned(range.base, ROOT_PAGE_SIZE)) {
        root_fail(root, "serial_port", NULL, "its registers do not begin at a page");
    }
    uint32_t frame = memory_device_frame(root, range.base);
    if (frame == 0) {
        root_fail(root, "serial_port", NULL, "its registers are not in the boot info");
    }
    memory_map(root, root->caps[KAAL_HANDOVER_ROOT_VSPACE], frame, UART_ADDRESS, seL4_ReadWrite,
               false);
    root->caps[KAAL_HANDOVER_UART_FRAME] = frame;
    root->uart_paddr = range.base;
    root->uart = (volatile struct pl011_registers *)UART_ADDRESS; // NOLINT: mapped just now
}

void machine_open(struct root *root)
{
    open_tree(root);
    open_uart(root);
}
