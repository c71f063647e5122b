// SPDX-License-Identifier: BSD-2-Clause

#include "machine.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

enum { OUT_SIZE = 4096 };

static char out[OUT_SIZE];
static size_t out_length;
static bool open_in;
static int pending = -1; // typed, not taken yet

void serial_open(void)
{
    const int flags = fcntl(STDIN_FILENO, F_GETFL);
    open_in = flags >= 0 && fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) == 0;
}

void serial_flush(void)
{
    size_t done = 0;
    while (done < out_length) {
        const ssize_t n = write(STDOUT_FILENO, out + done, out_length - done);
        if (n <= 0) {
            break; // nobody listens
        }
        done += (size_t)n;
    }
    out_length = 0;
}

void serial_put(char c)
{
    out[out_length++] = c;
    if (c == '\n' || out_length == OUT_SIZE) {
        serial_flush();
    }
}

void serial_poll(void)
{
    serial_flush();
    while (open_in) {
        unsigned char c = 0;
        if (pending < 0) {
            const ssize_t n = read(STDIN_FILENO, &c, 1);
            open_in = n != 0;
            if (n <= 0) {
                return;
            }
            pending = c;
        }
        if (!pl011_receive((char)pending)) {
            return;
        }
        pending = -1;
    }
}

void serial_wait(int milliseconds)
{
    struct pollfd in = {.fd = open_in && pending < 0 ? STDIN_FILENO : -1, .events = POLLIN};
    serial_flush();
    (void)poll(&in, 1, milliseconds);
}
