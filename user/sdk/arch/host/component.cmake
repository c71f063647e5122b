# SPDX-License-Identifier: BSD-2-Clause
#
# Programs of the mock machine (mock/): mock/bin/<name> is the host executable, mock/bin/<name>.elf what
# stands for it in a packed system. The same functions as for the target.
include_guard(GLOBAL)

# Components are compiled as for the target, without a C library in mind. Absolute addresses: what a
# program asks its linker for lies in memory of the machine, and itself beside it, within 2 GiB of that.
function(kaal_mock_compile target)
    target_compile_options(${target} PRIVATE -ffreestanding -fno-pie -UNDEBUG)
    target_compile_definitions(${target} PRIVATE KAAL_CONFIG_NAME="${KAAL_CONFIG}")
endfunction()

# The part of the library that knows Linux.
function(kaal_mock_sdk)
    set(dir ${KAAL_ROOT}/user/sdk/arch/host)
    if(KAAL_SANITIZE)
        set(sanitizer asan)
    else()
        set(sanitizer plain)
    endif()
    add_library(kaal_mock_process STATIC
        ${dir}/process.c
        ${dir}/cpu/${CMAKE_HOST_SYSTEM_PROCESSOR}/context.c
        ${dir}/${sanitizer}/sanitizer.c)
    target_compile_definitions(kaal_mock_process PRIVATE _GNU_SOURCE)
    target_compile_options(kaal_mock_process PRIVATE -fno-pie)
    target_link_libraries(kaal_mock_process PUBLIC kaal_abi)
    kaal_warnings(kaal_mock_process)

    add_library(kaal_mock_crt0 OBJECT ${dir}/crt0.c)
    target_link_libraries(kaal_mock_crt0 PRIVATE kaal_abi)
    kaal_mock_compile(kaal_mock_crt0)
    kaal_warnings(kaal_mock_crt0)

    add_library(kaal_mock_libc OBJECT ${dir}/libc.c)
    target_include_directories(kaal_mock_libc PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} include)
    target_compile_definitions(kaal_mock_libc PRIVATE _GNU_SOURCE)
    target_compile_options(kaal_mock_libc PRIVATE -fno-pie -UNDEBUG)
    target_link_libraries(kaal_mock_libc PRIVATE kaal_abi kaal_lib)
    kaal_warnings(kaal_mock_libc)

    # The process begins with __wrap_main() of process.c; the component's main() is called by its own
    # start-up code. What is to be called before that, the process's has called.
    set_source_files_properties(component_main.c PROPERTIES COMPILE_DEFINITIONS
        "main=__real_main;__init_array_start=kaal_no_functions;__init_array_end=kaal_no_functions_end")
    kaal_mock_compile(kaal_sdk)
    target_link_libraries(kaal_sdk PUBLIC kaal_abi kaal_lib sel4)
    kaal_warnings(kaal_sdk)
endfunction()

# LIBC: with the host's C library, whose malloc() HEAP does not bound.
function(kaal_component name)
    cmake_parse_arguments(arg "LIBC" "HEAP" "SOURCES" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE kaal_mock_crt0)
    kaal_mock_program(${name} component)
    if(arg_LIBC)
        target_compile_options(${name} PRIVATE -fhosted)
        target_link_libraries(${name} PRIVATE kaal_mock_libc)
    endif()
    # The first instruction, where components ask for it, is the one that the machine sees.
    target_link_options(${name} PRIVATE -Wl,--wrap=_start,--defsym=__wrap__start=0x200000)
endfunction()

function(kaal_root_task name)
    cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    kaal_mock_program(${name} root)
    target_link_options(${name} PRIVATE -Wl,--defsym=root_image_start=0x400000)
endfunction()

function(kaal_mock_program name kind)
    kaal_mock_compile(${name})
    set_target_properties(${name} PROPERTIES
        OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/mock/bin)
    target_link_options(${name} PRIVATE
        -no-pie -Wl,-Ttext-segment=0x60000000 -Wl,--wrap=main -Wl,--defsym=kaal_tls_image_end=kaal_tls_image
        -Wl,--defsym=kaal_no_functions=0,--defsym=kaal_no_functions_end=0)
    target_link_libraries(${name} PRIVATE kaal_sdk kaal_mock_process)
    kaal_warnings(${name})
    add_custom_command(TARGET ${name} POST_BUILD
        COMMAND kaal-mock-stub ${kind} ${name} ${KAAL_CONFIG} ${CMAKE_BINARY_DIR}/mock/bin/${name}.elf
        VERBATIM)
    add_dependencies(${name} kaal-mock-stub)
    add_dependencies(mock ${name})
endfunction()
