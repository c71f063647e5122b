// SPDX-License-Identifier: BSD-2-Clause
//
// The root task's start on the host; start.S of the target. What the packing tool writes into the
// root task's file is in memory of the machine: it goes to the variable that it is meant for.

#include <kaal/host_program.h>
#include <kaal/mock.h>

#include <sel4/bootinfo_types.h>

_Noreturn void root_main(const seL4_BootInfo *boot);

extern volatile uint64_t kaal_image_address;

extern char kaal_tls_start[1];
extern const char kaal_tls_image[1];
char kaal_tls_start[1];
const char kaal_tls_image[1] = {0};

void host_program(uint64_t x0)
{
    kaal_image_address = *(const uint64_t *)KAAL_MOCK_ROOT_DATA; // NOLINT: an address of the model
    root_main((const seL4_BootInfo *)x0);                        // NOLINT: and another
}
