// SPDX-License-Identifier: BSD-2-Clause

#include "root.h"

#include <kaal/console.h>
#include <kaal/image.h>
#include <kaal/tls.h>

// The tool writes the address of the packed system here (KAAL_IMAGE_SYMBOL). Volatile and in .data:
// the compiler must not know that nothing in this program sets it.
extern volatile uint64_t kaal_image_address;
__attribute__((section(".data.kaal_image"))) volatile uint64_t kaal_image_address = 0;

// First byte of the root task's image; from its linker script.
extern const uint8_t root_image_start[];

// Called by start.S on the stack that it has set up.
_Noreturn void root_main(const seL4_BootInfo *boot);

static struct root root;

// Bytes from the packed system to the end of the root task's frames; 0 if it is not there.
static uint64_t image_room(const seL4_BootInfo *boot)
{
    uint64_t start = (uintptr_t)root_image_start;
    uint64_t size = (boot->userImageFrames.end - boot->userImageFrames.start) * ROOT_PAGE_SIZE;
    uint64_t image = kaal_image_address;
    bool there = image >= start && image - start < size && image % ROOT_PAGE_SIZE == 0;
    return there ? start + size - image : 0;
}

static const struct kaal_image *packed_system(void)
{
    return (const void *)kaal_image_address; // NOLINT: image_room() has looked where it is
}

// As large as the tool says. It is not checked yet, so what cannot be is the least.
static void open_store(void)
{
    uint32_t bits = image_room(root.boot) == 0 ? 0 : packed_system()->store_bits;
    bool possible = bits >= KAAL_STORE_BITS_MIN && bits <= KAAL_STORE_BITS_MAX;
    root.store_bits = possible ? bits : KAAL_STORE_BITS_MIN;
    store_open(&root);
}

static void open_plan(void)
{
    struct plan_error error;
    uint64_t room = image_room(root.boot);
    if (room == 0) {
        root_fail(&root, "image", NULL, "no packed system: use kaal build");
    }
    if (!plan_open(&root.plan, packed_system(), room, KAAL_CONFIG_NAME, &error)) {
        struct fmt f;
        char index[24];
        fmt_init(&f, index, sizeof(index));
        fmt_u64(&f, error.index);
        root_fail(&root, error.what, error.index == KAAL_NONE ? NULL : index, error.cause);
    }
}

static void report_start(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "start");
    kaal_report_str(&report, "system", root.plan.image->system);
    kaal_report_str(&report, "config", root.plan.image->config);
    kaal_report_u64(&report, "pds", plan_count(&root.plan, KAAL_TABLE_PDS));
    kaal_report_hex(&report, "seed", root.seed);
    root_print(&root, &report);
}

void root_main(const seL4_BootInfo *boot)
{
    kaal_tls_open();
    seL4_SetIPCBuffer(boot->ipcBuffer);
    root.boot = boot;
    open_store();
    machine_open(&root);
    open_plan();
    report_start();
    broker_build(&root);
    handover_run(&root);
}
