// SPDX-License-Identifier: BSD-2-Clause
//
// A component's start on the host; crt0.S of the target.

#include <kaal/host_program.h>
#include <kaal/start.h>

_Noreturn void kaal_component_main(const struct kaal_start *start);

// What kaal/tls.h fills on the target: the host's C library has done it already.
extern char kaal_tls_start[1];
extern const char kaal_tls_image[1];
char kaal_tls_start[1];
const char kaal_tls_image[1] = {0};

__attribute__((weak)) void host_libc_open(void)
{
}

void host_program(uint64_t x0)
{
    const struct kaal_start *start = (const struct kaal_start *)x0; // NOLINT: of the model
    host_stack_guard = start->stack_top - start->stack_size - sizeof(uint64_t);
    host_libc_open();
    kaal_component_main(start);
}
