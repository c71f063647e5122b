// SPDX-License-Identifier: BSD-2-Clause
#include "tool/command.h"
#include "tool/options.h"
#include "tool/verify.h"

#include "default_system.h"
#include "run.h"

int cmd_caps(struct arena *a, struct options *o, struct diag *d)
{
    struct verdict verdict = {0};
    default_system(a, o);
    return run_system(a, o, o->systems.items[0], &verdict, d);
}
