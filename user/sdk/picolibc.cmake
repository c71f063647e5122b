# SPDX-License-Identifier: BSD-2-Clause
#
# Compiling and linking with picolibc instead of without any C library.
include_guard(GLOBAL)

set(KAAL_PICOLIBC /usr/lib/picolibc/aarch64-linux-gnu CACHE PATH "picolibc for the target: include, lib")

# The compiler's own headers; its library with arithmetic that the processor does not have. Asked for when
# they are needed: find_package(KaaL) comes before there is a compiler.
function(kaal_ask_compiler)
    if(DEFINED KAAL_LIBGCC)
        return()
    endif()
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=include
        OUTPUT_VARIABLE headers OUTPUT_STRIP_TRAILING_WHITESPACE)
    execute_process(COMMAND aarch64-linux-gnu-gcc -print-libgcc-file-name
        OUTPUT_VARIABLE libgcc OUTPUT_STRIP_TRAILING_WHITESPACE)
    set(KAAL_COMPILER_HEADERS ${headers} CACHE INTERNAL "")
    set(KAAL_LIBGCC ${libgcc} CACHE INTERNAL "")
endfunction()

# Compiles a target against picolibc's headers, with floating point.
function(kaal_compile_with_libc name)
    if(NOT EXISTS ${KAAL_PICOLIBC}/include/stdio.h)
        message(FATAL_ERROR "${name} is built with LIBC, but there is no picolibc in ${KAAL_PICOLIBC}: "
            "install picolibc-aarch64-linux-gnu, or set KAAL_PICOLIBC")
    endif()
    kaal_ask_compiler()
    set_target_properties(${name} PROPERTIES KAAL_FPU ON)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:C>:-fhosted -nostdinc
        -isystem${KAAL_PICOLIBC}/include -isystem${KAAL_COMPILER_HEADERS}>)
endfunction()

# Links a program with it. To be called after its other libraries are named: they come first.
function(kaal_link_with_libc name)
    target_link_libraries(${name} PRIVATE ${KAAL_PICOLIBC}/lib/libc.a ${KAAL_LIBGCC})
endfunction()
