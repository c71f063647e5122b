#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Help, manual page, completions, `kaal explain`, `kaal doctor`.

usage: cli.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

case, tool, build, source = sys.argv[1], *map(pathlib.Path, sys.argv[2:5])
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("KAAL_", "SEL4_", "MICROKIT_"))}


def check(ok, what, output=""):
    if not ok:
        sys.exit(f"{case}: {what}\n{output}")


def kaal(*arguments, env=None, **options):
    done = subprocess.run([tool, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=100, check=False,
                          env={**ENVIRONMENT, **(env or {})}, **options)
    return done.returncode, done.stdout


def expect(result, code, *patterns):
    status, output = result
    check(status == code, f"exit status {status}, not {code}", output)
    for pattern in patterns:
        check(re.search(pattern, output, re.M), f"no line matches {pattern!r}", output)
    return output


def complete(*words, folder=None):
    """What bash offers for the last of the words."""
    script = expect(kaal("completion", "bash"), 0)
    # As readline does: "=" is a word of its own.
    split = [part for word in words for part in re.findall(r"=|[^=]+", word) or [""]]
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in split)
    script += f"\nCOMP_WORDS=({quoted}); COMP_CWORD={len(split) - 1}; _kaal\n" \
              'for word in "${COMPREPLY[@]}"; do printf "%s\\n" "$word"; done\n'
    done = subprocess.run(["bash", "-uc", script], cwd=folder, text=True, capture_output=True, check=False)
    check(done.stderr == "", "the script complains", done.stderr)
    return done.stdout.split("\n")[:-1]


def commands():
    return [word for word in complete("kaal", "") if not word.startswith("-")]


def options_in(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text))


# --- what is said of the options -------------------------------------------------------------------

def help(folder):
    """The help of each command has its options, and no others."""
    names = commands()
    check(len(names) >= 11 and {"run", "new", "doctor"} <= set(names), "commands are missing", str(names))
    output = expect(kaal("--help"), 0)
    expect(kaal("help", "ruin"), 2, r"^kaal: error: unknown command `ruin`; did you mean `run`\?$")
    for name in names:
        check(re.search(rf"^  {name} +\w", output, re.M), f"`kaal --help` has no {name}", output)
        own = set(complete("kaal", name, "--"))
        text = expect(kaal(name, "--help"), 0, rf"\Ausage: kaal {name} ")
        told = options_in("\n".join(re.findall(r"^ +-.*$|^(?:usage:|      ) kaal .*$", text, re.M)))
        # Those of every command are told where they matter.
        common = {"--config", "--build-dir"} - told
        check(own - common == told, f"{name}: told are not those that there are", str(own - common ^ told))
        expect(kaal(name, "--never"), 2, rf"^kaal: error: unknown option --never; see `kaal {name} --help`$")


def manual(folder):
    """The manual page has every command and every option, no others, and is what scripts/man-page makes."""
    text = (source / "docs/kaal.1.md").read_text()
    section = text[text.index("## OPTIONS"):text.index("## EXIT STATUS")]
    described = options_in("\n".join(re.findall(r"^`-.*$", section, re.M)))
    every = {option for name in commands() for option in complete("kaal", name, "--")}
    check(described - {"--version"} == every, "described are not those that there are", str(described ^ every))
    # An option that only some commands take says which.
    for option, said in re.findall(r"^(?:`-\w`, )?`(--[\w-]+)`[^`\n]*\n: of ([^:]*):", section, re.M):
        taken = {name for name in commands() if option in complete("kaal", name, "--")}
        told = {name for name in commands() if re.search(rf"\b{name}\b", said)}
        check(told == taken, f"{option} is told of others than take it", str(told ^ taken))
    for name in commands():
        check(re.search(rf"^\*\*{name}\b", text, re.M), f"no paragraph of {name}")
        check(re.search(rf"^    kaal {name} ", text, re.M), f"no synopsis of {name}")
    done = subprocess.run([source / "scripts/man-page", "--check"], text=True, capture_output=True, check=False)
    check(done.returncode == 0, "the page is not made of the Markdown", done.stderr)
    page = (source / "docs/kaal.1").read_text()
    check(options_in(re.sub(r"\\f.", " ", page.replace("\\-", "-"))) >= every, "the page lacks options")
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tascii", "-ww", source / "docs/kaal.1"], text=True,
                              capture_output=True, check=False)
        check(done.returncode == 0 and done.stderr == "" and "KAAL(1)" in done.stdout, "groff complains", done.stderr)


# --- exit status -----------------------------------------------------------------------------------

# The command line is wrong by itself, whatever files there are: 2. S stands for a system that is there.
USAGE = (
    ("nosuch",), ("help", "nosuch"), ("run", "--nosuch"), ("run", "--timeout"), ("run", "--timeout", "0"), ("run", "--el", "3"),
    ("run", "--memory", "1M"), ("run", "--seed", "x"), ("run", "--only", ""), ("run", "--device", "-x"), ("run", "S", "S"),
    ("run", "--backend", "kaal", "--kernel", "builtin"), ("run", "--board", "x"), ("run", "--config", "../x"),
    ("run", "--backend", "mock", "--disk", "none"), ("run", "--backend", "mock", "--gic", "3"),
    ("run", "--backend", "mock", "--el", "2"), ("run", "--backend", "mock", "--qemu", "x"), ("run", "--backend", "mock", "--smp", "2"),
    ("run", "--gdb", "-i"), ("new",), ("new", "1bad"), ("new", ""), ("new", "a/"), ("new", "a", "b"), ("check", "--tap"), ("convert",),
    ("build", "S", "S"), ("build", "-o", "out/system.bin", "S"), ("plan", "-o", "x"), ("diff", "S"), ("graph", "-o", "x.png"),
    ("report", "S"), ("caps", "--at", "x"), ("caps", "--at", "a.b", "--after", "1"), ("test", "--jobs", "0"),
    ("test", "--tap", "conformance"), ("test", "--log", "x", "S", "S"), ("bench", "--growth"), ("bench", "chain", "x"),
    ("bench", "chain", "0"), ("bench", "chain", ""), ("bench", "chain", "99999"), ("bench", "chain", *"123456789"), ("sdk",),
    ("sdk", "--layout", "x", "y"), ("sdk", "--compare", "x", "y"), ("doctor", "x"), ("readiness", "S", "S"), ("explain", "--json"),
    ("completion",), ("completion", "zsh"))
# What it names is not there, or wrong, or cannot be written: 1.
WRONG = (
    ("run", "--disk", "none", "S"), ("run", "--disk", ".", "S"), ("run", "--kernel", "none", "S"), ("run", "--log", "none/x", "S"),
    ("run", "--replay", "none", "S"), ("run", "--qemu", "./none", "S"), ("run", "--only", "nosuch", "S"), ("run", "--smp", "2", "S"),
    ("run", "none.toml"), ("check", "none.toml"), ("check", "--config", "nosuch", "S"), ("check", "--device", "nosuch", "S"),
    ("convert", "none"), ("build", "-o", "none/x", "S"), ("build", "-o", "there/x", "S"), ("plan", "none"),
    ("graph", "-o", "none/x.svg", "S"), ("report", "--html", "-o", "none/x", "S"), ("test", "none.toml"), ("test", "."),
    ("test", "--junit", "none/x", "S"), ("test", "conformance", "nosuch"), ("new", "none/hello"), ("new", "there"),
    ("sdk", "--compare", "none"), ("sdk", "--layout", "sel4", "none/x"), ("explain", "nosuch"), ("doctor", "--config", "nosuch"))


def statuses(folder):
    """0 as asked, 1 what is named is wrong, 2 the command line is; each with an error, and nothing written."""
    (folder / "there/system.bin").mkdir(parents=True)
    system = source / "examples/hello/system.toml"
    for wanted, lines in ((2, USAGE), (1, WRONG)):
        for line in lines:
            words = [system if word == "S" else word for word in line]
            status, output = kaal(*words, env={"KAAL_BUILD_DIR": str(build)}, cwd=folder)
            check(status == wanted, f"kaal {' '.join(line)}: exit status {status}, not {wanted}", output)
            check(re.search(r"error: .", output) or line[0] == "doctor", f"kaal {' '.join(line)}: says nothing", output)
            check([p.name for p in folder.iterdir()] == ["there"], f"kaal {' '.join(line)}: left files")
    # What a command writes is looked at before what it reads.
    expect(kaal("build", "none.toml", cwd=folder / "there"), 1, r"error: cannot write system.bin: is a directory;")
    for words in (("build", "-o"), ("report", "--html", "-o"), ("test", "--junit")):
        expect(kaal(*words, "there", "none.toml", cwd=folder), 1, r"error: cannot write there: is a directory;")
    # As diff(1): 1 says that the two differ.
    expect(kaal("diff", "none", system, cwd=folder), 2, r"no such file")
    for line in ((), ("--help",), ("-h",), ("help",), ("--version",), ("help", "run"), ("run", "--help"), ("explain",),
                 ("check", "--syntax", system)):
        expect(kaal(*line), 0)
    check(kaal()[1] == kaal("--help")[1], "without any words it is not the help that comes")


def counts(folder):
    """One of something is not called as several are."""
    hello = source / "examples/hello/system.toml"
    done = kaal("check", "--build-dir", build, hello)
    expect(done, 0, r": ok: \d+ protection domains, \d+ channels?, 0 memory regions, 1 device$")
    own = folder / "own.toml"
    own.write_text(hello.read_text())
    (folder / "own.expect.toml").write_text('[[reports]]\nfrom = "console"\nevent = "ready"\n')
    expect(kaal("run", "-q", "--build-dir", build, own), 0, r"^verified: \d+ stages, 1 report, ")
    expect(kaal("plan", "--build-dir", build, source / "examples/demo"), 0, r"\b1 component$", r"\b\d+ domains, ")
    # An error more than are shown.
    text = hello.read_text()
    for more, said in ((1, "1 more error is not shown"), (2, "2 more errors are not shown")):
        (folder / "bad.toml").write_text(text + "".join(f"bad{i} = 1\n" for i in range(50 + more)))
        expect(kaal("check", "--syntax", folder / "bad.toml"), 1, rf"^kaal: note: {said}$")


# --- completions -----------------------------------------------------------------------------------

def completion_words(folder):
    check(complete("kaal", "ru") == ["run"], "ru is run")
    check(complete("kaal", "--v") == ["--version"], "--v is --version")
    check(complete("kaal", "run", "--time") == ["--timeout"], "--time is --timeout")
    check(complete("kaal", "new", "--time") == [], "new has no time limit")
    check(complete("kaal", "test", "--j") == ["--jobs", "--junit"], "--j is two")
    check(complete("kaal", "bench", "comp") == ["components"], "bench components")
    check(complete("kaal", "explain", "KAAL_ERR_ST") == ["KAAL_ERR_STALE", "KAAL_ERR_STATE"], "codes")
    check(complete("kaal", "nothing", "--") == [], "of an unknown command nothing is known")
    check(complete("kaal", "completion", "") == ["bash"], "shells")


def completion_values(folder):
    for words, wanted in (
            (("--backend", ""), ["kaal", "sel4", "mock"]), (("--backend=", ), ["kaal", "sel4", "mock"]),
            (("--backend=m", ), ["mock"]), (("--backend", "m"), ["mock"]), (("-c", "mcs-"), ["mcs-dbg", "mcs-rel"]),
            (("--config=mcs-r", ), ["mcs-rel"]), (("--el", ""), ["1", "2"]), (("--seed", ""), []), (("-m", ""), [])):
        check(complete("kaal", "run", *words) == wanted, f"{words}: {complete('kaal', 'run', *words)}, not {wanted}")
    # What --gdb stops at is given behind "=" alone.
    check("a b.toml" in complete("kaal", "run", "--gdb", "a", folder=made(folder)), "--gdb swallows the system")


def made(folder):
    for name in ("a b.toml", "ab.system", "abc.c", "ad/x"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    return folder


def completion_files(folder):
    made(folder)
    check(sorted(complete("kaal", "run", "a", folder=folder)) == ["a b.toml", "ab.system", "ad"], "descriptions")
    check(sorted(complete("kaal", "run", "--log", "a", folder=folder)) == ["a b.toml", "ab.system", "abc.c", "ad"], "files")
    check(complete("kaal", "run", "--search-path", "a", folder=folder) == ["ad"], "folders")
    check(complete("kaal", "new", "a", folder=folder) == [], "new takes no file")


# --- codes -----------------------------------------------------------------------------------------

def enum(file, name):
    """The enumerators of an enum, with their numbers."""
    text = re.sub(r"//.*|^#.*$", "", (source / file).read_text(), flags=re.M)
    body = re.search(rf"enum {name} \{{(.*?)\}}", text, re.S) or \
        re.search(r"enum \{([^}]*)\} " + name, text, re.S)
    number, found = 0, {}
    for entry in re.sub(r"\s", "", body[1]).split(","):
        if entry and "(" not in entry:
            word, _, value = entry.partition("=")
            number = int(value, 0) if value else number
            found[word] = number
            number += 1
    return found


def strings(file, start, end=r"^\}"):
    """The strings of a function."""
    text = (source / file).read_text()
    begin = text.index(start)
    return re.findall(r'"([^"\\]*)"', text[begin:begin + re.search(end, text[begin:], re.M).start()])


def explain(folder):
    """Every code that a header numbers is explained, with its name and number."""
    ends = ("_COUNT", "NumErrors")
    for file, name in (("abi/kaal/error.h", "kaal_err"), ("abi/kaal/broker.h", "kaal_end"),
                       ("abi/kaal/broker.h", "kaal_rule"), ("abi/sel4/errors.h", "seL4_Error"),
                       ("abi/sel4/constants.h", "seL4_LookupFailureType"), ("abi/sel4/fault_types.h", "seL4_Fault_tag")):
        codes = {k: v for k, v in enum(file, name).items() if not k.endswith(ends)}
        check(len(codes) >= 5, f"{file} has no {name}", str(codes))
        for word, number in codes.items():
            expect(kaal("explain", word), 0, rf"^{word} = {number}\b.*:", r"^    \w.*[.?]$", r"^    What to do: \w.*\.$")
            expect(kaal("explain", number), 0, rf"^{word} = {number}\b")
    for word, number in re.findall(r"STATUS_(\w+) = (\d)", (source / "tool/include/tool/command.h").read_text()):
        expect(kaal("explain", f"exit-{number}"), 0, rf"^exit-{number} = {number}: exit status", word and "")
    # And all of them are in the list, once.
    listed = re.findall(r"^  (\S+) ", expect(kaal("explain"), 0), re.M)
    check(len(listed) > 90 and len(listed) == len({(w) for w in listed}), "the list has doubles", str(listed))


def explain_printed(folder):
    """Every text that stands for a code, and every event that the root task, the broker or the kernel reports."""
    for file, start in (("user/sdk/error.c", "kaal_strerror"), ("user/sdk/error.c", "*kaal_kernel_error("),
                        ("user/sdk/broker_name.c", "*kaal_end_name("), ("user/sdk/broker_name.c", "*kaal_rule_name("),
                        ("user/sdk/fault.c", "*kaal_fault_kind("), ("user/sdk/fault.c", "*vm_cause("),
                        ("user/sdk/fault.c", "*exception_cause("), ("user/sdk/fault.c", "*cap_cause("),
                        ("kernel/core/debug.c", "*fault_name(")):
        texts = [t for t in strings(file, start) if t not in ("unknown error", "kernel: unknown error")]
        check(len(texts) >= 5, f"{file}: {start} has no texts", str(texts))
        for text in texts:
            expect(kaal("explain", text), 0)
            expect(kaal("explain", text.replace(" ", "_")), 0)  # as a report has it
    # What tells of progress is no code of an error.
    progress = {"start", "built", "handover", "ready", "caps"}
    for folder_ in ("user/root", "user/broker", "user/sdk"):
        for path in (source / folder_).glob("*.c"):
            for event in re.findall(r'kaal_report_begin\(\S+, "(\w+)"\)', path.read_text()):
                event in progress or expect(kaal("explain", f"@{event}"), 0, rf"^@{event}: line")
    for event in strings("user/sdk/fault_text.c", "bool kaal_fault_line("):
        event == "" or expect(kaal("explain", f"@{event}"), 0)
    for path in (source / "kernel").rglob("*.c"):
        for event in re.findall(r'"\[kernel\] @(\w+)', path.read_text()):
            event in progress or "/test/" in str(path) or expect(kaal("explain", f"@{event}"), 0)


def explain_refuses(folder):
    expect(kaal("explain", "KAAL_ERR_BUSI"), 1, r"^kaal: error: no code `KAAL_ERR_BUSI`; did you mean `KAAL_ERR_BUSY`\?")
    for word in ("", "300", "-1", "1x", "no such thing at all", "|"):
        expect(kaal("explain", "--", word), 1, r"^kaal: error: no code `.*`; `kaal explain` lists them all")
    # The others are explained all the same.
    expect(kaal("explain", "nonsense", "busy"), 1, r"^KAAL_ERR_BUSY = 10", r"no code `nonsense`")
    expect(kaal("explain", "BUSY"), 0, r"^KAAL_ERR_BUSY = 10, \"busy\": answer of the broker")
    expect(kaal("explain", "--json", "busy"), 2, r"--json does not belong to `kaal explain`")


# --- the doctor ------------------------------------------------------------------------------------

def doctor(folder):
    output = expect(kaal("doctor", "--build-dir", build), 0, r"^ok +qemu-system-aarch64 +QEMU emulator version",
                    r"^ok +machine +QEMU's `virt` starts$", rf"^ok +build +{build}: .*mcs-dbg",
                    r"^absent +seL4 +`--backend sel4`; set SEL4_PREFIX or MICROKIT_SDK$", r"^all that is needed is here; ")
    answer = json.loads(expect(kaal("doctor", "--build-dir", build, "--json"), 0))
    check(answer["ok"] is True, "JSON says otherwise", str(answer))
    names = re.findall(r"^(?:ok|absent|WRONG) +(\S+(?: \S+)?)  ", output, re.M)
    check([c["name"] for c in answer["checks"]] == names, "JSON has others", f"{names} {answer}")
    expect(kaal("doctor", "x"), 2, r"`kaal doctor` looks at no system; `kaal check` does")


def doctor_lacks(folder):
    """Each thing that may be missing or broken is told with what to do."""
    (folder / "bin").mkdir()
    nothing = {"PATH": str(folder / "bin")}
    output = expect(kaal("doctor", "--build-dir", build, env=nothing), 1,
                    r"^WRONG +qemu-system-aarch64 +boots systems; apt-get install qemu-system-arm$",
                    r"^WRONG +cmake +builds projects; apt-get install cmake$",
                    r"^absent +gdb-multiarch +`kaal run --gdb`; apt-get install gdb-multiarch$",
                    r"^WRONG +machine +QEMU does not start", r"^5 wrong: ")
    check(output.count("WRONG") == 5, "another number is told", output)
    broken = folder / "bin/cmake"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    expect(kaal("doctor", "--build-dir", build, env={"PATH": f"{folder}/bin:{os.environ['PATH']}"}), 1,
           r"^WRONG +cmake +builds projects; `cmake --version` failed; apt-get", r"^1 wrong: ")
    expect(kaal("doctor", env={"KAAL_BUILD_DIR": "/nowhere"}), 1, r"^WRONG +build +no build folder /nowhere; name it")
    expect(kaal("doctor", "--build-dir", folder), 1,
           rf"^WRONG +build +{folder} has no configuration mcs-dbg; build target-mcs-dbg$")
    expect(kaal("doctor", "--build-dir", build, env={"TMPDIR": "/nowhere"}), 1,
           r"^WRONG +temporary files +cannot write in /nowhere: No such file or directory; set TMPDIR$")
    expect(kaal("doctor", "--build-dir", build, env={"SEL4_PREFIX": "/nowhere"}), 1,
           r"^WRONG +seL4 +SEL4_PREFIX=/nowhere: there is no such folder; name")
    expect(kaal("doctor", "--build-dir", build, env={"KAAL_SOURCE_DIR": "/nowhere"}), 1,
           r"^WRONG +templates +`kaal new`: there is no /nowhere/tool/template/system\.toml")
    answer = json.loads(expect(kaal("doctor", "--json", "--build-dir", build, env=nothing), 1))
    check(answer["ok"] is False and answer["checks"][0]["state"] == "wrong", "JSON says otherwise", str(answer))


def doctor_packages(folder):
    """The packages that it names are those that the launcher installs."""
    launcher = dict(re.findall(r"^([\w.-]+) +([\w-]+)$", (source / "kaal").read_text(), re.M))
    named = re.findall(r'^    \{"([\w.-]+)", "-[^"]*", "[^"]*", "([\w-]+)", (?:true|false)\},$', (source / "tool/cmd/doctor.c").read_text(),
                       re.M)
    check(len(named) >= 8, "no packages found", str(named))
    for program, package in named:
        check(launcher.get(program) == package, f"{program} is in {launcher.get(program)} for the launcher, not {package}")


# --- readiness -------------------------------------------------------------------------------------

BOXES = ("framework complete", "adapter layer", "mock signatures verified", "build configuration",
         "kernel built and configured", "compiled against seL4", "Microkit system image created", "QEMU test executed",
         "boot sequence verified", "IPC between components tested")


def stand_in(folder, name, text):
    """A program that is found before the one of the host."""
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def readiness(folder, *arguments):
    """The boxes: title -> (set, text). The unit tests are this run's own, so they are not run once more."""
    if not (folder / "bin/ctest").exists():
        stand_in(folder, "ctest", 'echo "100% tests passed, 0 tests failed out of 99"')
    (folder / "tmp").mkdir(exist_ok=True)
    status, output = kaal("readiness", "--build-dir", build, "--json", *arguments,
                          env={"PATH": f"{folder}/bin:{os.environ['PATH']}", "TMPDIR": f"{folder}/tmp"})
    answer = json.loads(output)
    boxes = {box["title"]: (box["set"], box["text"]) for box in answer["boxes"]}
    check(tuple(boxes) == BOXES, "these are not the boxes", output)
    every = all(state for state, _ in boxes.values())
    check(answer["ready"] == every and status == (0 if every else 1), f"exit status {status}", output)
    for box in answer["boxes"]:
        check(box["text"] != "" and (box["commands"] or box["key"] in ("boot", "ipc")), f"{box['key']} tells nothing", output)
    check(list((folder / "tmp").iterdir()) == [], "files stay behind")
    return boxes


def expect_boxes(boxes, **wanted):
    """By the first word of the title: set or not, or a pattern of why not."""
    for title, (state, text) in boxes.items():
        want = wanted.get(title.split()[0].lower(), True)
        check(state == (want is True), f"{title}: {state}: {text}")
        check(want in (True, False) or re.search(want, text), f"{title}: {text!r} does not match {want!r}")


def readiness_demo(folder):
    """Everything is there; the values of the components that call each other are this run's."""
    boxes = readiness(folder)
    expect_boxes(boxes)
    for title, pattern in (("framework complete", r"^unit tests: 0 tests failed out of 99$"),
                           ("adapter layer", r"^\d\d\d passed, 0 failed$"), ("kernel built and configured", r"AArch64, MCS"),
                           ("boot sequence verified", r"^7 of 7 stages"), ("IPC between components tested", r"^[2-9] of [2-9] ")):
        check(re.search(pattern, boxes[title][1]), f"{title}: {boxes[title][1]}")


def readiness_open(folder):
    """What does not work leaves its box open, and no other."""
    demo = folder / "demo"
    shutil.copytree(source / "examples/demo", demo)
    expectations = (demo / "expect.toml").read_text()
    (demo / "expect.toml").write_text(expectations.replace("$sum(ipc, 7260)", "$sum(ipc, 7261)"))
    stand_in(folder, "ctest", 'echo "99% tests passed, 1 tests failed out of 99"; exit 8')
    expect_boxes(readiness(folder, demo), framework=r"1 tests failed out of 99", mock=r"^not verified", compiled=r"^not verified",
                 qemu=r"^not verified", ipc=r"^[2-9] of [3-9] reports of components that call each other")
    # A system in which nobody calls another, on a host whose QEMU does nothing.
    stand_in(folder, "ctest", 'echo "100% tests passed, 0 tests failed out of 99"')
    hello = source / "examples/hello"
    expect_boxes(readiness(folder, hello), ipc=r"^no report that is expected of components that call each other has a value of the seed")
    stand_in(folder, "qemu-system-aarch64", "exit 1")
    expect_boxes(readiness(folder, hello), adapter=False, compiled=r"^not verified", qemu=r"^not verified",
                 boot=False, ipc=False)


def readiness_refuses(folder):
    boxes = readiness(folder, folder / "none.toml")
    expect_boxes(boxes, mock="no such file", build="no such file", compiled="no such file", qemu="no such file",
                 boot="left no log", ipc="left no log")
    text = expect(kaal("readiness", "--build-dir", build, folder / "none.toml",
                       env={"PATH": f"{folder}/bin:{os.environ['PATH']}"}), 1,
                  r"^\[x\] framework complete +unit tests", r"^\[ \] build configuration +\S+none\.toml: error: ",
                  r"^      kaal check .*none\.toml$", r"^4 of 10 boxes$")
    check(len(re.findall(r"^\[[x ]\]", text, re.M)) == 10, "another number of boxes", text)
    expect(kaal("readiness", "a", "b"), 2, r"more than one SYSTEM")
    expect(kaal("readiness", "--set", "boot"), 2, r"unknown option --set")
    expect(kaal("readiness", "--build-dir", "/nowhere"), 1, r"^kaal: error: no build folder /nowhere")
    expect(kaal("readiness", "--build-dir", build, env={"TMPDIR": "/nowhere"}), 1, r"^kaal: error: cannot write /nowhere/kaal")


with tempfile.TemporaryDirectory() as scratch:
    globals()[case.replace("-", "_")](pathlib.Path(scratch).resolve())
print(f"{case}: as it must be")
