// SPDX-License-Identifier: BSD-2-Clause
//
// A root task that tells what it was given: boot info as it stands, and where the frames lie whose
// capabilities it holds. Frames can be asked before the store takes their capabilities; there is a
// serial port only later.

#include "root.h"

#include <kaal/console.h>

static uint64_t info_at, buffer_at, extra_at, image_at;

void __real_store_open(struct root *root);
void __wrap_store_open(struct root *root);
_Noreturn void __real_handover_run(struct root *root);
_Noreturn void __wrap_handover_run(struct root *root);

static uint64_t frame_address(seL4_CPtr frame)
{
    return seL4_ARM_Page_GetAddress(frame).paddr;
}

void __wrap_store_open(struct root *root)
{
    info_at = frame_address(seL4_CapBootInfoFrame);
    buffer_at = frame_address(seL4_CapInitThreadIPCBuffer);
    extra_at = frame_address(root->boot->extraBIPages.start);
    image_at = frame_address(root->boot->userImageFrames.start);
    __real_store_open(root);
}

static void tell_frames(const struct root *root)
{
    struct kaal_report report;
    kaal_report_begin(&report, "frames");
    kaal_report_hex(&report, "info", info_at);
    kaal_report_hex(&report, "buffer", buffer_at);
    kaal_report_hex(&report, "extra", extra_at);
    kaal_report_hex(&report, "image", image_at);
    root_print(root, &report);
}

static void tell_info(const struct root *root)
{
    const seL4_BootInfo *info = root->boot;
    struct kaal_report report;
    kaal_report_begin(&report, "info");
    kaal_report_hex(&report, "at", (uintptr_t)info);
    kaal_report_hex(&report, "buffer", (uintptr_t)info->ipcBuffer);
    kaal_report_u64(&report, "extra", info->extraLen);
    kaal_report_u64(&report, "node", info->nodeID);
    kaal_report_u64(&report, "nodes", info->numNodes);
    kaal_report_u64(&report, "cnode_bits", info->initThreadCNodeSizeBits);
    kaal_report_u64(&report, "domain", info->initThreadDomain);
    root_print(root, &report);
}

static void tell_region(const struct root *root, const char *name, seL4_SlotRegion region)
{
    struct kaal_report report;
    kaal_report_begin(&report, "region");
    kaal_report_str(&report, "name", name);
    kaal_report_u64(&report, "start", region.start);
    kaal_report_u64(&report, "end", region.end);
    root_print(root, &report);
}

static void tell_untyped(const struct root *root)
{
    const seL4_BootInfo *info = root->boot;
    for (seL4_Word slot = info->untyped.start; slot < info->untyped.end; slot++) {
        const seL4_UntypedDesc *entry = &info->untypedList[slot - info->untyped.start];
        struct kaal_report report;
        kaal_report_begin(&report, "untyped");
        kaal_report_hex(&report, "paddr", entry->paddr);
        kaal_report_u64(&report, "bits", entry->sizeBits);
        kaal_report_u64(&report, "device", entry->isDevice);
        root_print(root, &report);
    }
}

void __wrap_handover_run(struct root *root)
{
    const seL4_BootInfo *info = root->boot;
    tell_info(root);
    tell_frames(root);
    tell_region(root, "tables", info->userImagePaging);
    tell_region(root, "extra", info->extraBIPages);
    tell_region(root, "control", info->schedcontrol);
    tell_region(root, "image", info->userImageFrames);
    tell_region(root, "untyped", info->untyped);
    tell_region(root, "empty", info->empty);
    tell_region(root, "shared", info->sharedFrames);
    tell_untyped(root);
    __real_handover_run(root);
}
