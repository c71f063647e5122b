// SPDX-License-Identifier: BSD-2-Clause
//
// kaal: checks, packs, boots and tests systems; called `microkit`, packs them as Microkit's command
// does. The only function that ends the process is main; it
// owns the arena that everything else allocates from.
#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/diag.h"
#include "tool/microkit.h"
#include "tool/options.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// Where a standard stream is closed, the next file opened would get its number.
static void open_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDWR);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) {
        close(fd);
    }
}

static int dispatch(struct arena *a, struct options *o, struct diag *d)
{
    switch (o->command) {
    case CMD_CHECK:
        return cmd_check(a, o, d);
    case CMD_BUILD:
        return cmd_build(a, o, d);
    case CMD_RUN:
        return cmd_run(a, o, d);
    case CMD_TEST:
        return cmd_test(a, o, d);
    case CMD_BENCH:
        return cmd_bench(a, o, d);
    case CMD_SDK:
        return cmd_sdk(a, o, d);
    case CMD_CAPS:
        return cmd_caps(a, o, d);
    case CMD_CONVERT:
        return cmd_convert(a, o, d);
    }
    return STATUS_USAGE;
}

static int run(struct arena *a, int argc, char **argv, struct diag *d)
{
    struct options options;
    switch (options_parse(a, argc, argv, &options, d)) {
    case OPTIONS_OK:
        return dispatch(a, &options, d);
    case OPTIONS_DONE:
        break;
    case OPTIONS_WRONG:
        return STATUS_USAGE;
    }
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct diag diag = {.arena = &arena};

    open_standard_streams();
    cleanup_install();
    int status = argc > 0 && microkit_is_called(argv[0]) ? cmd_microkit(&arena, argc, argv, &diag)
                                                         : run(&arena, argc, argv, &diag);
    fflush(stdout);
    diag_print(&diag, stderr);
    arena_free(&arena);
    return status;
}
