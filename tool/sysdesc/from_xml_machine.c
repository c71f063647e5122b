// SPDX-License-Identifier: BSD-2-Clause
//
// What Microkit's descriptions may have and this machine has not: virtual machines, which need a
// kernel at EL2, and what is of x86 machines. Each is read, so that its own mistakes are told, and
// refused with one line.
#include "xml_read.h"

#include <inttypes.h>
#include <kaal/limits.h>
#include <string.h>

enum { VCPU_ID_MAX = 61, IOPORT_ID_MAX = 61, VECTOR_MAX = 107 };

static void check_number(struct xml_reader *r, const char *name, const struct sd_number *number,
                         int64_t min, int64_t max)
{
    if (number->given && (number->value < min || number->value > max)) {
        diag_error(r->diag, number->at,
                   "`%s` is %" PRId64 "; give a number from %" PRId64 " to %" PRId64, name,
                   number->value, min, max);
    }
}

// --- virtual machines --------------------------------------------------------------------------

struct vm {
    struct sd_text name;
    struct sd_number priority;
    struct sd_number budget;
    struct sd_number period;
};

struct vcpu {
    struct sd_number id;
    struct sd_number cpu;
    struct sd_text setvar_id;
};

struct vm_map {
    struct sd_text region_name;
    struct sd_map map;
};

static const struct xml_key vm_keys[] = {
    {"name", offsetof(struct vm, name), XML_TEXT, true},
    {"priority", offsetof(struct vm, priority), XML_NUMBER, false},
    {"budget", offsetof(struct vm, budget), XML_NUMBER, false},
    {"period", offsetof(struct vm, period), XML_NUMBER, false},
};

static const struct xml_key vcpu_keys[] = {
    {"id", offsetof(struct vcpu, id), XML_DECIMAL, true},
    {"cpu", offsetof(struct vcpu, cpu), XML_NUMBER, false},
    {"setvar_id", offsetof(struct vcpu, setvar_id), XML_TEXT, false},
};

static const struct xml_key vm_map_keys[] = {
    {"mr", offsetof(struct vm_map, region_name), XML_TEXT, true},
    {"vaddr", offsetof(struct vm_map, map.vaddr), XML_NUMBER, true},
    {"perms", offsetof(struct vm_map, map.rights_name), XML_TEXT, false},
    {"cached", offsetof(struct vm_map, map.cached), XML_FLAG, false},
};

static void check_vcpu_unique(struct xml_reader *r, const struct xml_element *e,
                              const struct vcpu *vcpu)
{
    for (const struct xml_element *o = e->parent->first; o != e; o = o->next) {
        const struct xml_attribute *id = xml_get(o, "id");
        const struct xml_attribute *own = xml_get(e, "id");
        if (vcpu->id.given && strcmp(o->name, "vcpu") == 0 && id != NULL &&
            strcmp(id->value, own->value) == 0) {
            diag_error(r->diag, vcpu->id.at,
                       "`id` %" PRId64 " is that of the `vcpu` of line %u; choose another",
                       vcpu->id.value, o->at.line);
            return;
        }
    }
}

static void read_vcpu(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    struct vcpu vcpu = {0};
    (void)pd;
    xml_attributes(r, e, vcpu_keys, XML_COUNT(vcpu_keys), &vcpu);
    xml_no_children(r, e);
    check_number(r, "id", &vcpu.id, 0, VCPU_ID_MAX);
    check_vcpu_unique(r, e, &vcpu);
}

static void read_vm_map(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    struct vm_map m = {.map.at = e->at};
    (void)pd;
    xml_attributes(r, e, vm_map_keys, XML_COUNT(vm_map_keys), &m);
    xml_no_children(r, e);
    m.map.pd_name.text = NULL;
    xml_add_map(r, m.map, m.region_name);
}

static void check_vm(struct xml_reader *r, const struct xml_element *e, const struct vm *vm)
{
    check_number(r, "priority", &vm->priority, 0, KAAL_PRIORITY_MAX);
    if (vm->period.given && vm->budget.given && vm->budget.value > vm->period.value) {
        diag_error(r->diag, vm->budget.at,
                   "a budget of %" PRId64 " us does not fit into a period of %" PRId64
                   " us; lower the budget or raise the period",
                   vm->budget.value, vm->period.value);
    }
    if (xml_count(e, "vcpu") == 0) {
        diag_error(r->diag, e->at, "a virtual machine without `vcpu`; add at least one");
    }
}

static void check_vm_alone(struct xml_reader *r, const struct xml_element *e)
{
    for (const struct xml_element *o = e->parent->first; o != e; o = o->next) {
        if (strcmp(o->name, e->name) == 0) {
            diag_error(r->diag, e->at,
                       "a second virtual machine of one domain, after line %u; give it a domain of "
                       "its own",
                       o->at.line);
            return;
        }
    }
}

void xml_virtual_machine(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    static const struct xml_child children[] = {{"vcpu", read_vcpu}, {"map", read_vm_map}};
    struct vm vm = {0};
    xml_attributes(r, e, vm_keys, XML_COUNT(vm_keys), &vm);
    xml_children(r, e, children, XML_COUNT(children), pd);
    check_vm(r, e, &vm);
    check_vm_alone(r, e);
    diag_error(r->diag, e->at,
               "a virtual machine needs a kernel at EL2, and this one runs at EL1; remove "
               "`virtual_machine`");
}

void xml_top_virtual_machine(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    (void)parent;
    diag_error(r->diag, e->at,
               "a `virtual_machine` belongs to the domain that looks after it; move it into a "
               "`protection_domain`");
}

// --- x86 ---------------------------------------------------------------------------------------

struct ioport {
    struct sd_number id;
    struct sd_number addr;
    struct sd_number size;
    struct sd_text setvar_id;
    struct sd_text setvar_addr;
};

static const struct xml_key ioport_keys[] = {
    {"id", offsetof(struct ioport, id), XML_DECIMAL, true},
    {"addr", offsetof(struct ioport, addr), XML_NUMBER, true},
    {"size", offsetof(struct ioport, size), XML_DECIMAL, true},
    {"setvar_id", offsetof(struct ioport, setvar_id), XML_TEXT, false},
    {"setvar_addr", offsetof(struct ioport, setvar_addr), XML_TEXT, false},
};

static void refuse_x86(struct xml_reader *r, const struct xml_element *e, const char *what)
{
    diag_error(r->diag, e->at, "%s are of x86 machines, and this is for AArch64; remove `%s`", what,
               e->name);
}

void xml_ioport(struct xml_reader *r, const struct xml_element *e, size_t pd)
{
    struct ioport port = {0};
    (void)pd;
    xml_attributes(r, e, ioport_keys, XML_COUNT(ioport_keys), &port);
    xml_no_children(r, e);
    check_number(r, "id", &port.id, 0, IOPORT_ID_MAX);
    check_number(r, "size", &port.size, 1, UINT16_MAX + 1);
    refuse_x86(r, e, "I/O ports");
}

struct io_space {
    struct sd_text name;
    struct sd_text peripheral; // as a PCI address
    struct sd_number domain;
};

struct io_map {
    struct sd_text region_name;
    struct sd_number address;
    struct sd_text perms;
};

static const struct xml_key io_space_keys[] = {
    {"name", offsetof(struct io_space, name), XML_TEXT, true},
    {"peripheral_id", offsetof(struct io_space, peripheral), XML_TEXT, true},
    {"domain_id", offsetof(struct io_space, domain), XML_NUMBER, true},
};

static const struct xml_key io_map_keys[] = {
    {"mr", offsetof(struct io_map, region_name), XML_TEXT, true},
    {"iovaddr", offsetof(struct io_map, address), XML_NUMBER, true},
    {"perms", offsetof(struct io_map, perms), XML_TEXT, false},
};

static void read_io_map(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    const int64_t end = INT64_C(1) << 39;
    struct io_map map = {0};
    (void)parent;
    xml_attributes(r, e, io_map_keys, XML_COUNT(io_map_keys), &map);
    xml_no_children(r, e);
    check_number(r, "iovaddr", &map.address, 0, end - 1);
    xml_add_map(r, (struct sd_map){.at = e->at}, map.region_name);
}

void xml_io_address_space(struct xml_reader *r, const struct xml_element *e, size_t parent)
{
    static const struct xml_child children[] = {{"iomap", read_io_map}};
    struct io_space space = {0};
    xml_attributes(r, e, io_space_keys, XML_COUNT(io_space_keys), &space);
    xml_children(r, e, children, XML_COUNT(children), parent);
    refuse_x86(r, e, "address spaces of devices");
}

struct x86_irq {
    struct sd_text pci;
    struct sd_number ioapic;
    struct sd_number pin;
    struct sd_number handle;
    struct sd_number vector;
    struct sd_number id;
    struct sd_text trigger;
    struct sd_text polarity;
    struct sd_text setvar_id;
};

static const struct xml_key ioapic_keys[] = {
    {"ioapic", offsetof(struct x86_irq, ioapic), XML_DECIMAL, false},
    {"pin", offsetof(struct x86_irq, pin), XML_DECIMAL, true},
    {"vector", offsetof(struct x86_irq, vector), XML_DECIMAL, true},
    {"id", offsetof(struct x86_irq, id), XML_DECIMAL, true},
    {"trigger", offsetof(struct x86_irq, trigger), XML_TEXT, false},
    {"polarity", offsetof(struct x86_irq, polarity), XML_TEXT, false},
    {"setvar_id", offsetof(struct x86_irq, setvar_id), XML_TEXT, false},
};

static const struct xml_key pci_keys[] = {
    {"pcidev", offsetof(struct x86_irq, pci), XML_TEXT, true},
    {"handle", offsetof(struct x86_irq, handle), XML_DECIMAL, true},
    {"vector", offsetof(struct x86_irq, vector), XML_DECIMAL, true},
    {"id", offsetof(struct x86_irq, id), XML_DECIMAL, true},
    {"setvar_id", offsetof(struct x86_irq, setvar_id), XML_TEXT, false},
};

bool xml_x86_irq(struct xml_reader *r, const struct xml_element *e)
{
    bool pci = xml_get(e, "pcidev") != NULL;
    struct x86_irq irq = {0};
    if (!pci && xml_get(e, "pin") == NULL && xml_get(e, "ioapic") == NULL) {
        return false;
    }
    if (pci) {
        xml_attributes(r, e, pci_keys, XML_COUNT(pci_keys), &irq);
    } else {
        xml_attributes(r, e, ioapic_keys, XML_COUNT(ioapic_keys), &irq);
    }
    xml_no_children(r, e);
    check_number(r, "vector", &irq.vector, 0, VECTOR_MAX);
    refuse_x86(r, e, "interrupts by pin or PCI device");
    return true;
}
