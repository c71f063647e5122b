// SPDX-License-Identifier: BSD-2-Clause
#include "tool/sel4.h"

#include "tool/arena.h"
#include "tool/diag.h"
#include "tool/file.h"
#include "tool/options.h"

#include <stdlib.h>
#include <string.h>

#define SDK_DEFAULT    "/opt/microkit"
#define BOARD_DEFAULT  "qemu_virt_aarch64"
#define CONFIG_DEFAULT "debug"
// The release that has seL4 16.0.0, whose ABI ours is.
#define SDK_VERSION "2.3"

enum {
    VERSION_FILE_MAX = 4096,
};

// An environment variable that says something, else NULL.
static const char *environment(struct arena *a, const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : arena_string(a, value);
}

// --- files -------------------------------------------------------------------------------------

struct wanted {
    const char *path; // below the folder
    const char **out;
};

static bool need_files(struct arena *a, const char *folder, const char *named, const char *remedy,
                       const struct wanted *files, size_t count, struct diag *d)
{
    for (size_t i = 0; i < count; i++) {
        const char *path = path_join(a, folder, files[i].path);
        if (!file_exists(path)) {
            diag_error(d, place_none(), "%s: there is no %s; %s", named, path, remedy);
            return false;
        }
        *files[i].out = path;
    }
    return true;
}

// --- an install prefix -------------------------------------------------------------------------

// What else the folder may be, in place of an install prefix.
static const char *prefix_remedy(struct arena *a, const char *prefix)
{
    if (folder_exists(path_join(a, prefix, "board"))) {
        return "that is a Microkit SDK, name it with MICROKIT_SDK";
    }
    if (file_exists(path_join(a, prefix, "build.ninja"))) {
        return "that is a build folder, run `ninja install` there and name what it installs";
    }
    return "name the folder that `ninja install` of seL4, or `kaal sdk --layout sel4`, wrote";
}

static bool open_prefix(struct arena *a, const char *prefix, const char *named, struct sel4 *out,
                        struct diag *d)
{
    const struct wanted files[] = {
        {"bin/kernel.elf", &out->kernel},
        {"libsel4/include/kernel/gen_config.json", &out->kernel_config},
        {"libsel4/include/sel4/gen_config.json", &out->libsel4_config},
    };
    *out = (struct sel4){.named = named};
    if (!folder_exists(prefix)) {
        diag_error(d, place_none(), "%s: there is no such folder; %s", named,
                   prefix_remedy(a, prefix));
        return false;
    }
    out->include = path_join(a, prefix, "libsel4/include");
    return need_files(a, prefix, named, prefix_remedy(a, prefix), files,
                      sizeof(files) / sizeof(files[0]), d);
}

// --- a Microkit SDK ----------------------------------------------------------------------------

static bool open_board(struct arena *a, const char *board, const char *named, struct sel4 *out,
                       struct diag *d)
{
    const struct wanted files[] = {
        {"elf/sel4.elf", &out->kernel},
        {"include/kernel/gen_config.json", &out->kernel_config},
        {"include/sel4/gen_config.json", &out->libsel4_config},
    };
    *out = (struct sel4){.named = named, .include = path_join(a, board, "include")};
    return need_files(a, board, named, "install the SDK again", files,
                      sizeof(files) / sizeof(files[0]), d);
}

static bool check_version(struct arena *a, const char *sdk, const char *named, struct diag *d)
{
    const char *path = path_join(a, sdk, "VERSION");
    struct bytes text;
    const char *cause;
    if (!file_read(a, path, VERSION_FILE_MAX, &text, &cause)) {
        diag_error(d, place_none(),
                   "%s: cannot read %s: %s; name the folder that a Microkit SDK was unpacked to",
                   named, path, cause);
        return false;
    }
    const char *version = (const char *)text.data;
    size_t length = strlen(SDK_VERSION);
    if (strncmp(version, SDK_VERSION, length) != 0 || strchr(".-+\r\n", version[length]) == NULL) {
        diag_error(
            d, place_none(),
            "%s: %s says %.*s, whose kernel's ABI is not known here; use Microkit " SDK_VERSION
            " (seL4 16.0.0)",
            named, path, (int)strcspn(version, "\r\n"), version);
        return false;
    }
    return true;
}

// The folder `name` in `folder`, if it is there.
static bool choose(struct arena *a, const char *folder, const char *what, const char *option,
                   const char *name, const char **out, struct diag *d)
{
    *out = path_join(a, folder, name);
    if (strchr(name, '/') == NULL && name[0] != '.' && folder_exists(*out)) {
        return true;
    }
    const char *known = folder_list(a, folder);
    if (known == NULL) {
        diag_error(d, place_none(), "there is no %s in %s; install the SDK again", what, folder);
    } else {
        diag_error(d, place_none(), "no %s `%s` in %s; choose with %s one of %s", what, name,
                   folder, option, known);
    }
    return false;
}

static const char *first(const char *x, const char *y, const char *z)
{
    return x != NULL ? x : y != NULL ? y : z;
}

static bool open_sdk(struct arena *a, const struct options *o, const char *sdk, const char *named,
                     struct sel4 *out, struct diag *d)
{
    const char *name = first(o->board, environment(a, "MICROKIT_BOARD"), BOARD_DEFAULT);
    const char *config = first(o->board_config, environment(a, "MICROKIT_CONFIG"), CONFIG_DEFAULT);
    const char *board;
    const char *folder;
    return check_version(a, sdk, named, d) &&
           choose(a, path_join(a, sdk, "board"), "board", "--board", name, &board, d) &&
           choose(a, board, "configuration", "--board-config", config, &folder, d) &&
           open_board(a, folder, named, out, d);
}

// --- which -------------------------------------------------------------------------------------

// An SDK where nobody named one.
static const char *usual_sdk(struct arena *a)
{
    const char *home = environment(a, "HOME");
    const char *own = home == NULL ? NULL : path_join(a, home, "microkit");
    if (folder_exists(SDK_DEFAULT)) {
        return SDK_DEFAULT;
    }
    return own != NULL && folder_exists(own) ? own : NULL;
}

bool sel4_find(struct arena *a, const struct options *o, struct sel4 *out, struct diag *d)
{
    const char *prefix = environment(a, "SEL4_PREFIX");
    const char *sdk = environment(a, "MICROKIT_SDK");
    if (prefix != NULL && (o->board != NULL || o->board_config != NULL)) {
        diag_error(d, place_none(),
                   "--board and --board-config choose in a Microkit SDK, but SEL4_PREFIX=%s is "
                   "set; leave out one",
                   prefix);
        return false;
    }
    if (prefix != NULL) {
        return open_prefix(a, prefix, arena_printf(a, "SEL4_PREFIX=%s", prefix), out, d);
    }
    if (sdk != NULL) {
        return open_sdk(a, o, sdk, arena_printf(a, "MICROKIT_SDK=%s", sdk), out, d);
    }
    sdk = usual_sdk(a);
    if (sdk == NULL) {
        diag_error(
            d, place_none(),
            "no seL4: SEL4_PREFIX and MICROKIT_SDK are not set, and there is neither " SDK_DEFAULT
            " nor ~/microkit; set SEL4_PREFIX to an install prefix or "
            "MICROKIT_SDK to an SDK");
        return false;
    }
    return open_sdk(a, o, sdk, arena_printf(a, "Microkit SDK %s", sdk), out, d);
}

bool sel4_open(struct arena *a, const char *folder, struct sel4 *out, struct diag *d)
{
    bool board = file_exists(path_join(a, folder, "elf/sel4.elf"));
    return board ? open_board(a, folder, folder, out, d) : open_prefix(a, folder, folder, out, d);
}
