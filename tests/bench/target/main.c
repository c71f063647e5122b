// SPDX-License-Identifier: BSD-2-Clause

#include "bench.h"

#include <kaal/tls.h>

#include <lib/bits.h>
#include <lib/fdt.h>
#include <lib/mem.h>

// Called by the root task's start.S on the stack that it has set up.
_Noreturn void root_main(const seL4_BootInfo *info);

static struct bench bench;

void bench_print(struct bench *b, struct kaal_report *report)
{
    pl011_poll_line(b->uart, "[bench] ", report->text);
}

// The host ends the machine when it has seen the last line.
static _Noreturn void stop(void)
{
    for (;;) {
        (void)seL4_TCB_Suspend(seL4_CapInitThreadTCB);
    }
}

_Noreturn void bench_fail(struct bench *b, const char *what, seL4_Word value)
{
    struct kaal_report r;
    kaal_report_begin(&r, "error");
    kaal_report_str(&r, "what", what);
    kaal_report_u64(&r, "value", value);
    if (b->uart != NULL) {
        bench_print(b, &r);
    }
    stop();
}

void bench_check(struct bench *b, seL4_Error err, const char *what)
{
    if (err != seL4_NoError) {
        bench_fail(b, what, (seL4_Word)err);
    }
}

void bench_count(struct bench *b, enum bench_event event)
{
    enum { ENABLE = 1, COUNTER_0 = 1 };
    __asm__ volatile("msr pmevtyper0_el0, %0" : : "r"((uint64_t)event));
    __asm__ volatile("msr pmcntenset_el0, %0" : : "r"((uint64_t)COUNTER_0));
    __asm__ volatile("msr pmcr_el0, %0" : : "r"((uint64_t)ENABLE));
    __asm__ volatile("isb" : : : "memory");
    bench_nothing(&b->trap);
    b->overhead = (uint32_t)(b->trap.after - b->trap.before);
    if ((b->overhead == 0) != (event == BENCH_KERNEL)) {
        bench_fail(b, "the counter does not count what it is to count", event);
    }
}

// --- what is asked for -------------------------------------------------------------------------

static const char mode_key[] = "kaal.bench=";

// The value of "kaal.bench=" on the machine's command line, "" without it.
static const char *mode_of(const seL4_BootInfo *info)
{
    const seL4_BootInfoHeader *header =
        (const void *)((const uint8_t *)info + seL4_BootInfoFrameSize);
    struct dt tree;
    size_t key = sizeof(mode_key) - 1;
    if (info->extraLen < sizeof(*header) || header->id != SEL4_BOOTINFO_HEADER_FDT ||
        dt_open(&tree, header + 1, header->len - sizeof(*header)) != DT_OK) {
        return "";
    }
    for (const char *at = dt_bootargs(&tree); at != NULL && *at != '\0'; at++) {
        if (strncmp(at, mode_key, key) == 0) {
            return at + key;
        }
    }
    return "";
}

static void run(struct bench *b, const char *mode)
{
    static const struct {
        const char *name;
        void (*run)(struct bench *b);
    } modes[] = {
        {"objects", growth_run},
        {"queues", queues_run},
        {"worst", worst_run},
    };
    for (unsigned i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strncmp(mode, modes[i].name, strlen(modes[i].name)) == 0) {
            modes[i].run(b);
            return;
        }
    }
    measure_all(b);
}

void root_main(const seL4_BootInfo *info)
{
    struct bench *b = &bench;
    struct kaal_report r;
    kaal_tls_open();
    seL4_SetIPCBuffer(info->ipcBuffer);
    b->info = info;
    world_open(b);
    kaal_report_begin(&r, "start");
    kaal_report_str(&r, "config", KAAL_CONFIG_NAME);
    bench_print(b, &r);
    bench_count(b, BENCH_ALL);
    run(b, mode_of(info));
    kaal_report_begin(&r, "end");
    bench_print(b, &r);
    stop();
}
