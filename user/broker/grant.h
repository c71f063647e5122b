// SPDX-License-Identifier: BSD-2-Clause
//
// Grants, with what they are made of in the kernel. The book itself is grants.h.
#pragma once

#include "broker.h"

// --- grant.c -------------------------------------------------------------------------------------

// KAAL_ERR_DENIED unless so much is left of a component's quota. Page tables that only wait for the
// next grant (build_map()) make room.
enum kaal_err within_quota(struct component *c, uint64_t bytes, uint32_t slots);

// Charges a component, whose quota must suffice, for what the grant takes of the broker: bytes,
// slots of the store, and its record. It is charged until take_back(), after an error too.
enum kaal_err charge(struct grant *g, struct component *payer, uint64_t bytes,
                     uint32_t store_slots);

// Takes back the page tables of a component that has no grant that is mapped. False: there is one,
// or there were no tables.
bool take_back_tables(struct component *c);

// Takes back a grant from which nothing is derived, however much of it exists, and forgets it.
void take_back(struct grant *g);

// The same with all that is derived from it, last first. How many grants that were.
uint32_t take_back_all(struct grant *g);

// All that `c` holds, or gave, by the list. `all`: also what its holder was born with.
void take_back_list(struct component *c, enum grant_list list, bool all);

// An entry in the start page of a component, as `from`, whose name is all zeroes, but under `name`.
// KAAL_ERR_SLOTS: the page is full.
enum kaal_err entry_add(struct component *c, uint16_t *entry, const struct kaal_start_entry *from,
                        const char *name);

// Who did what to whom, for the audit ring. `actor`: NULL is the broker.
void audit_grant(enum kaal_audit_event event, const struct component *actor, const struct grant *g);

// --- grant_memory.c ------------------------------------------------------------------------------

// A free range of a component's dynamic addresses, with a guard page behind it.
bool grant_address(struct component *c, uint64_t size, uint8_t page_bits, uint64_t *address);
void grant_address_free(struct component *c, const struct grant *g);

enum kaal_err give_memory(struct grant *from, struct component *to, uint8_t rights,
                          struct grant **out);

// --- grant_channel.c -----------------------------------------------------------------------------

// A channel of kind CALL or SIGNAL from `client` to `server`, which the client knows as `name`: the
// one that there is, or a new one. `giver` and `from`: whose it was before, or the broker's number
// and NULL.
enum kaal_err connect(enum kaal_grant_kind kind, struct component *client, struct component *server,
                      const char *name, uint32_t giver, struct grant *from, struct grant **out);

// KAAL_ERR_DENIED unless one may be given something by the other: parent and child, and those who
// have a channel, but not without end.
enum kaal_err may_give(const struct component *from, const struct component *to);

// `server` is there again: what others hold of channels to it leads to it. `rebuilt`: its start
// page is a new one.
enum kaal_err reconnect(struct component *server, bool rebuilt);

enum kaal_err give_channel(struct grant *from, struct component *to, struct grant **out);

// --- grant_device.c ------------------------------------------------------------------------------

// Whom the description, or a grant, gives this device; NO_COMPONENT: nobody.
uint32_t device_holder(struct device d);

// What a grant of a device is about.
struct device granted_device(const struct grant *g);
