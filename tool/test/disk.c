// SPDX-License-Identifier: BSD-2-Clause
#include "tool/disk.h"

#include "tool/diag.h"

#include <errno.h>
#include <string.h>
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
