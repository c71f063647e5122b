// SPDX-License-Identifier: BSD-2-Clause
//
// AddressSanitizer on x86-64. It tells for each eight bytes whether they may be used, by a byte of
// its shadow memory at (address >> 3) + SHADOW, and looks there before each access:
//
//    0x0000_0000_0000   programs of the model, and the process's own
//    0x0000_7fff_8000   their shadow
//    0x0000_8fff_7000   gap: the rest of the model, whose shadow lies inside it as well. The
//                       sanitizer provides shadow for all of the gap when asked to leave it
//                       unprotected; what is not the model's is taken away again
//    0x0200_8fff_7000   shadow of:
//    0x1000_7fff_8000   the process

#include "../host.h"

#include <kaal/layout.h>

#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <sys/mman.h>

#define SHADOW      UINT64_C(0x7fff8000)
#define GAP         UINT64_C(0x8fff7000)
#define GAP_END     UINT64_C(0x2008fff7000)
#define MODEL_START KAAL_LAYOUT_IMAGE_END
#define MODEL_END   UINT64_C(0x4000000000)

// Where the shadow of an address is.
#define SHADOW_OF(address) (((address) >> 3) + SHADOW)

_Static_assert(SHADOW_OF(MODEL_START) >= GAP && SHADOW_OF(MODEL_END) <= MODEL_START,
               "the model's shadow lies in the gap, below the model");

// The signals are ours, and so is the stack for them.
const char *__asan_default_options(void) // NOLINT(bugprone-reserved-identifier): its name
{
    return "protect_shadow_gap=0:handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:"
           "handle_sigtrap=0:use_sigaltstack=0:detect_leaks=0:abort_on_error=0:"
           "allocator_may_return_null=1:max_allocation_size_mb=256";
}

static void take_away(uint64_t start, uint64_t end)
{
    (void)munmap((void *)start, end - start); // NOLINT: addresses of the gap
}

// Accesses to what is left in the gap, but not to the model, are refused then.
void host_sanitizer_open(void)
{
    take_away(GAP, SHADOW_OF(MODEL_START));
    take_away(SHADOW_OF(MODEL_END), GAP_END);
}

// A wild access is refused when AddressSanitizer looks for its shadow: that was a read, and the
// lowest three bits are lost.
uint64_t host_sanitizer_address(uint64_t address)
{
    const bool in_gap = address >= GAP && address < GAP_END;
    const bool in_model = address >= MODEL_START && address < MODEL_END;
    return in_gap && !in_model ? (address - SHADOW) << 3 : address;
}
