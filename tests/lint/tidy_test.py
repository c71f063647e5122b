#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tidy.py passes on what clang-tidy finds, whichever build has it; and has the analyzer look at no text twice."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(sys.argv[1]).resolve()
CLEAN = "int same(int n);\nint same(int n)\n{\n    return n;\n}\n"
NULL = "int same(int n)\n{\n    int *p = 0;\n    return n + *p;\n}\n"
BRACES = "int same(int n)\n{\n    if (n == 1) return 2;\n    return n;\n}\n"
FOUND = {"null": "core.NullDereference", "braces": "braces-around-statements"}
HOST, TARGET = ["clang"], ["clang", "--target=aarch64-none-elf", "-ffreestanding"]
PORT = "#include \"arch/%s/port.h\"\n"


def on(macro, then, otherwise=CLEAN):
    return f"#ifdef {macro}\n{then}#else\n{otherwise}#endif\n"


# Name: the file, its commands on the host and for the target, more arguments, what must be found.
CASES = {
    "nothing wrong": (CLEAN, [HOST], [TARGET], [], None),
    "null on the host": (NULL, [HOST], [], [], "null"),
    "null for the target": (NULL, [], [TARGET], [], "null"),
    "null on both": (NULL, [HOST], [TARGET], [], "null"),
    "null where the target differs": (on("__aarch64__", NULL), [HOST], [TARGET], [], "null"),
    "null where the host differs": (on("__x86_64__", NULL), [HOST], [TARGET], [], "null"),
    "braces for the target": (on("__aarch64__", BRACES), [HOST], [TARGET], [], "braces"),
    "null in the second of two": (on("SECOND", NULL), [HOST, [*HOST, "-DSECOND"]], [], [], "null"),
    "braces in the third of three": (on("THIRD", BRACES), [HOST], [TARGET, TARGET, [*TARGET, "-DTHIRD"]], [], "braces"),
    "another flag": (on("__OPTIMIZE__", NULL), [HOST, [*HOST, "-O2"]], [], [], "null"),
    "no such header": ('#include "nothing.h"\n', [HOST], [], [], "error:"),
    "no such header, of two": ('#include "nothing.h"\n', [HOST], [TARGET], [], "cannot be preprocessed"),
    # What the analyzer finds in a header of the port that only the target's command reads: by --everything.
    "null in a port": (PORT % "PORT", [HOST], [TARGET], [], None),
    "null in a port, everything": (PORT % "PORT", [HOST], [TARGET], ["--everything"], "null"),
}


def database(tree, folder, commands):
    folder.mkdir(parents=True, exist_ok=True)
    entries = [{"directory": str(tree), "file": str(tree / "same.c"),
                "command": " ".join([*command, "-I.", f"-o {number}.o", "-c", str(tree / "same.c")])}
               for number, command in enumerate(commands)]
    (folder / "compile_commands.json").write_text(json.dumps(entries))


def run(tree, text, host, target, more):
    shutil.copy(SOURCE / ".clang-tidy", tree / ".clang-tidy")
    for arch, body in (("host", "return *p ? 1 : 0;"), ("target", "p = 0;\n    return *p;")):
        (tree / "arch" / arch).mkdir(parents=True, exist_ok=True)
        (tree / "arch" / arch / "port.h").write_text(f"static inline int port(const int *p)\n{{\n    {body}\n}}\n")
    if "PORT" in text:
        body = "int same(int n);\nint same(int n)\n{\n    return port(&n);\n}\n"
        text = on("__aarch64__", PORT % "target", PORT % "host") + body
    (tree / "same.c").write_text(text)
    database(tree, tree / "build/clang", host)
    database(tree, tree / "build/clang/target/mcs-dbg", target)
    done = subprocess.run([sys.executable, SOURCE / "tests/lint/tidy.py", "build", "0", "1", *more], cwd=tree, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


failures = 0
for name, (text, host, target, more, expected) in CASES.items():
    with tempfile.TemporaryDirectory() as scratch:
        status, output = run(pathlib.Path(scratch).resolve(), text, host, target, more)
    told = expected is None or FOUND.get(expected, expected) in output
    if status != (0 if expected is None else 1) or not told:
        print(f"{name}: exit status {status}, expected {expected}, seen:\n{output}")
        failures += 1
print(f"{len(CASES)} cases, {failures} not as they must be")
sys.exit(1 if failures else 0)
