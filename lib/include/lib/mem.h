// SPDX-License-Identifier: BSD-2-Clause
//
// The memory and string functions of the C library that freestanding code needs, under their
// standard names: the compiler emits calls to memcpy, memmove, memset and memcmp by itself.
//
// On the host they are the C library's. Programs without a C library link `kaal_mem`, whose
// versions work word by word, need no alignment from the caller, and use neither vector registers
// nor unaligned accesses: they run with the MMU off and in the kernel.
#pragma once

#include <stddef.h>

#if __STDC_HOSTED__
#include <string.h>
// POSIX has it, C11 not: glibc declares it only where POSIX was asked for.
#if !defined(_POSIX_C_SOURCE) || _POSIX_C_SOURCE < 200809L
size_t strnlen(const char *s, size_t max);
#endif
#else
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *in, int byte, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
#endif
