// SPDX-License-Identifier: BSD-2-Clause
//
// A packet is $DATA#SS, SS being the sum of its bytes in hexadecimal; each is answered by + at
// once. `g` gives the registers as hexadecimal bytes: x0 to x30, sp, pc of 8 bytes each, cpsr of 4.
#include "tool/gdb.h"

#include "tool/machine.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PACKET_MAX = 16 * 1024,
    PC_INDEX = 32,
    WORD_DIGITS = 16,
};

static bool read_char(struct gdb *g, uint64_t end_ms, char *out)
{
    struct pollfd p = {.fd = g->fd, .events = POLLIN};
    uint64_t now = host_ms();
    return now < end_ms && poll(&p, 1, (int)(end_ms - now)) > 0 && read(g->fd, out, 1) == 1;
}

static bool send_packet(struct gdb *g, const char *data)
{
    char text[64];
    unsigned sum = 0;
    for (const char *c = data; *c != '\0'; c++) {
        sum += (unsigned char)*c;
    }
    int length = snprintf(text, sizeof(text), "$%s#%02x", data, sum & 0xff);
    return length < (int)sizeof(text) && send(g->fd, text, (size_t)length, MSG_NOSIGNAL) == length;
}

// The data of the next packet. Its sum is not looked at: a unix socket loses nothing.
static bool receive_packet(struct gdb *g, unsigned timeout_ms, char data[PACKET_MAX])
{
    uint64_t end = host_ms() + timeout_ms;
    size_t length = 0;
    bool inside = false;
    char c;
    while (read_char(g, end, &c)) {
        if (c == '#') {
            char sum[2];
            data[length] = '\0';
            return read_char(g, end, &sum[0]) && read_char(g, end, &sum[1]) &&
                   send(g->fd, "+", 1, MSG_NOSIGNAL) == 1;
        }
        if (c == '$') {
            inside = true;
            length = 0;
        } else if (inside) {
            if (length == PACKET_MAX - 1) {
                return false;
            }
            data[length++] = c;
        }
    }
    return false;
}

static bool ask(struct gdb *g, const char *question, unsigned timeout_ms, char answer[PACKET_MAX])
{
    return send_packet(g, question) && receive_packet(g, timeout_ms, answer);
}

// `digits` hexadecimal digits of little-endian bytes.
static uint64_t register_value(const char *hex, size_t digits)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits; i += 2) {
        char byte[3] = {hex[i], hex[i + 1], '\0'};
        value |= (uint64_t)strtoul(byte, NULL, 16) << (i * 4);
    }
    return value;
}

bool gdb_open(struct gdb *g, int fd, unsigned timeout_ms)
{
    char answer[PACKET_MAX];
    g->fd = fd;
    return ask(g, "?", timeout_ms, answer);
}

bool gdb_run_to(struct gdb *g, uint64_t pc, unsigned timeout_ms, struct gdb_stop *out)
{
    char answer[PACKET_MAX];
    char text[48];
    snprintf(text, sizeof(text), "Z1,%" PRIx64 ",4", pc);
    if (!ask(g, text, timeout_ms, answer) || strcmp(answer, "OK") != 0 ||
        !ask(g, "c", timeout_ms, answer) || answer[0] != 'T' || !ask(g, "g", timeout_ms, answer) ||
        strlen(answer) < (PC_INDEX + 1) * WORD_DIGITS + 8) {
        return false;
    }
    *out = (struct gdb_stop){
        .pc = register_value(answer + (size_t)PC_INDEX * WORD_DIGITS, WORD_DIGITS),
        .el = (unsigned)(register_value(answer + (size_t)(PC_INDEX + 1) * WORD_DIGITS, 8) >> 2) & 3,
    };
    text[0] = 'z';
    return ask(g, text, timeout_ms, answer) && strcmp(answer, "OK") == 0;
}

bool gdb_read(struct gdb *g, uint64_t address, uint8_t *out, size_t size, unsigned timeout_ms)
{
    char answer[PACKET_MAX];
    char text[48];
    snprintf(text, sizeof(text), "m%" PRIx64 ",%zx", address, size);
    if (!ask(g, text, timeout_ms, answer) || strlen(answer) != 2 * size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)register_value(answer + 2 * i, 2);
    }
    return true;
}

bool gdb_leave(struct gdb *g, unsigned timeout_ms)
{
    char answer[PACKET_MAX];
    return ask(g, "D", timeout_ms, answer) && strcmp(answer, "OK") == 0;
}
