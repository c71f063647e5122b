// SPDX-License-Identifier: BSD-2-Clause
//
// `microkit`: packs a system with a command line as Microkit's Makefiles write it.
#include "tool/microkit.h"

#include "tool/arena.h"
#include "tool/command.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/system.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct microkit_config microkit_configs[MICROKIT_CONFIGS] = {
    {"debug", "mk-el1-dbg"},
    {"release", "mk-el1-rel"},
    {"benchmark", "mk-el1-bench"},
};

const char *microkit_config_name(const char *config)
{
    size_t i = 0;
    while (i < MICROKIT_CONFIGS && strcmp(microkit_configs[i].config, config) != 0) {
        i++;
    }
    return i < MICROKIT_CONFIGS ? microkit_configs[i].name : config;
}

// What the board's systems must fit.
#define BOARD_MEMORY (UINT64_C(2) << 30)

struct arguments {
    const char *system;
    const char *output;
    const char *report;
    const char *type; // NULL: not said
    const char *kernel;
    const char *board;
    const char *config;
    const char *capdl;
    const char *viper;
    struct strings search;
    bool help;
};

bool microkit_is_called(const char *program)
{
    return strcmp(path_base(program), "microkit") == 0;
}

// --- the SDK -----------------------------------------------------------------------------------

static const char *find_sdk(struct arena *a, struct diag *d)
{
    const char *sdk = getenv("MICROKIT_SDK");
    if (sdk == NULL || sdk[0] == '\0') {
        char *path = arena_alloc(a, PATH_MAX);
        ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
        sdk = n <= 0 ? "." : path_dir(a, path_dir(a, path));
    }
    if (!folder_exists(path_join(a, sdk, "board"))) {
        diag_error(d, place_none(),
                   "%s is no SDK: it has no folder `board`; name one with MICROKIT_SDK", sdk);
        return NULL;
    }
    if (!file_exists(path_join(a, sdk, SDK_MARKER))) {
        diag_error(d, place_none(),
                   "%s was not written by `kaal sdk --layout microkit`; use its own microkit", sdk);
        return NULL;
    }
    return sdk;
}

// Nothing that leads elsewhere.
static bool is_name(const char *text)
{
    return text[0] != '.' && text[0] != '\0' && strchr(text, '/') == NULL;
}

// The folder of a board and configuration; NULL if there is none.
static const char *find_board(struct arena *a, const char *sdk, const struct arguments *args,
                              struct diag *d)
{
    const char *boards = path_join(a, sdk, "board");
    const char *board = path_join(a, boards, args->board);
    const char *folder = path_join(a, board, args->config);
    if (!is_name(args->board) || !folder_exists(board)) {
        diag_error(d, place_none(), "argument --board: unknown `%s`; choose from: %s", args->board,
                   folder_list(a, boards));
        return NULL;
    }
    if (!is_name(args->config) || !folder_exists(folder)) {
        diag_error(d, place_none(), "argument --config: unknown `%s`; choose from: %s",
                   args->config, folder_list(a, board));
        return NULL;
    }
    return folder;
}

static const char *our_config(const char *name)
{
    for (size_t i = 0; i < MICROKIT_CONFIGS; i++) {
        if (strcmp(microkit_configs[i].name, name) == 0) {
            return microkit_configs[i].config;
        }
    }
    return NULL;
}

// --- arguments ---------------------------------------------------------------------------------

static const char usage[] = "usage: microkit [-h] [OPTIONS] --board BOARD --config CONFIG "
                            "[--search-path PATH ...] SYSTEM\n";

static const char help[] =
    "\n"
    "Packs a system that Microkit's XML describes into a bootable image.\n"
    "\n"
    "  -h, --help              this text\n"
    "  -o, --output FILE       the image (default: loader.img)\n"
    "  -r, --report FILE       what was packed, as text (default: report.txt)\n"
    "      --image-type TYPE   binary (default) or elf\n"
    "      --override-kernel FILE\n"
    "                          instead of the SDK's kernel; of the same configuration\n"
    "      --board BOARD       a folder of SDK/board\n"
    "      --config CONFIG     a folder of the board: debug, release, benchmark\n"
    "      --search-path PATH ...\n"
    "                          folders for the files that the description names, before the\n"
    "                          current one; up to the next option\n"
    "      --capdl-json FILE, --viper-output FOLDER\n"
    "                          accepted; nothing is written\n"
    "\n"
    "The SDK is MICROKIT_SDK, else the one that this program is in. Exit status: 0, or 1.\n";

static const char **text_argument(struct arguments *args, const char *name)
{
    const struct {
        const char *name;
        const char **value;
    } options[] = {
        {"-o", &args->output},          {"--output", &args->output},
        {"-r", &args->report},          {"--report", &args->report},
        {"--image-type", &args->type},  {"--override-kernel", &args->kernel},
        {"--board", &args->board},      {"--config", &args->config},
        {"--capdl-json", &args->capdl}, {"--viper-output", &args->viper},
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(options[i].name, name) == 0) {
            return options[i].value;
        }
    }
    return NULL;
}

// All words up to the next option. Returns how many.
static int take_search(struct arena *a, struct strings *list, int count, char **words)
{
    int taken = 0;
    while (taken < count && words[taken][0] != '-') {
        list->items =
            arena_grow(a, list->items, list->count, &list->capacity, sizeof(*list->items));
        list->items[list->count++] = words[taken++];
    }
    return taken;
}

static bool wrong_usage(struct diag *d, const char *problem, const char *word)
{
    fputs(usage, stdout);
    diag_error(d, place_none(), "%s%s; see `microkit --help`", problem, word);
    return false;
}

static bool parse(struct arena *a, int argc, char **argv, struct arguments *args, struct diag *d)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        const char **text = text_argument(args, word);
        if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
            args->help = true;
            return true;
        }
        if (strcmp(word, "--search-path") == 0) {
            i += take_search(a, &args->search, argc - i - 1, argv + i + 1);
        } else if (text != NULL && i + 1 == argc) {
            diag_error(d, place_none(), "argument %s: expected one parameter", word);
            return false;
        } else if (text != NULL) {
            *text = argv[++i];
        } else if (args->system == NULL && word[0] != '-') {
            args->system = word;
        } else {
            return wrong_usage(d, "unrecognized argument ", word);
        }
    }
    if (args->board == NULL || args->config == NULL || args->system == NULL) {
        const char *missing = arena_printf(a, "%s%s%s", args->board == NULL ? " --board" : "",
                                           args->config == NULL ? " --config" : "",
                                           args->system == NULL ? " system" : "");
        return wrong_usage(d, "the following arguments are required:", missing);
    }
    return true;
}

static bool check_type(const struct arguments *args, struct diag *d)
{
    if (args->type == NULL || strcmp(args->type, "binary") == 0 || strcmp(args->type, "elf") == 0) {
        return true;
    }
    if (strcmp(args->type, "uimage") == 0) {
        diag_error(d, place_none(), "argument --image-type: no uimage for aarch64; use binary");
    } else {
        diag_error(d, place_none(), "argument --image-type: unknown `%s`; use binary or elf",
                   args->type);
    }
    return false;
}

// --- packing -----------------------------------------------------------------------------------

static void tell_unwritten(const struct arguments *args, struct diag *d)
{
    if (args->capdl != NULL) {
        diag_warning(d, place_none(),
                     "%s is not written: the plan of a system is not in capDL; see the report",
                     args->capdl);
    }
    if (args->viper != NULL) {
        diag_note(d, place_none(), "nothing is written to %s: there are no Viper specifications",
                  args->viper);
    }
}

static bool write_results(struct arena *a, const struct arguments *args,
                          const struct build_result *b, struct diag *d)
{
    struct output_set set = {0};
    bool elf = args->type != NULL && strcmp(args->type, "elf") == 0;
    struct bytes image = elf ? b->image.elf : b->image.raw;
    bool ok = output_add(&set, a, args->output, image, d) &&
              output_add(&set, a, args->report, microkit_report(a, b), d) && output_commit(&set, d);
    output_discard(&set);
    if (ok) {
        printf("MICROKIT|INITIAL TASK: memory size: %llu KiB\n",
               (unsigned long long)b->image.root_memory / 1024);
        printf("MICROKIT|LOADER: image file size: %zu KiB\n", image.size / 1024);
    }
    return ok;
}

static bool pack(struct arena *a, const struct arguments *args, const char *board,
                 const char *config, struct diag *d)
{
    struct system s;
    struct build_result b;
    struct options o = {
        .config = config,
        .config_given = true,
        .search_paths = args->search,
        .board_folder = board,
        .override_kernel = args->kernel,
        .el = 1,
        .gic = 2,
        .memory = BOARD_MEMORY,
    };
    if (args->kernel != NULL && !file_exists(args->kernel)) {
        diag_error(d, place_none(), "argument --override-kernel: there is no %s; correct the path",
                   args->kernel);
        return false;
    }
    return system_load(a, args->system, &o.search_paths, &s, d) && image_build(a, &o, &s, &b, d) &&
           write_results(a, args, &b, d);
}

int cmd_microkit(struct arena *a, int argc, char **argv, struct diag *d)
{
    struct arguments args = {.output = "loader.img", .report = "report.txt"};
    d->program = "microkit";
    if (!parse(a, argc, argv, &args, d)) {
        return STATUS_FAILED;
    }
    if (args.help) {
        printf("%s%s", usage, help);
        return STATUS_OK;
    }
    const char *sdk = find_sdk(a, d);
    const char *board = sdk == NULL ? NULL : find_board(a, sdk, &args, d);
    if (board == NULL || !check_type(&args, d)) {
        return STATUS_FAILED;
    }
    const char *config = our_config(args.config);
    if (config == NULL) {
        diag_error(d, place_none(), "the configuration %s of %s is none that KaaL has; use debug",
                   args.config, args.board);
        return STATUS_FAILED;
    }
    tell_unwritten(&args, d);
    return pack(a, &args, board, config, d) ? STATUS_OK : STATUS_FAILED;
}
