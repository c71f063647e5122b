// SPDX-License-Identifier: BSD-2-Clause
//
// kaal: checks, packs, boots and tests systems. The only function that ends the process is main; it
// owns the arena that everything else allocates from.
#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/diag.h"
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

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct diag diag = {.arena = &arena};
    struct options options;
    int status = STATUS_OK;

    open_standard_streams();
    cleanup_install();
    switch (options_parse(&arena, argc, argv, &options, &diag)) {
    case OPTIONS_OK:
        status = command_run(&arena, &options, &diag);
        break;
    case OPTIONS_DONE:
        break;
    case OPTIONS_WRONG:
        status = STATUS_USAGE;
        break;
    }
    fflush(stdout);
    diag_print(&diag, stderr);
    arena_free(&arena);
    return status;
}
