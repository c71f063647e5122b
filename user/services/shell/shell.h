// SPDX-License-Identifier: BSD-2-Clause
//
// The shell: lines from the terminal, each of them commands, each of them requests to the broker.
//
//    keys ──► edit ──► words ──► command ──► broker ──► rows on the terminal
//
//    edit, words, complete    what is typed; pure
//    term                     the terminal and time
//    command                  the table of commands; help, echo, sleep
//    find                     components by name
//    show                     what there is: ps, top, caps, audit, devices, mem, log
//    control                  what is done: spawn, kill, restart, suspend, resume, wait
//    main                     the loop, completion
#pragma once

#include "term.h"
#include "words.h"

#include <kaal/broker_client.h>

#include <stdbool.h>
#include <stdint.h>

// What a command ends with.
enum shell_status {
    SHELL_OK = 0,
    SHELL_FAILED = 1,
    SHELL_USAGE = 2,
    SHELL_INTERRUPTED = 3, // by Ctrl-C
};

enum { KEY_INTERRUPT = 3 };

// --- command.c -----------------------------------------------------------------------------------

struct shell_command {
    const char *name;
    const char *arguments;
    const char *about;
    bool of_component; // its arguments are components
    enum shell_status (*run)(const struct words *words);
};

// The commands, by name; the last one has none.
extern const struct shell_command shell_commands[];

const struct shell_command *shell_find_command(const char *name);

// Runs the commands of a line; the status of the last of them.
enum shell_status shell_run(const char *line);

// What to type instead.
enum shell_status shell_usage(const struct words *words);

// "kill: hello: not allowed", and the broker's last cause.
enum shell_status shell_failed(const struct words *words, const char *what);

// --- find.c --------------------------------------------------------------------------------------

// The component with this name or number. False, and told, if there is none or more than one.
bool shell_find(const struct words *words, const char *name, struct kaal_component_info *info);

// The component with this id; false if it is no more.
bool shell_component(uint64_t id, struct kaal_component_info *info);

// "hello", "#7" of one that is no more, "broker" of 0.
const char *shell_name(uint64_t id, char *text, uint32_t room);

// --- show.c, control.c ---------------------------------------------------------------------------

enum shell_status shell_ps(const struct words *words);
enum shell_status shell_top(const struct words *words);
enum shell_status shell_caps(const struct words *words);
enum shell_status shell_audit(const struct words *words);
enum shell_status shell_devices(const struct words *words);
enum shell_status shell_mem(const struct words *words);
enum shell_status shell_log(const struct words *words);

enum shell_status shell_spawn(const struct words *words);
enum shell_status shell_kill(const struct words *words);
enum shell_status shell_restart(const struct words *words);
enum shell_status shell_suspend(const struct words *words);
enum shell_status shell_resume(const struct words *words);
enum shell_status shell_wait(const struct words *words);
