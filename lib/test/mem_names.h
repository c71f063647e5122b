// SPDX-License-Identifier: BSD-2-Clause
//
// mem.c under other names, so that it can be compared with the C library's.
#pragma once

#include <stddef.h>

void *kaal_memcpy(void *restrict to, const void *restrict from, size_t n);
void *kaal_memmove(void *to, const void *from, size_t n);
void *kaal_memset(void *to, int byte, size_t n);
int kaal_memcmp(const void *a, const void *b, size_t n);
void *kaal_memchr(const void *in, int byte, size_t n);
size_t kaal_strlen(const char *s);
size_t kaal_strnlen(const char *s, size_t max);
int kaal_strcmp(const char *a, const char *b);
int kaal_strncmp(const char *a, const char *b, size_t n);
char *kaal_strchr(const char *s, int c);
