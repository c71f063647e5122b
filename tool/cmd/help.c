// SPDX-License-Identifier: BSD-2-Clause
#include "tool/command.h"

#include <string.h>

#define SYSTEM_HELP                                                                                \
    "  SYSTEM                 description of a system (default: the demo, examples/demo)\n"        \
    "  -c, --config NAME      kernel configuration (default: mcs-dbg)\n"                           \
    "      --backend NAME     what to run on: kaal, our kernel; sel4, the real one of "            \
    "SEL4_PREFIX\n"                                                                                \
    "                         or MICROKIT_SDK; mock, a process of this host (docs/backends.md)\n"  \
    "      --board NAME, --board-config NAME\n"                                                    \
    "                         of a Microkit SDK (default: MICROKIT_BOARD, else "                   \
    "qemu_virt_aarch64;\n"                                                                         \
    "                         MICROKIT_CONFIG, else debug)\n"                                      \
    "      --kernel PATH      kernel to run on, instead of the description's; `builtin` is ours\n" \
    "  -I, --search-path DIR  where to look for programs as well; may be repeated\n"               \
    "      --build-dir DIR    folder of the build (default: KAAL_BUILD_DIR, or this program's)\n"

#define MACHINE_HELP                                                                               \
    "  -m, --memory SIZE      memory of the machine, as 128M or 2G (default: 512M)\n"              \
    "      --el 1|2           exception level that the machine starts at (default: 1)\n"           \
    "      --gic 2|3          version of its interrupt controller (default: 2)\n"                  \
    "      --qemu PATH        QEMU to use (default: qemu-system-aarch64)\n"

#define COMMON_HELP                                                                                \
    "  -q, --quiet            say only what is wrong\n"                                            \
    "  -v, --verbose          say more\n"                                                          \
    "  -h, --help             this text\n"

static const char main_help[] =
    "usage: kaal COMMAND [OPTION]... [SYSTEM]\n"
    "\n"
    "Builds operating systems from isolated components on the seL4 API.\n"
    "\n"
    "  check   is the description of a system right?\n"
    "  convert write it in the other form: our TOML, or Microkit's XML\n"
    "  build   pack it into a bootable image\n"
    "  run     boot it in QEMU and verify what it does\n"
    "  test    run the project's tests, or verify several systems\n"
    "  caps    boot it, and show who holds what, by the broker and by the kernel\n"
    "  bench   measure boot, kernel and components in instructions, and sizes\n"
    "  sdk     write kernel, headers and libraries as an installation, or compare one\n"
    "\n"
    "examples:\n"
    "  kaal run                          boot the demo system\n"
    "  kaal run -m 128M --el 2 --gic 3   the same on another machine\n"
    "  kaal check my/system.toml\n"
    "  kaal run --backend kaal my/system.toml\n"
    "  SEL4_PREFIX=~/sel4 kaal run --backend sel4\n"
    "\n"
    "`kaal COMMAND --help` tells more; docs/system.md describes descriptions.\n"
    "Exit status: 0 as asked, 1 wrong input or not verified, 2 wrong usage.\n";

static const char check_help[] =
    "usage: kaal check [OPTION]... [SYSTEM]...\n"
    "\n"
    "Checks descriptions: text, names, numbers, programs, kernel, devices, memory. Every problem\n"
    "is told with file, line, column and remedy. Writes nothing.\n"
    "\n" SYSTEM_HELP MACHINE_HELP
    "      --device MODEL     device of QEMU that the machine has as well\n"
    "      --syntax           the description alone: no programs, no "
    "kernel, no devices\n" COMMON_HELP "\n"
    "example:\n"
    "  kaal check my/system.toml\n";

static const char convert_help[] =
    "usage: kaal convert [OPTION]... SYSTEM\n"
    "\n"
    "Writes a description in the other form: of TOML Microkit's XML, of that TOML. It describes "
    "the\n"
    "same system. Comments are not kept; each statement that the other form does not have is "
    "told.\n"
    "\n"
    "  -o, --output FILE      where to write (default: to the standard output)\n" COMMON_HELP "\n"
    "example:\n"
    "  kaal convert -o my/system.toml my/system.system\n";

static const char build_help[] =
    "usage: kaal build [OPTION]... [SYSTEM]\n"
    "\n"
    "Packs a system. The same input gives the same bytes. Writes FILE, an ELF for QEMU's -kernel,\n"
    "and system.bin beside it, the same as a raw image; both or none.\n"
    "\n"
    "  -o, --output FILE      where to write (default: loader.elf)\n" SYSTEM_HELP
    "  -m, --memory SIZE      memory that the system must fit (default: 512M)\n"
    "      --el 1|2, --gic 2|3, --qemu PATH, --device MODEL\n"
    "                         machine whose devices the description is checked "
    "against\n" COMMON_HELP "\n"
    "example:\n"
    "  kaal build -o out/loader.elf my/system.toml\n"
    "  qemu-system-aarch64 -machine virt -cpu cortex-a53 -nographic -m 2G -kernel out/loader.elf\n";

static const char run_help[] =
    "usage: kaal run [OPTION]... [SYSTEM]\n"
    "\n"
    "Packs a system, boots it in QEMU, shows its output, and verifies it: boot sequence, values\n"
    "that depend on the run's random seed, what expect.toml asks for. The exit status is the\n"
    "verdict.\n"
    "\n" SYSTEM_HELP MACHINE_HELP
    "  -i, --interactive      your terminal is the machine's; Ctrl-] leaves. Nothing is verified\n"
    "                         but that it comes up\n"
    "  -t, --timeout SECONDS  time limit (default: what expect.toml says, else 60; with -i: none)\n"
    "      --gdb PROGRAM      of the mock: the program waits for a debugger\n"
    "      --seed NUMBER      seed of the run, as 0x1234 (default: random)\n"
    "      --log FILE         write the system's output there as well\n"
    "      --replay FILE      judge such a log instead of booting\n"
    "      --disk FILE        raw disk of the machine, read and written (virtio block device)\n"
    "      --device MODEL     device of QEMU that the machine has as well, as edu; up to eight\n"
    "      --realtime         let time pass as on the host, not by executed "
    "instructions\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal run\n"
    "  kaal run -m 128M --el 2 --gic 3\n"
    "  kaal run --timeout 10 --log boot.log my/system.toml\n"
    "  kaal run -i examples/shell/system.toml\n";

static const char caps_help[] =
    "usage: kaal caps [OPTION]... [SYSTEM]\n"
    "\n"
    "Boots a system, asks it when it has come to its last stage who holds what, and prints that "
    "as\n"
    "a table: the capabilities of each component as the broker's books have them, and what the\n"
    "kernel has in the same slot. Fails if the two differ. A debug kernel tells the type of each\n"
    "capability, another one only whether there is one.\n"
    "\n" SYSTEM_HELP MACHINE_HELP
    "      --at NAME.EVENT    ask when this component reports this event\n"
    "      --after SECONDS    ask at the first report after so long\n"
    "  -t, --timeout SECONDS  time limit (default: what expect.toml says, else 60)\n"
    "      --seed NUMBER      seed of the run (default: random)\n"
    "      --log FILE         write the system's output there as well\n"
    "      --disk FILE        raw disk of the machine\n"
    "      --device MODEL     device of QEMU that the machine has as well\n"
    "      --realtime         let time pass as on the host\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal caps my/system.toml\n"
    "  kaal caps --at hello.hello my/system.toml\n";

static const char test_help[] =
    "usage: kaal test [OPTION]... [SYSTEM]...\n"
    "       kaal test [OPTION]... conformance [CASE]...\n"
    "\n"
    "Without SYSTEM: runs the tests of the build folders with CTest and ends with\n"
    "`N passed, M failed`. With SYSTEMs: verifies each, as `kaal run` does.\n"
    "With `conformance`: boots the suite that asks a kernel for what the seL4 ABI says, ours or\n"
    "that of --kernel. CASE is a part of a case's name.\n"
    "\n"
    "      --long             the tests that take hours as well\n"
    "      --ctest DIR        a build folder; may be repeated (default: the tool's "
    "own)\n" SYSTEM_HELP MACHINE_HELP "  -t, --timeout SECONDS  time limit of each system\n"
    "      --seed NUMBER      seed of the runs (default: random)\n"
    "      --log FILE         of conformance: write the machine's output there as "
    "well\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal test\n"
    "  kaal test --long\n"
    "  kaal test a/system.toml b/system.toml\n"
    "  kaal test --kernel ~/seL4/install/bin/kernel.elf conformance\n";

static const char bench_help[] =
    "usage: kaal bench [OPTION]... [SYSTEM]\n"
    "       kaal bench kernel [OPTION]... [ROW]...\n"
    "       kaal bench components [OPTION]... [ROW]...\n"
    "       kaal bench chain [OPTION]... [LINKS]...\n"
    "\n"
    "Boots a system and counts the instructions from reset to the kernel and to the root task's\n"
    "first instruction; tells the sizes of what was loaded. The same on every host.\n"
    "\n"
    "`kernel`: boots a root task that counts the instructions of the kernel's operations, and\n"
    "prints them beside those of a reference kernel. A ROW is a name of the table or the "
    "beginning\n"
    "of one up to a dot, as `call` or `call.passive`. The configuration is `bench`.\n"
    "\n"
    "`components`: boots a system that measures what components do with each other, from the one\n"
    "program's code to the other's, and prints it beside what others take for it and beside what\n"
    "the kernel alone takes for the system calls that it is made of.\n"
    "\n"
    "`chain`: makes a chain of so many small components (1, 60, 250 and 1000), and tells what it\n"
    "takes to pack, to store, to boot and to keep. The configuration is mcs-rel.\n"
    "\n"
    "      --growth           of `kernel`: rows repeated with much alive\n"
    "      --worst            of `kernel`: the longest paths\n"
    "      --json             the same as JSON\n" SYSTEM_HELP MACHINE_HELP COMMON_HELP "\n"
    "examples:\n"
    "  kaal bench\n"
    "  kaal bench kernel\n"
    "  kaal bench components\n"
    "  kaal bench chain 1 60\n"
    "  kaal bench kernel --kernel PREFIX/bin/kernel.elf call signal\n";

static const char sdk_help[] =
    "usage: kaal sdk [OPTION]... --layout sel4|microkit DIR\n"
    "       kaal sdk [OPTION]... --compare PREFIX\n"
    "\n"
    "--layout sel4: writes our kernel, the seL4 headers, libraries and both gen_config.json to "
    "DIR,\n"
    "as seL4's own installation has them: SEL4_PREFIX for other builds and for --backend sel4.\n"
    "--layout microkit: writes a folder of the form of Microkit's SDK, with our kernel, library "
    "and\n"
    "`microkit` command: MICROKIT_SDK for Microkit projects. See docs/microkit.md.\n"
    "DIR appears when it is complete. One that is there must be empty or written by this command.\n"
    "--compare: compiles the numbers of the API against the headers of PREFIX, an install prefix "
    "or\n"
    "a board of a Microkit SDK, and against ours, and tells each that differs.\n"
    "\n"
    "  -c, --config NAME      of --layout sel4: kernel configuration (default: mcs-dbg)\n"
    "      --build-dir DIR    folder of the build (default: KAAL_BUILD_DIR, or this "
    "program's)\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal sdk --layout sel4 ~/kaal-sdk\n"
    "  kaal sdk --layout microkit ~/microkit-sdk\n"
    "  kaal sdk --compare ~/seL4/install\n";

const char *help_text(const char *command)
{
    static const struct {
        const char *command;
        const char *text;
    } texts[] = {
        {"check", check_help}, {"build", build_help},     {"run", run_help},
        {"test", test_help},   {"bench", bench_help},     {"sdk", sdk_help},
        {"caps", caps_help},   {"convert", convert_help},
    };
    for (size_t i = 0; command != NULL && i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(texts[i].command, command) == 0) {
            return texts[i].text;
        }
    }
    return main_help;
}
