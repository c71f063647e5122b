// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/start_page.h>

#include <kaal/image.h>

#include <lib/mem.h>

#include <stddef.h>

#include "start_offsets.h"

_Static_assert(offsetof(struct kaal_start, generation) == START_GENERATION, "crt0.S");
_Static_assert(offsetof(struct kaal_start, stack_top) == START_STACK_TOP, "crt0.S");
_Static_assert(offsetof(struct kaal_start, stack_size) == START_STACK_SIZE, "crt0.S");
_Static_assert(offsetof(struct kaal_start, flags) == START_FLAGS, "crt0.S");
_Static_assert(KAAL_PD_KEEP_MEMORY == 1u << START_KEEP_MEMORY_BIT, "crt0.S");

bool kaal_start_ok(const struct kaal_start *start, size_t room)
{
    if (room < sizeof(*start) || start->magic != KAAL_START_MAGIC ||
        start->version != KAAL_START_VERSION || start->size < sizeof(*start) ||
        start->size > room) {
        return false;
    }
    return start->entry_count <= (start->size - sizeof(*start)) / sizeof(start->entries[0]);
}

const struct kaal_start_entry *kaal_start_find(const struct kaal_start *start, uint32_t kind,
                                               const char *name)
{
    for (uint32_t i = 0; i < start->entry_count; i++) {
        const struct kaal_start_entry *entry = &start->entries[i];
        if (entry->kind == kind &&
            (name == NULL || strncmp(entry->name, name, KAAL_NAME_SIZE) == 0)) {
            return entry;
        }
    }
    return NULL;
}

const struct kaal_start_entry *kaal_start_by_value(const struct kaal_start *start, uint32_t kind,
                                                   uint64_t value)
{
    for (uint32_t i = 0; i < start->entry_count; i++) {
        const struct kaal_start_entry *entry = &start->entries[i];
        if (entry->kind == kind && entry->value == value) {
            return entry;
        }
    }
    return NULL;
}

const char *kaal_start_kind_name(uint32_t kind)
{
    static const char *const names[] = {
        [KAAL_START_NONE] = "nothing",
        [KAAL_START_ENDPOINT] = "endpoint",
        [KAAL_START_NOTIFICATION] = "notification",
        [KAAL_START_REPLY] = "reply object",
        [KAAL_START_BROKER] = "broker",
        [KAAL_START_CALL] = "call channel",
        [KAAL_START_SIGNAL] = "notify channel",
        [KAAL_START_RECEIVE] = "receive capability",
        [KAAL_START_IRQ] = "interrupt",
        [KAAL_START_CNODE] = "cnode capability",
        [KAAL_START_VSPACE] = "vspace capability",
        [KAAL_START_TCB] = "tcb capability",
        [KAAL_START_SCHED_CONTEXT] = "sched_context capability",
        [KAAL_START_FRAME] = "frame capability",
        [KAAL_START_INBOX] = "inbox",
        [KAAL_START_SERVES] = "caller",
        [KAAL_START_SIGNALED] = "signaller",
        [KAAL_START_CHILD] = "child",
        [KAAL_START_MEMORY] = "memory region",
        [KAAL_START_DEVICE] = "device",
        [KAAL_START_DMA] = "DMA memory",
        [KAAL_START_WATCHES] = "watched component",
        [KAAL_START_GROUPED] = "signaller in a group",
    };
    return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "unknown entry";
}
