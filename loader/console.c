// SPDX-License-Identifier: BSD-2-Clause
#include "console.h"

#include "cpu.h"

#define PL011_DEFAULT 0x09000000ULL
#define PL011_DR      0x00u
#define PL011_FR      0x18u
#define PL011_FR_TXFF (1u << 5)

#define PSCI_SYSTEM_OFF 0x84000008u

static struct {
    uint64_t uart;
    enum dt_psci psci;
    char text[256];
} console;

static volatile uint32_t *uart_reg(uint32_t offset)
{
    return phys(console.uart + offset);
}

void console_init(void)
{
    console.uart = PL011_DEFAULT;
    switch (cpu_el()) {
    case 1:
        console.psci = DT_PSCI_HVC;
        break;
    case 2:
        console.psci = DT_PSCI_SMC;
        break;
    default:
        console.psci = DT_PSCI_NONE;
        break;
    }
}

void console_use_tree(const struct dt *dt)
{
    struct dt_node node = dt_stdout(dt);
    struct dt_range reg;
    if (!dt_is_none(node) && dt_is_compatible(dt, node, "arm,pl011") && dt_reg(dt, node, 0, &reg)) {
        console.uart = reg.base;
    }
    // At EL3 there is nobody above to call, whatever the tree says.
    if (cpu_el() < 3 && dt_psci(dt) != DT_PSCI_NONE) {
        console.psci = dt_psci(dt);
    }
}

void line_begin(struct fmt *line)
{
    fmt_init(line, console.text, sizeof(console.text));
    fmt_str(line, "[loader] ");
}

void line_key_hex(struct fmt *line, const char *key, uint64_t value)
{
    fmt_str(line, key);
    fmt_hex(line, value);
}

void line_end(struct fmt *line)
{
    for (size_t i = 0; i <= line->len; i++) {
        while ((*uart_reg(PL011_FR) & PL011_FR_TXFF) != 0) {
        }
        *uart_reg(PL011_DR) = i < line->len ? (uint8_t)line->buf[i] : '\n';
    }
}

void line_error(struct fmt *line)
{
    line_begin(line);
    fmt_str(line, "error: ");
}

_Noreturn void fail_line(struct fmt *line)
{
    line_end(line);
    if (console.psci == DT_PSCI_HVC) {
        cpu_hvc(PSCI_SYSTEM_OFF);
    } else if (console.psci == DT_PSCI_SMC) {
        cpu_smc(PSCI_SYSTEM_OFF);
    }
    cpu_halt();
}

_Noreturn void fail(const char *text)
{
    struct fmt line;
    line_error(&line);
    fmt_str(&line, text);
    fail_line(&line);
}
