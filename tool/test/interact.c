// SPDX-License-Identifier: BSD-2-Clause
#include "tool/interact.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    KEY_LEAVE = 0x1d, // Ctrl-]
    ESCAPE = 0x1b,
};

void interact_open(struct interact *t)
{
    memset(t, 0, sizeof(*t));
    if (tcgetattr(STDIN_FILENO, &t->before) != 0) {
        return;
    }
    struct termios raw = t->before;
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    t->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

void interact_close(struct interact *t)
{
    if (t->raw) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &t->before);
        t->raw = false;
    }
}

bool interact_pends(const struct interact *t)
{
    return t->pending_first < t->pending_end;
}

static void write_pending(struct interact *t, int to)
{
    ssize_t n = write(to, &t->pending[t->pending_first], t->pending_end - t->pending_first);
    if (n > 0) {
        t->pending_first += (size_t)n;
    } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
        t->pending_first = t->pending_end; // nobody reads any more
    }
}

static void read_keys(struct interact *t)
{
    ssize_t n = read(STDIN_FILENO, t->pending, sizeof(t->pending));
    if (n <= 0) {
        t->over = n == 0 || (errno != EINTR && errno != EAGAIN);
        return;
    }
    char *leave = memchr(t->pending, KEY_LEAVE, (size_t)n);
    t->left = leave != NULL;
    t->pending_first = 0;
    t->pending_end = leave == NULL ? (size_t)n : (size_t)(leave - t->pending);
}

void interact_keys(struct interact *t, int to)
{
    if (!interact_pends(t) && !t->over && !t->left) {
        read_keys(t);
    }
    if (interact_pends(t)) {
        write_pending(t, to);
    }
}

// --- the screen ----------------------------------------------------------------------------------

static void show_escaped(char c)
{
    unsigned char byte = (unsigned char)c;
    if (strchr("\r\n\t\b\a", c) != NULL || (byte >= 0x20 && byte != 0x7f)) {
        putchar(c);
    } else {
        printf("\\x%02x", byte);
    }
}

static void give_up(struct interact *t)
{
    for (size_t i = 0; i < t->held_length; i++) {
        show_escaped(t->held[i]);
    }
    t->held_length = 0;
}

void interact_show(struct interact *t, char c)
{
    if (c == '\0') {
        return;
    }
    if (t->held_length == 0 && c != ESCAPE) {
        show_escaped(c);
        return;
    }
    if (t->held_length == sizeof(t->held)) {
        give_up(t);
    }
    t->held[t->held_length++] = c;
    bool parameter = strchr("0123456789;", c) != NULL;
    if (t->held_length == 1 || (t->held_length == 2 ? c == '[' : parameter)) {
        return;
    }
    if (t->held_length > 2 && strchr("ABCDHJKm", c) != NULL) {
        (void)!fwrite(t->held, 1, t->held_length, stdout);
        t->held_length = 0;
    } else {
        give_up(t);
    }
}
