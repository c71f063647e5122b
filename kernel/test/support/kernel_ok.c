// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_ok.h"

#include "ok.h"

static struct ok_stock stock;

const char *kernel_ok(void)
{
    const char *broken = ok_gather(&stock);
    broken = broken != NULL ? broken : ok_tree(&stock);
    broken = broken != NULL ? broken : ok_memory(&stock);
    // The others read refills.
    broken = broken != NULL ? broken : ok_refills(&stock);
    broken = broken != NULL ? broken : ok_threads(&stock);
    broken = broken != NULL ? broken : ok_queues();
    broken = broken != NULL ? broken : ok_endpoints(&stock);
    broken = broken != NULL ? broken : ok_calls(&stock);
    broken = broken != NULL ? broken : ok_contexts(&stock);
    broken = broken != NULL ? broken : ok_spaces(&stock);
    return broken != NULL ? broken : ok_interrupts(&stock);
}

const char *kernel_ok_all(void)
{
    const char *broken = kernel_ok();
    return broken != NULL ? broken : ok_clean(&stock);
}
