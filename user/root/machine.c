// SPDX-License-Identifier: BSD-2-Clause
//
// What the device tree says about the machine. The tree comes in the extra boot info.

#include "root.h"

#include <kaal/args.h>
#include <kaal/bootinfo.h>

#include <lib/bits.h>
#include <lib/digit.h>
#include <lib/mem.h>

#define UART_COMPATIBLE "arm,pl011"
#define UART_ADDRESS    0x3000000000ULL

// "... kaal.seed=0x0123456789abcdef ..." of the command line; 0 without such a word.
static uint64_t read_seed(const char *args)
{
    const char *text = args == NULL ? NULL : kaal_args_value(args, "kaal.seed");
    uint64_t seed = 0;
    uint32_t digit = 0;
    if (text == NULL || strncmp(text, "0x", 2) != 0) {
        return 0;
    }
    for (text += 2; digit_of(*text, 16, &digit); text++) {
        seed = seed << 4 | digit;
    }
    return seed;
}

static void open_tree(struct root *root)
{
    size_t size = 0;
    const void *blob = kaal_bootinfo_chunk(root->boot, SEL4_BOOTINFO_HEADER_FDT, &size);
    enum dt_err err = blob == NULL ? DT_SHORT : dt_open(&root->dt, blob, size);
    if (err != DT_OK) {
        root_fail(root, "device_tree", NULL, blob == NULL ? "none passed" : dt_strerror(err));
    }
    root->tree_offset = (uint64_t)((const uint8_t *)blob - kaal_bootinfo_extra(root->boot));
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
