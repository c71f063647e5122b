// SPDX-License-Identifier: BSD-2-Clause
//
// From the first C function to main(), and the ways to end.

#include <kaal/broker_client.h>
#include <kaal/component.h>
#include <kaal/layout.h>
#include <kaal/name.h>
#include <kaal/tls.h>

#include <lib/args.h>
#include <lib/mem.h>

#include "groups.h"
#include "internal.h"

const struct kaal_start *kaal_start;

// What is to be called before main(); from the linker script.
extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

// Called by crt0.S.
_Noreturn void kaal_component_main(const struct kaal_start *start);

// With name and arguments, as strings that it may change. The last byte of the line stays 0. At a
// restart that keeps memory the same name is there already.
static int call_main(void)
{
    static _Alignas(uint64_t) char name[KAAL_NAME_SIZE];
    static char line[KAAL_ARGS_SIZE];
    static char *argv[1 + KAAL_ARGS_SIZE / 2 + 1];
    size_t words = 0;
    kaal_name_copy(name, kaal_start->name);
    argv[0] = name;
    if (kaal_start->args[0] != '\0') {
        memcpy(line, kaal_start->args, sizeof(line) - 1);
        // What is not closed ends with the line.
        (void)args_split(line, &argv[1], KAAL_ARGS_SIZE / 2, &words);
    }
    return main((int)(1 + words), argv);
}

_Noreturn void kaal_component_main(const struct kaal_start *start)
{
    // Without a valid start page there is nobody to tell: the fault at this trap is the report.
    // At a restart that keeps memory it has been looked at.
    if (kaal_start != start &&
        !kaal_start_ok(start, KAAL_LAYOUT_START_END - KAAL_LAYOUT_START_PAGE)) {
        __builtin_trap();
    }
    kaal_start = start;
    kaal_tls_open();
    seL4_SetIPCBuffer((seL4_IPCBuffer *)start->ipc_buffer); // NOLINT: an address from the root task
    // At a restart the buffer is as it was left.
    seL4_SetCapReceivePath(seL4_CapNull, 0, 0);
    if ((start->flags & KAAL_PD_GROUPS) != 0) {
        groups_open();
    }
    for (size_t i = 0; &__init_array_start[i] != __init_array_end; i++) {
        __init_array_start[i]();
    }
    kaal_main_returned(main == kaal_loop ? kaal_loop(0, NULL) : call_main());
}

__attribute__((weak)) void kaal_main_returned(int status)
{
    kaal_exit(status, NULL);
}

const struct kaal_start_entry *kaal_need(uint32_t kind, const char *name)
{
    const struct kaal_start_entry *entry = kaal_start_find(kaal_start, kind, name);
    if (entry == NULL) {
        struct fmt f;
        char reason[128];
        fmt_init(&f, reason, sizeof(reason));
        fmt_str(&f, "the description gives it no ");
        fmt_str(&f, kaal_start_kind_name(kind));
        if (name != NULL) {
            fmt_str(&f, " named ");
            fmt_strn(&f, name, KAAL_NAME_SIZE);
        }
        kaal_stop(reason);
    }
    return entry;
}

bool kaal_fault_read(seL4_MessageInfo_t info, struct kaal_fault *fault)
{
    return kaal_fault_decode(seL4_MessageInfo_get_label(info), seL4_GetIPCBuffer()->msg,
                             seL4_MessageInfo_get_length(info), fault);
}

void kaal_exit(int status, const char *reason)
{
    struct fmt f;
    char text[32];
    fmt_init(&f, text, sizeof(text));
    fmt_str(&f, status == 0 ? "finished" : "exit status ");
    if (status != 0) {
        fmt_i64(&f, status);
    }
    kaal_broker_stop(status, reason == NULL ? text : reason);
    // Without a broker: wait on nothing. The kernel makes it a fault, which stops the thread.
    for (;;) {
        seL4_Wait(seL4_CapNull, NULL);
    }
}

void kaal_stop(const char *reason)
{
    kaal_exit(1, reason);
}
