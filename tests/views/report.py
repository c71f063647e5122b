#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`kaal report --html` in a browser without a network: what `kaal plan` and `kaal graph` say is seen on the page.

usage: report.py CASE TOOL BUILD-FOLDER SOURCE-FOLDER
"""
import json
import pathlib
import re
import tempfile

from browser import Browser
from tool import bad_inputs, check, demo, kaal, run, says, source

# What is seen, by part of the page. A thing is seen if it takes room.
SEEN = """
(() => {
    const seen = (e) => { const b = e.getBoundingClientRect(); return b.width > 0 && b.height > 0; };
    const rows = (selector) => Array.from(document.querySelectorAll(selector)).filter(seen)
        .map((row) => Array.from(row.cells).map((cell) => cell.innerText.trim()));
    document.querySelectorAll("#plan details").forEach((plan) => { plan.open = true; });
    const page = {
        title: document.title, heading: document.querySelector("h1")?.innerText,
        picture: Array.from(document.querySelectorAll("#picture svg text")).filter(seen).map((t) => t.textContent.trim()),
        known: document.querySelectorAll("#picture .node.component.known").length,
        marks: rows("#marks tbody tr"), components: rows("#components tbody tr"), sizes: rows("#sizes tbody tr"),
        memory: rows("#memory tbody tr"), spaces: {}, plans: {}, words: {}, width: document.scrollingElement.scrollWidth,
        bars: Array.from(document.querySelectorAll("#sizes .bar i")).map((bar) => bar.getBoundingClientRect().width),
    };
    for (const plan of document.querySelectorAll("#plan details")) {
        page.plans[plan.id] = rows(`#${plan.id} tbody tr`);
        page.words[plan.id] = plan.innerText;
    }
    for (const space of document.querySelectorAll("#memory .space")) {
        page.spaces[space.closest("tr").cells[0].innerText] = Array.from(space.children).filter(seen).map((b) => b.title);
    }
    return page;
})()
"""


def written(folder, system, *options):
    """A page, the plan and the marks."""
    page = folder / "page.html"
    said, _ = kaal("report", "--html", "-o", page, *options, system)
    says(said, r"page\.html: \d+ KiB$")
    return (page, json.loads(kaal("plan", "--json", *options, system)[0]),
            json.loads(kaal("graph", "--json", *options, system)[0])["marks"])


class Comparison:
    """Of what is seen with what must be."""

    def __init__(self, browser, page, plan, marks):
        self.browser = browser
        self.plan = plan
        self.marks = marks
        self.problems = []
        loaded, wrong = browser.open(page)
        self.expect(loaded == [page.as_uri()], f"it loads {loaded}")
        self.expect(not wrong, f"the browser complains: {wrong}")
        self.seen = browser.value(SEEN)
        if "exception" in self.seen:
            self.problems.append(f"the page cannot be read: {self.seen}")
            return
        self.top()
        for component in plan["components"]:
            self.component(component)
            if component["role"] != "root":
                self.sizes(component)
        self.memory()

    def expect(self, ok, what):
        if not ok:
            self.problems.append(what)

    def row(self, part, *cells):
        """Is there a row of it that has these cells, in this order, among others?"""
        def has(row):
            rest = iter(row)
            return all(any(cell == other for other in rest) for cell in cells)
        self.expect(any(has(row) for row in part), f"no row with {cells}")

    def top(self):
        seen, drawn = self.seen, [c["name"] for c in self.plan["components"] if c["role"] == "component"]
        self.expect(seen["title"] == seen["heading"] == self.plan["system"], f"it is titled {seen['title']}")
        drawn += [r["name"] for r in self.plan["regions"] if not r["of_device"]] + [d["name"] for d in self.plan["devices"]]
        for name in drawn:
            self.expect(name in seen["picture"], f"{name} is not in the picture")
        self.expect(seen["known"] >= sum(c["role"] == "component" for c in self.plan["components"]),
                    f"{seen['known']} components of the picture can be clicked")
        for mark in self.marks:
            self.row(seen["marks"], f"\u26a0{mark['number']}", mark["kind"], mark["text"], mark["meaning"])
            self.expect(any(f"\u26a0{mark['number']}" in text for text in seen["picture"]), f"{mark} is not drawn")
        self.expect(len(seen["marks"]) == len(self.marks), f"{len(seen['marks'])} marks")

    def component(self, c):
        rows = self.seen["plans"].get(f"plan-{c['name']}", [])
        entries = c["capabilities"] + c["told"]
        self.expect(len(rows) == len(entries) + len(c["maps"]), f"{c['name']}: {len(rows)} rows in its plan")
        for cap in entries:
            of = f"{cap['of']}[{cap['index']}]" if "index" in cap else cap["of"]
            badge = "" if cap["badge"] == "0x0" else cap["badge"]
            slot = f"root {cap['slot']}" if "root" in cap else str(cap["slot"] or "told")
            self.row(rows, slot, cap["kind"], of, cap["rights"], badge, cap["name"])
        for m in c["maps"]:
            self.row(rows, hex(int(m["vaddr"], 16)), m["rights"], "cached" if m["cached"] else "uncached",
                     m["paddr"] or "", m["what"], m["name"])
            self.expect(any(block.startswith(hex(int(m["vaddr"], 16)) + ",") and block.endswith(m["name"])
                            for block in self.seen["spaces"].get(c["name"], [])), f"{c['name']}: {m['name']} is not in the address space")
        for symbol in c["symbols"]:
            self.expect(f"Symbol {symbol['symbol']} is set to the {symbol['to']}." in self.seen["words"].get(
                f"plan-{c['name']}", ""), f"{c['name']}: {symbol} is not told")
        if c["role"] != "root":
            self.row(self.seen["components"], str(c["number"]), c["name"], c["program"], str(c["priority"]))

    def sizes(self, c):
        sizes, stack = c["sizes"], c["stack"]
        self.row(self.seen["sizes"], c["name"], *(str(sizes[k]) for k in ("text", "constants", "data", "bss")))
        sign = {"at_most": "\u2264", "at_least": "\u2265"}.get(stack["bound"])
        if sign:
            margin = "too small" if stack["margin"] is None else str(stack["margin"])
            way = " \u2192 ".join(stack["path"]) + (f": {stack['reason']}" if stack["reason"] else "")
            self.row(self.seen["sizes"], c["name"], str(sizes["stack"]), f"{sign} {stack['deepest']}", margin, way)
        else:
            self.row(self.seen["sizes"], c["name"], str(sizes["stack"]), "?", "?", stack["reason"])

    def memory(self):
        for key in ("packed", "root", "elf", "raw"):
            self.row(self.seen["sizes"], f"{self.plan['image'][key]} B")
        self.expect(any(width > 20 for width in self.seen["bars"]), "no bars")
        self.row(self.seen["memory"], "memory of the machine")
        self.row(self.seen["memory"], "kernel")
        for device in self.plan["devices"]:
            for window in device["windows"]:
                self.row(self.seen["memory"], window["paddr"], f"{device['name']}, device of {device['holder']}")
        for region in self.plan["regions"]:
            users = [c["name"] for c in self.plan["components"] for m in c["maps"]
                     if m["what"] == "region" and m["name"] == region["name"]]
            row = next((r for r in self.seen["memory"] if r[0] == region["name"]), ["", ""])
            self.expect(all(user in row[-1] for user in users), f"{region['name']}: not mapped by {users}")
            self.row(self.seen["memory"], region["name"], region.get("prefill", "zeros"))
            if "paddr" in region:
                self.expect(any(row[0] == region["paddr"] and row[-1].startswith(f"region {region['name']}")
                                for row in self.seen["memory"]), f"{region['name']} is not at {region['paddr']}")


MICROKIT = ("cspace", "hierarchy", "irq", "memory")


def shows_everything(folder):
    with Browser() as browser:
        for system in (demo, *(source / "examples" / name / "system.toml" for name in ("shell", "supervised")),
                       *(source / "tests/boot/microkit" / f"{name}.system" for name in MICROKIT)):
            problems = Comparison(browser, *written(folder, system)).problems
            check(not problems, f"{system}", "\n".join(problems))


def another_machine(folder):
    page, plan, marks = written(folder, demo, "--memory", "128M", "--gic", "3")
    with Browser() as browser:
        problems = Comparison(browser, page, plan, marks).problems
        check(not problems, "the page", "\n".join(problems))
        check("128 MiB of memory" in browser.value("document.body.innerText"), "not this machine")


def narrow(folder):
    page = written(folder, demo)[0]
    with Browser() as browser:
        for width in (360, 800, 1920):
            browser.open(page, width)
            seen = browser.value(SEEN)
            check(seen["width"] <= width, f"{seen['width']} pixels at a width of {width}")


OPEN = "Array.from(document.querySelectorAll('#plan details')).filter((p) => p.open && !p.hidden).map((p) => p.id)"
ROWS = "Array.from(document.querySelectorAll('#plan tbody tr')).filter((r) => r.offsetParent).map((r) => r.innerText)"


def works(folder):
    page, plan, _ = written(folder, demo)
    with Browser() as browser:
        browser.open(page)
        check(browser.value(OPEN) == [], "plans are open at first")
        node = ("Array.from(document.querySelectorAll('#picture .node.component')).find((n) => "
                "n.querySelector('text').textContent === 'server')")
        check(browser.click(node) and browser.becomes(OPEN, ["plan-server"]), "a click on the picture opens no plan")
        check(browser.value("location.hash") == "#plan-server", "it has no address")
        browser.open(page)
        browser.click("document.querySelector('#components a[href=\"#plan-client\"]')")
        check(browser.becomes(OPEN, ["plan-client"]), "a link opens no plan", str(browser.value(OPEN)))
        browser.click("document.getElementById('all')")
        check(browser.becomes(OPEN, [f"plan-{c['name']}" for c in plan["components"]]), "not all are open")
        browser.click("document.getElementById('all')")
        check(browser.becomes(OPEN, []), "not all are closed")
        browser.click("document.getElementById('filter')")
        browser.type("0x9000000")
        check(browser.becomes(OPEN, ["plan-console"]), "the filter shows others", str(browser.value(OPEN)))
        rows = browser.value(ROWS)
        check(len(rows) == 1 and "uart" in rows[0], "the filter shows other rows", str(rows))
        check(browser.value("document.getElementById('found').innerText") == "1 rows", "it does not tell how many")
        browser.value("filter.value = ''; filter.dispatchEvent(new Event('input'))")
        check(browser.value("document.querySelectorAll('#plan [hidden]').length") == 0, "something stays hidden")


# What somebody might break, and a word of what must be found.
BROKEN = (
    (r"<section id=\"picture\">.*?</section>", "", "is not in the picture"),
    (r"<section id=\"marks\">.*?</section>", "", "no row with"),
    (r"<section id=\"sizes\">.*?</section>", "", "no row with"),
    (r"<section id=\"memory\">.*?</section>", "", "no row with"),
    (r"<section id=\"plan\">.*?</section>", "", "rows in its plan"),
    (r"<section id=\"components\">.*?</section>", "", "no row with"),
    (r"<details id=\"plan-server\">.*?</details>", "", "server: 0 rows"),
    (r"(<details id=\"plan-client\">.*?<tbody>\n)<tr>.*?</tr>", r"\1", "client: \\d+ rows"),
    (r"(<td class=\"n margin\">)\d+", r"\g<1>1", "no row with"),
    (r"(<td class=\"c\">)0x8000000000000000", r"\g<1>0x8000000000000001", "no row with"),
    (r">server</text>", "></text>", "server is not in the picture"),
    (r"<span class=\"region\".*?</span>", "", "is not in the address space"),
    (r"<style>\n", "<style>\n#memory { display: none }\n", "no row with"),
    (r"<style>\n", "<style>\n.bar i { display: none !important }\n", "no bars"),
    (r"<script>\n", "<script>\nundefined_name();\n", "the browser complains"),
    (r"<script>.*?</script>", "", "can be clicked"),
    (r"<main>", "<main><img src=\"http://198.51.100.1/x.png\">", "the browser complains|it loads"),
    (r"<main>", "<main><link rel=\"stylesheet\" href=\"other.css\">", "the browser complains|it loads"),
)


def judge(folder):
    page, plan, marks = written(folder, demo)
    text = page.read_text()
    with Browser() as browser:
        for pattern, other, found in BROKEN:
            changed, count = re.subn(pattern, other, text, count=1, flags=re.S)
            check(count == 1, f"{pattern!r} does not apply")
            page.write_text(changed)
            problems = Comparison(browser, page, plan, marks).problems
            check(any(re.search(found, p) for p in problems), f"{pattern!r} is not found", "\n".join(problems))


def hostile_text(folder):
    """What a description may have in it is text on the page."""
    text = demo.read_text()
    text = re.sub(r'(program_image = "client.elf"\n)', r'''\1args = "<script>x=1</script> </details> & 'y'"\n''', text)
    (folder / "system.toml").write_text(re.sub(r"\nexpect = .*", "", text))
    page, plan, marks = written(folder, folder / "system.toml")
    with Browser() as browser:
        problems = Comparison(browser, page, plan, marks).problems
        check(not problems, "the page", "\n".join(problems))
        shown = browser.value("document.querySelector('#plan-client').innerText")
        check("Arguments: <script>x=1</script> </details> & 'y'" in shown, "not the arguments", shown)


def refused(folder):
    says(kaal("report", demo, status=2)[1], "write `kaal report --html`")
    says(kaal("report", "--html", demo, demo, status=2)[1], "more than one SYSTEM")
    says(kaal("report", "--html", "--backend", "mock", demo, status=2)[1], "leave out --backend mock")
    says(kaal("plan", "--html", demo, status=2)[1], "--html does not belong to `kaal plan`; see `kaal plan --help`")
    says(kaal("report", "--html", "-o", folder / "missing/page.html", demo, status=1)[1], "missing/page.html: its folder is not there")
    (folder / "not.toml").write_text("this is no description")
    kept = folder / "page.html"
    kept.write_text("as it was")
    says(kaal("report", "--html", "-o", kept, folder / "not.toml", status=1)[1], "not.toml:1:")
    check(kept.read_text() == "as it was" and sorted(p.name for p in folder.iterdir()) == ["not.toml", "page.html"],
          "an error touches files")
    bad_inputs("report", folder, "--html")


with tempfile.TemporaryDirectory() as scratch:
    run(globals(), pathlib.Path(scratch))
