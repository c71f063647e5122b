// SPDX-License-Identifier: BSD-2-Clause
//
// What may be made of a capability: copies, fewer rights, badges and guards; and which capabilities
// name the same object.
#pragma once

#include "kernel/syscall.h"

// What Copy, Mint, a transfer or an installation makes of `cap`, which is that of `from` or was
// made from it by the functions below. `*out` is null if nothing can be: the caller decides what
// that means. `sys` takes the details of an error and may be NULL.
MUST_CHECK seL4_Error cap_derive(struct syscall *sys, struct slot *from, struct cap cap,
                                 struct cap *out);

// `rights` as in seL4_CapRights_t. Capabilities without rights stay as they are.
struct cap cap_mask_rights(struct cap cap, uint64_t rights);

// Badge or guard, from the data word of Mint (`preserve` false), of Mutate and Rotate (true), or of
// a TCB's root. False if this capability cannot take it.
MUST_CHECK bool cap_update_data(struct cap cap, uint64_t data, bool preserve, struct cap *out);

// Whether it has a badge: an endpoint's, notification's or SMC's that is not 0.
bool cap_is_badged(struct cap cap);

// Whether both name one object, so that neither is the last as long as the other exists. Untyped,
// IRQControl and SGI capabilities never do.
bool cap_same_object(struct cap a, struct cap b);

// Whether the object of `child` is (part of) that of `parent`: what Revoke of `parent` may reach.
bool cap_covers(struct cap parent, struct cap child);

// The memory that a capability's object occupies; device registers count. False if it names none.
bool cap_region(struct cap cap, uint64_t *start, uint64_t *size);
