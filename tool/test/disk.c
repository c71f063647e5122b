// SPDX-License-Identifier: BSD-2-Clause
#include "tool/disk.h"

#include "tool/arena.h"
#include "tool/diag.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool disk_check(const char *path, struct diag *d)
{
    struct stat s;
    if (stat(path, &s) != 0) {
        diag_error(d, place_none(), "--disk %s: %s; make one with `truncate -s 16M %s`", path,
                   strerror(errno), path);
        return false;
    }
    if (!S_ISREG(s.st_mode) || s.st_size == 0 || s.st_size % DISK_SECTOR != 0) {
        diag_error(d, place_none(),
                   "--disk %s: not possible; give a file of whole sectors of %d bytes", path,
                   DISK_SECTOR);
        return false;
    }
    if (access(path, R_OK | W_OK) != 0) {
        diag_error(d, place_none(), "--disk %s: %s; the system reads and writes it", path,
                   strerror(errno));
        return false;
    }
    return true;
}

const char *disk_make(struct arena *a, uint64_t size, int *fd, struct diag *d)
{
    // The machine inherits it: not closed by exec.
    *fd = memfd_create("kaal-disk", 0);
    if (*fd < 0 || ftruncate(*fd, (off_t)size) != 0) {
        diag_error(d, place_none(),
                   "cannot make a disk of the machine: %s; free some resources of the host",
                   strerror(errno));
        if (*fd >= 0) {
            close(*fd);
        }
        *fd = -1;
        return NULL;
    }
    return arena_printf(a, "/proc/self/fd/%d", *fd);
}
