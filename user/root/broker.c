// SPDX-License-Identifier: BSD-2-Clause
//
// The broker: the one component that the root task builds. Its capability space is the store. Of
// what the plan gives it, its own endpoint, notification and reply object are put in place here;
// the rest it makes itself.

#include "root.h"

#include <kaal/layout.h>
#include <kaal/start_fill.h>

#include <lib/bits.h>

enum { SCHED_CONTEXT_BITS = 8 };

// First byte of the root task's image; from its linker script.
extern const uint8_t root_image_start[];

// --- where things come from ----------------------------------------------------------------------

struct builder {
    struct kaal_builder base;
    struct root *root;
};

static struct root *root_of(struct kaal_builder *base)
{
    return ((struct builder *)base)->root;
}

static enum kaal_err take_objects(struct kaal_builder *base, seL4_Word type, uint8_t size_bits,
                                  uint32_t count, seL4_CPtr *first)
{
    *first = store_cptr(memory_objects(root_of(base), type, size_bits, count));
    return KAAL_OK;
}

// Frames of the root task's image are in the order of its addresses.
static enum kaal_err share_frame(struct kaal_builder *base, const uint8_t *at, seL4_CPtr *frame)
{
    struct root *root = root_of(base);
    size_t index = (size_t)(at - root_image_start) / ROOT_PAGE_SIZE;
    if (index >= root->image_frame_count) {
        return KAAL_ERR_NOTFOUND;
    }
    *frame = store_cptr(store_copy(root, root->image_frames + (uint32_t)index, seL4_CanRead));
    return KAAL_OK;
}

// Each page is mapped once.
static bool is_new_code(struct kaal_builder *base, const uint8_t *at)
{
    (void)base;
    (void)at;
    return true;
}

static void *open_window(struct kaal_builder *base, seL4_CPtr first, uint32_t count)
{
    return memory_window_open(root_of(base), store_slot(first), count);
}

static void close_window(struct kaal_builder *base, seL4_CPtr first, uint32_t count)
{
    memory_window_close(root_of(base), store_slot(first), count);
}

// --- the broker ----------------------------------------------------------------------------------

static void check(const struct builder *b, enum kaal_err err, const char *what)
{
    if (err == KAAL_ERR_KERNEL) {
        root_check(b->root, b->base.refusal, what, "broker");
    }
    if (err != KAAL_OK) {
        root_fail(b->root, what, "broker", "not to be built");
    }
}

static void put_start_page(struct builder *b, uint32_t pd)
{
    struct root *root = b->root;
    uint32_t pages =
        (uint32_t)(align_up(kaal_start_bytes(&root->plan, pd), ROOT_PAGE_SIZE) / ROOT_PAGE_SIZE);
    if (pages > (KAAL_LAYOUT_START_END - KAAL_LAYOUT_START_PAGE) / ROOT_PAGE_SIZE) {
        root_fail(root, "start_page", "broker", "too many entries");
    }
    uint32_t first = memory_objects(root, seL4_ARM_SmallPageObject, 0, pages);
    struct kaal_start *start = memory_window_open(root, first, pages);
    if (!kaal_start_fill(start, &root->plan, pd, root->seed, NULL)) {
        root_fail(root, "start_page", "broker", "devices are not for the broker");
    }
    memory_window_close(root, first, pages);
    for (uint32_t i = 0; i < pages; i++) {
        memory_map(root, root->caps[KAAL_HANDOVER_BROKER_VSPACE], first + i,
                   KAAL_LAYOUT_START_PAGE + (uint64_t)i * ROOT_PAGE_SIZE, seL4_CanRead, true);
    }
}

// The broker's own objects, in the slots that the plan names.
static void put_caps(struct root *root, uint32_t pd)
{
    struct plan_range caps = plan_caps_of(&root->plan, pd);
    for (uint32_t i = caps.first; i < caps.end; i++) {
        const struct kaal_plan_cap *cap = plan_cap(&root->plan, i);
        uint32_t from = 0;
        if (cap->object != pd || plan_cap_is_note(cap)) {
            continue;
        }
        if (cap->kind == KAAL_CAP_ENDPOINT) {
            from = root->caps[KAAL_HANDOVER_BROKER_ENDPOINT];
        } else if (cap->kind == KAAL_CAP_NOTIFICATION) {
            from = root->caps[KAAL_HANDOVER_BROKER_NOTIFICATION];
        } else if (cap->kind == KAAL_CAP_REPLY) {
            from = memory_objects(root, seL4_ReplyObject, 0, 1);
        } else {
            continue;
        }
        if (cap->slot >= ROOT_PLAN_END) {
            root_fail(root, "capability", cap->name, "beyond the broker's slots");
        }
        root_check(root,
                   seL4_CNode_Copy(root->store, cap->slot, (seL4_Uint8)root->store_bits,
                                   root->store, from, (seL4_Uint8)root->store_bits, seL4_AllRights),
                   "capability", cap->name);
    }
}

static void create_objects(struct root *root, const struct kaal_plan_pd *pd)
{
    uint32_t *caps = root->caps;
    caps[KAAL_HANDOVER_BROKER_VSPACE] = memory_objects(root, seL4_ARM_VSpaceObject, 0, 1);
    caps[KAAL_HANDOVER_BROKER_TCB] = memory_objects(root, seL4_TCBObject, 0, 1);
    caps[KAAL_HANDOVER_BROKER_SCHED_CONTEXT] =
        memory_objects(root, seL4_SchedContextObject, SCHED_CONTEXT_BITS, 1);
    caps[KAAL_HANDOVER_BROKER_ENDPOINT] = memory_objects(root, seL4_EndpointObject, 0, 1);
    caps[KAAL_HANDOVER_BROKER_NOTIFICATION] = memory_objects(root, seL4_NotificationObject, 0, 1);
    root_check(root,
               seL4_ARM_ASIDPool_Assign(store_cptr(caps[KAAL_HANDOVER_ASID_POOL]),
                                        store_cptr(caps[KAAL_HANDOVER_BROKER_VSPACE])),
               "address_space", pd->name);
    root_check(
        root,
        seL4_SchedControl_ConfigureFlags(store_cptr(caps[KAAL_HANDOVER_SCHED_CONTROL]),
                                         store_cptr(caps[KAAL_HANDOVER_BROKER_SCHED_CONTEXT]),
                                         pd->budget_us, pd->period_us, 0, 0, 0),
        "budget", pd->name);
}

void broker_build(struct root *root)
{
    uint32_t index = root->plan.broker;
    const struct kaal_plan_pd *pd = plan_pd(&root->plan, index);
    const struct kaal_plan_file *file = plan_file(&root->plan, pd->file);
    struct kaal_program program;
    const char *cause = kaal_program_open(&program, plan_file_data(&root->plan, pd->file),
                                          file->size, root->plan.image->config);
    if (cause != NULL) {
        root_fail(root, "program", pd->name, cause);
    }
    create_objects(root, pd);
    struct builder b = {{.objects = take_objects,
                         .share = share_frame,
                         .is_new_code = is_new_code,
                         .open = open_window,
                         .close = close_window,
                         .vspace = store_cptr(root->caps[KAAL_HANDOVER_BROKER_VSPACE])},
                        root};
    seL4_CPtr ipc_frame = 0;
    seL4_CPtr stack = 0;
    check(&b, kaal_build_program(&b.base, &program), "program");
    check(&b,
          kaal_build_pages(&b.base, KAAL_LAYOUT_STACK_TOP - pd->stack_size,
                           (uint32_t)(pd->stack_size / ROOT_PAGE_SIZE), seL4_ReadWrite, &stack),
          "stack");
    check(&b, kaal_build_pages(&b.base, KAAL_LAYOUT_IPC_BUFFER, 1, seL4_ReadWrite, &ipc_frame),
          "ipc_buffer");
    put_start_page(&b, index);
    put_caps(root, index);
    struct kaal_thread thread = {
        .tcb = store_cptr(root->caps[KAAL_HANDOVER_BROKER_TCB]),
        .cspace = root->store,
        .cspace_data = kaal_cnode_guard(seL4_WordBits - root->store_bits),
        .vspace = b.base.vspace,
        .ipc_frame = ipc_frame,
        .sched_context = store_cptr(root->caps[KAAL_HANDOVER_BROKER_SCHED_CONTEXT]),
        .notification = store_cptr(root->caps[KAAL_HANDOVER_BROKER_NOTIFICATION]),
        .authority = store_cptr(root->caps[KAAL_HANDOVER_ROOT_TCB]),
        .priority = pd->priority,
        .max_priority = KAAL_PRIORITY_MAX,
        .ipc_buffer = KAAL_LAYOUT_IPC_BUFFER,
        .entry = {program.elf.entry, KAAL_LAYOUT_STACK_TOP, KAAL_LAYOUT_START_PAGE},
    };
    root_check(root, kaal_build_thread(&thread), "thread", pd->name);
}
