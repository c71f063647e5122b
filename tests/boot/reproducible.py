#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The same sources give the same bytes: in another folder, at another time, in another environment.

usage: reproducible.py BUILD-FOLDER SOURCE-FOLDER CONFIG TOOLCHAIN

The sources are copied to a folder with another name, length and date, and built there, tool included. Then every
product of the one build is compared with that of the other, and the packed demo system of one tool with that of the
other.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

build, source, config, toolchain = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), *sys.argv[3:5]
ENVIRONMENT = {**{k: v for k, v in os.environ.items() if not k.startswith("KAAL_")},
               "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "HOME": "/nowhere", "SOURCE_DATE_EPOCH": "1"}
PRODUCTS = ("*.elf", "*.a", "*.o", "gen_config.json", "gen_config.h")


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{what}\n{output}")


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **options)
    check(done.returncode == 0, f"{command} failed", done.stdout[-4000:])
    return done.stdout


def copy_sources(folder):
    """Those that git knows or would add, dated long ago."""
    names = run("git", "-C", source, "ls-files", "-co", "--exclude-standard", "-z").split("\0")
    for name in filter(None, names):
        if (source / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, folder / name)
            os.utime(folder / name, (978307200, 978307200))


def products(folder):
    target = folder / "target" / config
    found = {path.relative_to(folder): path for pattern in PRODUCTS for path in target.rglob(pattern)}
    found.update({pathlib.Path(name): folder / name for name in ("loader.elf", "system.bin", "kernel/kernel.elf")})
    return found


def compare(ours, others):
    # Test programs are built when they are asked for, so one build may have more of them.
    common = sorted(ours.keys() & others.keys())
    differ = [str(name) for name in common if ours[name].read_bytes() != others[name].read_bytes()]
    return common, differ


with tempfile.TemporaryDirectory() as scratch:
    copy = pathlib.Path(scratch) / "another place with blanks"
    other = pathlib.Path(scratch) / "b"
    run("cmake", "--build", build, "--target", "image", "kernel-elf")
    copy_sources(copy)
    run("cmake", "-G", "Ninja", "-S", copy, "-B", other, f"-DKAAL_CONFIG={config}",
        f"-DKAAL_TARGET_TOOLCHAIN={toolchain}", env=ENVIRONMENT, umask=0o077)
    run("cmake", "--build", other, "--target", "image", "kernel-elf", env=ENVIRONMENT, umask=0o077)
    missing = [str(name) for name in products(other) if not products(build).get(name)]
    check(not missing, f"only the second build has {missing}")
    common, differ = compare(products(build), products(other))
    check(len(common) > 40, f"only {len(common)} products were compared")
    check(not differ, f"{len(differ)} of {len(common)} products differ: {differ}")
    # The comparison would see it: another priority in the description, and the image is another one.
    demo = copy / "examples/demo/system.toml"
    changed = re.sub(r"^priority = (\d+)", lambda m: f"priority = {int(m[1]) - 1}", demo.read_text(), count=1, flags=re.M)
    check(changed != demo.read_text(), "the description has no priority")
    demo.write_text(changed)
    run("cmake", "--build", other, "--target", "image", env=ENVIRONMENT)
    _, differ = compare(products(build), products(other))
    check(differ == ["loader.elf", "system.bin"], f"after a change of the description these differ: {differ}")
print(f"{len(common)} products, the same bytes")
