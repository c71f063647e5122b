// SPDX-License-Identifier: BSD-2-Clause
#include "toml_keys.h"

#define SECTION(keys, what)                                                                        \
    {                                                                                              \
        (what), (keys), sizeof(keys) / sizeof((keys)[0])                                           \
    }

static const struct key system_keys[] = {
    {"name", offsetof(struct system, name), KEY_TEXT, false},
    {"kernel", offsetof(struct system, kernel), KEY_TEXT, false},
    {"expect", offsetof(struct system, expect), KEY_TEXT, false},
    {"start_order", offsetof(struct system, start_order), KEY_TEXTS, false},
    {"programs", offsetof(struct system, programs), KEY_TEXTS, false},
    {"clock", offsetof(struct system, clock), KEY_FLAG, false},
};

static const struct key pd_keys[] = {
    {"program_image", offsetof(struct sd_pd, image), KEY_TEXT, true},
    {"role", offsetof(struct sd_pd, role_name), KEY_TEXT, false},
    {"priority", offsetof(struct sd_pd, priority), KEY_NUMBER, false},
    {"max_priority", offsetof(struct sd_pd, max_priority), KEY_NUMBER, false},
    {"budget", offsetof(struct sd_pd, budget), KEY_NUMBER, false},
    {"period", offsetof(struct sd_pd, period), KEY_NUMBER, false},
    {"stack_size", offsetof(struct sd_pd, stack_size), KEY_NUMBER, false},
    {"passive", offsetof(struct sd_pd, passive), KEY_FLAG, false},
    {"fpu", offsetof(struct sd_pd, fpu), KEY_FLAG, false},
    {"parent", offsetof(struct sd_pd, parent_name), KEY_TEXT, false},
    {"args", offsetof(struct sd_pd, args), KEY_TEXT, false},
    {"restart", offsetof(struct sd_pd, policy.restart_name), KEY_TEXT, false},
    {"max_restarts", offsetof(struct sd_pd, policy.max_restarts), KEY_NUMBER, false},
    {"window", offsetof(struct sd_pd, policy.window), KEY_NUMBER, false},
    {"backoff", offsetof(struct sd_pd, policy.backoff), KEY_NUMBER, false},
    {"heartbeat", offsetof(struct sd_pd, policy.heartbeat), KEY_NUMBER, false},
    {"timeout", offsetof(struct sd_pd, policy.timeout), KEY_FLAG, false},
    {"keep_memory", offsetof(struct sd_pd, policy.keep_memory), KEY_FLAG, false},
    {"depends", offsetof(struct sd_pd, policy.depends), KEY_TEXTS, false},
    {"watches", offsetof(struct sd_pd, policy.watches), KEY_TEXTS, false},
    {"escalate", offsetof(struct sd_pd, policy.escalate_name), KEY_TEXT, false},
    {"allow", offsetof(struct sd_pd, policy.allow_names), KEY_TEXTS, false},
    {"permits", offsetof(struct sd_pd, policy), KEY_PERMITS, false},
    {"quota_memory", offsetof(struct sd_pd, policy.quota_memory), KEY_NUMBER, false},
    {"quota_slots", offsetof(struct sd_pd, policy.quota_slots), KEY_NUMBER, false},
    {"quota_components", offsetof(struct sd_pd, policy.quota_components), KEY_NUMBER, false},
    {"quota_cpu", offsetof(struct sd_pd, policy.quota_cpu), KEY_NUMBER, false},
    {"abi", offsetof(struct sd_pd, abi_name), KEY_TEXT, false},
    {"symbols", offsetof(struct sd_pd, symbols), KEY_TEXT, false},
    {"id", offsetof(struct sd_pd, id), KEY_NUMBER, false},
    {"smc", offsetof(struct sd_pd, smc), KEY_FLAG, false},
    {"cpu", offsetof(struct sd_pd, cpu), KEY_NUMBER, false},
    {"domain", offsetof(struct sd_pd, domain), KEY_TEXT, false},
    {"setvars", 0, KEY_SETVARS, false},
};

static const struct key setvar_keys[] = {
    {"symbol", offsetof(struct setvar_table, symbol), KEY_TEXT, true},
    {"vaddr_of", offsetof(struct setvar_table, regions[SD_SETVAR_VADDR]), KEY_TEXT, false},
    {"size_of", offsetof(struct setvar_table, regions[SD_SETVAR_SIZE]), KEY_TEXT, false},
    {"paddr_of", offsetof(struct setvar_table, regions[SD_SETVAR_PADDR]), KEY_TEXT, false},
    {"prefill_size_of", offsetof(struct setvar_table, regions[SD_SETVAR_PREFILL_SIZE]), KEY_TEXT,
     false},
    {"channel", offsetof(struct setvar_table, ids[SD_SETVAR_CHANNEL]), KEY_NUMBER, false},
    {"irq", offsetof(struct setvar_table, ids[SD_SETVAR_IRQ]), KEY_NUMBER, false},
    {"child", offsetof(struct setvar_table, ids[SD_SETVAR_CHILD]), KEY_NUMBER, false},
};

static const struct key channel_keys[] = {
    {"name", offsetof(struct channel_table, channel.name), KEY_TEXT, true},
    {"from", offsetof(struct channel_table, from), KEY_TEXT_OR_TEXTS, true},
    {"to", offsetof(struct channel_table, channel.to_name), KEY_TEXT, true},
    {"kind", offsetof(struct channel_table, channel.kind_name), KEY_TEXT, false},
    {"grant", offsetof(struct channel_table, channel.grant), KEY_FLAG, false},
    {"from_id", offsetof(struct channel_table, channel.from_id), KEY_NUMBER, false},
    {"to_id", offsetof(struct channel_table, channel.to_id), KEY_NUMBER, false},
};

static const struct key region_keys[] = {
    {"size", offsetof(struct sd_region, size), KEY_NUMBER, false},
    {"page_size", offsetof(struct sd_region, page_size), KEY_NUMBER, false},
    {"contiguous", offsetof(struct sd_region, contiguous), KEY_FLAG, false},
    {"paddr", offsetof(struct sd_region, paddr), KEY_NUMBER, false},
    {"prefill", offsetof(struct sd_region, prefill), KEY_TEXT, false},
    {"prefill_fdt", offsetof(struct sd_region, prefill_fdt), KEY_FLAG, false},
    {"maps", 0, KEY_MAPS, false},
};

static const struct key map_keys[] = {
    {"pd", offsetof(struct sd_map, pd_name), KEY_TEXT, true},
    {"rights", offsetof(struct sd_map, rights_name), KEY_TEXT, false},
    {"vaddr", offsetof(struct sd_map, vaddr), KEY_NUMBER, false},
    {"cached", offsetof(struct sd_map, cached), KEY_FLAG, false},
};

static const struct key permit_keys[] = {
    {"path", offsetof(struct sd_match, path), KEY_TEXT, false},
    {"compatible", offsetof(struct sd_match, compatible), KEY_TEXT, false},
    {"alias", offsetof(struct sd_match, alias), KEY_TEXT, false},
    {"pci", offsetof(struct sd_match, pci), KEY_TEXT, false},
};

static const struct key device_keys[] = {
    {"name", offsetof(struct sd_device, name), KEY_TEXT, true},
    {"pd", offsetof(struct sd_device, pd_name), KEY_TEXT, true},
    {"path", offsetof(struct sd_device, match.path), KEY_TEXT, false},
    {"compatible", offsetof(struct sd_device, match.compatible), KEY_TEXT, false},
    {"alias", offsetof(struct sd_device, match.alias), KEY_TEXT, false},
    {"pci", offsetof(struct sd_device, match.pci), KEY_TEXT, false},
    {"registers", offsetof(struct sd_device, registers), KEY_NUMBER, false},
    {"interrupts", offsetof(struct sd_device, interrupts), KEY_NUMBER, false},
    {"dma", offsetof(struct sd_device, dma), KEY_NUMBER, false},
    {"dma_cached", offsetof(struct sd_device, dma_cached), KEY_FLAG, false},
};

static const struct key cap_keys[] = {
    {"name", offsetof(struct sd_cap, name), KEY_TEXT, true},
    {"pd", offsetof(struct sd_cap, pd_name), KEY_TEXT, true},
    {"kind", offsetof(struct sd_cap, kind_name), KEY_TEXT, true},
    {"object", offsetof(struct sd_cap, object_name), KEY_TEXT, true},
    {"rights", offsetof(struct sd_cap, rights_name), KEY_TEXT, false},
    {"badge", offsetof(struct sd_cap, badge), KEY_NUMBER, false},
    {"page", offsetof(struct sd_cap, page), KEY_NUMBER, false},
    {"slot", offsetof(struct sd_cap, slot), KEY_NUMBER, false},
};

static const struct key irq_keys[] = {
    {"pd", offsetof(struct sd_irq, pd_name), KEY_TEXT, true},
    {"irq", offsetof(struct sd_irq, irq), KEY_NUMBER, true},
    {"id", offsetof(struct sd_irq, id), KEY_NUMBER, true},
    {"trigger", offsetof(struct sd_irq, trigger_name), KEY_TEXT, false},
};

static const struct key schedule_keys[] = {
    {"domains", 0, KEY_DOMAINS, false},
    {"turns", 0, KEY_TURNS, false},
    {"start_index", offsetof(struct sd_schedule, start_index), KEY_NUMBER, false},
    {"index_shift", offsetof(struct sd_schedule, index_shift), KEY_NUMBER, false},
};

static const struct key domain_keys[] = {
    {"name", offsetof(struct sd_domain, name), KEY_TEXT, true},
    {"id", offsetof(struct sd_domain, id), KEY_NUMBER, false},
};

static const struct key turn_keys[] = {
    {"domain", offsetof(struct turn_table, domain), KEY_TEXT, false},
    {"us", offsetof(struct turn_table, us), KEY_NUMBER, false},
    {"ticks", offsetof(struct turn_table, ticks), KEY_NUMBER, false},
    {"end", offsetof(struct turn_table, end), KEY_FLAG, false},
};

const struct section system_section = SECTION(system_keys, "[system]");
const struct section pd_section = SECTION(pd_keys, "a protection domain");
const struct section channel_section = SECTION(channel_keys, "a channel");
const struct section region_section = SECTION(region_keys, "a memory region");
const struct section map_section = SECTION(map_keys, "a map");
const struct section permit_section = SECTION(permit_keys, "a permit");
const struct section device_section = SECTION(device_keys, "a device");
const struct section cap_section = SECTION(cap_keys, "a capability");
const struct section setvar_section = SECTION(setvar_keys, "a table of `setvars`");
const struct section irq_section = SECTION(irq_keys, "an interrupt");
const struct section schedule_section = SECTION(schedule_keys, "[schedule]");
const struct section domain_section = SECTION(domain_keys, "a table of `domains`");
const struct section turn_section = SECTION(turn_keys, "a turn");

bool key_given(const struct key *key, const void *object, struct place *at)
{
    const void *field = (const char *)object + key->offset;
    const struct sd_text *text = field;
    const struct sd_number *number = field;
    const struct sd_flag *flag = field;
    const struct sd_texts *texts = field;
    switch (key->kind) {
    case KEY_TEXT:
        *at = text->at;
        return text->text != NULL;
    case KEY_NUMBER:
        *at = number->at;
        return number->given;
    case KEY_FLAG:
        *at = flag->at;
        return flag->given;
    case KEY_TEXTS:
    case KEY_TEXT_OR_TEXTS:
        *at = texts->at;
        return texts->given;
    case KEY_MAPS:
    case KEY_PERMITS:
    case KEY_SETVARS:
    case KEY_DOMAINS:
    case KEY_TURNS:
        break;
    }
    return false;
}
