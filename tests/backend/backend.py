#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The backend sel4 and `kaal sdk`, with installations made here: our own, written by `kaal sdk`, and
changed copies of it.

usage: backend.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER

The cases real_* take the installation that SEL4_PREFIX names, and are skipped without one.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

case, tool, build, source = sys.argv[1], *(pathlib.Path(a).resolve() for a in sys.argv[2:5])
demo = source / "examples/demo/system.toml"
hello = source / "examples/hello/system.toml"
given = os.environ.pop("SEL4_PREFIX", None)
for name in ("MICROKIT_SDK", "MICROKIT_BOARD", "MICROKIT_CONFIG"):
    os.environ.pop(name, None)
SKIPPED = 77


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def kaal(command, *arguments, **environment):
    done = subprocess.run([tool, command, "--build-dir", build, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=280, check=False,
                          env={**os.environ, **{k: str(v) for k, v in environment.items()}})
    return done.returncode, done.stdout


def expect(result, status, *patterns):
    check(result[0] == status, f"exit status {result[0]}, not {status}", result[1])
    for pattern in patterns:
        check(re.search(pattern, result[1], re.M), f"no line matches {pattern!r}", result[1])


def refuses(pattern, *arguments, **environment):
    """`check` says one line, an error that matches."""
    result = kaal("check", "--backend", "sel4", *arguments, hello, **environment)
    expect(result, 1, pattern)
    check(result[1].count("\n") == 1, "not one line", result[1])


def verified(system, *arguments, **environment):
    result = kaal("run", "--backend", "sel4", *arguments, system, **environment)
    expect(result, 0, r"^verified: ")
    return result[1]


def written(folder, config="mcs-dbg"):
    """An installation of ours."""
    expect(kaal("sdk", "--layout", "sel4", "--config", config, folder / "prefix"), 0)
    return folder / "prefix"


def edit(path, **values):
    """Changes keys of a gen_config.json and of the header beside it; None takes one out."""
    config = json.loads(path.read_text())
    for key, value in values.items():
        if value is None:
            del config[key]
        else:
            config[key] = value
    path.write_text(json.dumps(config, indent=4))
    lines = ["#pragma once"]
    for key, value in config.items():
        if value is not False:
            lines.append(f"#define CONFIG_{key}  {1 if value is True else value}")
    path.with_suffix(".h").write_text("\n".join(lines) + "\n")


def kernel_config(prefix):
    return prefix / "libsel4/include/kernel/gen_config.json"


def board(prefix, sdk, name="qemu_virt_aarch64", config="debug"):
    """The same kernel and headers as a board of a Microkit SDK."""
    folder = sdk / "board" / name / config
    shutil.copytree(prefix / "libsel4/include", folder / "include")
    (folder / "elf").mkdir()
    shutil.copy(prefix / "bin/kernel.elf", folder / "elf/sel4.elf")
    shutil.copy(prefix / "support/platform_gen.json", folder)
    (sdk / "VERSION").write_text("2.3.0\n")
    return folder


# --- running -----------------------------------------------------------------------------------------

def demo_runs(folder):
    said = verified(demo, SEL4_PREFIX=written(folder))
    check(f"{folder}/prefix/bin/kernel.elf" in said, "the kernel is not that of the prefix", said)


def supervised_runs(folder):
    verified(source / "examples/supervised/system.toml", SEL4_PREFIX=written(folder))


def hello_runs(folder):
    verified(hello, SEL4_PREFIX=written(folder))


def board_runs(folder):
    sdk = folder / "microkit"
    board(written(folder), sdk)
    verified(hello, MICROKIT_SDK=sdk)
    verified(hello, HOME=folder)
    board(folder / "prefix", sdk, "other", "release")
    verified(hello, "--board", "other", "--board-config", "release", MICROKIT_SDK=sdk)
    verified(hello, MICROKIT_SDK=sdk, MICROKIT_BOARD="other", MICROKIT_CONFIG="release")


def prefix_goes_before_sdk(folder):
    said = verified(hello, SEL4_PREFIX=written(folder), MICROKIT_SDK="/nowhere")
    check(f"{folder}/prefix/bin/kernel.elf" in said, "the kernel is not that of the prefix", said)


def programs_are_built_for_another_configuration(folder):
    """One that no folder of config/ has: fewer entries in the boot information."""
    prefix = written(folder)
    edit(kernel_config(prefix), MAX_NUM_BOOTINFO_UNTYPED_CAPS="200")
    said = verified(hello, SEL4_PREFIX=prefix)
    name = re.search(r"\[root\] @start .*config=(sel4-[0-9a-f]{16}) ", said)
    check(name is not None, "the programs are of no configuration of their own", said)
    header = build / "target" / name[1] / "gen_config/kernel/gen_config.h"
    check("CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS  200" in header.read_text(), "not for that kernel")
    # The second time there is nothing to build, wherever the same configuration now lies.
    prefix.rename(folder / "moved")
    (build / "target" / name[1] / "CMakeCache.txt").touch()
    said = verified(hello, SEL4_PREFIX=folder / "moved")
    check("building" not in said, "built again", said)


def hypervisor(folder):
    """An installation with a kernel for EL2: the stand-in, and what Microkit's SDK configures."""
    prefix = written(folder)
    here = pathlib.Path(__file__).parent
    subprocess.run(["aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-no-pie",
                    "-Wl,--build-id=none,-z,max-page-size=4096", "-T", here / "hypervisor.ld",
                    here / "hypervisor.S", "-o", prefix / "bin/kernel.elf"], check=True)
    facts = json.loads((source / "abi/test/facts/mk-hyp-dbg.json").read_text())
    edit(kernel_config(prefix), **facts["gen_config"]["kernel"])
    edit(prefix / "libsel4/include/sel4/gen_config.json", **facts["gen_config"]["libsel4"])
    (prefix / "support/platform_gen.json").write_text(json.dumps({"memory": facts["memory"]}))
    return prefix


def hypervisor_is_entered_at_el2(folder):
    prefix = hypervisor(folder)
    result = kaal("run", "--backend", "sel4", "-t", "20", hello, SEL4_PREFIX=prefix)
    expect(result, 1, r"^kaal: .*, EL2, GICv2, 2048 MiB", r"^\[hypervisor\] @entered wrong=00$")
    refuses(r"kernel\.elf runs at EL2; use --el 2", "--el", "1", SEL4_PREFIX=prefix)
    # Without a board's help, as README says it: the machine starts at EL1, the loader refuses.
    image = folder / "loader.elf"
    expect(kaal("build", "--backend", "sel4", "-o", str(image), hello, SEL4_PREFIX=prefix), 0)
    done = subprocess.run(["timeout", "20", "qemu-system-aarch64", "-machine", "virt", "-cpu",
                           "cortex-a53", "-nographic", "-m", "2G", "-kernel", image],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    check("[loader] error: the kernel is a hypervisor, the machine started at EL1" in done.stdout,
          "the loader does not refuse", done.stdout)


# --- what is wrong with an installation ----------------------------------------------------------------

def nothing_is_there(folder):
    if pathlib.Path("/opt/microkit").exists():
        return  # this machine has one
    refuses(r"^kaal: error: no seL4: SEL4_PREFIX and MICROKIT_SDK are not set, and there is neither "
            r"/opt/microkit nor ~/microkit; set SEL4_PREFIX", HOME=folder)


def prefix_is_not_there(folder):
    refuses(rf"SEL4_PREFIX={folder}/none: there is no such folder; name the folder",
            SEL4_PREFIX=folder / "none")


def prefix_lacks_a_file(folder):
    prefix = written(folder)
    for name in ("bin/kernel.elf", "libsel4/include/kernel/gen_config.json",
                 "libsel4/include/sel4/gen_config.json"):
        path = prefix / name
        path.rename(folder / "aside")
        refuses(rf"SEL4_PREFIX={prefix}: there is no {path}; name the folder", SEL4_PREFIX=prefix)
        (folder / "aside").rename(path)


def prefix_is_something_else(folder):
    (folder / "build.ninja").touch()
    refuses(r"there is no .*/bin/kernel.elf; that is a build folder, run `ninja install` there",
            SEL4_PREFIX=folder)
    (folder / "board").mkdir()
    refuses(r"there is no .*/bin/kernel.elf; that is a Microkit SDK, name it with MICROKIT_SDK",
            SEL4_PREFIX=folder)


def kernel_is_another_one(folder):
    prefix = written(folder)
    wrong = {
        "KERNEL_MCS": (False, r"KERNEL_MCS=false \(.*gen_config.json\), KaaL needs true; build it with"),
        "ENABLE_SMP_SUPPORT": (True, r"ENABLE_SMP_SUPPORT=true \(.*gen_config.json\), KaaL needs false"),
        "SEL4_ARCH": ("riscv64", r"SEL4_ARCH=riscv64 \(.*gen_config.json\), KaaL needs aarch64"),
        "PLAT": ("tx2", r"PLAT=tx2 \(.*gen_config.json\), KaaL needs qemu-arm-virt"),
        "NUM_DOMAIN_SCHEDULES": (None, r"gen_config.json lacks the key NUM_DOMAIN_SCHEDULES, so this "
                                       r"kernel is of an unknown version; use seL4 16.0.0"),
    }
    text = kernel_config(prefix).read_text()
    for key, (value, pattern) in wrong.items():
        edit(kernel_config(prefix), **{key: value})
        refuses(pattern, SEL4_PREFIX=prefix)
        kernel_config(prefix).write_text(text)
    kernel_config(prefix).write_text("{")
    refuses(rf"^kaal: error: {kernel_config(prefix)}:1: .*; build the kernel again",
            SEL4_PREFIX=prefix)
    kernel_config(prefix).write_text(text)
    shutil.copy("/bin/true", prefix / "bin/kernel.elf")
    refuses(r"bin/kernel.elf: .*; ", SEL4_PREFIX=prefix)


def unknown_keys_are_told(folder):
    prefix = written(folder)
    edit(kernel_config(prefix), WITH_SOMETHING_NEW=True)
    expect(kaal("check", "--backend", "sel4", hello, SEL4_PREFIX=prefix), 0,
           r"warning: .* has the key WITH_SOMETHING_NEW, which seL4 16.0.0 does not have")


def configuration_does_not_agree(folder):
    prefix = written(folder)
    edit(kernel_config(prefix), MAX_NUM_BOOTINFO_UNTYPED_CAPS="200")
    refuses(r"the programs of configuration mcs-dbg are built for MAX_NUM_BOOTINFO_UNTYPED_CAPS=230",
            "--config", "mcs-dbg", SEL4_PREFIX=prefix)


def sdk_is_wrong(folder):
    sdk = folder / "sdk"
    refuses(rf"MICROKIT_SDK={sdk}: cannot read {sdk}/VERSION: no such file; name the folder",
            MICROKIT_SDK=sdk)
    here = board(written(folder), sdk)
    refuses(rf"no board `none` in {sdk}/board; choose with --board one of qemu_virt_aarch64$",
            "--board", "none", MICROKIT_SDK=sdk)
    refuses(rf"no board `\.\.` in {sdk}/board", MICROKIT_SDK=sdk, MICROKIT_BOARD="..")
    refuses(rf"no configuration `release` in {here.parent}; choose with --board-config one of debug$",
            MICROKIT_SDK=sdk, MICROKIT_CONFIG="release")
    (here / "elf/sel4.elf").unlink()
    refuses(rf"there is no {here}/elf/sel4.elf; install the SDK again", MICROKIT_SDK=sdk)
    for version in ("2.2.0", "2.30", "3.0.0", ""):
        (sdk / "VERSION").write_text(version + "\n")
        refuses(rf"{sdk}/VERSION says {version}, whose kernel's ABI is not known here; use Microkit 2.3",
                MICROKIT_SDK=sdk)


def options_do_not_agree(folder):
    prefix = written(folder)
    refuses(r"--board and --board-config choose in a Microkit SDK, but SEL4_PREFIX=",
            "--board", "x", SEL4_PREFIX=prefix)
    refuses(r"was built for 1024 MiB of memory; use -m 1024M", "-m", "2G", SEL4_PREFIX=prefix)
    refuses(r"drives GICv2 only; use --gic 2", "--gic", "3", SEL4_PREFIX=prefix)
    for arguments, pattern in (
            (["--backend", "other"], "--backend other: not possible; give kaal, sel4 or mock"),
            (["--backend", "sel4", "--kernel", "x"], "--backend and --kernel both say"),
            (["--board", "x"], "--board belongs to --backend sel4; add that"),
            (["--kernel", "x", "--board-config", "x"], "--board-config belongs to --backend sel4")):
        result = kaal("check", *arguments, hello)
        check(result[0] != 0, "accepted", result[1])
        expect(result, result[0], pattern)


def kaal_is_ours_whatever_the_description_says(folder):
    text = hello.read_text().replace("[system]\n", '[system]\nkernel = "none.elf"\n')
    (folder / "system.toml").write_text(text)
    expect(kaal("check", folder / "system.toml"), 1, "none.elf does not exist")
    expect(kaal("check", "--backend", "kaal", folder / "system.toml"), 0)


# --- kaal sdk ------------------------------------------------------------------------------------------

def sdk_has_what_an_installation_has(folder):
    prefix = written(folder)
    for name in ("bin/kernel.elf", "support/platform_gen.json", "support/platform_gen.yaml",
                 "libsel4/include/sel4/sel4.h", "libsel4/include/autoconf.h",
                 "libsel4/include/interfaces/sel4_client.h", "libsel4/include/kernel/gen_config.h",
                 "libsel4/include/kernel/gen_config.json", "libsel4/include/sel4/gen_config.h",
                 "libsel4/include/sel4/gen_config.json", "lib/libsel4.a"):
        check((prefix / name).is_file(), f"no {name}")
    kernel = build / "target/mcs-dbg/kernel/kernel.elf"
    check((prefix / "bin/kernel.elf").read_bytes() == kernel.read_bytes(), "another kernel")
    memory = json.loads((prefix / "support/platform_gen.json").read_text())["memory"]
    check(memory == [{"start": 0x40000000, "end": 0x80000000}], f"memory is {memory}")


def sdk_compiles_programs(folder):
    """A program written for seL4, with nothing but the installation."""
    prefix = written(folder)
    flags = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O2", "-ffreestanding", "-c",
             f"-I{prefix}/libsel4/include", source / "abi/test/client.c", "-o", folder / "client.o"]
    subprocess.run(["aarch64-linux-gnu-gcc", *flags], check=True)
    (folder / "small.c").write_text("#include <sel4/sel4.h>\n"
                                    "seL4_Error go(seL4_CPtr tcb) { return seL4_TCB_Resume(tcb); }\n"
                                    "void _start(void) { go(1); }\n")
    subprocess.run(["aarch64-linux-gnu-gcc", "-O2", "-nostdlib", "-static", "-ffreestanding",
                    f"-I{prefix}/libsel4/include", folder / "small.c", prefix / "lib/libsel4.a", "-o",
                    folder / "small.elf"], check=True)


def sdk_makes_components(folder):
    """A component built outside the tree runs beside those of the tree."""
    prefix = written(folder)
    lib = prefix / "lib"
    text = (source / "examples/hello/hello.c").read_text()
    (folder / "hello.c").write_text(text)
    subprocess.run(["aarch64-linux-gnu-gcc", "-std=c11", "-O2", "-ffreestanding", "-fno-pie",
                    "-mgeneral-regs-only", "-mno-outline-atomics", "-nostdlib", "-static", "-no-pie",
                    "-Wl,--build-id=none,-z,max-page-size=4096,-z,norelro,-z,noexecstack",
                    "-T", lib / "component.ld", f"-I{prefix}/include", f"-I{prefix}/libsel4/include",
                    folder / "hello.c", lib / "crt0.o", lib / "note.o", "-Wl,--start-group",
                    *sorted(lib.glob("*.a")), "-Wl,--end-group", "-o", folder / "hello.elf"], check=True)
    objcopy = "aarch64-linux-gnu-objcopy"
    subprocess.run([objcopy, "-O", "binary", "-j", ".data", folder / "hello.elf", folder / "data.bin"], check=True)
    subprocess.run([objcopy, "--update-section", f".kaal.data_image={folder}/data.bin",
                    "--rename-section", ".data=.data,alloc", folder / "hello.elf"], check=True)
    shutil.copy(hello, folder)
    shutil.copy(hello.parent / "expect.toml", folder)
    verified(folder / "system.toml", SEL4_PREFIX=prefix)


def sdk_replaces_only_its_own(folder):
    prefix = written(folder)
    before = (prefix / "kaal-sdk.json").read_text()
    (prefix / "old").touch()
    written(folder)
    check(not (prefix / "old").exists(), "what was there before stays")
    check((prefix / "kaal-sdk.json").read_text() == before, "not the same")
    (folder / "empty").mkdir()
    expect(kaal("sdk", "--layout", "sel4", f"{folder}/empty/"), 0)
    (folder / "full").mkdir()
    (folder / "full/file").write_text("mine")
    expect(kaal("sdk", "--layout", "sel4", folder / "full"), 1,
           r"full is not empty and was not written by `kaal sdk` \(no kaal-sdk.json\); choose another")
    check((folder / "full/file").read_text() == "mine", "written over")
    expect(kaal("sdk", "--layout", "sel4", folder / "full/file"), 1, "is there and is no folder")
    expect(kaal("sdk", "--layout", "sel4", folder / "none/there"), 1,
           r"cannot write .*none/there: its folder is not there")
    check(sorted(os.listdir(folder)) == ["empty", "full", "prefix"], f"{os.listdir(folder)}")


def sdk_wrong_usage(folder):
    for arguments, pattern in (
            ([], "write `kaal sdk --layout sel4 DIR`, `kaal sdk --layout microkit DIR` or "
                 "`kaal sdk --compare PREFIX`"),
            (["--layout", "sel4"], "write `kaal sdk"),
            (["--layout", "sel4", "a", "b"], "write `kaal sdk"),
            (["--layout", "other", "a"], "--layout other: not possible; give sel4 or microkit"),
            (["--layout", "microkit", "--config", "mk-el1-dbg", "a"], "--config belongs to"),
            (["--layout", "sel4", "--compare", "x", "a"], "write `kaal sdk"),
            (["--compare", "x", "--config", "mcs-dbg"], "--config belongs to --layout"),
            (["--layout", "sel4", "-m", "1G", "a"], "--memory does not belong to `kaal sdk`")):
        expect(kaal("sdk", *arguments), 2, pattern)
    expect(kaal("sdk", "--layout", "sel4", "--config", "other", folder / "x"), 1,
           "no configuration `other`; known are mcs-dbg")
    expect(kaal("run", "--layout", "sel4", hello), 2, "--layout does not belong to `kaal run`")


def sdk_interrupted(folder):
    """SIGTERM at any moment: all of it or nothing."""
    start = time.monotonic()
    written(folder)
    duration = time.monotonic() - start
    stopped = 0
    for i in range(10):
        target = folder / f"try{i}"
        run = subprocess.Popen([tool, "sdk", "-q", "--build-dir", build, "--layout", "sel4", target],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        time.sleep(duration * i / 10)
        run.send_signal(signal.SIGTERM)
        complete = run.wait(timeout=60) == 0
        check(target.exists() == complete, f"exit status {run.returncode}, but {target.exists()}")
        check(not complete or (target / "lib/libsel4.a").exists(), "not complete")
        stopped += not complete
    check(stopped > 0, "nothing was interrupted")
    left = [n for n in os.listdir(folder) if not re.fullmatch(r"prefix|try\d", n)]
    check(left == [], f"{left} stay behind")


# --- comparing -----------------------------------------------------------------------------------------

def compare_finds_no_difference(folder):
    expect(kaal("sdk", "--compare", written(folder)), 0, r"\d{3} numbers and keys compared, 0 differ")


def compare_finds_each_difference(folder):
    prefix = written(folder)
    include = prefix / "libsel4/include"
    changes = (
        ("sel4/sel4_arch/constants.h", "#define seL4_TCBBits 11", "#define seL4_TCBBits 10",
         r"^seL4_TCBBits: ours 11, theirs 10$"),
        ("sel4/invocation.h", "    TCBSuspend,\n    TCBResume,", "    TCBResume,\n    TCBSuspend,",
         r"^TCBSuspend: ours 12, theirs 13$"),
        ("sel4/errors.h", "seL4_DeleteFirst,\n", "seL4_DeleteFirst = 30,\n",
         r"^seL4_DeleteFirst: ours 8, theirs 30$"),
        ("sel4/fault_types.h", "seL4_Fault_VMFault = 6", "seL4_Fault_VMFault = 7",
         r"^seL4_Fault_VMFault: ours 6, theirs 7$"),
        ("sel4/syscall.h", "seL4_SysYield = -11", "seL4_SysYield = -7",
         r"^seL4_SysYield: ours -11, theirs -7$"),
        ("sel4/bootinfo_types.h", "seL4_Word numIOPTLevels;", "seL4_Word numIOPTLevels, more;",
         r"^size of seL4_BootInfo: ours \d+, theirs \d+$"),
        ("sel4/sel4_arch/constants.h", "#define seL4_ReplyBits        5", "",
         r"^seL4_ReplyBits: not in the headers of "),
    )
    for name, old, new, pattern in changes:
        text = (include / name).read_text()
        check(old in text, f"{name} has no {old!r}")
        (include / name).write_text(text.replace(old, new, 1))
        expect(kaal("sdk", "--compare", prefix), 1, pattern, r"compared, [1-9]\d* differs?$")
        (include / name).write_text(text)
    edit(kernel_config(prefix), NUM_DOMAINS=None, SOMETHING="1")
    expect(kaal("sdk", "--compare", prefix), 1, r"^gen_config NUM_DOMAINS: not in ",
           r"^gen_config SOMETHING: in .* only$")


def compare_refuses(folder):
    prefix = written(folder)
    edit(kernel_config(prefix), KERNEL_MCS=False)
    expect(kaal("sdk", "--compare", prefix), 1,
           r"our headers do not compile for the configuration of .*: #error .*KERNEL_MCS is off")
    expect(kaal("sdk", "--compare", folder / "none"), 1, r"none: there is no such folder; name the")
    (prefix / "libsel4/include/sel4/gen_config.h").unlink()
    expect(kaal("sdk", "--compare", prefix), 1, r"cannot read .*sel4/gen_config.h: no such file")


def compare_takes_a_board(folder):
    here = board(written(folder), folder / "sdk")
    expect(kaal("sdk", "--compare", here), 0, r"compared, 0 differ")


# --- a real one ----------------------------------------------------------------------------------------

def real_demo(folder):
    verified(demo, SEL4_PREFIX=given)


def real_compare(folder):
    expect(kaal("sdk", "--compare", given), 0, r"compared, 0 differ")


if case.startswith("real") and not given:
    print(f"{case}: SEL4_PREFIX is not set")
    sys.exit(SKIPPED)
with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryDirectory() as temporary:
    os.environ["TMPDIR"] = temporary
    globals()[case.replace("-", "_")](pathlib.Path(scratch))
    check(os.listdir(temporary) == [], f"files stay behind: {os.listdir(temporary)}")
print(f"{case}: as it must be")
