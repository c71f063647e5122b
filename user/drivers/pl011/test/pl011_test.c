// SPDX-License-Identifier: BSD-2-Clause
//
// The driver on a model of the PL011: registers as its manual has them, a wire at each end.
//
//    driver ──► dr ──► FIFO ── drain() ──► wire        receive() ──► FIFO ──► dr ──► driver
#include "pl011.h"

#include <kaal/io_model.h>

#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    FIFO_SIZE = 16,
    WIRE_SIZE = 1 << 17,
};

static struct pl011_registers regs; // only its addresses count
static struct pl011 port;

static struct {
    uint32_t imsc;
    uint32_t ris;
    uint32_t cr;
    uint32_t lcr_h;
    char tx[FIFO_SIZE];
    uint32_t tx_used;
    uint16_t rx[FIFO_SIZE];
    uint32_t rx_used;
    const char *typist; // what is still to come, as soon as there is room; NULL: nobody types
    char wire[WIRE_SIZE];
    uint32_t wire_used;
} device;

static uint32_t rx_size(void)
{
    return (device.lcr_h & PL011_LCR_FEN) != 0 ? FIFO_SIZE : 1;
}

// The worst that a typist can do: before each write, there is a character if one fits.
static void type_ahead(void)
{
    while (device.typist != NULL && *device.typist != '\0' && device.rx_used < rx_size()) {
        device.rx[device.rx_used++] = (unsigned char)*device.typist++;
        device.ris |= PL011_INT_RX;
    }
}

static uint32_t read_data(void)
{
    if (device.rx_used == 0) {
        fail_msg("read from an empty FIFO");
    }
    uint32_t data = device.rx[0];
    device.rx_used--;
    memmove(&device.rx[0], &device.rx[1], device.rx_used * sizeof(device.rx[0]));
    device.ris &= ~(uint32_t)PL011_INT_RX;
    return data;
}

static uint64_t load(uint64_t offset, unsigned bytes)
{
    assert_int_equal(bytes, sizeof(uint32_t));
    switch (offset) {
    case offsetof(struct pl011_registers, fr):
        return (device.tx_used == FIFO_SIZE ? PL011_FR_TXFF : 0u) |
               (device.rx_used == 0 ? PL011_FR_RXFE : 0u) |
               (device.tx_used != 0 ? PL011_FR_BUSY : 0u);
    case offsetof(struct pl011_registers, mis):
        return device.ris & device.imsc;
    case offsetof(struct pl011_registers, lcr_h):
        return device.lcr_h;
    case offsetof(struct pl011_registers, dr):
        return read_data();
    default:
        fail_msg("read of another register");
        return 0;
    }
}

static void store_data(uint32_t value)
{
    if (device.tx_used == FIFO_SIZE) {
        fail_msg("write to a full FIFO");
    }
    device.tx[device.tx_used++] = (char)value;
}

static void store(uint64_t offset, unsigned bytes, uint64_t word)
{
    uint32_t value = (uint32_t)word;
    assert_int_equal(bytes, sizeof(uint32_t));
    type_ahead();
    switch (offset) {
    case offsetof(struct pl011_registers, dr):
        store_data(value);
        break;
    case offsetof(struct pl011_registers, imsc):
        device.imsc = value;
        break;
    case offsetof(struct pl011_registers, icr):
        device.ris &= ~value;
        break;
    case offsetof(struct pl011_registers, lcr_h):
        if (((device.lcr_h ^ value) & PL011_LCR_FEN) != 0) {
            device.rx_used = 0; // turned on or off, the FIFOs are empty
        }
        device.lcr_h = value;
        break;
    case offsetof(struct pl011_registers, cr):
        assert_int_equal(device.imsc, 0); // enabled only when it cannot interrupt yet
        device.cr = value;
        break;
    default:
        fail_msg("write to another register: the speed is the firmware's");
    }
}

static const struct kaal_io_model model = {
    .registers = &regs,
    .size = sizeof(regs),
    .load = load,
    .store = store,
};

// The device sends up to `count` characters; then it has room, and says so.
static void drain(uint32_t count)
{
    count = count < device.tx_used ? count : device.tx_used;
    for (uint32_t i = 0; i < count; i++) {
        assert_true(device.wire_used < WIRE_SIZE);
        device.wire[device.wire_used++] = device.tx[i];
    }
    device.tx_used -= count;
    memmove(&device.tx[0], &device.tx[count], device.tx_used);
    device.ris |= count != 0 ? PL011_INT_TX : 0u;
}

// Somebody types; the driver is interrupted after each character.
static void receive(const char *text)
{
    for (; *text != '\0'; text++) {
        device.rx[device.rx_used++] = (unsigned char)*text;
        device.ris |= PL011_INT_RX;
        pl011_interrupt(&port);
    }
}

// The transmit interrupt is let through exactly while something waits, the receive interrupts while
// there is room.
static void check_mask(void)
{
    assert_int_equal((device.imsc & PL011_INT_TX) != 0, port.used > 0);
    assert_int_equal((device.imsc & PL011_INT_RX) != 0, port.in_used < PL011_IN_SIZE);
}

// Interrupts until nothing is left.
static void send_all(void)
{
    for (unsigned i = 0; i < PL011_OUT_SIZE && !pl011_idle(&port); i++) {
        drain(FIFO_SIZE);
        if ((device.ris & device.imsc) != 0) {
            pl011_interrupt(&port);
        }
        check_mask();
    }
    assert_true(pl011_idle(&port));
}

static int setup(void **state)
{
    (void)state;
    memset(&device, 0, sizeof(device));
    device.lcr_h = PL011_LCR_FEN;
    device.imsc = PL011_INT_ALL;
    device.ris = PL011_INT_ALL;
    kaal_io_model_use(&model);
    pl011_open(&port, &regs);
    return 0;
}

static void opening_clears_all_interrupts_and_lets_input_through(void **state)
{
    (void)state;
    assert_int_equal(device.ris, 0);
    assert_int_equal(device.imsc, PL011_INT_RX | PL011_INT_RT);
    assert_int_equal(device.cr, PL011_CR_UARTEN | PL011_CR_TXE | PL011_CR_RXE);
    assert_int_equal(device.lcr_h, PL011_LCR_FEN | PL011_LCR_WLEN8); // FIFOs as they were
    assert_int_equal(pl011_room(&port), PL011_OUT_SIZE);
    assert_true(pl011_idle(&port));
}

static void a_short_text_needs_no_interrupt(void **state)
{
    (void)state;
    pl011_put(&port, "hello", 5);
    check_mask();
    assert_int_equal(pl011_room(&port), PL011_OUT_SIZE);
    assert_false(pl011_idle(&port)); // it is in the FIFO
    drain(FIFO_SIZE);
    assert_true(pl011_idle(&port));
    assert_memory_equal(device.wire, "hello", 5);
}

static void a_long_text_follows_by_interrupts(void **state)
{
    (void)state;
    char text[1000];
    for (unsigned i = 0; i < sizeof(text); i++) {
        text[i] = (char)('a' + i % 26);
    }
    pl011_put(&port, text, sizeof(text));
    assert_int_equal(port.used, sizeof(text) - FIFO_SIZE);
    check_mask();
    send_all();
    assert_int_equal(device.wire_used, sizeof(text));
    assert_memory_equal(device.wire, text, sizeof(text));
}

static void what_does_not_fit_the_queue_is_left_out(void **state)
{
    (void)state;
    static char text[2 * PL011_OUT_SIZE];
    memset(text, 'x', sizeof(text));
    pl011_put(&port, text, sizeof(text));
    pl011_put(&port, "y", 1);
    // The second one found the room that the FIFO made.
    assert_int_equal(port.used, PL011_OUT_SIZE - FIFO_SIZE + 1);
    send_all();
    assert_int_equal(device.wire_used, PL011_OUT_SIZE + 1);
    assert_int_equal(device.wire[PL011_OUT_SIZE], 'y');
}

static void random_texts_and_drains_keep_the_order(void **state)
{
    (void)state;
    struct prng prng = {.state = 4};
    static char expected[WIRE_SIZE];
    uint32_t length = 0;
    while (length < WIRE_SIZE - 256) {
        uint64_t r = prng_next(&prng);
        uint32_t count = (uint32_t)(r % 200);
        count = count < pl011_room(&port) ? count : pl011_room(&port);
        for (uint32_t i = 0; i < count; i++) {
            expected[length + i] = (char)prng_next(&prng);
        }
        pl011_put(&port, &expected[length], count);
        length += count;
        check_mask();
        drain((uint32_t)(r >> 16) % (4 * FIFO_SIZE));
        if ((device.ris & device.imsc) != 0) {
            pl011_interrupt(&port);
        }
        check_mask();
    }
    send_all();
    assert_int_equal(device.wire_used, length);
    assert_memory_equal(device.wire, expected, length);
}

static void what_is_typed_is_taken_in_order(void **state)
{
    (void)state;
    char c = 0;
    assert_false(pl011_take(&port, &c));
    receive("ab");
    assert_true(pl011_take(&port, &c));
    assert_int_equal(c, 'a');
    receive("c");
    assert_true(pl011_take(&port, &c));
    assert_int_equal(c, 'b');
    assert_true(pl011_take(&port, &c));
    assert_int_equal(c, 'c');
    assert_false(pl011_take(&port, &c));
}

// Before, during and after the opening, whether the firmware turned the FIFOs on or not.
static void what_is_typed_while_it_opens_is_kept(void **state)
{
    (void)state;
    static const char text[] = "echo typed early, and more than the FIFO holds";
    static const uint32_t fifos[] = {0, PL011_LCR_FEN};
    for (unsigned i = 0; i < 2; i++) {
        char c = 0;
        device.lcr_h = fifos[i];
        device.typist = text;
        type_ahead();
        pl011_open(&port, &regs);
        for (type_ahead(); (device.ris & device.imsc) != 0; type_ahead()) {
            pl011_interrupt(&port);
        }
        for (unsigned at = 0; text[at] != '\0'; at++) {
            assert_true(pl011_take(&port, &c));
            assert_int_equal(c, text[at]);
        }
        assert_false(pl011_take(&port, &c));
    }
}

static void damaged_characters_come_as_question_marks(void **state)
{
    (void)state;
    char c = 0;
    device.rx[device.rx_used++] = 'b' | 1 << 10; // a break
    pl011_interrupt(&port);
    assert_true(pl011_take(&port, &c));
    assert_int_equal(c, '?');
}

// The device keeps what there is no room for, and does not interrupt for it.
static void a_full_queue_loses_nothing(void **state)
{
    (void)state;
    char c = 0;
    for (unsigned i = 0; i < PL011_IN_SIZE; i++) {
        receive((char[]){(char)('a' + i % 26), '\0'});
    }
    assert_int_equal(device.imsc & (PL011_INT_RX | PL011_INT_RT), 0);
    receive("0123456789");
    assert_int_equal(device.rx_used, 10);
    check_mask();
    for (unsigned i = 0; i < PL011_IN_SIZE; i++) {
        assert_true(pl011_take(&port, &c));
        assert_int_equal(c, 'a' + i % 26);
    }
    assert_int_equal(device.imsc & (PL011_INT_RX | PL011_INT_RT), PL011_INT_RX | PL011_INT_RT);
    for (unsigned i = 0; i < 10; i++) {
        assert_true(pl011_take(&port, &c));
        assert_int_equal(c, '0' + i);
    }
    assert_false(pl011_take(&port, &c));
}

static void an_interrupt_without_a_cause_does_nothing(void **state)
{
    (void)state;
    char c = 0;
    pl011_interrupt(&port);
    assert_false(pl011_take(&port, &c));
    assert_int_equal(device.wire_used + device.tx_used, 0);
    check_mask();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(opening_clears_all_interrupts_and_lets_input_through, setup),
        cmocka_unit_test_setup(a_short_text_needs_no_interrupt, setup),
        cmocka_unit_test_setup(a_long_text_follows_by_interrupts, setup),
        cmocka_unit_test_setup(what_does_not_fit_the_queue_is_left_out, setup),
        cmocka_unit_test_setup(random_texts_and_drains_keep_the_order, setup),
        cmocka_unit_test_setup(what_is_typed_is_taken_in_order, setup),
        cmocka_unit_test_setup(what_is_typed_while_it_opens_is_kept, setup),
        cmocka_unit_test_setup(damaged_characters_come_as_question_marks, setup),
        cmocka_unit_test_setup(a_full_queue_loses_nothing, setup),
        cmocka_unit_test_setup(an_interrupt_without_a_cause_does_nothing, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
