// SPDX-License-Identifier: BSD-2-Clause
//
// The subcommands. Each returns the exit status: 0 as asked; 1 what the command line names is not
// there, or wrong, or not verified; 2 the command line is wrong by itself, which the option parser
// tells for most of it.
#pragma once

#include "tool/diag.h"

#include <stdio.h>

struct arena;
struct options;

enum {
    STATUS_OK = 0,
    STATUS_FAILED = 1,
    STATUS_USAGE = 2,
};

int cmd_check(struct arena *a, struct options *o, struct diag *d);
int cmd_build(struct arena *a, struct options *o, struct diag *d);
int cmd_run(struct arena *a, struct options *o, struct diag *d);
int cmd_test(struct arena *a, struct options *o, struct diag *d);
int cmd_bench(struct arena *a, struct options *o, struct diag *d);
int cmd_sdk(struct arena *a, struct options *o, struct diag *d);
int cmd_convert(struct arena *a, struct options *o, struct diag *d);
int cmd_new(struct arena *a, struct options *o, struct diag *d);
int cmd_explain(struct arena *a, struct options *o, struct diag *d);
int cmd_doctor(struct arena *a, struct options *o, struct diag *d);
int cmd_readiness(struct arena *a, struct options *o, struct diag *d);
int cmd_completion(struct arena *a, struct options *o, struct diag *d);
int cmd_caps(struct arena *a, struct options *o, struct diag *d);
int cmd_plan(struct arena *a, struct options *o, struct diag *d);
int cmd_diff(struct arena *a, struct options *o, struct diag *d);
int cmd_graph(struct arena *a, struct options *o, struct diag *d);
int cmd_report(struct arena *a, struct options *o, struct diag *d);

// Runs the command that the options name.
int command_run(struct arena *a, struct options *o, struct diag *d);

// The text of --help: of a command, or of the tool (NULL).
void help_print(const char *command, FILE *to);
