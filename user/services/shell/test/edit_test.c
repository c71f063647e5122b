// SPDX-License-Identifier: BSD-2-Clause
//
// The editor, with a terminal at its other end: a model that shows what a person would see.
#include "edit.h"
#include "screen.h"

#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define UP     "\x1b[A"
#define DOWN   "\x1b[B"
#define RIGHT  "\x1b[C"
#define LEFT   "\x1b[D"
#define HOME   "\x1b[H"
#define END    "\x1b[F"
#define DELETE "\x1b[3~"
#define ALT_B  "\033b"
#define ALT_F  "\033f"
#define CTRL_A "\x01"
#define CTRL_C "\x03"
#define CTRL_D "\x04"
#define CTRL_E "\x05"
#define CTRL_K "\x0b"
#define CTRL_L "\x0c"
#define CTRL_N "\x0e"
#define CTRL_P "\x10"
#define CTRL_U "\x15"
#define CTRL_W "\x17"

static struct edit edit;
static struct screen screen;

static int setup(void **state)
{
    (void)state;
    edit_open(&edit);
    screen_clear(&screen);
    edit_begin(&edit, "> ");
    screen_put(&screen, edit.out, edit.out_length);
    return 0;
}

// The event of the last byte.
static enum edit_event type(const char *keys)
{
    enum edit_event event = EDIT_MORE;
    for (; *keys != '\0'; keys++) {
        event = edit_byte(&edit, (uint8_t)*keys);
        screen_put(&screen, edit.out, edit.out_length);
        assert_true(edit_ok(&edit));
    }
    return event;
}

// A whole line, and the beginning of the next.
static void enter(const char *keys)
{
    type(keys);
    assert_int_equal(type("\r"), EDIT_LINE);
    edit_begin(&edit, "> ");
    screen_put(&screen, edit.out, edit.out_length);
}

static void assert_line(const char *line, uint32_t cursor)
{
    assert_string_equal(edit.line, line);
    assert_int_equal(edit.cursor, cursor);
    assert_memory_equal(screen.row, "> ", 2);
    assert_string_equal(screen.row + 2, edit.line);
    assert_int_equal(screen.column, 2 + cursor);
}

static void keys_insert_where_the_cursor_is(void **state)
{
    (void)state;
    type("help");
    assert_line("help", 4);
    type(LEFT LEFT "X" RIGHT "Y");
    assert_line("heXlYp", 5);
    type(HOME "1" END "2");
    assert_line("1heXlYp2", 8);
    type(CTRL_A);
    assert_line("1heXlYp2", 0);
    type(LEFT CTRL_E RIGHT);
    assert_line("1heXlYp2", 8);
    type("\x1b[1~a\x1b[4~b\x1bOHc\x1bOFd\x1b[7~\x1b[8~");
    assert_line("ca1heXlYp2bd", 12);
}

static void keys_delete_to_each_side(void **state)
{
    (void)state;
    type("one two three\x7f\x08");
    assert_line("one two thr", 11);
    type(HOME DELETE);
    type(CTRL_D);
    assert_line("e two thr", 0);
    type("\x7f");
    assert_line("e two thr", 0);
    type(END);
    type(CTRL_W);
    assert_line("e two ", 6);
    type(CTRL_W);
    assert_line("e ", 2);
    type("tail" LEFT LEFT);
    type(CTRL_K);
    assert_line("e ta", 4);
    type(LEFT);
    type(CTRL_U);
    assert_line("a", 0);
}

static void alt_moves_by_words(void **state)
{
    (void)state;
    type("kill  the one" ALT_B ALT_B);
    assert_line("kill  the one", 6);
    type(ALT_F);
    assert_line("kill  the one", 9);
    type(ALT_B ALT_B ALT_B);
    assert_line("kill  the one", 0);
}

static void history_goes_back_and_comes_again(void **state)
{
    (void)state;
    type(UP);
    assert_line("", 0);
    enter("first");
    enter("second");
    enter("second");
    enter("");
    type("draft" UP);
    assert_line("second", 6);
    type(UP);
    assert_line("first", 5);
    type(UP);
    assert_line("first", 5);
    type(DOWN "!");
    assert_line("second!", 7);
    type(DOWN);
    assert_line("draft", 5);
    type(DOWN);
    assert_line("draft", 5);
}

static void history_keeps_the_last_lines(void **state)
{
    (void)state;
    for (unsigned i = 0; i < EDIT_HISTORY + 3; i++) {
        enter((char[]){(char)('a' + i), 0});
    }
    for (unsigned i = 0; i < EDIT_HISTORY + 3; i++) {
        type(CTRL_P);
    }
    assert_line("d", 1);
    for (unsigned i = 0; i < EDIT_HISTORY - 1; i++) {
        type(CTRL_N);
    }
    assert_line("s", 1);
}

static void a_line_ends_with_any_end(void **state)
{
    (void)state;
    assert_int_equal(type("ps\r"), EDIT_LINE);
    assert_string_equal(edit.line, "ps");
    edit_begin(&edit, "> ");
    assert_int_equal(type("\n"), EDIT_MORE);
    assert_int_equal(type("\n"), EDIT_LINE);
    assert_string_equal(edit.line, "");
}

static void control_c_gives_the_line_up(void **state)
{
    (void)state;
    enter("kept");
    type("not kept");
    assert_int_equal(type(CTRL_C), EDIT_INTERRUPT);
    assert_int_equal(edit.length, 0);
    setup(NULL);
}

static void control_d_closes_an_empty_line_alone(void **state)
{
    (void)state;
    type("x");
    assert_int_equal(type(CTRL_D), EDIT_MORE);
    type("\x7f");
    assert_int_equal(type(CTRL_D), EDIT_CLOSE);
}

static void tab_asks_for_the_word(void **state)
{
    (void)state;
    assert_int_equal(type("kill he\t"), EDIT_COMPLETE);
    assert_int_equal(edit_word(&edit), 5);
    edit_insert(&edit, "llo ", 4);
    screen_put(&screen, edit.out, edit.out_length);
    assert_line("kill hello ", 11);
    assert_int_equal(edit_word(&edit), 11);
}

static void a_long_line_is_shown_in_part(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * EDIT_LINE_SIZE; i++) {
        type((char[]){(char)('a' + i % 26), 0});
    }
    assert_int_equal(edit.length, EDIT_LINE_SIZE - 1);
    assert_int_equal(screen.column, 2 + EDIT_COLUMNS - 1);
    assert_string_equal(screen.row + 2, &edit.line[EDIT_LINE_SIZE - EDIT_COLUMNS]);
    assert_true(screen.bells > 0);
    type(HOME);
    assert_memory_equal(screen.row + 2, "abcdefgh", 8);
    assert_int_equal(strlen(screen.row), 2 + EDIT_COLUMNS);
    assert_int_equal(screen.column, 2);
}

static void sequences_that_nobody_knows_do_nothing(void **state)
{
    (void)state;
    type("ab\x1b[99999999999999~\x1b[1;5Z\x1bOQ\x1b[200~\x1b?");
    assert_line("ab", 2);
    // Cut off by a control character, the rest is text.
    type("\x1b[1" CTRL_A "x");
    assert_line("xab", 1);
    type("\xff\x80\x01");
    assert_line("xab", 0);
}

// Whatever is typed, the screen shows what the line is.
static void random_keys_show_what_is_there(void **state)
{
    (void)state;
    static const char *const keys[] = {UP,     DOWN,   RIGHT,  LEFT,   HOME,     END,
                                       DELETE, "\x7f", "a",    "b c ", "hello ", ALT_B,
                                       CTRL_K, CTRL_U, CTRL_W, CTRL_L};
    struct prng prng = {7};
    for (unsigned i = 0; i < 50000; i++) {
        uint64_t key = prng_next(&prng) % (sizeof(keys) / sizeof(keys[0]) + 1);
        if (key == sizeof(keys) / sizeof(keys[0])) {
            enter("");
        } else {
            type(keys[key]);
        }
        uint32_t shown = edit.length - edit.view;
        shown = shown < EDIT_COLUMNS ? shown : EDIT_COLUMNS;
        assert_int_equal(strlen(screen.row), 2 + shown);
        assert_memory_equal(screen.row + 2, &edit.line[edit.view], shown);
        assert_int_equal(screen.column, 2 + edit.cursor - edit.view);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keys_insert_where_the_cursor_is, setup),
        cmocka_unit_test_setup(keys_delete_to_each_side, setup),
        cmocka_unit_test_setup(alt_moves_by_words, setup),
        cmocka_unit_test_setup(history_goes_back_and_comes_again, setup),
        cmocka_unit_test_setup(history_keeps_the_last_lines, setup),
        cmocka_unit_test_setup(a_line_ends_with_any_end, setup),
        cmocka_unit_test_setup(control_c_gives_the_line_up, setup),
        cmocka_unit_test_setup(control_d_closes_an_empty_line_alone, setup),
        cmocka_unit_test_setup(tab_asks_for_the_word, setup),
        cmocka_unit_test_setup(a_long_line_is_shown_in_part, setup),
        cmocka_unit_test_setup(sequences_that_nobody_knows_do_nothing, setup),
        cmocka_unit_test_setup(random_keys_show_what_is_there, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
