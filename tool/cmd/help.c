// SPDX-License-Identifier: BSD-2-Clause
#include "tool/command.h"

#include "option_table.h"

#include <string.h>

#define SYSTEM_HELP                                                                                \
    "  SYSTEM                 description of a system (default: system.toml, if it is\n"           \
    "                         here, else the demo of the source tree)\n"                           \
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
    "      --qemu PATH        QEMU to use (default: qemu-system-aarch64)\n"                        \
    "      --smp CORES        cores of the machine; the kernel runs on one\n"

#define COMMON_HELP                                                                                \
    "  -q, --quiet            say only what is wrong\n"                                            \
    "  -v, --verbose          say more\n"                                                          \
    "  -h, --help             this text\n"

static const char main_head[] =
    "usage: kaal COMMAND [OPTION]... [SYSTEM]\n"
    "\n"
    "Builds operating systems from isolated components on the seL4 API.\n"
    "\n";

static const char main_tail[] =
    "\n"
    "examples:\n"
    "  kaal run                          boot the demo system\n"
    "  kaal run -m 128M --el 2 --gic 3   the same on another machine\n"
    "  kaal check my/system.toml\n"
    "  kaal run --backend kaal my/system.toml\n"
    "  SEL4_PREFIX=~/sel4 kaal run --backend sel4\n"
    "\n"
    "`kaal COMMAND --help` tells more; docs/system.md describes descriptions.\n"
    "Exit status: 0 as asked, 1 wrong input or not verified, 2 wrong command line.\n";

static const char new_help[] =
    "usage: kaal new [OPTION]... NAME\n"
    "\n"
    "Writes a project to the folder NAME: two components, their system, what it must show, and a\n"
    "CMakeLists.txt that finds KaaL. NAME may be a path; its last part, a letter and then "
    "letters,\n"
    "digits, - or _, names the system. `kaal run` in that folder builds it and boots it.\n"
    "\n" COMMON_HELP "\n"
    "example:\n"
    "  kaal new hello && cd hello && kaal run\n";

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
    "      --el 1|2, --gic 2|3, --qemu PATH, --smp CORES, --device MODEL\n"
    "                         machine whose devices the description is checked "
    "against\n" COMMON_HELP "\n"
    "example:\n"
    "  kaal build -o out/loader.elf my/system.toml\n"
    "  qemu-system-aarch64 -machine virt -cpu cortex-a53 -nographic -m 2G -kernel out/loader.elf\n";

static const char plan_help[] =
    "usage: kaal plan [OPTION]... [SYSTEM]\n"
    "\n"
    "Packs a system and lists what is built of it when it boots: of each component the kernel\n"
    "objects, the capabilities with slot, badge and rights, and what is mapped where, with the\n"
    "physical address if that is known. Writes no file.\n"
    "\n"
    "      --json             the same as JSON (docs/plan.md)\n" SYSTEM_HELP MACHINE_HELP
    "      --device MODEL     device of QEMU that the machine has as well\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal plan my/system.toml\n"
    "  kaal plan --json | jq '.components[] | {name, capabilities}'\n";

static const char diff_help[] =
    "usage: kaal diff [OPTION]... A B\n"
    "\n"
    "Compares what two systems allow, in words: components, processor time, who may call and "
    "signal\n"
    "whom, access to memory and devices, capabilities, what may be asked of the broker. What has\n"
    "another name or place, and no more, is the same.\n"
    "\n"
    "      --json             the same as JSON (docs/plan.md)\n" COMMON_HELP "\n"
    "Exit status: 0 the same authority, 1 another, 2 not to be compared.\n"
    "\n"
    "example:\n"
    "  kaal diff old/system.toml new/system.toml\n";

static const char graph_help[] =
    "usage: kaal graph [OPTION]... [SYSTEM]\n"
    "\n"
    "Draws a system: components, who calls and signals whom, memory with rights, devices with\n"
    "interrupts. What looks wrong is marked in the picture and told: a call to somebody of lower\n"
    "priority, circles of calls, memory that is written and executed, memory that nobody else "
    "reads\n"
    "or nobody writes, a device that two can reach, a component that nothing leads to.\n"
    "\n"
    "  -o, --output FILE      .dot: text for Graphviz; .svg: a picture, drawn by the program "
    "`dot`\n"
    "                         (default: the text, to standard output)\n"
    "      --json             print the marks as JSON\n" SYSTEM_HELP MACHINE_HELP
    "      --device MODEL     device of QEMU that the machine has as well\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal graph -o system.svg my/system.toml\n"
    "  kaal graph my/system.toml | dot -Tpdf -o system.pdf\n";

static const char report_help[] =
    "usage: kaal report --html [OPTION]... [SYSTEM]\n"
    "\n"
    "Writes one page of HTML that has all in it: the picture and its marks, components, sizes, "
    "how\n"
    "deep each stack gets, memory, and the plan with every capability and mapping. It loads "
    "nothing\n"
    "and can be sent or kept as it is.\n"
    "\n"
    "      --html             the form of the report\n"
    "  -o, --output FILE      where to write (default: report.html)\n" SYSTEM_HELP MACHINE_HELP
    "      --device MODEL     device of QEMU that the machine has as well\n" COMMON_HELP "\n"
    "example:\n"
    "  kaal report --html -o system.html my/system.toml\n";

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
    "      --gdb[=NAME]       debug it with gdb-multiarch, from the beginning of component "
    "NAME or\n"
    "                         from reset; of the mock: the program NAME waits for a debugger\n"
    "      --only NAME,...    these components, root task and broker, and nothing else\n"
    "      --net              a network card (virtio), in QEMU's own network\n"
    "      --qemu-args WORDS  more arguments for QEMU, between blanks; may be repeated\n"
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
    "  kaal run -i examples/shell/system.toml\n"
    "  kaal run --only hello,console --gdb=hello examples/hello\n";

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
    "      --net, --only NAME,..., --qemu-args WORDS\n"
    "                         as of run\n"
    "      --realtime         let time pass as on the host\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal caps my/system.toml\n"
    "  kaal caps --at hello.hello my/system.toml\n";

static const char test_help[] =
    "usage: kaal test [OPTION]... [SYSTEM]...\n"
    "       kaal test [OPTION]... conformance [CASE]...\n"
    "\n"
    "SYSTEM is a description, or a folder: all systems in it and below it, that is, each\n"
    "system.toml, and each NAME.toml or NAME.system that has a NAME.expect.toml. Each is verified\n"
    "once, as `kaal run` does, several at a time, and the end is `N passed, M failed`. Without\n"
    "SYSTEM: those of this folder; of a tool that is not installed, the tests of its build folder, "
    "with CTest.\n"
    "With `conformance`: boots the suite that asks a kernel for what the seL4 ABI says, ours or\n"
    "that of --kernel. CASE is a part of a case's name.\n"
    "\n"
    "  -j, --jobs NUMBER      how many at a time (default: as many as there are processors)\n"
    "      --tap              of SYSTEMs: print TAP, version 14, for programs\n"
    "      --junit FILE       of SYSTEMs: write the results there as well, as JUnit's XML\n"
    "      --long             the tests that take hours as well\n"
    "      --ctest DIR        a build folder; may be repeated (default: the tool's "
    "own)\n" SYSTEM_HELP MACHINE_HELP "  -t, --timeout SECONDS  time limit of each system\n"
    "      --seed NUMBER      seed of the runs (default: random)\n"
    "      --qemu-args WORDS, --realtime\n"
    "                         as of run\n"
    "      --log FILE         of conformance: write the machine's output there as "
    "well\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal test\n"
    "  kaal test --long\n"
    "  kaal test a/system.toml b/system.toml\n"
    "  kaal test --tap --junit results.xml examples\n"
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
    "  -t, --timeout SECONDS  of `kernel` and `components`: time limit (default: 600)\n"
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

static const char explain_help[] =
    "usage: kaal explain [OPTION]... [CODE]...\n"
    "\n"
    "Tells what a code means that a system or the kernel printed, and what to do: answers of the\n"
    "broker and of drivers, errors of the kernel, kinds and causes of faults, rules, ends, lines,\n"
    "exit statuses. CODE is a name with or without what all of its kind begin with, a number, or "
    "the\n"
    "text that is printed. Without CODE: all of them.\n"
    "\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal explain KAAL_ERR_DENIED\n"
    "  kaal explain @fault translation\n"
    "  kaal explain 'kernel: failed lookup'\n";

static const char doctor_help[] =
    "usage: kaal doctor [OPTION]...\n"
    "\n"
    "Looks at what the tool needs: programs, a machine that starts, what was built or installed,\n"
    "the environment. What is missing is told with what it is for and how to get it. Exit status "
    "1\n"
    "if `kaal run` cannot work.\n"
    "\n"
    "  -c, --config NAME      kernel configuration that must be there (default: mcs-dbg)\n"
    "      --build-dir DIR    folder of the build (default: KAAL_BUILD_DIR, or this program's)\n"
    "      --json             the same as JSON\n" COMMON_HELP "\n"
    "example:\n"
    "  kaal doctor\n";

static const char readiness_help[] =
    "usage: kaal readiness [OPTION]... [SYSTEM]\n"
    "\n"
    "How far are we? Ten boxes, from the framework's own tests to components that talk to each "
    "other\n"
    "in QEMU, each computed by running what it claims; the commands are told with what is not "
    "set,\n"
    "and with --verbose always. There is no other way to set a box. Exit status 0: all of them "
    "are.\n"
    "\n"
    "  SYSTEM                 description of a system (default: as of run)\n"
    "  -c, --config NAME      kernel configuration (default: mcs-dbg)\n"
    "      --build-dir DIR    folder of the build (default: KAAL_BUILD_DIR, or this program's)\n"
    "      --seed NUMBER      seed of the run (default: random)\n"
    "      --json             the same as JSON\n" COMMON_HELP "\n"
    "examples:\n"
    "  kaal readiness\n"
    "  SEL4_PREFIX=~/seL4/install kaal readiness --json my/system.toml\n";

static const char completion_help[] =
    "usage: kaal completion [OPTION]... bash\n"
    "\n"
    "Prints what completes kaal's command line in bash. An installation has it in\n"
    "share/bash-completion/completions.\n"
    "\n" COMMON_HELP "\n"
    "example:\n"
    "  source <(kaal completion bash)\n";

static void print_main(FILE *to)
{
    fputs(main_head, to);
    for (const struct command_row *row = command_rows; row->name != NULL; row++) {
        fprintf(to, "  %-11s %s\n", row->name, row->what);
    }
    fputs(main_tail, to);
}

void help_print(const char *command, FILE *to)
{
    static const struct {
        const char *command;
        const char *text;
    } texts[] = {
        {"check", check_help},
        {"convert", convert_help},
        {"build", build_help},
        {"plan", plan_help},
        {"diff", diff_help},
        {"graph", graph_help},
        {"report", report_help},
        {"run", run_help},
        {"test", test_help},
        {"bench", bench_help},
        {"sdk", sdk_help},
        {"caps", caps_help},
        {"new", new_help},
        {"explain", explain_help},
        {"doctor", doctor_help},
        {"completion", completion_help},
        {"readiness", readiness_help},
    };
    for (size_t i = 0; command != NULL && i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(texts[i].command, command) == 0) {
            fputs(texts[i].text, to);
            return;
        }
    }
    print_main(to);
}
