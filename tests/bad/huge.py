#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is too large to lie in the tree: files of 100 MB, nesting of a hundred thousand, the bombs of XML.

    huge.py KAAL BAD_PROGRAMS

Each is made, checked and removed. The tool must say what is wrong and end, in some seconds, with status 1, without
taking the memory that the file would need, and leave nothing behind.
"""
import pathlib
import resource
import subprocess
import sys
import tempfile

SECONDS = 20
MEMORY = 256 << 20
SIZE = 100_000_000

TOML = (b'[protection_domains.root]\nprogram_image = "root.elf"\n'
        b'[protection_domains.cap_broker]\nprogram_image = "cap_broker.elf"\n')
XML = b'<system><protection_domain name="a"><program_image path="good.elf"/>%s</protection_domain></system>'


def fill(unit, size=SIZE):
    return unit * (size // len(unit))


def bomb(levels):
    lines = ['<!DOCTYPE system [', '<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, levels)]
    return "\n".join(lines + ["]>", f"<system>&a{levels - 1};</system>"]).encode()


def to_first(domains, channels, kind):
    """So many domains besides, and from each of them so many channels to the first one."""
    senders = b", ".join(b'"a%d"' % i for i in range(1, domains))
    return (TOML + b"".join(b'[protection_domains.a%d]\nprogram_image = "good.elf"\n' % i for i in range(domains))
            + b"".join(b'[[channels]]\nname = "x%d"\nto = "a0"\nkind = "%s"\nfrom = [%s]\n' % (i, kind, senders)
                       for i in range(channels)))


# Name of the file, its bytes, and what the message must have.
CASES = [
    ("zeros.toml", lambda: bytes(SIZE), "larger than"),
    ("comments.toml", lambda: fill(b"# nothing\n"), "larger than"),
    ("tables.toml", lambda: fill(b"[[channels]]\n"), "larger than"),
    ("zeros.system", lambda: bytes(SIZE), "larger than"),
    ("comment.system", lambda: b"<!--" + fill(b"x") + b"-->" + XML % b"", "larger than"),
    ("elements.system", lambda: XML % fill(b'<map mr="m" vaddr="0"/>'), "larger than"),
    ("attribute.system", lambda: XML % (b'<map mr="' + fill(b"m") + b'"/>'), "larger than"),
    # As large as a description may be, and of one thing only.
    ("newlines.toml", lambda: TOML + fill(b"\n", 1_000_000) + b"x", "="),
    ("arrays.toml", lambda: b"a = " + b"[" * 1_000_000, "nested deeper than"),
    ("inline.toml", lambda: b"a = " + fill(b"{ a = ", 1_000_000), "nested deeper than"),
    ("dotted.toml", lambda: fill(b"a.", 1_000_000) + b"a = 1", "parts"),
    ("channels.toml", lambda: TOML + fill(b"[[channels]]\n", 1_000_000), "channel"),
    ("domains.toml",
     lambda: TOML + b"".join(b'[protection_domains.a%d]\nprogram_image = "x"\n' % i for i in range(18_000)), "at most"),
    ("too_many_domains.toml",
     lambda: TOML + b"".join(b'[protection_domains.a%d]\nprogram_image = "x"\n' % i for i in range(1023)),
     "1025 protection domains; use at most 1024"),
    ("too_many_domains.system",
     lambda: b"<system>" + b"".join(
         b'<protection_domain name="a%d"><program_image path="x"/></protection_domain>' % i
         for i in range(1023)) + b"</system>",
     "1023 protection domains; use at most 1022"),
    ("too_many_signals.toml", lambda: to_first(64, 63, b"notify"), "3969 signals; give it at most 3968"),
    ("too_many_entries.toml", lambda: to_first(901, 5, b"call"),
     "capabilities, channels and mappings, more than its start page can tell; give it at most 4077"),
    ("name.toml", lambda: TOML + b"[protection_domains." + fill(b"a", 1_000_000) + b"]", "name of"),
    ("mistakes.toml", lambda: b"".join(b"a%d = 1\n" % i for i in range(90_000)), "unknown"),
    ("deep.system", lambda: fill(b"<system>", 1_000_000), "nest deeper than"),
    ("attributes.system",
     lambda: b"<system " + b" ".join(b'a%d=""' % i for i in range(80_000)) + b"/>", "unknown"),
    ("wide.system", lambda: XML % fill(b'<map mr="m" vaddr="0"/>', 1_000_000), "`m`"),
    ("domains.system", lambda: b"<system>" + fill(b"<protection_domain/>", 1_000_000) + b"</system>",
     "without `name`"),
    ("name.system", lambda: b"<" + fill(b"s", 1_000_000) + b"/>", "first element"),
    ("text.system", lambda: b"<system>" + fill(b"&#65;", 1_000_000) + b"</system>", "text in"),
    ("bomb.system", lambda: bomb(10), "document type"),
    ("bomb_deep.system", lambda: bomb(10_000), "document type"),
    ("quadratic.system",
     lambda: b'<!DOCTYPE s [<!ENTITY a "' + fill(b"a", 500_000) + b'">]><s>' + fill(b"&a;", 400_000) + b"</s>",
     "document type"),
]


def check(kaal, folder, name):
    result = subprocess.run(
        [kaal, "check", "--build-dir", "build", "-I", "programs", name], cwd=folder,
        capture_output=True, timeout=SECONDS, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
    return result.returncode, (result.stdout + result.stderr).decode(errors="backslashreplace")


def main():
    kaal, programs = (pathlib.Path(a).resolve() for a in sys.argv[1:3])
    failed = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([programs, folder], check=True)
        before = sorted(folder.rglob("*"))
        for file, content, wanted in CASES:
            (folder / file).write_bytes(content())
            status, said = check(kaal, folder, file)
            (folder / file).unlink()
            if status != 1 or wanted not in said or f"{file}:" not in said:
                failed.append(f"{file}: status {status}, expected 1 and `{wanted}`:\n{said[:500]}")
        if sorted(folder.rglob("*")) != before:
            failed.append("kaal check wrote files")
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    if largest > MEMORY:
        failed.append(f"a check took {largest >> 20} MiB of memory")
    print("\n".join(failed))
    print(f"{len(CASES)} descriptions, {len(failed)} not as expected, {largest >> 20} MiB at most")
    return 1 if failed else 0


sys.exit(main())
