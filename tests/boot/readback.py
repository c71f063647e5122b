#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the description says is what the kernel holds, nothing more.

Boots a system, stops the machine when the first component is about to execute its first instruction - all are
built, none has asked for anything - and reads the kernel's objects and the translation tables from outside. What
is found is compared with `kaal plan --json`:

  - there is a thread for each component, and besides those the broker's alone
  - each slot of each component's CNode: type, object, badge, rights; what is not in the plan is empty
  - priorities, budgets, bound notifications, fault and timeout handlers, IPC buffer, interrupts
  - each page of each address space: address, rights, caching, physical address where the plan knows it; two pages
    are the same memory exactly if the plan says so, and what a program file has is in it

An object has no name in the kernel. So the names of the plan and the addresses found must match one to one.

  agrees   a system as it is
  judge    every entry of the plan changed by hand, one by one: each change is found
  books    a broker whose books are wrong (target/broker_errs.c)
  broker   one that gives too much (target/broker_wrong.c)
  stacks   at the system's end: no deeper than `kaal plan` says

usage: readback.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER CAPS-PROGRAM SYSTEM [MACHINE-OPTION]...
"""
import copy
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

from outside import PAGE, Gdb, Machine, address_widths, mappings, symbols_of, translation_roots

CONFIG = "mcs-dbg"
FAULT_BADGE = 1 << 62
INBOX_ROOT_BITS, MICROKIT_ROOT_BITS = 1, 6
NORMAL_MEMORY = 0xff  # of MAIR_EL1: write-back, cached
ROUND_ROBIN = 0
HEADER, NAME = 128, 64  # bytes of the packed system's header before the tables, of a name
FILES_TABLE = 5


# --- the kernel's memory ----------------------------------------------------------------------------

class Kernel:
    """Reads structures at the kernel's addresses. Capabilities have physical ones."""

    def __init__(self, machine, gdb, target, caps):
        self.machine = machine
        self.caps = caps
        raw = (target / "bin/readback_layout.bin").read_bytes()
        entries = (struct.unpack_from("<24sQ", raw, i) for i in range(0, len(raw), 32))
        self.layout = {name.rstrip(b"\0").decode(): offset for name, offset in entries}
        self.symbols = symbols_of(target / "kernel/kernel.elf")
        self.bits = address_widths(gdb)
        self.maps = mappings(machine.table, translation_roots(gdb)["kernel"], self.bits["kernel"],
                             (1 << 64) - (1 << self.bits["kernel"]))
        self.attributes = gdb.register("MAIR_EL1")
        self.frequency = gdb.register("CNTFRQ_EL0")

    def physical(self, address):
        found = next(m for m in self.maps if m.at <= address < m.at + m.size)
        return found.physical + address - found.at

    def word(self, address, field=None, size=8):
        at = self.physical(address + (self.layout[field] if field else 0))
        return int.from_bytes(self.machine.memory(at, size), "little")

    def slots(self, physical, count):
        """The capabilities in `count` slots, as dictionaries."""
        size = self.layout["slot.size"]
        raw = self.machine.memory(physical, size * count)
        words = "".join("%x %x\n" % struct.unpack_from("<2Q", raw, i * size) for i in range(count))
        lines = subprocess.run([self.caps], input=words, capture_output=True, text=True, check=True).stdout
        return [self.named(line) for line in lines.splitlines()]

    @staticmethod
    def named(line):
        kind, *fields = line.split()
        cap = {"kind": kind, **dict(f.split("=") for f in fields)}
        return {k: int(v, 0) if re.fullmatch(r"0x[0-9a-f]+|\d+", v) else v for k, v in cap.items()}

    def threads(self):
        at = self.word(self.symbols["kernel"], "kernel.all_threads")
        while at:
            yield at
            at = self.word(at, "tcb.all_next")

    def space(self, root):
        return mappings(self.machine.table, root, self.bits["user"], 0)

    def is_cached(self, mapping):
        return self.attributes >> 8 * mapping.attribute & 0xff == NORMAL_MEMORY

    def ticks(self, us):
        return us * self.frequency // 1_000_000


class Thread:
    def __init__(self, kernel, at):
        self.physical = kernel.physical(at)
        self.slots = kernel.slots(kernel.physical(at + kernel.layout["tcb.slots"]), 5)
        self.priority = kernel.word(at, "tcb.priority", 1)
        self.max_priority = kernel.word(at, "tcb.max_priority", 1)
        self.buffer = kernel.word(at, "tcb.buffer")
        bound = kernel.word(at, "tcb.notification")
        self.notification = kernel.physical(bound) if bound else None
        context = kernel.word(at, "tcb.sched_context")
        self.context = kernel.physical(context) if context else None
        if context:
            self.number, self.period, self.budget = (
                kernel.word(context, f"sched_context.{f}") for f in ("badge", "period", "budget"))
        for name in ("cspace", "vspace", "buffer", "fault", "timeout"):
            setattr(self, f"{name}_cap", self.slots[kernel.layout[f"slot.{name}"]])
        self.space = kernel.space(self.vspace_cap["address"])

    def component(self):
        """Its number; None: it has no fault handler. A parent sees its own number for it in the badge of its faults."""
        badge = self.fault_cap.get("badge", 0)
        if not badge & FAULT_BADGE:
            return None
        to_broker = badge & ~FAULT_BADGE > 0xffffffff
        return badge & 0xffffffff if to_broker or not self.context else self.number


class Snapshot:
    """All that the comparison needs, so that it can be made again with another plan."""

    def __init__(self, kernel, plan):
        self.kernel = kernel
        self.threads = [Thread(kernel, at) for at in kernel.threads()]
        self.cnodes = {t.physical: self.cnode(kernel, t) for t in self.threads}
        layout = kernel.layout
        at = kernel.symbols["kernel"] + layout["kernel.irq_notification"]
        numbers = {irq["number"] for d in plan["devices"] for irq in d["interrupts"]}
        numbers |= {cap["number"] for c in plan["components"] for cap in c["capabilities"] if "number" in cap}
        self.irqs = {n: kernel.slots(kernel.physical(at + n * layout["slot.size"]), 1)[0] for n in numbers}
        self.pages = {}

    @staticmethod
    def cnode(kernel, thread):
        """The root capability, that of the component's own CNode, the slots of that, and those beside it in the root."""
        root = thread.cspace_cap
        if root["bits"] > 16:  # the broker's, which holds everything
            return root, root, kernel.slots(root["address"], 64), []
        if root["bits"] not in (INBOX_ROOT_BITS, MICROKIT_ROOT_BITS):
            return root, root, kernel.slots(root["address"], 1 << root["bits"]), []
        own, *beside = kernel.slots(root["address"], 1 << root["bits"])
        if root["bits"] == INBOX_ROOT_BITS:
            beside += kernel.slots(beside[0]["address"], 1 << beside[0]["bits"])
        return root, own, kernel.slots(own["address"], 1 << own["bits"]), beside

    def page(self, physical):
        if physical not in self.pages:
            self.pages[physical] = self.kernel.machine.memory(physical, PAGE)
        return self.pages[physical]


# --- the comparison ---------------------------------------------------------------------------------

class Names:
    """Names of the plan and addresses of the kernel, one to one."""

    def __init__(self, problems):
        self.problems = problems
        self.address_of = {}
        self.name_of = {}

    def same(self, name, address, where):
        known = self.address_of.setdefault(name, address)
        if known != address:
            self.problems.append(f"{where}: is not {describe(name)}")
        other = self.name_of.setdefault(address, name)
        if other != name:
            self.problems.append(f"{where}: is {describe(other)}, not {describe(name)}")


def describe(name):
    return " ".join(str(part) for part in name)


def letters(cap):
    """Rights of the plan as the kernel has them: who may send to an endpoint may also call, which needs an answer."""
    return set(cap["rights"]) | ({"p"} if cap["kind"] == "endpoint" and "w" in cap["rights"] else set())


class Comparison:
    def __init__(self, plan, snapshot, programs):
        self.plan = plan
        self.snapshot = snapshot
        self.kernel = snapshot.kernel
        self.programs = programs
        self.problems = []
        self.names = Names(self.problems)
        self.counts = {"slots": 0, "held": 0, "pages": 0}

    def check(self, ok, what):
        if not ok:
            self.problems.append(what)

    def equal(self, where, what, found, wanted):
        self.check(found == wanted, f"{where}: {what} is {found}, the plan has {wanted}")

    def run(self):
        components = {c["number"]: c for c in self.plan["components"] if c["role"] == "component"}
        broker = next(c for c in self.plan["components"] if c["role"] == "broker")
        found = {}
        others = []
        for thread in self.snapshot.threads:
            number = thread.component()
            (others.append(thread) if number is None else found.setdefault(number, []).append(thread))
        self.equal("threads", "the set of components", sorted(found), sorted(components))
        self.equal("threads", "the number of others, but for the broker's", len(others), 1)
        for number, component in components.items():
            for thread in found.get(number, [])[:1]:
                self.anchor(component, thread)
        for number, component in components.items():
            threads = found.get(number, [])
            self.equal(component["name"], "the number of its threads", len(threads), 1)
            for thread in threads[:1]:
                self.compare_thread(component, thread, broker)
                self.compare_slots(component, thread)
                self.compare_space(component, thread)
        for thread in others[:1]:
            self.compare_broker(broker, thread)
        return self.problems

    def anchor(self, component, thread):
        """What a thread itself shows of its objects."""
        name = component["name"]
        self.names.same(("tcb", name), thread.physical, name)
        self.names.same(("vspace", name), thread.vspace_cap["address"], f"{name}: address space")
        self.names.same(("cnode", name), self.snapshot.cnodes[thread.physical][1]["address"], f"{name}: CNode")
        if thread.context:
            self.names.same(("sched_context", name), thread.context, f"{name}: scheduling context")
        if thread.notification:
            self.names.same(("notification", name), thread.notification, f"{name}: bound notification")

    # --- threads

    def compare_thread(self, component, thread, broker):
        name = component["name"]
        self.equal(name, "priority", thread.priority, component["priority"])
        self.equal(name, "max_priority", thread.max_priority, component["max_priority"])
        self.check(thread.context is not None, f"{name}: no scheduling context")
        if thread.context:
            self.equal(name, "number in its scheduling context", thread.number, component["number"])
            self.equal(name, "budget in ticks", thread.budget, self.kernel.ticks(component["budget_us"]))
            round_robin = component["budget_us"] == component["period_us"]
            self.equal(name, "period in ticks", thread.period,
                       ROUND_ROBIN if round_robin else self.kernel.ticks(component["period_us"]))
        handler = component["faults"]
        for what, cap in (("fault", thread.fault_cap), ("timeout", thread.timeout_cap)):
            if what == "timeout" and "timeout" not in component["flags"]:
                self.equal(name, "timeout handler", cap["kind"], "none")
                continue
            self.equal(name, f"{what} handler", cap["kind"], "endpoint")
            self.equal(name, f"badge of its {what}s", hex(cap.get("badge", 0)), handler["badge"])
            self.equal(name, f"rights of its {what} handler", set(cap.get("rights", "")), {"w", "p"})
            self.names.same(("endpoint", handler["to"]), cap.get("address"), f"{name}: {what} handler")
        holds = component["abi"] == "microkit" or any(cap["kind"] == "irq_handler" or (cap["kind"] == "notification" and cap["of"] == name)
                    for cap in component["capabilities"])
        self.equal(name, "a bound notification", thread.notification is not None, holds)

    # --- capability slots

    def compare_slots(self, component, thread):
        name = component["name"]
        root, own, slots, beside = self.snapshot.cnodes[thread.physical]
        microkit = component["abi"] == "microkit"
        bits = next(o["bits"] for o in component["objects"] if o["kind"] == "cnode")
        self.equal(name, "bits of its CNode", own.get("bits"), bits)
        self.equal(name, "a root above it", bool(beside), microkit or "inbox" in component["flags"])
        self.equal(name, "bits that its capability space resolves",
                   own["bits"] + own["guard_size"] + (root["bits"] + root["guard_size"] if beside else 0), 64)
        self.check(own["guard"] == 0 and root["guard"] == 0, f"{name}: a guard in its capability space")
        self.compare_all(f"{name}: slot", slots, 0, [c for c in component["capabilities"] if "root" not in c])
        if microkit:
            self.compare_all(f"{name}: slot of the root", beside, 1, [c for c in component["capabilities"] if "root" in c])
        elif beside:
            self.names.same(("inbox", name), beside[0].get("address"), f"{name}: inbox")
            for number, found in enumerate(beside[1:]):
                self.counts["slots"] += 1
                self.equal(f"{name}: slot {number} of its inbox", "what it holds", found["kind"], "none")

    def compare_all(self, where, slots, first, capabilities):
        planned = {cap["slot"]: cap for cap in capabilities}
        for number, found in enumerate(slots, first):
            self.counts["slots"] += 1
            self.counts["held"] += found["kind"] != "none"
            self.compare_slot(f"{where} {number}", found, planned.pop(number, None))
        for slot in planned:
            self.problems.append(f"{where} {slot} of the plan is not in its CNode")

    def compare_slot(self, where, found, planned):
        if planned is None:
            self.equal(where, "what it holds", found["kind"], "none")
            return
        kind = planned["kind"]
        self.equal(where, "type", found["kind"], "cnode" if kind == "inbox" else kind)
        if found["kind"] != ("cnode" if kind == "inbox" else kind):
            return
        if kind in ("endpoint", "notification"):
            self.equal(where, "badge", hex(found["badge"]), planned["badge"])
            self.equal(where, "rights", set(found["rights"]), letters(planned))
        if kind == "irq_handler":
            self.compare_irq(where, found, planned, where.split(":")[0])
        elif kind == "frame":
            self.equal(where, "rights", set(found["rights"]), set(planned["rights"]))
            self.equal(where, "address space that it is mapped in", found["asid"], 0)
            self.names.same(("region", planned["of"], planned["index"]), found["address"], where)
        else:
            self.names.same((kind, planned["of"]), found["address"], where)

    def compare_irq(self, where, found, planned, holder):
        device = next((d for d in self.plan["devices"] if d["name"] == planned["of"]), None)
        number = planned["number"] if "number" in planned else device["interrupts"][planned["index"]]["number"]
        self.equal(where, "interrupt", found["irq"], number)
        signal = self.snapshot.irqs.get(found["irq"], {"kind": "none"})
        self.equal(where, "what it signals", signal["kind"], "notification")
        if signal["kind"] == "notification":
            self.equal(where, "badge of its signal", hex(signal["badge"]), planned["badge"])
            self.names.same(("notification", holder), signal["address"], f"{where}: what it signals")

    def compare_broker(self, component, thread):
        """Of its capability space, which has everything, what the plan gives it; and what nobody else's memory is."""
        slots = self.snapshot.cnodes[thread.physical][2]
        for cap in component["capabilities"]:
            where = f"{component['name']}: slot {cap['slot']}"
            found = slots[cap["slot"]]
            self.equal(where, "type", found["kind"], cap["kind"])
            if found["kind"] != cap["kind"]:
                continue
            if cap["kind"] in ("endpoint", "notification") and cap["of"] != component["name"]:
                self.equal(where, "badge", hex(found["badge"]), cap["badge"])
                self.equal(where, "rights", set(found["rights"]), letters(cap))
            self.names.same((cap["kind"], cap["of"]), found["address"], where)
        planned = {page for m in component["maps"] for page in pages_of(m)}
        for page in self.user_pages(thread):
            owner = self.names.name_of.get(page.physical, ("",))
            if owner[0] in ("private", "region") and page.at not in planned:
                self.problems.append(f"{component['name']}: {page.at:#x} is {describe(owner)}")

    # --- address spaces

    def user_pages(self, thread):
        for m in thread.space:
            for offset in range(0, m.size, PAGE):
                yield m._replace(at=m.at + offset, physical=m.physical + offset, size=PAGE)

    def compare_space(self, component, thread):
        name = component["name"]
        planned = {page: (m, offset) for m in component["maps"] for page, offset in pages_of(m).items()}
        self.equal(name, "the number of its pages", len(planned), sum(len(pages_of(m)) for m in component["maps"]))
        for page in self.user_pages(thread):
            self.counts["pages"] += 1
            where = f"{name}: page {page.at:#x}"
            if page.at not in planned:
                self.problems.append(f"{where} is mapped, the plan does not have it")
                continue
            self.compare_page(component, where, page, *planned.pop(page.at))
        for at in planned:
            self.problems.append(f"{name}: page {at:#x} of the plan is not mapped")
        self.equal(name, "address of its IPC buffer", hex(thread.buffer), component["ipc_buffer"])

    def compare_page(self, component, where, page, planned, offset):
        rights = "r" * page.user_access + "w" * page.write + "x" * page.user_execute
        self.equal(where, "rights", rights, planned["rights"])
        self.check(not page.execute, f"{where}: executable by the kernel")
        self.equal(where, "caching", self.kernel.is_cached(page), planned["cached"])
        if planned["paddr"] is not None:
            self.equal(where, "physical address", hex(page.physical), hex(int(planned["paddr"], 16) + offset))
        self.names.same(self.memory_name(component, planned, offset), page.physical, where)
        if planned["what"] == "program":
            wanted = self.programs[component["file"]].page(page.at)
            self.check(self.snapshot.page(page.physical)[:len(wanted)] == wanted,
                       f"{where}: not what {component['program']} has there")

    def memory_name(self, component, planned, offset):
        at = int(planned["vaddr"], 16) + offset
        if planned["what"] == "region":
            return "region", planned["name"], offset // PAGE
        if planned["what"] == "device":
            return "device", planned["paddr"], offset
        if planned["what"] == "program" and self.programs[component["file"]].is_shared(at):
            return "file", component["program"], component["file"], at
        # The broker writes it, and sees it for that.
        return "start page" if planned["what"] == "start_page" else "private", component["name"], hex(at)


def pages_of(m):
    start = int(m["vaddr"], 16)
    return {start + offset: offset for offset in range(0, m["size"], PAGE)}


class Program:
    """The segments of an ELF file."""

    def __init__(self, data):
        self.data = data
        phoff, phnum = struct.unpack_from("<Q", self.data, 32)[0], struct.unpack_from("<H", self.data, 56)[0]
        headers = (struct.unpack_from("<IIQQQQQ", self.data, phoff + 56 * i) for i in range(phnum))
        self.segments = [h for h in headers if h[0] == 1 and h[6]]
        self.entry = struct.unpack_from("<Q", self.data, 24)[0]

    def segment(self, at):
        return next(s for s in self.segments if s[3] & -PAGE <= at < s[3] + s[6])

    def is_shared(self, at):
        _, flags, *_, filesz, memsz = self.segment(at)
        return not flags & 2 and filesz == memsz

    def page(self, at):
        """What the file has at this page, if it is there from its first byte on."""
        _, _, offset, vaddr, _, filesz, _ = self.segment(at)
        if at < vaddr:
            return b""
        return self.data[offset + at - vaddr:offset + min(at - vaddr + PAGE, filesz)]


# --- cases ------------------------------------------------------------------------------------------

def packed(folder, system):
    """Packs a system, and its plan, which is the same on every machine but for the devices, which these share."""
    pack = ["--build-dir", str(build), "--config", CONFIG, "--search-path", str(build / f"target/{CONFIG}/bin")]
    subprocess.run([tool, "build", "--quiet", *pack, "--output", folder / "loader.elf", system], check=True)
    return json.loads(subprocess.run([tool, "plan", "--json", *pack, system], capture_output=True, check=True).stdout)


def root_memory(folder):
    """The root task's memory as the loader makes it: abi/kaal/boot.h says where its ELF file is."""
    raw = (folder / "system.bin").read_bytes()
    boot = raw.index(b"KAALBOOT")
    offset, size = struct.unpack_from("<QQ", raw, boot + 48)
    root = Program(raw[boot + offset:boot + offset + size])
    low = min(s[3] for s in root.segments)
    memory = bytearray(max(s[3] + s[6] for s in root.segments) - low)
    for _, _, at, vaddr, _, filesz, _ in root.segments:
        memory[vaddr - low:vaddr - low + filesz] = root.data[at:at + filesz]
    return bytes(memory)


def packed_files(folder):
    """What is in the image: the programs of the build, with symbols filled in where they are Microkit's."""
    image = root_memory(folder)
    start = image.index(b"KAALIMG1")
    offset, count, size = struct.unpack_from("<QII", image, start + HEADER + 16 * FILES_TABLE)
    for i in range(count):
        at, length = struct.unpack_from("<QQ", image, start + offset + i * size + NAME)
        yield image[start + at:start + at + length]


def read_back(folder, system, *options):
    """The plan of a system, and the kernel's memory before the first component begins."""
    plan = packed(folder, system)
    used = {c["file"] for c in plan["components"] if "file" in c}
    programs = {n: Program(data) for n, data in enumerate(packed_files(folder)) if n in used}
    machine = Machine(folder, folder / "loader.elf", ",".join(["virt", *options]), "-S")
    try:
        gdb = Gdb(folder / "gdb")
        stop_at_first(machine, gdb, plan, programs)
        kernel = Kernel(machine, gdb, build / f"target/{CONFIG}", caps)
        snapshot = Snapshot(kernel, plan)
        Comparison(plan, snapshot, programs).run()  # reads the pages that it needs
    finally:
        machine.end()
    return plan, snapshot, programs


def stop_at_first(machine, gdb, plan, programs):
    """The broker's instructions may lie at the same addresses: who runs is told by its address space."""
    entries = sorted({programs[c["file"]].entry for c in plan["components"] if c["role"] == "component"})
    while True:
        gdb.run_to(entries)
        kernel = Kernel(machine, gdb, build / f"target/{CONFIG}", caps)
        now = translation_roots(gdb)["user"]
        machine.tables.clear() # they change until then
        running = [t for t in map(lambda at: Thread(kernel, at), kernel.threads())
                   if t.vspace_cap.get("address") == now]
        machine.tables.clear()
        if running and running[0].component() is not None:
            return
        gdb.step()


def stacks(folder, system, *options):
    """When the system has come to its end: no stack was used further down than the program's code says."""
    plan = packed(folder, system)
    machine = Machine(folder, folder / "loader.elf", ",".join(["virt", *options]))
    lines, wrong = [], []
    try:
        machine.await_end()
        kernel = Kernel(machine, Gdb(folder / "gdb"), build / f"target/{CONFIG}", caps)
        threads = {t.component(): t for t in map(lambda at: Thread(kernel, at), kernel.threads())}
        for c in plan["components"]:
            if c["role"] != "component" or c["number"] not in threads:  # it has ended
                continue
            used, said = used_stack(kernel, c, threads[c["number"]]), c["stack"]
            line = f"{c['name']} used {used} B, {said['bound']} {said['deepest']}"
            (lines if 0 < used <= said["deepest"] or said["bound"] == "at_least" else wrong).append(line)
    finally:
        machine.end()
    if wrong or len(lines) < 5:
        fail("a stack is deeper than its program says", wrong or lines)
    print("\n".join(lines))


def used_stack(kernel, component, thread):
    """Bytes from the top of the stack to the lowest word that is not zero."""
    stack = next(m for m in component["maps"] if m["what"] == "stack")
    start = int(stack["vaddr"], 16)
    pages = sorted(m for m in kernel.space(thread.vspace_cap["address"]) if start <= m.at < start + stack["size"])
    content = b"".join(kernel.machine.memory(m.physical, m.size) for m in pages)
    return len(content.lstrip(b"\0"))


def fail(what, lines=()):
    sys.exit("\n".join([f"{case}: {what}", *lines]))


def agrees(folder, system, *options):
    comparison = Comparison(*read_back(folder, system, *options))
    problems = comparison.run()
    if problems:
        fail("the kernel holds something else", problems)
    print(f"{len(comparison.plan['components'])} domains, {comparison.counts['slots']} slots, "
          f"{comparison.counts['held']} held, {comparison.counts['pages']} pages: as planned")


def changes(plan):
    """Each entry of the plan changed in each way: a word for what was done, and the plan."""
    for i, c in enumerate(plan["components"]):
        if c["role"] == "root":
            continue

        def changed(edit, number=i):
            other = copy.deepcopy(plan)
            edit(other["components"][number])
            return other

        for j, cap in enumerate(c["capabilities"]):
            own = c["role"] == "broker" and cap["of"] == c["name"]
            word = f"{c['name']} slot {cap['slot']}"
            if c["role"] != "broker":
                yield f"{word} left out", changed(lambda c, j=j: c["capabilities"].pop(j))
            yield f"{word} of another kind", changed(lambda c, j=j: c["capabilities"][j].update(kind="untyped"))
            if cap["kind"] in ("endpoint", "notification") and not own:
                for key, value in (("badge", hex(int(cap["badge"], 16) ^ 4)), ("rights", cap["rights"] + "g"),
                                   ("rights", cap["rights"].replace("w", "r"))):
                    if cap[key] != value and not (key == "rights" and set(value) == set(cap["rights"])):
                        yield f"{word} {key} {value}", changed(
                            lambda c, j=j, key=key, value=value: c["capabilities"][j].update({key: value}))
            if cap["kind"] == "frame":
                yield f"{word} rights", changed(lambda c, j=j: c["capabilities"][j].update(rights="rw"))
        if c["role"] == "broker":
            continue
        for key in ("priority", "max_priority", "budget_us"):
            yield f"{c['name']} {key}", changed(lambda c, key=key: c.update({key: c[key] + 1}))
        yield f"{c['name']} faults", changed(lambda c: c["faults"].update(badge="0x1"))
        yield f"{c['name']} free slot", changed(lambda c: c["capabilities"].append(
            {"slot": 15, "kind": "reply", "of": c["name"], "rights": "rw", "badge": "0x0", "name": "x"}))
        for j, m in enumerate(c["maps"]):
            word = f"{c['name']} map {m['what']} {m['vaddr']}"
            yield f"{word} left out", changed(lambda c, j=j: c["maps"].pop(j))
            yield f"{word} one page more", changed(lambda c, j=j: c["maps"][j].update(size=c["maps"][j]["size"] + PAGE))
            yield f"{word} rights", changed(lambda c, j=j, r=m["rights"]: c["maps"][j].update(
                rights={"r": "rw", "rw": "r", "rx": "r"}[r]))
            yield f"{word} caching", changed(lambda c, j=j: c["maps"][j].update(cached=not c["maps"][j]["cached"]))
            yield f"{word} physical", changed(lambda c, j=j: c["maps"][j].update(paddr="0x1000"))


def retargeted(plan):
    """Objects exchanged: what leads to one component leads to another."""
    names = [c["name"] for c in plan["components"] if c["role"] == "component"]
    for i, c in enumerate(plan["components"]):
        for j, cap in enumerate(c["capabilities"]):
            # Nothing else in the kernel leads to a reply object: by another name it is the same.
            if cap["kind"] in ("irq_handler", "frame", "reply"):
                continue
            other = copy.deepcopy(plan)
            of = next(n for n in names if n not in (cap["of"], c["name"]))
            other["components"][i]["capabilities"][j]["of"] = of
            yield f"{c['name']} slot {cap['slot']} of {of}", other


def judge(folder, system, *options):
    plan, snapshot, programs = read_back(folder, system, *options)
    problems = Comparison(plan, snapshot, programs).run()
    if problems:
        fail("the plan itself does not agree", problems)
    count = 0
    unseen = []
    for word, other in [*changes(plan), *retargeted(plan)]:
        count += 1
        if not Comparison(other, snapshot, programs).run():
            unseen.append(word)
    if unseen or count < 200:
        fail(f"{len(unseen)} of {count} changes are not found", unseen)
    print(f"{count} changes of the plan, each of them found")


def expect(problems, *patterns):
    missing = [p for p in patterns if not any(re.search(p, problem) for problem in problems)]
    if missing or len(problems) != len(patterns):
        fail(f"{len(patterns)} differences were made; not found: {missing}", problems)
    print("\n".join(problems))


def books(folder, system, *options):
    expect(Comparison(*read_back(folder, system, *options)).run(),
           r"^hello: slot 31: what it holds is notification, the plan has none",
           r"^hello: slot \d+: type is none, the plan has endpoint",
           r"^other: slot \d+: type is notification, the plan has endpoint")


def broker(folder, system, *options):
    text = pathlib.Path(system).read_text().replace('"broker_errs.elf"', '"broker_wrong.elf"')
    (folder / "system.toml").write_text(text)
    expect(Comparison(*read_back(folder, folder / "system.toml", *options)).run(),
           r"^hello: page 0x2000000000 is mapped, the plan does not have it",
           r"^hello: slot \d+: rights is .*'g'.*, the plan has",
           r"^other: slot \d+: badge is 0x\w+, the plan has 0x\w+",
           r"^other: max_priority is 200, the plan has 0")


case, tool, build = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
caps = sys.argv[5]
with tempfile.TemporaryDirectory() as scratch:
    globals()[case](pathlib.Path(scratch), *sys.argv[6:])
