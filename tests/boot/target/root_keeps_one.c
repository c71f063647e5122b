// SPDX-License-Identifier: BSD-2-Clause
//
// A root task that keeps something: a copy of its thread capability stays in its initial CNode.

#include "root.h"

enum { INITIAL_DEPTH = 64 };

_Noreturn void __real_handover_run(struct root *root);
_Noreturn void __wrap_handover_run(struct root *root);

void __wrap_handover_run(struct root *root)
{
    seL4_CPtr initial = store_cptr(root->caps[KAAL_HANDOVER_ROOT_CNODE]);
    seL4_Error err = seL4_CNode_Copy(initial, root->boot->empty.end - 1, INITIAL_DEPTH, root->store,
                                     root->caps[KAAL_HANDOVER_ROOT_TCB],
                                     (seL4_Uint8)root->store_bits, seL4_AllRights);
    root_check(root, err, "keep", NULL);
    __real_handover_run(root);
}
