// SPDX-License-Identifier: BSD-2-Clause
//
// Random steps in large numbers (random.h), over several processes.
//
//   step    0          10,000      20,000      30,000
//           |--round 0--|--round 1--|--round 2--| ...        each from the seed and its number
//           alone
//             process a   process b   process a
//
// So any part of a run can be run alone, on any number of processes, and a run that was stopped
// goes on where it was. What goes wrong in a round is played again, written down, and shrunk.
#pragma once

#include "script.h"

#include <stdbool.h>
#include <stdint.h>

enum { CAMPAIGN_ROUND = 10000, CAMPAIGN_NAMES = 128, CAMPAIGN_JOBS_MAX = 64 };

struct campaign {
    uint64_t seed;
    uint64_t first; // step; rounds are run as a whole
    uint64_t steps;
    unsigned every;       // so many steps the state is looked at
    unsigned jobs;        // processes, 1 to CAMPAIGN_JOBS_MAX
    const char *progress; // file that tells how far it has come; NULL: none
    const char *script;   // file for what fails, shrunk
};

// How often each thing was done, by what random_step() calls it.
struct campaign_count {
    const char *name;
    uint64_t done;    // not refused, as far as that can be seen
    uint64_t refused; // by the kernel: an error
};

struct campaign_result {
    bool failed;
    uint64_t step; // number of the one that failed
    struct outcome outcome;
    size_t length;     // of the script that was written
    unsigned attempts; // at shrinking it
    uint64_t steps;    // taken
    uint64_t calls;    // of them system calls
    struct campaign_count counts[CAMPAIGN_NAMES];
};

struct campaign_result campaign_run(const struct campaign *campaign);

// Where this program's run of this seed is to go on, as its progress file says; 0 if there is none.
// There is one from the time when the run begins until it has come to its end.
uint64_t campaign_resume(const char *progress, uint64_t seed);

// The shortest script that fails as `script` does, which is replaced by it; *outcome: how.
unsigned campaign_shrink(struct script *script, struct outcome *outcome);
