// SPDX-License-Identifier: BSD-2-Clause
#include "machine.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    DR = 0x00,
    FR = 0x18,
    LCR_H = 0x2c,
    CR = 0x30,
    IMSC = 0x38,
    RIS = 0x3c,
    MIS = 0x40,
    ICR = 0x44,
    RXFE = 1 << 4,
    RXFF = 1 << 6,
    FEN = 1 << 4,
    ON = 0x301,
    RX = 1 << 4,
    TX = 1 << 5,
};

static char wire[64];
static unsigned wire_length;

void serial_put(char c)
{
    wire[wire_length++] = c;
}

// As after reset, with the FIFO on.
static int setup(void **state)
{
    (void)state;
    pl011_write(LCR_H, 0);
    pl011_write(LCR_H, FEN);
    pl011_write(CR, ON);
    pl011_write(IMSC, 0);
    pl011_write(ICR, 0x7ff);
    wire_length = 0;
    return 0;
}

static void a_character_leaves_at_once_and_may_interrupt(void **state)
{
    (void)state;
    pl011_write(DR, 'x');
    assert_int_equal(wire_length, 1);
    assert_int_equal(wire[0], 'x');
    assert_int_equal(pl011_read(RIS), TX);
    assert_int_equal(pl011_read(MIS), 0);
    assert_false(pl011_line());
    pl011_write(IMSC, TX);
    assert_int_equal(pl011_read(MIS), TX);
    assert_true(pl011_line());
    pl011_write(ICR, TX);
    assert_false(pl011_line());
}

static void a_port_that_is_off_passes_nothing(void **state)
{
    (void)state;
    pl011_write(CR, 0);
    pl011_write(DR, 'x');
    assert_int_equal(wire_length, 0);
    assert_false(pl011_receive('y'));
}

static void input_interrupts_until_it_is_read(void **state)
{
    (void)state;
    pl011_write(IMSC, RX);
    assert_int_equal(pl011_read(FR) & RXFE, RXFE);
    assert_true(pl011_receive('a'));
    assert_true(pl011_line());
    assert_int_equal(pl011_read(FR) & RXFE, 0);
    assert_int_equal(pl011_read(DR), 'a');
    assert_false(pl011_line());
    assert_int_equal(pl011_read(FR) & RXFE, RXFE);
}

static void a_full_fifo_takes_no_more_and_keeps_the_order(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        assert_true(pl011_receive((char)('a' + i)));
    }
    assert_false(pl011_receive('z'));
    assert_int_equal(pl011_read(FR) & RXFF, RXFF);
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(pl011_read(DR), 'a' + i);
    }
    assert_int_equal(pl011_read(DR), 0);
}

static void without_the_fifo_there_is_room_for_one(void **state)
{
    (void)state;
    pl011_write(LCR_H, 0);
    assert_true(pl011_receive('a'));
    assert_false(pl011_receive('b'));
}

static void it_says_what_it_is(void **state)
{
    (void)state;
    assert_int_equal(pl011_read(0xfe0), 0x11);
    assert_int_equal(pl011_read(0xffc), 0xb1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_character_leaves_at_once_and_may_interrupt, setup),
        cmocka_unit_test_setup(a_port_that_is_off_passes_nothing, setup),
        cmocka_unit_test_setup(input_interrupts_until_it_is_read, setup),
        cmocka_unit_test_setup(a_full_fifo_takes_no_more_and_keeps_the_order, setup),
        cmocka_unit_test_setup(without_the_fifo_there_is_room_for_one, setup),
        cmocka_unit_test_setup(it_says_what_it_is, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
