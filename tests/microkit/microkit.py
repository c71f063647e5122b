#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Projects for Microkit, with the SDK that `kaal sdk --layout microkit` writes.

usage: microkit.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER

The case `sdk` writes it, moves it, and leaves it at BUILD-FOLDER/microkit-sdk for the others.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

case, tool, build, source = sys.argv[1], *(pathlib.Path(a).resolve() for a in sys.argv[2:5])
sdk = build / "microkit-sdk"
station = source / "examples/microkit"
features = source / "tests/boot/microkit"
board = "qemu_virt_aarch64"
for name in ("MICROKIT_SDK", "MICROKIT_BOARD", "MICROKIT_CONFIG"):
    os.environ.pop(name, None)


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def run(*arguments, status=0, where=None, **environment):
    done = subprocess.run([str(a) for a in arguments], cwd=where, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=280, check=False,
                          env={**os.environ, **{k: str(v) for k, v in environment.items()}})
    check(done.returncode == status, f"{arguments}: exit status {done.returncode}, not {status}",
          done.stdout)
    return done.stdout


def make(project, folder, config="debug", **variables):
    """A copy of the project, built as its users do."""
    shutil.copytree(project, folder / "project")
    (folder / "out").mkdir()
    settings = {"MICROKIT_SDK": sdk, "MICROKIT_BOARD": board, "MICROKIT_CONFIG": config,
                "BUILD_DIR": folder / "out", **variables}
    run("make", *(f"{key}={value}" for key, value in settings.items()), where=folder / "project")
    return folder / "out"


def boot(image, ended, seconds=60):
    """What the machine prints, as Microkit's documentation starts it, until ended(text)."""
    command = ["qemu-system-aarch64", "-machine", "virt,virtualization=on", "-cpu", "cortex-a53",
               "-m", "size=2G", "-nographic", "-serial", "mon:stdio",
               "-icount", "shift=3,sleep=off",  # time is what is executed, on whatever host
               "-device", f"loader,file={image},addr=0x70000000,cpu-num=0"]
    with tempfile.NamedTemporaryFile() as output:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                              stderr=subprocess.DEVNULL) as machine:
            end = time.monotonic() + seconds
            text = ""
            while time.monotonic() < end and not ended(text) and machine.poll() is None:
                time.sleep(0.1)
                text = pathlib.Path(output.name).read_text(errors="replace").replace("\r", "")
            machine.terminate()
    return text


# --- the SDK ---------------------------------------------------------------------------------------

def case_sdk(folder):
    run(tool, "sdk", "--build-dir", build, "--layout", "microkit", folder / "sdk")
    for name in ("qemu_virt_aarch64", "qemu_virt_aarch64_el1"):
        for config in ("debug", "release", "benchmark"):
            here = folder / "sdk/board" / name / config
            for file in ("include/microkit.h", "include/sel4/sel4.h", "include/kernel/gen_config.h",
                         "include/kernel/gen_config.json", "include/sel4/gen_config.json",
                         "lib/libmicrokit.a", "lib/microkit.ld", "elf/sel4.elf", "elf/loader.elf",
                         "invocations_all.json", "platform_gen.json"):
                check((here / file).is_file(), f"no {here / file}")
            facts = json.loads((here / "include/kernel/gen_config.json").read_text())
            check(facts["KERNEL_MCS"] is True and facts["ARM_HYPERVISOR_SUPPORT"] is False and
                  facts["DEBUG_BUILD"] is (config == "debug") and
                  facts["ENABLE_BENCHMARKS"] is (config == "benchmark"), f"{config}: {facts}")
            header = (here / "include/kernel/gen_config.h").read_text()
            check("CONFIG_SEL4_ARCH  aarch64" in header, "what Makefiles look for", header)
            labels = json.loads((here / "invocations_all.json").read_text())
            debug = 4 if config == "debug" else 0  # breakpoints have theirs in between
            check(labels["UntypedRetype"] == 1 and labels["CNodeRevoke"] == 18 + debug and
                  labels["ARMPageTableMap"] == 44 + debug, f"{config}: {labels}")
    check((folder / "sdk/VERSION").read_text().startswith("2.3"), "VERSION")
    check(os.access(folder / "sdk/bin/microkit", os.X_OK), "no command")
    check((folder / "sdk/example/station/Makefile").read_bytes() ==
          (station / "Makefile").read_bytes(), "no example")
    # Where it was written, there is nothing any more.
    shutil.rmtree(sdk, ignore_errors=True)
    shutil.move(folder / "sdk", sdk)


# --- a project -------------------------------------------------------------------------------------

def said(text):
    """Of each program what it said, in order."""
    lines = {}
    for line in text.splitlines():
        if re.match(r"(rtc|log|guard|flaky|app)[: ]", line):
            lines.setdefault(re.split("[: ]", line)[0], []).append(line)
    return lines


def run_station(folder, **variables):
    wanted = said((station / "station.lines").read_text())
    out = make(station, folder, **variables)
    text = boot(out / "loader.img", lambda text: said(text) == wanted)
    check(said(text) == wanted, "not what station.lines says", text)
    report = (out / "report.txt").read_text()
    for pattern in (r"^log: log\.elf$", r"^    priority 150, .*, passive$", r"^    child 9 of guard$",
                    r"^root: hands over to cap_broker and ends$",
                    r"^    slot 143 +irq_handler +interrupt 34 .*, level$",
                    r"^    slot 74 +endpoint +log .* badge 0x800000000000001e$",
                    r"^    entries: 0x200000 in pages of 0x200000$",
                    r"^    rtc_registers: 0x1000 in pages of 0x1000 at 0x9010000$",
                    r"^    map 0x000002000000 0x1000 +rw +uncached rtc_registers$"):
        check(re.search(pattern, report, re.M), f"no line of the report matches {pattern!r}", report)


def case_station_gcc(folder):
    run_station(folder)


def case_station_clang(folder):
    run_station(folder, LLVM="True")


def boots_silently(folder, config):
    out = make(station, folder, config)
    text = boot(out / "loader.img", lambda text: "[cap_broker] @built" in text)
    check(re.search(r"^\[cap_broker\] @built pds=6 ", text, re.M), "not built", text)
    check(not said(text), "this configuration prints nothing of programs", text)


def case_station_release(folder):
    boots_silently(folder, "release")


def case_station_benchmark(folder):
    boots_silently(folder, "benchmark")
    report = (folder / "out/report.txt").read_text()
    check(re.search(r"^    slot 6 +tcb +app ", report, re.M), "no thread in slot 6", report)


# --- everything that systems and programs can say --------------------------------------------------

def last_event(system):
    """What the system prints last, as a pattern."""
    text = system.with_suffix(".expect.toml").read_text()
    sender, event = re.findall(r'^from = "(.*)"\nevent = "(.*)"$', text, re.M)[-1]
    return rf"^\[{sender}\] @{event}\b.*\n"


def run_features(folder, **variables):
    out = make(features, folder, **variables)
    images = sorted(out.glob("*.img"))
    check(len(images) == 13, f"{images}")
    for image in images:
        system = features / f"{image.stem}.system"
        text = boot(image, lambda text: re.search(last_event(system), text, re.M))
        (out / "log").write_text(text)
        verdict = run(tool, "run", "--build-dir", build, "--config", "mk-el1-dbg", "--el", "2",
                      "--search-path", out, "--seed", "0", "--replay", out / "log", system)
        check("\nverified: " in verdict, image.stem, verdict)
        lines = system.with_suffix(".lines")
        for line in lines.read_text().splitlines() if lines.exists() else []:
            check(line in text, f"{image.stem} does not say: {line}", text)


def case_features_gcc(folder):
    run_features(folder)


def case_features_clang(folder):
    run_features(folder, LLVM="True")


# --- the command -----------------------------------------------------------------------------------

def microkit(*arguments, status=0, where=None, **environment):
    return run(sdk / "bin/microkit", *arguments, status=status, where=where, **environment)


ON = ("--board", board, "--config", "debug")


def case_command_packs(folder):
    out = make(station, folder)
    project = folder / "project"
    default = (out / "loader.img").read_bytes()
    # The position is free, names of files are the usual ones, both boards are the same.
    said_now = microkit("--board", "qemu_virt_aarch64_el1", "--search-path", out, ".", "--config",
                        "debug", "station.system", where=project)
    check((project / "loader.img").read_bytes() == default, "other bytes")
    check((project / "report.txt").exists(), "no report")
    check(re.search(r"^MICROKIT\|LOADER: image file size: \d+ KiB$", said_now, re.M), said_now)
    microkit("station.system", "--search-path", out, *ON, "--image-type", "binary", "--output",
             folder / "b.img", "--report", folder / "b.txt", where=project)
    check((folder / "b.img").read_bytes() == default, "other bytes")
    microkit("station.system", "--search-path", out, *ON, "--image-type", "elf", "-o", folder / "b.elf",
             "-r", folder / "b.txt", where=project)
    check((folder / "b.elf").read_bytes()[:4] == b"\x7fELF", "no ELF")
    told = microkit("station.system", "--search-path", out, *ON, "--viper-output", folder / "viper",
                    "--capdl-json", folder / "spec.json", where=project)
    check("nothing is written to" in told and "is not written" in told, told)
    # A region of which a program asks where it lies, larger than what is left at the start of memory.
    (project / "big.system").write_text(
        '<system><memory_region name="big" size="0x8000000"/><protection_domain name="rtc">'
        '<program_image path="rtc.elf"/><map mr="big" vaddr="0x40000000"/>'
        '<setvar symbol="registers_paddr" region_paddr="big"/></protection_domain></system>')
    microkit("big.system", "--search-path", out, *ON, "-o", folder / "b.img", "-r", folder / "b.txt",
             where=project)
    report = (folder / "b.txt").read_text()
    check("    big: 0x8000000 in pages of 0x200000 at 0xb6000000\n" in report, "not placed", report)
    # Another SDK than that of the command; another kernel.
    shutil.copytree(sdk, folder / "sdk", symlinks=True)
    shutil.rmtree(folder / "sdk/bin")
    microkit("station.system", "--search-path", out, *ON, where=project, MICROKIT_SDK=folder / "sdk")
    kernel = sdk / "board" / board / "debug/elf/sel4.elf"
    shutil.copy(kernel, folder / "kernel.elf")
    microkit("station.system", "--search-path", out, *ON, "--override-kernel", folder / "kernel.elf",
             where=project)
    check((project / "loader.img").read_bytes() == default, "other bytes")
    microkit("station.system", "--search-path", out, *ON, "--override-kernel", out / "app.elf",
             where=project, status=1)


def case_command_searches(folder):
    out = make(station, folder)
    project = folder / "project"
    for name in ("first", "second"):
        (folder / name).mkdir()
    shutil.move(out / "app.elf", folder / "first")
    # Folders in order, several in one option and several options, then the current one.
    microkit("station.system", "--search-path", folder / "second", folder / "first", "--search-path",
             out, *ON, where=project)
    shutil.copy(folder / "first/app.elf", project)
    microkit("station.system", *ON, "--search-path", out, where=project)
    shutil.copy(out / "log.elf", folder / "second/app.elf")
    microkit("station.system", *ON, "--search-path", folder / "second", folder / "first", out,
             where=project, status=1)  # log.elf has no symbol `ticks`


def case_command_refuses(folder):
    out = make(station, folder)
    project = folder / "project"
    search = ("--search-path", out)
    for arguments, pattern in (
            ((), "^microkit: error: the following arguments are required: --board --config system"),
            (("station.system", "--board", board), "are required: --config;"),
            (("station.system", *ON, "--other"), "unrecognized argument --other"),
            (("station.system", "b.system", *ON), "unrecognized argument b.system"),
            (("station.system", *ON, "-o"), "argument -o: expected one parameter"),
            (("station.system", "--board", "none", "--config", "debug"),
             "argument --board: unknown `none`; choose from: qemu_virt_aarch64, "
             "qemu_virt_aarch64_el1"),
            (("station.system", "--board", "..", "--config", "debug"), "argument --board: unknown"),
            (("station.system", "--board", board, "--config", "fast"),
             "argument --config: unknown `fast`; choose from: benchmark, debug, release"),
            (("station.system", *ON, "--image-type", "uimage"), "no uimage for aarch64; use binary"),
            (("station.system", *ON, "--image-type", "zip"), "unknown `zip`; use binary or elf"),
            (("station.system", *ON, "--override-kernel", "none"), "there is no none"),
            (("none.system", *ON), "none.system"),
            (("station.system", *ON), r"^station.system:\d+:\d+: error: the program rtc.elf does not "
                                      "exist"),
            (("station.system", "--board", board, "--config", "release", *search),
             "rtc.elf is built for the kernel configuration debug, not for release; build it for "
             "release or use --config debug"),
            (("station.system", *ON, *search, "-o", "none/a.img"), "none/a.img"),
            (("station.system", *ON, *search, "-r", "none/r.txt"),
             "cannot write none/r.txt: its folder is not there; choose another place"),
            (("station.system", *ON, *search, "-o", "a", "-r", "a"),
             "two files are to be written to a; choose another name")):
        told = microkit(*arguments, where=project, status=1)
        check(re.search(pattern, told, re.M), f"no line matches {pattern!r}", told)
        for name in ("loader.img", "report.txt"):
            check(not (project / name).exists(), f"{arguments}: wrote {name}")
    check(microkit("--help").startswith("usage: microkit "), "no help")
    check(microkit("-h", *ON).startswith("usage: microkit "), "no help")


def case_sdk_is_refused(folder):
    for sdk_folder, pattern in ((folder / "none", "none is no SDK: it has no folder `board`"),
                                (folder, "was not written by `kaal sdk --layout microkit`")):
        (folder / "board").mkdir(exist_ok=True)
        told = microkit("a.system", *ON, status=1, MICROKIT_SDK=sdk_folder)
        check(re.search(rf"^microkit: error: .*{pattern}", told, re.M), "not told", told)
    # A command that is in no SDK.
    shutil.copy(tool, folder / "microkit")
    told = run(folder / "microkit", "a.system", *ON, status=1)
    check("is no SDK" in told, "not told", told)
    # The SDK is replaced by another one of ours, and nothing else is.
    (folder / "full").mkdir()
    (folder / "full/file").touch()
    told = run(tool, "sdk", "--build-dir", build, "--layout", "microkit", folder / "full", status=1)
    check("was not written by `kaal sdk`" in told, "not told", told)
    check(os.listdir(folder / "full") == ["file"], "changed")


with tempfile.TemporaryDirectory() as scratch:
    globals()["case_" + case.replace("-", "_")](pathlib.Path(scratch).resolve())
