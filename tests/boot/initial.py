#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What tools know of the kernel from its ELF, and what the initial task finds.

usage: initial.py TOOL BUILD-FOLDER SYSTEM CONFIG MEBIBYTES [KERNEL]

Tools that place the initial task's objects themselves, such as Microkit's, read the kernel's ELF and
work out what the kernel will do at boot. So does this test, by the rules of the seL4 ABI alone (§12
and §14) and without looking at the kernel's code: then it boots, and what the root task tells must
be the same to the slot and the byte. KERNEL is any kernel of that configuration; the default is ours.
"""
import json
import pathlib
import re
import struct
import subprocess
import sys

tool, build, system, config, mebibytes, *other = sys.argv[1:]
build = pathlib.Path(build)
target = build / "target" / config
kernel_path = pathlib.Path(other[0] if other else target / "kernel/kernel.elf")

PAGE = 0x1000
BLOCK = 2 << 20
WINDOW = 1 << 30
RAM = 0x40000000
RAM_SIZE = int(mebibytes) << 20
GIC_PAGES = (0x08000000, 0x08010000)
DEVICE_TOP = 1 << 40
UNTYPED_BITS = (4, 47)
FIRST_FREE_SLOT = 16
LIST_LENGTH = 230
PT_LOAD, SHT_SYMTAB = 1, 2

problems = []


def check(ok, what):
    if not ok:
        problems.append(what)


def down(value, size):
    return value // size * size


def up(value, size):
    return down(value + size - 1, size)


# --- the kernel's ELF ------------------------------------------------------------------------------


class Elf:
    """Entry, LOAD segments as (vaddr, paddr, file size, memory size), symbols."""

    def __init__(self, path):
        data = path.read_bytes()
        self.entry, headers, sections = struct.unpack_from("<QQQ", data, 24)
        size, count, section_size, section_count = struct.unpack_from("<4H", data, 54)
        self.loads = []
        for i in range(count):
            kind, _, _, vaddr, paddr, filesz, memsz, _ = struct.unpack_from(
                "<IIQQQQQQ", data, headers + i * size)
            if kind == PT_LOAD:
                self.loads.append((vaddr, paddr, filesz, memsz))
        table = [struct.unpack_from("<IIQQQQIIQQ", data, sections + i * section_size)
                 for i in range(section_count)]
        self.symbols = {}
        for _, kind, _, _, offset, length, link, _, _, entry_size in table:
            if kind != SHT_SYMTAB:
                continue
            names = table[link][4]
            for at in range(offset, offset + length, entry_size):
                name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", data, at)
                end = data.index(b"\0", names + name)
                self.symbols[data[names + name:end].decode()] = value


def check_elf(elf):
    offsets = {vaddr - paddr for vaddr, paddr, _, _ in elf.loads}
    check(len(offsets) == 1, f"LOAD segments differ in vaddr - paddr: {offsets}")
    first = min(vaddr for vaddr, _, _, _ in elf.loads)
    last = max(vaddr + size for vaddr, _, _, size in elf.loads)
    check(min(paddr for _, paddr, _, _ in elf.loads) == RAM, "the kernel does not begin where RAM does")
    check(first % BLOCK == 0, f"the first segment at {first:#x} is not aligned to a block")
    check(first // WINDOW == (last - 1) // WINDOW, "the segments are not all in one window of 1 GiB")
    check(first <= elf.entry < last, f"entry {elf.entry:#x} lies outside the segments")
    for name in ("ki_end", "ki_boot_end"):
        check(name in elf.symbols, f"no symbol {name}")
        check(first < elf.symbols.get(name, 0) <= up(last, PAGE), f"{name} lies outside the segments")
    check(elf.symbols.get("ki_end", 0) >= last, "ki_end lies before the end of the last segment")


# --- the machine, seen by the loader ---------------------------------------------------------------


def boot():
    """Lines of the run: a list of (event, {key: value})."""
    kernel = ["--kernel", str(kernel_path)] if other else []
    run = subprocess.run(
        [tool, "run", "--build-dir", str(build), "--config", config, "-m", f"{mebibytes}M", *kernel, system],
        capture_output=True, text=True, errors="replace", timeout=100)
    lines = []
    for event, words in re.findall(r"^\[(?:root|loader)\] @(\w+) ?(.*)$", run.stdout, re.M):
        lines.append((event, dict(word.split("=", 1) for word in words.split())))
    if run.returncode != 0 or not any(event == "untyped" for event, _ in lines):
        sys.exit(f"the system did not boot\n{run.stdout}{run.stderr}")
    return lines


def numbers(values):
    return {key: int(value, 0) for key, value in values.items() if re.fullmatch(r"(0x)?[0-9a-f]+", value)}


# --- what the kernel will do -----------------------------------------------------------------------


def without(ranges, start, end):
    """The ranges less [start, end)."""
    left = []
    for a, b in ranges:
        left += [(a, min(b, start))] if a < start else []
        left += [(max(a, end), b)] if b > end else []
    return [(a, b) for a, b in left if a < b]


def pieces(ranges, device):
    """Naturally aligned powers of two, greedily from the start; too small ones are lost."""
    found = []
    for start, end in ranges:
        while start < end:
            bits = min((end - start).bit_length() - 1, UNTYPED_BITS[1])
            if start != 0:
                bits = min(bits, (start & -start).bit_length() - 1)
            if bits >= UNTYPED_BITS[0]:
                found.append((start, bits, device))
            start += 1 << bits
    return found


class Expected:
    """The initial allocation, from the kernel's ELF, its configuration and where the loader put things.

    `kernel`, `user`: [start, end), physical. `image`: virtual address of the user image. `tree`: physical
    address of the device tree, `tree_size` its bytes.
    """

    def __init__(self, elf, keys, kernel, user, image, tree, tree_size):
        self.cnode_bits = int(keys["ROOT_CNODE_SIZE_BITS"])
        self.extra = 16 + tree_size
        image_end = image + user[1] - user[0]
        self.buffer, self.info = image_end, image_end + PAGE
        space_end = up(image_end + 2 * PAGE + self.extra, PAGE)
        self.tables = sum(
            (up(space_end, 1 << bits) - down(image, 1 << bits)) >> bits for bits in (39, 30, 21))
        self.slots(keys, (user[1] - user[0]) // PAGE)
        free = [(RAM, RAM + RAM_SIZE)]
        for start, end in (kernel, (tree, tree + tree_size), user):
            free = without(free, start, end)
        free = self.place(free, 12 if keys["HARDWARE_DEBUG_API"] else 11)
        device = [(0, RAM), (RAM + RAM_SIZE, DEVICE_TOP)]
        for page in GIC_PAGES:
            device = without(device, page, page + PAGE)
        boot_end = elf.symbols["ki_boot_end"] - elf.loads[0][0] + kernel[0]
        self.untyped = pieces(device, 1) + pieces([(kernel[0], boot_end)], 0) + pieces(free, 0)

    def slots(self, keys, frames):
        """Slots of each kind, one kind after the other."""
        self.regions = {}
        at = FIRST_FREE_SLOT
        for name, count in (("tables", self.tables), ("extra", up(self.extra, PAGE) // PAGE),
                            ("control", int(keys["MAX_NUM_NODES"])), ("image", frames)):
            self.regions[name] = (at, at + count)
            at += count

    def place(self, free, tcb_bits):
        """Where the objects go; the free ranges that they leave."""
        cnode, extra = self.cnode_bits + 5, max(12, (self.extra - 1).bit_length())
        alignment = max(cnode, 12, extra)
        order = [("extra", extra)] if extra >= alignment else []
        order += [("cnode", cnode)]
        order += [("extra", extra)] if extra < alignment else []
        order += [("vspace", 12), ("asid pool", 12), ("buffer", 12), ("info", 12)]
        order += [("tcb", 12)] if tcb_bits == 12 else []
        order += [("table", 12)] * self.tables
        order += [("tcb", 11)] if tcb_bits == 11 else []
        order += [("sc", 7)]
        size = sum(1 << bits for _, bits in order)
        for start, end in reversed(free):
            first = down(end - size, 1 << alignment) if end - start >= size else -1
            if first >= start:
                break
        else:
            sys.exit("there is no room for the initial task's objects")
        self.frames, at = {}, first
        for name, bits in order:
            self.frames[name] = at
            at += 1 << bits
        return without(free, first, first + size)

    def all_regions(self):
        start = self.regions["image"][1]
        end = start + len(self.untyped)
        return {**self.regions, "untyped": (start, end), "empty": (end, 1 << self.cnode_bits),
                "shared": (0, 0)}


# --- comparison ------------------------------------------------------------------------------------


def compare(what, seen, expected):
    check(seen == expected, f"{what}: {seen}, expected {expected}")


def compare_all(lines, expected, user):
    first = {event: numbers(values) for event, values in reversed(lines)}
    compare("info", first["info"], {
        "at": expected.info, "buffer": expected.buffer, "extra": expected.extra, "node": 0, "nodes": 1,
        "cnode_bits": expected.cnode_bits, "domain": 0})
    frames = {name: expected.frames[name] for name in ("info", "buffer", "extra")}
    compare("frames", first["frames"], {**frames, "image": user[0]})
    compare("regions", {v["name"]: (int(v["start"]), int(v["end"])) for e, v in lines if e == "region"},
            expected.all_regions())
    seen = [tuple(numbers(v).values()) for e, v in lines if e == "untyped"]
    check(len(expected.untyped) <= LIST_LENGTH, "more untyped memory than the list holds")
    compare("number of untyped capabilities", len(seen), len(expected.untyped))
    for i, (a, b) in enumerate(zip(seen, expected.untyped)):
        compare(f"untyped capability {i}", a, b)


def main():
    elf = Elf(kernel_path)
    check_elf(elf)
    lines = boot()
    enter = next(values for event, values in lines if event == "enter")
    kernel, user = (tuple(int(x, 0) for x in enter[name].split("-")) for name in ("kernel", "user"))
    offset = elf.loads[0][0] - elf.loads[0][1]
    compare("end of the kernel", kernel, (RAM, elf.symbols["ki_end"] - offset))
    compare("entry", int(enter["entry"], 0), elf.entry)
    keys = json.loads((target / "gen_config/kernel/gen_config.json").read_text())
    root = Elf(target / "bin/root_tells.elf")
    tree_size = next(int(values["extra"]) for event, values in lines if event == "info") - 16
    expected = Expected(elf, keys, kernel, user, down(min(load[0] for load in root.loads), PAGE),
                        int(enter["dtb"], 0), tree_size)
    compare_all(lines, expected, user)
    if problems:
        sys.exit("\n".join(problems))
    print(f"{len(expected.untyped)} untyped capabilities, {len(expected.all_regions())} regions of slots and "
          f"{len(expected.frames)} objects are where they should be")


main()
