#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks every bad description and compares what `kaal check` says, letter by letter.

    run.py KAAL BAD_PROGRAMS CASES [--update]

CASES holds NAME.toml or NAME.system, the description, and NAME.out, all that `kaal check` prints. Among the
first three lines of a description, `# arguments: ...` adds arguments, `# command: convert` converts instead,
`# status: 0` says that it only warns. In XML these are comments, and arguments stand without their dashes.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile


def header(path, key, default):
    for line in path.read_bytes().splitlines()[:3]:
        for prefix in (f"# {key}:".encode(), f"<!-- {key}:".encode()):
            if line.startswith(prefix):
                return line[len(prefix):].decode().removesuffix("-->").strip()
    return default


def check(kaal, folder, path):
    words = header(path, "arguments", "").split()
    arguments = words if path.suffix == ".toml" else [f"--{word}" for word in words]
    command = ["check", "--build-dir", "build", "-I", "programs"]
    if header(path, "command", "check") == "convert":
        command = ["convert"]
    result = subprocess.run(
        [kaal, *command, "--quiet", *arguments, path.name],
        cwd=folder, capture_output=True, timeout=60, check=False)
    return result.returncode, (result.stdout + result.stderr).decode(errors="backslashreplace")


def main():
    update = "--update" in sys.argv
    kaal, programs, cases = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    failed = 0
    count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([programs, folder], check=True)
        before = sorted(p for p in folder.rglob("*"))
        for path in sorted(p for p in cases.iterdir() if p.suffix in (".toml", ".system")):
            count += 1
            shutil.copy(path, folder)
            status, said = check(kaal, folder, path)
            (folder / path.name).unlink()
            expected = path.with_suffix(".out")
            if update:
                expected.write_text(said)
            want = expected.read_text() if expected.exists() else "(no .out file)\n"
            want_status = int(header(path, "status", "1"))
            if said != want or status != want_status:
                failed += 1
                print(f"{path.name}: status {status}, expected {want_status}\n"
                      f"--- expected\n{want}--- said\n{said}")
        if sorted(p for p in folder.rglob("*")) != before:
            failed += 1
            print("kaal check wrote files")
    print(f"{count} descriptions, {failed} not as expected")
    return 1 if failed or count == 0 else 0


sys.exit(main())
