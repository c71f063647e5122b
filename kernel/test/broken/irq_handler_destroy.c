// SPDX-License-Identifier: BSD-2-Clause
//
// A deliberate mistake, linked in place of the function (--wrap): the kernel panics when the last
// capability to an interrupt is deleted.
#include "kernel/assert.h"
#include "kernel/irq.h"

void __real_irq_handler_destroy(struct cap cap);
void __wrap_irq_handler_destroy(struct cap cap);

void __wrap_irq_handler_destroy(struct cap cap)
{
    __real_irq_handler_destroy(cap);
    PANIC("planted");
}
