// SPDX-License-Identifier: BSD-2-Clause
//
// A request and its answer. Handlers read arguments with argument(), leave results with result(),
// and return an error; what belongs to the error (the rule, the argument's number, the kernel's
// error) is added when it is answered.
#pragma once

#include "broker.h"

#include <lib/mem.h>

struct request {
    struct component *caller;
    seL4_Word label;
    seL4_Word words; // of the message
    seL4_Word results;
    seL4_Word wrong;   // number of the argument that KAAL_ERR_ARGUMENT is about
    const char *cause; // of KAAL_ERR_PROGRAM
    bool later;        // not answered now, but through the reply object that it came with
};

static inline uint64_t argument(unsigned number)
{
    return seL4_GetMR((int)number);
}

static inline void result(struct request *r, uint64_t value)
{
    seL4_SetMR((int)r->results, value);
    r->results++;
}

// A structure, as words. It may be shorter than ours (an older minor version): the rest is 0.
static inline void argument_struct(const struct request *r, unsigned first, void *to, size_t size)
{
    size_t sent = r->words > first ? (r->words - first) * sizeof(seL4_Word) : 0;
    size_t known = sent < size ? sent : size;
    memcpy(to, &seL4_GetIPCBuffer()->msg[first], known);
    memset((uint8_t *)to + known, 0, size - known);
}

static inline void result_struct(struct request *r, const void *from, size_t size)
{
    memcpy(&seL4_GetIPCBuffer()->msg[r->results], from, size);
    r->results += (size + 7) / 8;
}

static inline enum kaal_err wrong_argument(struct request *r, unsigned number)
{
    r->wrong = number;
    return KAAL_ERR_ARGUMENT;
}

// KAAL_ERR_DENIED unless the caller is allowed this.
static inline enum kaal_err require(const struct request *r, enum kaal_allow allow,
                                    enum kaal_rule rule)
{
    return (r->caller->spec.policy.allow & allow) != 0 ? KAAL_OK : denied(rule);
}

// What belongs to an error, in the place of the results: MR0.
void add_detail(struct request *r, enum kaal_err err);

// The message's text of `length` bytes from word `first` on; false if it is not all there, or has
// no room in `text`.
bool argument_text(const struct request *r, unsigned first, uint64_t length, char *text,
                   size_t room);

// --- grant_*.c -----------------------------------------------------------------------------------

enum kaal_err serve_memory(struct request *r);
enum kaal_err serve_channel(struct request *r);
enum kaal_err serve_release(struct request *r);
enum kaal_err serve_give(struct request *r);
enum kaal_err serve_revoke(struct request *r);
enum kaal_err serve_connect(struct request *r);
enum kaal_err serve_device(struct request *r);

struct grant;

// Hands a grant of the caller on; `rights` 0: all that it has.
enum kaal_err give_grant(struct request *r, uint64_t id, struct component *to, uint64_t rights,
                         struct grant **out);

// --- spawn.c, control.c --------------------------------------------------------------------------

// What every spawned component has from the beginning.
enum kaal_err spawn_wire(struct component *c);

enum kaal_err serve_spawn(struct request *r);
enum kaal_err serve_kill(struct request *r);
enum kaal_err serve_suspend(struct request *r);
enum kaal_err serve_resume(struct request *r);
enum kaal_err serve_restart(struct request *r);
enum kaal_err serve_wait(struct request *r);
enum kaal_err serve_stop(struct request *r);
enum kaal_err serve_alive(struct request *r);

// --- names.c, inspect.c --------------------------------------------------------------------------

// A channel for the caller to who offers a service.
enum kaal_err lookup_connect(struct request *r, const char *name, struct component *owner);

// The table of names.
enum kaal_err names_open(void);

// `c` offers nothing any more.
void names_forget(const struct component *c);

// For the audit ring: something happened to `subject`, by `actor` or (NULL) the broker.
void audit_event(enum kaal_audit_event event, const struct component *actor,
                 const struct component *subject, uint64_t object, uint32_t detail);
void audit_refusal(const struct request *r, enum kaal_err err);

enum kaal_err serve_publish(struct request *r);
enum kaal_err serve_lookup(struct request *r);
enum kaal_err serve_list(struct request *r);
enum kaal_err serve_grants(struct request *r);
enum kaal_err serve_audit(struct request *r);
enum kaal_err serve_totals(struct request *r);

// --- devices.c, caps.c ---------------------------------------------------------------------------

enum kaal_err serve_devices(struct request *r);
enum kaal_err serve_caps(struct request *r);

// The next line of the list that was asked for. False: there is none.
bool caps_next_line(struct kaal_report *report);

// --- later.c -------------------------------------------------------------------------------------

// The caller's answer is to come later.
void later_wait(struct request *r, const struct component *target);
void later_lookup(struct request *r, const char *name);

// Answers those who wait for this component's end (true: its parent knows); for this name.
bool later_ended(const struct component *target);
void later_published(const char *name, struct component *owner);

// `c` waits for nothing any more.
void later_forget(const struct component *c);

// The reply object to receive with next.
seL4_CPtr later_reply(void);
enum kaal_err later_open(void);
