// SPDX-License-Identifier: BSD-2-Clause
#include "tool/file.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/diag.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *errno_words(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return "no such file";
    case EACCES:
    case EPERM:
        return "no permission";
    case EISDIR:
        return "is a directory";
    case ENOSPC:
        return "no space left on the disk";
    default:
        return strerror(number);
    }
}

static bool read_all(int fd, uint8_t *to, size_t size)
{
    size_t got = 0;
    while (got < size) {
        ssize_t n = read(fd, to + got, size - got);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? EIO : errno; // shorter than a moment ago
            return false;
        }
        got += (size_t)n;
    }
    return true;
}

static bool read_open(struct arena *a, int fd, size_t limit, struct bytes *out, const char **cause)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        *cause = errno_words(errno);
        return false;
    }
    if (!S_ISREG(st.st_mode)) {
        *cause = S_ISDIR(st.st_mode) ? "is a directory" : "is not a regular file";
        return false;
    }
    if (st.st_size < 0 || (uintmax_t)st.st_size > limit) {
        *cause = arena_printf(a, "is larger than %zu KiB", limit / 1024);
        return false;
    }
    size_t size = (size_t)st.st_size;
    uint8_t *data = arena_alloc(a, size + 1);
    if (!read_all(fd, data, size)) {
        *cause = errno_words(errno);
        return false;
    }
    *out = (struct bytes){.data = data, .size = size};
    return true;
}

bool file_read(struct arena *a, const char *path, size_t limit, struct bytes *out,
               const char **cause)
{
    // O_NONBLOCK: a FIFO must not keep us waiting for its writer.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        *cause = errno_words(errno);
        return false;
    }
    bool ok = read_open(a, fd, limit, out, cause);
    close(fd);
    return ok;
}

bool output_shown(struct diag *d)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return true;
    }
    if (errno != EPIPE) { // the reader has seen enough
        diag_error(d, place_none(), "standard output: %s; what was printed is not complete",
                   strerror(errno));
    }
    return false;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

bool folder_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int compare_names(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

const char *folder_list(struct arena *a, const char *folder)
{
    const char **names = NULL;
    size_t count = 0;
    size_t capacity = 0;
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.' && folder_exists(path_join(a, folder, entry->d_name))) {
            names = arena_grow(a, names, count, &capacity, sizeof(*names));
            names[count++] = arena_string(a, entry->d_name);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    if (count != 0) {
        qsort(names, count, sizeof(*names), compare_names);
    }
    const char *list = count == 0 ? NULL : names[0];
    for (size_t i = 1; i < count; i++) {
        list = arena_printf(a, "%s, %s", list, names[i]);
    }
    return list;
}

const char *path_dir(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return ".";
    }
    return slash == path ? "/" : arena_copy(a, path, (size_t)(slash - path));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

const char *path_join(struct arena *a, const char *dir, const char *name)
{
    if (strcmp(dir, ".") == 0) {
        return name;
    }
    size_t length = strlen(dir);
    const char *slash = length != 0 && dir[length - 1] == '/' ? "" : "/";
    return arena_printf(a, "%s%s%s", dir, slash, name);
}

const char *path_resolve(struct arena *a, const char *dir, const char *path)
{
    return path[0] == '/' ? path : path_join(a, dir, path);
}

const char *path_absolute(struct arena *a, const char *path)
{
    char *whole = realpath(path, NULL);
    const char *copy = arena_string(a, whole == NULL ? path : whole);
    free(whole);
    return copy;
}

bool file_write(int fd, struct bytes content)
{
    while (content.size != 0) {
        ssize_t n = write(fd, content.data, content.size);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        content.data += n;
        content.size -= (size_t)n;
    }
    return true;
}

bool write_failed(struct diag *d, const char *path)
{
    bool folder = errno == ENOENT || errno == ENOTDIR;
    diag_error(d, place_none(), "cannot write %s: %s; choose another place", path,
               folder ? "its folder is not there" : errno_words(errno));
    return false;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void folder_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

bool output_possible(struct arena *a, const char *path, struct diag *d)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (exists && S_ISDIR(st.st_mode)) {
        // rename() would find out, when other files of a set are in place already.
        errno = EISDIR;
        return write_failed(d, path);
    }
    if (exists && !S_ISREG(st.st_mode)) {
        // rename() would replace a device.
        diag_error(d, place_none(), "cannot write %s: is no regular file; choose another place",
                   path);
        return false;
    }
    return access(path_dir(a, path), W_OK | X_OK) == 0 || write_failed(d, path);
}

bool output_add(struct output_set *set, struct arena *a, const char *path, struct bytes content,
                struct diag *d)
{
    if (!output_possible(a, path, d)) {
        return false;
    }
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->items[i].path, path) == 0) {
            diag_error(d, place_none(), "two files are to be written to %s; choose another name",
                       path);
            return false;
        }
    }
    char *name = arena_printf(a, "%s.XXXXXX", path);
    struct output *o = &set->items[set->count++];
    *o = (struct output){.path = path, .temporary = name, .registered = cleanup_add(name)};
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0) {
        return write_failed(d, path);
    }
    mode_t mask = umask(0);
    umask(mask);
    bool ok = file_write(fd, content) && fchmod(fd, 0666 & ~mask) == 0;
    ok = close(fd) == 0 && ok;
    return ok || write_failed(d, path);
}

static bool rename_all(struct output_set *set, struct diag *d)
{
    for (size_t i = 0; i < set->count; i++) {
        struct output *o = &set->items[i];
        if (rename(o->temporary, o->path) != 0) {
            return write_failed(d, o->path);
        }
        cleanup_drop(o->registered);
        o->temporary = NULL;
    }
    return true;
}

bool output_commit(struct output_set *set, struct diag *d)
{
    cleanup_hold(true);
    bool ok = rename_all(set, d);
    cleanup_hold(false);
    return ok;
}

void output_discard(struct output_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        struct output *o = &set->items[i];
        if (o->temporary != NULL) {
            unlink(o->temporary);
            cleanup_drop(o->registered);
            o->temporary = NULL;
        }
    }
}

bool output_write(struct arena *a, const char *path, struct bytes content, struct diag *d)
{
    struct output_set set = {0};
    bool ok = output_add(&set, a, path, content, d) && output_commit(&set, d);
    output_discard(&set);
    return ok;
}
