// SPDX-License-Identifier: BSD-2-Clause
//
// From the command line to a running kernel, as loader and boot code would leave it:
//
//   RAM   |kernel (pretended)|tree|............|root task with the packed system|..........|
//         0                  1 MiB             2 MiB

#include "machine.h"

#include "kernel/arch_host.h"
#include "kernel/boot.h"
#include "kernel/plat_host.h"
#include "lib/bits.h"
#include "lib/elf.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    KERNEL_SIZE = 512 << 10,
    TREE_OFFSET = 1 << 20,
    TREE_ROOM = 64 << 10,
    IMAGE_OFFSET = 2 << 20,
    MEMORY_MIN = 16 << 20,
    STATUS_USAGE = 2,
};

struct machine_options options = {.memory = UINT64_C(512) << 20, .arguments = ""};

_Noreturn void machine_end(int status)
{
    serial_flush();
    process_end_all();
    _exit(status);
}

// The kernel has said why, if there is more to it than that the machine is done.
static void power_off(void)
{
    machine_end(EXIT_SUCCESS);
}

static _Noreturn void refuse(const char *what, const char *cause)
{
    (void)fprintf(stderr, "kaal-mock: error: %s: %s\n", what, cause);
    exit(EXIT_FAILURE);
}

// --- memory --------------------------------------------------------------------------------------

static uint8_t *ram(uint64_t offset)
{
    return host_memory.bytes + offset;
}

static void open_memory(void)
{
    const int file = memfd_create("kaal-mock-memory", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, (off_t)options.memory) != 0 ||
        !host_memory_share(file, MACHINE_RAM, options.memory)) {
        refuse("no memory for the machine", strerror(errno));
    }
    host_machine_reset();
    host_machine.halt = power_off;
    host_machine.putc = serial_put;
    process_open(file);
}

static const uint8_t *read_image(const char *path, size_t *size)
{
    struct stat status;
    FILE *file = fopen(path, "re");
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        refuse(path, strerror(errno));
    }
    *size = (size_t)status.st_size;
    uint8_t *bytes = malloc(*size + 1);
    if (bytes == NULL || fread(bytes, 1, *size, file) != *size) {
        refuse(path, "cannot be read");
    }
    (void)fclose(file);
    return bytes;
}

// Puts the segments at their places, and says where.
static void load_image(const char *path, struct boot_args *args)
{
    const struct elf_rules rules = {.page = MACHINE_PAGE};
    struct elf elf;
    struct elf_segment segment;
    size_t size = 0;
    const uint8_t *bytes = read_image(path, &size);
    const enum elf_err err = elf_parse(&elf, bytes, size, &rules);
    if (err != ELF_OK) {
        refuse(path, elf_strerror(err));
    }
    const uint64_t start = align_down(elf.lo, MACHINE_PAGE);
    const uint64_t length = align_up(elf.hi, MACHINE_PAGE) - start;
    if (length > options.memory - IMAGE_OFFSET) {
        refuse(path, "does not fit the memory of the machine; give it more with -m");
    }
    for (unsigned i = 0; elf_next_load(&elf, &i, &segment);) {
        memcpy(ram(IMAGE_OFFSET + (segment.vaddr - start)), bytes + segment.offset, segment.filesz);
    }
    const uint64_t physical = MACHINE_RAM + IMAGE_OFFSET;
    args->image = (struct plat_range){paddr(physical), paddr(physical + length)};
    args->image_offset = physical - start;
    args->entry = vaddr(elf.entry);
    free((void *)(uintptr_t)bytes);
}

static void load_tree(struct boot_args *args)
{
    const size_t size = tree_make(ram(TREE_OFFSET), TREE_ROOM);
    const uint64_t physical = MACHINE_RAM + TREE_OFFSET;
    if (size == 0) {
        refuse("the boot arguments", "too long");
    }
    args->tree =
        (struct plat_range){paddr(physical), paddr(align_up(physical + size, MACHINE_PAGE))};
}

static void boot(const char *path)
{
    struct boot_args args = {.kernel = {paddr(MACHINE_RAM), paddr(MACHINE_RAM + KERNEL_SIZE)}};
    open_memory();
    load_tree(&args);
    load_image(path, &args);
    (void)boot_kernel(&args);
}

// --- command line --------------------------------------------------------------------------------

static _Noreturn void usage(FILE *to, int status)
{
    (void)fputs(
        "usage: kaal-mock [OPTION]... IMAGE\n"
        "       kaal-mock --tree [--memory BYTES]\n"
        "\n"
        "Boots the root task IMAGE on the mock machine: `kaal run --backend mock` does that "
        "for you.\n"
        "Standard input and output are its serial port.\n"
        "\n"
        "  --memory BYTES     memory of the machine (default: 512 MiB)\n"
        "  --arguments TEXT   boot arguments\n"
        "  --programs DIR     where host programs lie; may be repeated\n"
        "  --debug NAME       the program NAME waits for a debugger\n"
        "  --realtime         idle time passes as on the host\n"
        "  --tree             write the machine's device tree and end\n",
        to);
    exit(status);
}

static void take_memory(const char *text)
{
    char *end = NULL;
    errno = 0;
    options.memory = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || options.memory < MEMORY_MIN ||
        options.memory % MACHINE_PAGE != 0) {
        refuse(text, "no size of a machine's memory in bytes, 16 MiB or more");
    }
}

static void take_programs(const char *folder)
{
    if (options.program_count == sizeof(options.programs) / sizeof(options.programs[0])) {
        refuse(folder, "too many folders");
    }
    options.programs[options.program_count++] = folder;
}

static _Noreturn void write_tree(void)
{
    static uint8_t blob[TREE_ROOM];
    const size_t size = tree_make(blob, sizeof(blob));
    exit(fwrite(blob, 1, size, stdout) == size && fflush(stdout) == 0 ? EXIT_SUCCESS
                                                                      : EXIT_FAILURE);
}

enum { KEY_MEMORY = 1, KEY_ARGUMENTS, KEY_PROGRAMS, KEY_DEBUG, KEY_REALTIME, KEY_TREE, KEY_HELP };

static const struct option long_options[] = {
    {"memory", required_argument, NULL, KEY_MEMORY},
    {"arguments", required_argument, NULL, KEY_ARGUMENTS},
    {"programs", required_argument, NULL, KEY_PROGRAMS},
    {"debug", required_argument, NULL, KEY_DEBUG},
    {"realtime", no_argument, NULL, KEY_REALTIME},
    {"tree", no_argument, NULL, KEY_TREE},
    {"help", no_argument, NULL, KEY_HELP},
    {NULL, 0, NULL, 0},
};

// The image's path; NULL: the device tree is wanted.
static const char *parse(int argc, char **argv)
{
    bool tree = false;
    int key = 0;
    while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (key) {
        case KEY_MEMORY:
            take_memory(optarg);
            break;
        case KEY_ARGUMENTS:
            options.arguments = optarg;
            break;
        case KEY_PROGRAMS:
            take_programs(optarg);
            break;
        case KEY_DEBUG:
            options.debugged = optarg;
            break;
        case KEY_REALTIME:
            options.realtime = true;
            break;
        case KEY_TREE:
            tree = true;
            break;
        case KEY_HELP:
            usage(stdout, EXIT_SUCCESS);
        default:
            usage(stderr, STATUS_USAGE);
        }
    }
    if (optind + (tree ? 0 : 1) != argc) {
        usage(stderr, STATUS_USAGE);
    }
    return tree ? NULL : argv[optind];
}

int main(int argc, char **argv)
{
    const char *image = parse(argc, argv);
    if (image == NULL) {
        write_tree();
    }
    (void)signal(SIGPIPE, SIG_IGN);
    serial_open();
    pl031_open((uint64_t)time(NULL));
    boot(image);
    cpu_run();
}
