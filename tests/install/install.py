#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An installation, and projects outside of the source tree.

usage: install.py CASE BUILD-FOLDER SOURCE-FOLDER

Each case installs into a folder of its own, moves that, and hides the source tree and the build folder from the
tool: what it finds, it finds in the installation.
"""
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

case, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:4])
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("KAAL_", "SEL4_", "MICROKIT_"))}
ENVIRONMENT["KAAL_SOURCE_DIR"] = "/nowhere"
kaal = None


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def run(command, folder, **options):
    done = subprocess.run([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          env={**ENVIRONMENT, **options.pop("env", {})}, timeout=150, check=False, **options)
    return done.returncode, done.stdout


def expect(result, code, *patterns):
    status, output = result
    check(status == code, f"exit status {status}, not {code}", output)
    for pattern in patterns:
        check(re.search(pattern, output, re.M), f"no line matches {pattern!r}", output)


def install(folder):
    """Under one name, used under another."""
    expect(run(["cmake", "--install", build, "--prefix", folder / "first"], folder), 0)
    prefix = folder / "a prefix"
    (folder / "first").rename(prefix)
    return prefix


def project(folder, name="hello"):
    expect(run([kaal, "new", name], folder), 0, rf"^{name}: a project")
    return folder / name


# --- cases -----------------------------------------------------------------------------------------

def layout(folder, prefix):
    products = prefix / "lib/kaal/mcs-dbg"
    for path in ("kernel/kernel.elf", "loader/loader.elf", "bin/root.elf", "bin/cap_broker.elf", "bin/pl011.elf",
                 "bin/pl031.elf", "bin/virtio_blk.elf", "bin/timer.elf", "bin/shell.elf", "lib/libkaal_sdk.a",
                 "lib/libsel4.a", "lib/component.ld", "lib/crt0.o", "lib/crt0_libc.o", "lib/note.o",
                 "include/kaal/component.h", "include/sel4/sel4.h", "include/sel4/gen_config.h",
                 "include/kernel/gen_config.h", "include/lib/fmt.h", "gen_config/kernel/gen_config.json"):
        check((products / path).is_file(), f"{path} is not there")
    for path in ("lib/cmake/KaaL/KaaLConfig.cmake", "share/doc/kaal/system.md", "share/doc/kaal/LICENSE",
                 "share/man/man1/kaal.1", "share/bash-completion/completions/kaal"):
        check((prefix / path).is_file(), f"{path} is not there")
    # The programs that only this tree's examples and tests are made of are not in it.
    check(not (products / "bin/hello.elf").exists(), "an example is installed")
    for path in prefix.rglob("*.cmake"):
        check(str(source) not in path.read_text() and str(build) not in path.read_text(),
              f"{path} knows where it was built")


def new(folder, prefix):
    """Writes, builds, boots; the second time nothing is built; a change is."""
    place = project(folder)
    expect(run([kaal, "run"], place), 0, r"^kaal: building .*/hello for mcs-dbg$",
           r"^\[asker\] Hello from hello\.$", r"ok .* the adder adds$", r"^verified: 9 stages")
    expect(run([kaal, "run", "-q"], place), 0, r"^verified: ")
    expect(run([kaal, "test"], place), 0, r"^ok +[\d.]+ s  system\.toml$", r"^1 passed, 0 failed$")
    expect(run([kaal, "check"], place), 0, r"^system\.toml: ok: 5 protection domains")
    expect(run([kaal, "build", "-o", "image.elf"], place), 0, r"^image.elf: ")
    # It is what is verified: an adder that adds something else fails.
    text = (place / "adder.c").read_text()
    (place / "adder.c").write_text(text.replace("sum = 0", "sum = 1"))
    expect(run([kaal, "run", "-q"], place), 1, r"problem: \[asker\] @sum has value=\d+, expected \d+", r"^not verified")


def new_refuses(folder, prefix):
    before = sorted(folder.iterdir())
    for name in ("", "1st", "-", "a b", "ä", "x" * 64, "..", "a/", "NAME@"):
        expect(run([kaal, "new", "--", name], folder), 2, r"^kaal: error: `.*` is no name of a project; give a letter")
    expect(run([kaal, "new", "none/hello"], folder), 1, r"^kaal: error: cannot write none/hello: its folder is not there")
    expect(run([kaal, "new"], folder), 2, r"^kaal: error: write `kaal new NAME`")
    expect(run([kaal, "new", "a", "b"], folder), 2, r"^kaal: error: write `kaal new NAME`")
    expect(run([kaal, "new", "a", "--memory", "128M"], folder), 2, r"--memory does not belong to `kaal new`")
    check(sorted(folder.iterdir()) == before, "something was written")
    project(folder)
    expect(run([kaal, "new", "--", "x" * 63], folder), 0)
    (folder / "file").write_text("")
    (folder / "link").symlink_to("nowhere")
    before = sorted(folder.rglob("*"))
    for name in ("hello", "file", "link"):
        expect(run([kaal, "new", name], folder), 1, rf"^kaal: error: {name} is there already; choose another name")
    # Half a project is none: no space, no template.
    expect(run([kaal, "new", "full"], folder, preexec_fn=limit_file_size), 1, r"^kaal: error: cannot write .*too large")
    check(sorted(folder.rglob("*")) == before, "something was written")
    (prefix / "share/kaal/template/adder.c").unlink()
    expect(run([kaal, "new", "half"], folder), 1, r"^kaal: error: cannot read the template .*adder\.c: no such file")
    check(not list(folder.glob("half*")), "half a project was written")


def limit_file_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))


def libc(folder, prefix):
    """A component with a C library."""
    place = project(folder)
    lists = (place / "CMakeLists.txt").read_text()
    (place / "CMakeLists.txt").write_text(lists.replace("asker.c)", "asker.c LIBC HEAP 0x8000)"))
    text = (place / "asker.c").read_text()
    text = text.replace("#include <kaal/component.h>", "#include <kaal/component.h>\n#include <stdio.h>\n#include <stdlib.h>")
    text = text.replace('kaal_print("Hello from hello.");', 'printf("%s %.1f\\n", malloc(100) ? "Hello" : "", 1.5);')
    (place / "asker.c").write_text(text)
    expect(run([kaal, "run"], place), 0, r"^\[asker\] Hello 1\.5$", r"^verified: ")


def project_broken(folder, prefix):
    place = project(folder)
    (place / "adder.c").write_text("int broken(void) { return 1 }\n")
    expect(run([kaal, "run"], place), 1, r"adder\.c:1:\d+: error:",
           r"^kaal: error: the project .*/hello could not be built; see above or .*/build/mcs-dbg.log")
    expect(run([kaal, "build", "-o", "image.elf"], place), 1,
           r"^system\.toml:\d+:\d+: error: the program adder\.elf does not exist")
    check(not (place / "image.elf").exists(), "an image was written")
    shutil.rmtree(place / "build")
    (place / "build").write_text("a file in the way\n")
    expect(run([kaal, "run"], place), 1, r"^kaal: error: cannot write .*build/\.lock: Not a directory")
    empty = folder / "empty"
    empty.mkdir()
    expect(run([kaal, "run"], empty), 1, r"^system\.toml: error: cannot read the description: no such file; name a file, or make a project")
    # The tool of a build folder builds no projects, and says what does.
    expect(run([build / "tool/kaal", "run", "hello"], folder), 1,
           r"^kaal: error: .*/hello is a project, which an installed KaaL builds; run `cmake --install .*` ?")


def relocated(folder, prefix):
    """CMake by hand, found by a folder, by PATH, and after everything was moved once more."""
    place = project(folder)
    for number, arguments, environment in (
            (1, [f"-DCMAKE_PREFIX_PATH={prefix}"], {}),
            (2, [], {"PATH": f"{os.environ['PATH']}:{prefix}/bin"}),
            (3, [f"-DKaaL_DIR={prefix}/lib/cmake/KaaL"], {})):
        out = place / f"build/{number}"
        expect(run(["cmake", "-G", "Ninja", "-B", out, *arguments], place, env=environment), 0)
        expect(run(["cmake", "--build", out], place), 0)
        check((out / "image/hello/loader.elf").stat().st_size > 4096, "no image")
    expect(run(["ctest", "--test-dir", place / "build/1"], place), 0, r"100% tests passed, 0 tests failed out of 1")
    images = {(place / f"build/{n}/image/hello/loader.elf").read_bytes() for n in (1, 2, 3)}
    check(len(images) == 1, "the same project gives other bytes in another folder")


def config(folder, prefix):
    place = project(folder)
    expect(run([kaal, "run", "--config", "nothing"], place), 1, r"^kaal: error: no configuration `nothing`")
    shutil.rmtree(prefix / "lib/kaal/mcs-rel", ignore_errors=True)
    expect(run([kaal, "run", "--config", "mcs-rel"], place), 1,
           r"configuration mcs-rel is not installed: no .*; build target-mcs-rel and install again")
    expect(run([kaal, "run", "--backend", "mock"], place), 1,
           r"^kaal: error: the mock machine is not built: no .*; installations lack it: name a build folder")
    expect(run([kaal, "sdk", "--layout", "sel4", "x"], place), 1,
           r"^kaal: error: no build of configuration mcs-dbg; installations lack it: name a build folder")
    expect(run([kaal, "test", "conformance"], place), 1,
           r"^kaal: error: cannot read .*conformance\.elf: no such file; installations lack it: name a build folder")
    expect(run(["cmake", "-G", "Ninja", "-B", "x", f"-DCMAKE_PREFIX_PATH={prefix}", "-DKAAL_CONFIG=no"], place), 1,
           r"KAAL_CONFIG=no is not installed in .*; there are\s[\w,\s-]*mcs-dbg")
    expect(run(["cmake", "-G", "Ninja", "-B", "y", f"-DCMAKE_PREFIX_PATH={prefix}", "-DKAAL_TOOLCHAIN=no"], place), 1,
           r"KAAL_TOOLCHAIN=no: give aarch64-gcc or aarch64-clang")


def sel4(folder, prefix):
    """Our own kernel as an installation of seL4: the programs of the installed SDK suit it."""
    place = project(folder)
    expect(run([build / "tool/kaal", "sdk", "--layout", "sel4", folder / "sel4"], folder,
               env={"KAAL_SOURCE_DIR": str(source)}), 0)
    expect(run([kaal, "run", "-q", "--backend", "sel4"], place, env={"SEL4_PREFIX": str(folder / "sel4")}), 0,
           r"^verified: ")


def wrong_use(folder, prefix):
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(x C)\nfind_package(KaaL REQUIRED)\n")
    expect(run(["cmake", "-B", "a", f"-DCMAKE_PREFIX_PATH={prefix}"], folder), 1,
           r"find_package\(KaaL\) chooses the compiler; write it before project\(\)")
    head = "cmake_minimum_required(VERSION 3.25)\nfind_package(KaaL REQUIRED)\nproject(x C)\n"
    for call, message in (("kaal_system(x)", r"kaal_system\(x\): there is no .*system\.toml"),
                          ("kaal_system(x FILE y)", r"kaal_system\(x\): unknown: FILE"),
                          ("kaal_component(x SOURCES x.c HEAP 3)", r"HEAP without LIBC has no meaning")):
        (folder / "CMakeLists.txt").write_text(head + call + "\n")
        shutil.rmtree(folder / "b", ignore_errors=True)
        expect(run(["cmake", "-G", "Ninja", "-B", "b", f"-DCMAKE_PREFIX_PATH={prefix}"], folder), 1, message)


with tempfile.TemporaryDirectory() as scratch:
    scratch = pathlib.Path(scratch).resolve()
    installed = install(scratch)
    kaal = installed / "bin/kaal"
    globals()[case.replace("-", "_")](scratch, installed)
print(f"{case}: as it must be")
