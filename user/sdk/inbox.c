// SPDX-License-Identifier: BSD-2-Clause

#include "inbox.h"

#include <kaal/component.h>

#include <lib/bits.h>

static struct {
    seL4_CPtr cnode;
    seL4_CPtr first; // CPtr of slot 0
    seL4_Word count; // slots; 0: no inbox
    seL4_Word next;
    bool filled; // slot `next` holds something
} inbox;

static seL4_Word depth(void)
{
    return log2_floor(inbox.count);
}

// With all slots kept, or without an inbox, nothing can be received.
static void set_receive_path(void)
{
    if (inbox.next < inbox.count) {
        seL4_SetCapReceivePath(inbox.cnode, inbox.next, depth());
    } else {
        seL4_SetCapReceivePath(seL4_CapNull, 0, 0);
    }
}

void inbox_open(const struct kaal_start_entry *entry)
{
    inbox.cnode = entry->slot;
    inbox.first = entry->value;
    inbox.count = entry->size;
    set_receive_path();
}

// An unwrapped capability is a badge in the message; any other one lies in the inbox.
void inbox_arrived(seL4_MessageInfo_t info)
{
    seL4_Word extra = seL4_MessageInfo_get_extraCaps(info);
    seL4_Word unwrapped = seL4_MessageInfo_get_capsUnwrapped(info);
    inbox.filled = unwrapped != (1ul << extra) - 1;
}

void inbox_release(void)
{
    if (inbox.filled) {
        (void)seL4_CNode_Delete(inbox.cnode, inbox.next, (seL4_Uint8)depth());
        inbox.filled = false;
    }
}

seL4_CPtr kaal_inbox_received(void)
{
    return inbox.filled ? inbox.first + inbox.next : seL4_CapNull;
}

bool kaal_inbox_keep(void)
{
    if (!inbox.filled) {
        return false;
    }
    inbox.filled = false;
    inbox.next++;
    set_receive_path();
    return true;
}
