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

static int run(struct arena *a, int argc, char **argv, struct diag *d)
{
    struct options options;
    switch (options_parse(a, argc, argv, &options, d)) {
    case OPTIONS_OK:
        return command_run(a, &options, d);
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
