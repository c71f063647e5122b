// SPDX-License-Identifier: BSD-2-Clause
//
// The loader's voice: whole lines to a PL011, and the way out.
#pragma once

#include "lib/fdt.h"
#include "lib/fmt.h"

#include <stdint.h>

// Until console_use_tree(): QEMU virt's UART, and PSCI by the conduit that QEMU has at this
// exception level.
void console_init(void);

// The UART of stdout-path and the PSCI conduit, where the tree names ones that we know.
void console_use_tree(const struct dt *dt);

// Starts a line with the loader's name. line_end() writes it.
void line_begin(struct fmt *line);
void line_key_hex(struct fmt *line, const char *key, uint64_t value);
void line_end(struct fmt *line);

// Powers the machine off, after "[loader] error: " and the text. Without PSCI it halts.
_Noreturn void fail(const char *text);

// The same in two parts: line_error(), any fmt_*() calls, fail_line().
void line_error(struct fmt *line);
_Noreturn void fail_line(struct fmt *line);
