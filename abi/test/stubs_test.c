// SPDX-License-Identifier: BSD-2-Clause

// Every invocation stub sends what libsel4's sends.
//
// The facts say of each stub: prototype, label, length, extra capabilities, and each message word
// as an expression of the parameters, e.g. "(depth & 0xffull)". Each stub is called with known
// arguments against a kernel that takes notes, the expressions are evaluated with the same
// arguments, and the two are compared.
//
// usage: stubs_test FACTS

#include "stubs.h"

#include "fake_trap.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static json_t *facts;

static seL4_UserContext registers;
static seL4_ARM_SMCContext smc_in;
static seL4_ARM_SMCContext smc_out;

seL4_UserContext *stub_registers(void)
{
    seL4_Word *word = (seL4_Word *)&registers;

    for (seL4_Word i = 0; i < sizeof(registers) / sizeof(*word); i++) {
        word[i] = STUB_REGISTER + i;
    }
    return &registers;
}

seL4_ARM_SMCContext *stub_smc_in(void)
{
    seL4_Word *word = (seL4_Word *)&smc_in;

    for (seL4_Word i = 0; i < sizeof(smc_in) / sizeof(*word); i++) {
        word[i] = STUB_REGISTER + i;
    }
    return &smc_in;
}

seL4_ARM_SMCContext *stub_smc_out(void)
{
    return &smc_out;
}

seL4_CapRights_t stub_rights(int n)
{
    return (seL4_CapRights_t){{(seL4_Word)ARG(n)}};
}

// --- evaluation of the facts' expressions ---

struct reader {
    const char *at;
    const char *params; // of the stub that the expression belongs to
};

static bool reader_takes(struct reader *r, const char *token)
{
    while (*r->at == ' ') {
        r->at++;
    }
    if (strncmp(r->at, token, strlen(token)) != 0) {
        return false;
    }
    r->at += strlen(token);
    return true;
}

static size_t name_length(const char *s)
{
    size_t n = 0;

    while (isalnum((unsigned char)s[n]) || s[n] == '_') {
        n++;
    }
    return n;
}

// Which parameter has this name; params are separated by ", " and a name comes last in each.
static int param_index(const char *params, const char *name, size_t length)
{
    int index = 0;

    for (const char *p = params; *p; index++) {
        const char *end = strchr(p, ',') ? strchr(p, ',') : p + strlen(p);

        if ((size_t)(end - p) > length && memcmp(end - length, name, length) == 0 &&
            !isalnum((unsigned char)end[-(ptrdiff_t)length - 1]) &&
            end[-(ptrdiff_t)length - 1] != '_') {
            return index;
        }
        p = *end ? end + 2 : end;
    }
    fail_msg("no parameter %.*s in (%s)", (int)length, name, params);
    return -1;
}

// A register by its name: both structs are words, and the facts know where each is.
static uint64_t register_value(const char *field, size_t length)
{
    const json_t *types = json_object_get(facts, "offsets");
    char name[16];
    const json_t *offset;

    assert_in_range(length, 1, sizeof(name) - 1);
    memcpy(name, field, length);
    name[length] = '\0';
    offset = json_object_get(json_object_get(types, "seL4_ARM_SMCContext"), name);
    if (!offset) {
        offset = json_object_get(json_object_get(types, "seL4_UserContext"), name);
    }
    assert_non_null(offset);
    return STUB_REGISTER + (uint64_t)json_integer_value(offset) / 8;
}

static uint64_t read_or(struct reader *r);

static uint64_t read_primary(struct reader *r)
{
    uint64_t value;
    size_t length;

    if (reader_takes(r, "(")) {
        value = read_or(r);
        assert_true(reader_takes(r, ")"));
        return value;
    }
    if (isdigit((unsigned char)*r->at)) {
        char *end;

        value = strtoull(r->at, &end, 0);
        r->at = end;
        (void)reader_takes(r, "ull");
        return value;
    }
    length = name_length(r->at);
    if (strncmp(r->at + length, "->", 2) == 0) {
        r->at += length + 2;
        length = name_length(r->at);
        value = register_value(r->at, length);
    } else if (length == 5 && memcmp(r->at, "count", 5) == 0) {
        value = STUB_COUNT_ARG;
    } else {
        value = (uint64_t)ARG(param_index(r->params, r->at, length));
    }
    r->at += length;
    (void)reader_takes(r, ".words[0]");
    return value;
}

static uint64_t read_shift(struct reader *r)
{
    uint64_t value = read_primary(r);

    while (reader_takes(r, "<<")) {
        value <<= read_primary(r);
    }
    return value;
}

static uint64_t read_and(struct reader *r)
{
    uint64_t value = read_shift(r);

    while (reader_takes(r, "&")) {
        value &= read_shift(r);
    }
    return value;
}

static uint64_t read_or(struct reader *r)
{
    uint64_t value = read_and(r);

    while (reader_takes(r, "|")) {
        value |= read_and(r);
    }
    return value;
}

static uint64_t evaluate(const char *expression, const char *params)
{
    struct reader r = {expression, params};
    uint64_t value = read_or(&r);

    if (*r.at) {
        fail_msg("\"%s\": cannot read \"%s\"", expression, r.at);
    }
    return value;
}

// --- tests ---

static int setup(void **state)
{
    (void)state;
    fake_reset();
    return 0;
}

static const struct stub *stub_of(const char *name)
{
    for (size_t i = 0; i < stub_count; i++) {
        if (strcmp(stubs[i].name, name) == 0) {
            return &stubs[i];
        }
    }
    fail_msg("%s: libsel4 has it, stub_rows.inc does not", name);
    return NULL;
}

static const char *text(const json_t *fact, const char *key)
{
    const char *value = json_string_value(json_object_get(fact, key));

    assert_non_null(value);
    return value;
}

static void expect_word(const char *stub, const char *what, size_t i, uint64_t got, uint64_t want)
{
    if (got != want) {
        fail_msg("%s: %s %zu is 0x%llx, libsel4 sends 0x%llx", stub, what, i,
                 (unsigned long long)got, (unsigned long long)want);
    }
}

// The message that the last call left behind, against one stub's facts.
static void expect_message(const json_t *fact)
{
    const char *name = text(fact, "function");
    const char *params = text(fact, "params");
    const json_t *labels = json_object_get(facts, "invocation_labels");
    seL4_MessageInfo_t info = {{fake_last.regs.x1}};
    size_t i;
    json_t *item;

    assert_int_equal(fake_last.number, (seL4_Word)seL4_SysCall);
    expect_word(name, "service", 0, fake_last.regs.x0, STUB_SERVICE);
    expect_word(name, "label", 0, seL4_MessageInfo_get_label(info),
                (uint64_t)json_integer_value(json_object_get(labels, text(fact, "label"))));
    expect_word(name, "length", 0, seL4_MessageInfo_get_length(info),
                (uint64_t)json_integer_value(json_object_get(fact, "length")));
    expect_word(name, "extraCaps", 0, seL4_MessageInfo_get_extraCaps(info),
                json_array_size(json_object_get(fact, "caps")));
    json_array_foreach(json_object_get(fact, "caps"), i, item)
    {
        expect_word(name, "cap", i, fake_last.buffer.caps_or_badges[i],
                    evaluate(json_string_value(item), params));
    }
    json_array_foreach(json_object_get(fact, "words"), i, item)
    {
        expect_word(name, "word", i, i < 4 ? fake_last.regs.mr[i] : fake_last.buffer.msg[i],
                    evaluate(json_string_value(item), params));
    }
    for (i = json_array_size(json_object_get(fact, "words")); i < 4; i++) {
        expect_word(name, "unused word", i, fake_last.regs.mr[i], 0);
    }
}

static void every_stub_sends_what_libsel4_sends(void **state)
{
    const json_t *list = json_object_get(facts, "stubs");
    size_t i;
    json_t *fact;

    (void)state;
    assert_int_equal(json_array_size(list), stub_count);
    json_array_foreach(list, i, fact)
    {
        const struct stub *stub = stub_of(text(fact, "function"));

        if (stub == NULL) {
            return; // stub_of has failed the test
        }
        assert_string_equal(stub->returns, text(fact, "returns"));
        assert_string_equal(stub->params, text(fact, "params"));
        fake_reset();
        stub->call();
        expect_message(fact);
    }
}

static void write_registers_sends_all_36_registers(void **state)
{
    (void)state;
    assert_int_equal(seL4_TCB_WriteRegisters(STUB_SERVICE, 1, 0, 36, stub_registers()), 0);
    for (seL4_Word i = 2; i < 36; i++) {
        assert_int_equal(fake_last.buffer.msg[i + 2], STUB_REGISTER + i);
    }
}

static void write_registers_reads_no_more_than_the_context(void **state)
{
    (void)state;
    assert_int_equal(seL4_TCB_WriteRegisters(STUB_SERVICE, 1, 0, 1000, stub_registers()), 0);
    assert_int_equal(fake_last.regs.mr[1], 1000);
    assert_int_equal(fake_last.buffer.msg[37], STUB_REGISTER + 35);
    assert_int_equal(fake_last.buffer.msg[38], 0);
}

static void read_registers_stores_as_many_as_asked(void **state)
{
    seL4_UserContext *regs = stub_registers();

    (void)state;
    assert_int_equal(seL4_TCB_ReadRegisters(STUB_SERVICE, 0, 0, 6, regs), 0);
    assert_int_equal(regs->pc, FAKE_ANSWER);
    assert_int_equal(regs->x0, FAKE_ANSWER + 3);
    assert_int_equal(regs->x2, FAKE_ANSWER + 5);
    assert_int_equal(regs->x3, STUB_REGISTER + 6);
}

static void smc_call_stores_eight_words(void **state)
{
    (void)state;
    assert_int_equal(seL4_ARM_SMC_Call(STUB_SERVICE, stub_smc_in(), stub_smc_out()), 0);
    assert_int_equal(smc_out.x0, FAKE_ANSWER);
    assert_int_equal(smc_out.x3, FAKE_ANSWER + 3);
    assert_int_equal(smc_out.x4, FAKE_ANSWER + 4);
    assert_int_equal(smc_out.x7, FAKE_ANSWER + 7);
}

static void results_come_from_the_first_word(void **state)
{
    (void)state;
    assert_int_equal(seL4_ARM_Page_GetAddress(STUB_SERVICE).paddr, FAKE_ANSWER);
    assert_int_equal(seL4_TCB_SetFlags(STUB_SERVICE, 0, 1).flags, FAKE_ANSWER);
    assert_int_equal(seL4_SchedContext_Consumed(STUB_SERVICE).consumed, FAKE_ANSWER);
    assert_int_equal(seL4_SchedContext_YieldTo(STUB_SERVICE).consumed, FAKE_ANSWER);
}

static void errors_leave_their_details_in_the_buffer(void **state)
{
    (void)state;
    fake_answer_label = seL4_RangeError;
    fake_answer_length = 2;
    assert_int_equal(seL4_TCB_SetPriority(STUB_SERVICE, 1, 2), seL4_RangeError);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(seL4_GetMR(i), FAKE_ANSWER + i);
    }
    fake_answer_label = seL4_FailedLookup;
    assert_int_equal(seL4_ARM_Page_GetAddress(STUB_SERVICE).error, seL4_FailedLookup);
}

static void configure_is_configure_flags_without_flags(void **state)
{
    (void)state;
    assert_int_equal(seL4_SchedControl_Configure(STUB_SERVICE, 7, 8, 9, 10, 11), 0);
    assert_int_equal(fake_last.regs.x1 >> 12, SchedControlConfigureFlags);
    assert_int_equal(fake_last.regs.mr[0], 8);
    assert_int_equal(fake_last.regs.mr[3], 11);
    assert_int_equal(fake_last.buffer.msg[4], seL4_SchedContext_NoFlag);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_stub_sends_what_libsel4_sends, setup),
        cmocka_unit_test_setup(write_registers_sends_all_36_registers, setup),
        cmocka_unit_test_setup(write_registers_reads_no_more_than_the_context, setup),
        cmocka_unit_test_setup(read_registers_stores_as_many_as_asked, setup),
        cmocka_unit_test_setup(smc_call_stores_eight_words, setup),
        cmocka_unit_test_setup(results_come_from_the_first_word, setup),
        cmocka_unit_test_setup(errors_leave_their_details_in_the_buffer, setup),
        cmocka_unit_test_setup(configure_is_configure_flags_without_flags, setup),
    };
    json_error_t error;
    int failed;

    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s FACTS\n", argv[0]);
        return 2;
    }
    facts = json_load_file(argv[1], 0, &error);
    if (!facts) {
        (void)fprintf(stderr, "%s:%d: error: %s\n", argv[1], error.line, error.text);
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(facts);
    return failed;
}
