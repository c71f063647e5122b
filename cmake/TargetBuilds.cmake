# SPDX-License-Identifier: BSD-2-Clause
#
# One sub-build per kernel configuration: target `target-<configuration>`. Only KAAL_CONFIG's belongs
# to the default build; the others are built when a test or a person asks for them.
set(KAAL_TOOLCHAIN_FILE ${CMAKE_SOURCE_DIR}/cmake/${KAAL_TARGET_TOOLCHAIN}.cmake)
if(NOT EXISTS ${KAAL_TOOLCHAIN_FILE})
    message(FATAL_ERROR
        "KAAL_TARGET_TOOLCHAIN=${KAAL_TARGET_TOOLCHAIN}: no such tool chain; use aarch64-gcc or aarch64-clang")
endif()

# A list in an argument of ExternalProject_Add() would be several arguments.
string(REPLACE ";" "|" extra "${KAAL_EXTRA}")

foreach(config IN LISTS KAAL_CONFIGS)
    if(config STREQUAL KAAL_CONFIG)
        set(exclude OFF)
    else()
        set(exclude ON)
    endif()
    ExternalProject_Add(target-${config}
        SOURCE_DIR ${CMAKE_SOURCE_DIR}/cmake/target
        BINARY_DIR ${CMAKE_BINARY_DIR}/target/${config}
        STAMP_DIR ${CMAKE_BINARY_DIR}/target/stamp/${config}
        TMP_DIR ${CMAKE_BINARY_DIR}/target/tmp
        CMAKE_GENERATOR Ninja
        LIST_SEPARATOR |
        CMAKE_ARGS
            -DCMAKE_TOOLCHAIN_FILE=${KAAL_TOOLCHAIN_FILE}
            -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
            -DKAAL_CONFIG=${config}
            -DKAAL_EXTRA=${extra}
        BUILD_ALWAYS ON
        INSTALL_COMMAND ""
        EXCLUDE_FROM_ALL ${exclude}
        USES_TERMINAL_BUILD ON)

    # Programs that only tests boot (tests/boot/target).
    add_custom_target(test-programs-${config}
        COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR}/target/${config} --target test-programs
        DEPENDS target-${config}
        USES_TERMINAL
        COMMENT "test programs of ${config}")

    # What `kaal bench kernel` boots.
    add_custom_target(bench-kernel-${config}
        COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR}/target/${config} --target bench_kernel
        DEPENDS target-${config}
        USES_TERMINAL
        COMMENT "root task that measures the kernel of ${config}")

    # What `kaal bench components` boots; it measures the kernel as well.
    add_custom_target(bench-components-${config}
        COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR}/target/${config}
                --target bench_kernel bench_components
        DEPENDS target-${config}
        USES_TERMINAL
        COMMENT "components that measure those of ${config}")

    # What `kaal bench chain` has many of.
    add_custom_target(bench-chain-${config}
        COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR}/target/${config} --target bench_chain
        DEPENDS target-${config}
        USES_TERMINAL
        COMMENT "the link of a chain, for ${config}")
endforeach()

# Where seL4's build puts them.
set(demo ${CMAKE_SOURCE_DIR}/examples/demo/system.toml)
add_custom_target(kernel-elf ALL
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/kernel
    COMMAND ${CMAKE_COMMAND} -E copy_if_different
            ${CMAKE_BINARY_DIR}/target/${KAAL_CONFIG}/kernel/kernel.elf ${CMAKE_BINARY_DIR}/kernel/kernel.elf
    DEPENDS target-${KAAL_CONFIG}
    COMMENT "kernel/kernel.elf")
add_custom_target(image ALL
    COMMAND kaal build --quiet --build-dir ${CMAKE_BINARY_DIR} --config ${KAAL_CONFIG}
            --output ${CMAKE_BINARY_DIR}/loader.elf ${demo}
    DEPENDS kaal target-${KAAL_CONFIG}
    COMMENT "loader.elf: examples/demo")
