// SPDX-License-Identifier: BSD-2-Clause
"use strict";

const plans = Array.from(document.querySelectorAll("#plan details"));
const filter = document.getElementById("filter");
const found = document.getElementById("found");

function open(id) {
    const plan = document.getElementById(id);
    if (plan && plan.tagName === "DETAILS") {
        plan.hidden = false;
        plan.open = true;
        plan.scrollIntoView();
    }
}

// Rows with the text stay, and what they stand in is open; without a text everything is as it was.
function search() {
    const text = filter.value.trim().toLowerCase();
    let rows = 0;
    for (const plan of plans) {
        const named = plan.id.slice("plan-".length).toLowerCase().includes(text);
        let here = 0;
        for (const row of plan.querySelectorAll("tbody tr")) {
            row.hidden = text !== "" && !named && !row.textContent.toLowerCase().includes(text);
            here += row.hidden ? 0 : 1;
        }
        plan.hidden = text !== "" && !named && here === 0;
        plan.open = text !== "" && !plan.hidden;
        rows += plan.hidden ? 0 : here;
    }
    found.textContent = text === "" ? "" : `${rows} rows`;
}

// A component of the picture leads to its plan.
function connect(node) {
    const name = node.querySelector("text").textContent.trim();
    if (document.getElementById(`plan-${name}`)) {
        node.classList.add("known");
        node.addEventListener("click", () => { location.hash = `plan-${name}`; open(`plan-${name}`); });
    }
}

filter.addEventListener("input", search);
document.getElementById("all").addEventListener("click", () => {
    const any = plans.some((plan) => !plan.open);
    plans.forEach((plan) => { plan.open = any; });
});
document.querySelectorAll("#picture .node.component").forEach(connect);
window.addEventListener("hashchange", () => open(location.hash.slice(1)));
window.addEventListener("beforeprint", () => plans.forEach((plan) => { plan.open = true; }));
open(location.hash.slice(1));
