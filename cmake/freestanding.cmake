# SPDX-License-Identifier: BSD-2-Clause
#
# Flags that all target code shares. Outline atomics would pull libgcc's start-up code into the link
# and with it __getauxval; strict alignment because the MMU is off in the loader and devices demand it.
set(CMAKE_C_FLAGS_INIT
    "-ffreestanding -fno-common -mno-outline-atomics -mstrict-align -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections -mcpu=cortex-a53")
set(CMAKE_ASM_FLAGS_INIT "-mcpu=cortex-a53")
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -nostdlib -static -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,noexecstack")
if(CMAKE_C_COMPILER MATCHES gcc) # clang's bare-metal target is never position independent
    string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -no-pie")
endif()
