# SPDX-License-Identifier: BSD-2-Clause
#
# The target tool chain: Debian's cross gcc, used freestanding. On an arm64 host the same names exist
# (gcc-aarch64-linux-gnu is the native compiler's other name), so host and target never mix.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_ASM_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
include(${CMAKE_CURRENT_LIST_DIR}/freestanding.cmake)
