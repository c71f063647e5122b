// SPDX-License-Identifier: BSD-2-Clause
//
// What a debug kernel calls the type of a capability: KAAL_CAP_TAG_* of sel4/reserved.h.
#pragma once

#include <kaal/image.h>

#include <sel4/reserved.h>

#include <stdbool.h>
#include <stddef.h>

// The type of what the plan lists as this kind.
int kaal_cap_tag(enum kaal_cap_kind kind);

// One word, "endpoint"; "something" for a type that nobody is given.
const char *kaal_cap_tag_name(int tag);
