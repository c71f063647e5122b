// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The table of stubs that stubs_test.c compares with the messages that libsel4 sends.

#include <stddef.h>

#include <sel4/sel4.h>

#define STUB_SERVICE 0xcafe

// What argument n of a call is; narrow enough for every parameter type.
#define ARG(n) (0x11 + (n))
enum { STUB_COUNT_ARG = 36, STUB_REGISTER = 0x100 };

struct stub {
    const char *name;
    const char *returns;
    const char *params;
    void (*call)(void);
};

extern const struct stub stubs[];
extern const size_t stub_count;

// Register i of these is STUB_REGISTER + i.
seL4_UserContext *stub_registers(void);
seL4_ARM_SMCContext *stub_smc_in(void);
seL4_ARM_SMCContext *stub_smc_out(void);

seL4_CapRights_t stub_rights(int n);
