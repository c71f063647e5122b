// SPDX-License-Identifier: BSD-2-Clause
//
// How capability addresses are resolved: guards, depths, leftover bits; and the slot arguments of
// invocations.
#include "case.h"

CASE(slot_argument_refuses_a_root_that_is_no_cnode)
{
    seL4_CPtr slot = slot_new();
    EXPECT_NO_ROOT(
        call(ROOT, CNodeCopy, WORDS(slot, DEPTH, slot, DEPTH, RIGHTS_ALL), CAPS(endpoint_new())),
        1);
}
