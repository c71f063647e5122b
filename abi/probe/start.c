// SPDX-License-Identifier: BSD-2-Clause
//
// What makes an executable of the tables; nobody runs it.

void _start(void);

void _start(void)
{
}
