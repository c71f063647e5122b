// SPDX-License-Identifier: BSD-2-Clause
#include "step.h"

#include "fresh.h"
#include "random.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/asid.h"
#include "kernel/plat_host.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"
#include "kernel/vspace.h"

#include <stdlib.h>
#include <string.h>

// --- taking a step -------------------------------------------------------------------------------

static void pass_time(const struct step *step)
{
    // What the kernel prints from now on is of this step.
    host_machine.output_length = 0;
    host_machine.drift = step->drift;
    kernel.work_units = step->units;
    if (step->irq != 0) {
        host_irq_raise(step->irq % PLAT_IRQ_COUNT);
    }
    if (step->advance != STEP_TO_DEADLINE) {
        host_advance(step->advance);
    } else if (host_machine.deadline > host_machine.now && host_machine.deadline != UINT64_MAX) {
        host_advance(host_machine.deadline - host_machine.now);
    }
}

static void take_syscall(const struct step *step)
{
    struct arch_context *context = &kernel.current->context;
    uint64_t *buffer = sim_buffer(kernel.current);
    for (unsigned i = 0; i < STEP_REGISTERS; i++) {
        context->x[i] = step->x[i];
    }
    for (unsigned i = 0; i < step->count && buffer != NULL; i++) {
        buffer[step->word[i].index % STEP_WORDS] = step->word[i].value;
    }
    sim_enter(step->number);
}

static void interrupted(void)
{
    kernel.current->context.restart_pc = kernel.current->context.pc;
}

// What the processor would write through the tables of the current thread. It remembers the way.
static void take_store(const struct step *step)
{
    if (host_cpu.root.raw == 0) {
        return;
    }
    const struct walk walk = vspace_walk(host_cpu.root, vaddr(step->x[0]));
    const arch_pte_t pte = *walk.entry;
    if (step->x[0] > seL4_UserTop || arch_pte_kind(pte, walk.level) != ARCH_PTE_PAGE) {
        return;
    }
    host_tlb_fill(step->x[0], walk.level, pte);
    if (!arch_pte_writable(pte)) {
        return;
    }
    const uint64_t mask = (UINT64_C(1) << level_bits(walk.level)) - 1;
    const uint64_t at = arch_pte_address(pte).raw + (step->x[0] & mask & ~UINT64_C(7));
    if (at - host_memory.base < host_memory.size) {
        *(uint64_t *)arch_ptr(paddr(at)) = step->x[1];
    }
}

// A thread that could run if it were not stopped or waiting: number `which` of them, round and
// round.
static struct tcb *able_thread(uint64_t which)
{
    uint64_t count = 0;
    struct tcb *chosen = NULL;
    for (unsigned pass = 0; pass < 2 && chosen == NULL; pass++) {
        uint64_t left = count == 0 ? UINT64_MAX : which % count;
        for (struct tcb *tcb = kernel.all_threads; tcb != NULL; tcb = tcb->all_next) {
            const bool able = tcb->sched_context != NULL &&
                              sched_context_is_active(tcb->sched_context) &&
                              cap_type(tcb->slots[TCB_SLOT_CSPACE].cap) == CAP_CNODE;
            count += able && pass == 0 ? 1 : 0;
            if (able && pass == 1 && left-- == 0) {
                chosen = tcb;
                break;
            }
        }
        if (count == 0) {
            break;
        }
    }
    return chosen;
}

bool step_can_rescue(void)
{
    return able_thread(0) != NULL;
}

// As TCB_Resume of somebody outside would.
static void take_rescue(const struct step *step)
{
    struct tcb *tcb = able_thread(step->x[0]);
    if (tcb != NULL) {
        (void)schedule_enter();
        thread_restart(tcb);
        schedule();
    }
}

static void take_in_thread(const struct step *step)
{
    switch (step->kind) {
    case STEP_SYSCALL:
        take_syscall(step);
        break;
    case STEP_AGAIN:
        sim_enter((int64_t)arch_get(&kernel.current->context, ARCH_REG_SYSCALL, 0));
        break;
    case STEP_VM_FAULT:
        interrupted();
        entry_vm_fault(step->x[0], step->x[1], step->x[2] != 0);
        break;
    case STEP_EXCEPTION:
        interrupted();
        entry_user_exception(step->x[0]);
        break;
    case STEP_DEBUG:
        interrupted();
        entry_debug_exception(step->x[0], step->x[1], step->x[2]);
        break;
    case STEP_STORE:
        take_store(step);
        break;
    case STEP_WORLD:
    case STEP_INTERRUPT:
    case STEP_RESCUE:
    case STEP_KIND_COUNT:
    default:
        break;
    }
}

void step_take(const struct step *step)
{
    if (step->kind == STEP_WORLD) {
        random_world(step->x[0]);
        return;
    }
    pass_time(step);
    if (step->kind == STEP_INTERRUPT) {
        interrupted();
        entry_interrupt();
    } else if (step->kind == STEP_RESCUE) {
        take_rescue(step);
    } else if (kernel.current != &kernel.idle) {
        take_in_thread(step);
    }
}

void step_word(struct step *step, unsigned index, uint64_t value)
{
    if (step->count < STEP_WORDS) {
        step->word[step->count++] = (struct step_word){value, (uint8_t)index};
    }
}

// --- as text -------------------------------------------------------------------------------------

static const char *const kind_names[STEP_KIND_COUNT] = {
    "world", "syscall", "again", "interrupt", "vmfault", "exception", "debug", "store", "rescue",
};

static void print_value(FILE *out, const char *key, uint64_t value)
{
    if (value != 0) {
        fprintf(out, " %s=0x%llx", key, (unsigned long long)value);
    }
}

void step_print(FILE *out, const struct step *step)
{
    fputs(kind_names[step->kind], out);
    if (step->number != 0) {
        fprintf(out, " number=%lld", (long long)step->number);
    }
    char key[8];
    for (unsigned i = 0; i < STEP_REGISTERS; i++) {
        snprintf(key, sizeof(key), "x%u", i);
        print_value(out, key, i == 7 ? 0 : step->x[i]);
    }
    for (unsigned i = 0; i < step->count; i++) {
        fprintf(out, " b%u=0x%llx", step->word[i].index, (unsigned long long)step->word[i].value);
    }
    print_value(out, "advance", step->advance);
    print_value(out, "drift", step->drift);
    print_value(out, "units", step->units);
    print_value(out, "irq", step->irq);
    if (step->name != NULL) {
        fprintf(out, " # %s", step->name);
    }
    fputc('\n', out);
}

// A key with an index behind one letter, as x3; the index, or `limit`.
static unsigned index_of(const char *key, char letter, unsigned limit)
{
    char *end;
    if (key[0] != letter || key[1] < '0' || key[1] > '9') {
        return limit;
    }
    const unsigned long index = strtoul(key + 1, &end, 10);
    return *end == '\0' && index < limit ? (unsigned)index : limit;
}

static bool set_value(struct step *step, const char *key, const char *text)
{
    char *end;
    const bool negative = text[0] == '-';
    const uint64_t value = strtoull(text + (negative ? 1 : 0), &end, 0);
    if (end == text || *end != '\0') {
        return false;
    }
    const unsigned x = index_of(key, 'x', STEP_REGISTERS);
    const unsigned b = index_of(key, 'b', STEP_WORDS);
    if (x < STEP_REGISTERS) {
        step->x[x] = value;
    } else if (b < STEP_WORDS) {
        step_word(step, b, value);
    } else if (strcmp(key, "number") == 0) {
        step->number = negative ? -(int64_t)value : (int64_t)value;
    } else if (strcmp(key, "advance") == 0) {
        step->advance = value;
    } else if (strcmp(key, "drift") == 0) {
        step->drift = value;
    } else if (strcmp(key, "units") == 0) {
        step->units = (unsigned)value;
    } else if (strcmp(key, "irq") == 0) {
        step->irq = (unsigned)value;
    } else {
        return false;
    }
    return true;
}

static bool set_kind(struct step *step, const char *word)
{
    for (unsigned i = 0; i < STEP_KIND_COUNT; i++) {
        if (strcmp(word, kind_names[i]) == 0) {
            step->kind = (enum step_kind)i;
            return true;
        }
    }
    return false;
}

bool step_parse(const char *line, struct step *step)
{
    char copy[8192];
    char *rest;
    if (strlen(line) >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, line, strlen(line) + 1);
    copy[strcspn(copy, "#\n")] = '\0';
    *step = (struct step){0};
    char *word = strtok_r(copy, " ", &rest);
    bool good = word != NULL && set_kind(step, word);
    while (good && (word = strtok_r(NULL, " ", &rest)) != NULL) {
        char *equals = strchr(word, '=');
        good = equals != NULL;
        if (good) {
            *equals = '\0';
            good = set_value(step, word, equals + 1);
        }
    }
    return good;
}
