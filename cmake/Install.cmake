# SPDX-License-Identifier: BSD-2-Clause
#
# `cmake --install BUILD --prefix PREFIX`: the tool and all that systems are built from, in a folder that may
# be moved. Of the kernel configurations, KAAL_CONFIG's and those that are built besides.
#
#   bin/kaal
#   lib/kaal/<configuration>/    kernel, loader, programs, headers, libraries (cmake/Products.cmake)
#   lib/cmake/KaaL/              find_package(KaaL): kaal_component(), kaal_system()
#   share/kaal/                  what `kaal new` starts from, what gdb reads
#   share/doc/kaal/, share/man/man1/kaal.1
#   share/bash-completion/completions/kaal
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

set(package lib/cmake/KaaL)
configure_file(${CMAKE_SOURCE_DIR}/cmake/package/KaaLConfig.cmake.in ${CMAKE_BINARY_DIR}/package/KaaLConfig.cmake
    @ONLY)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/KaaLConfigVersion.cmake
    VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_BINARY_DIR}/package/KaaLConfig.cmake ${CMAKE_BINARY_DIR}/package/KaaLConfigVersion.cmake
        ${CMAKE_SOURCE_DIR}/cmake/package/KaaLSystem.cmake
        ${CMAKE_SOURCE_DIR}/cmake/aarch64-gcc.cmake ${CMAKE_SOURCE_DIR}/cmake/aarch64-clang.cmake
        ${CMAKE_SOURCE_DIR}/cmake/freestanding.cmake
        ${CMAKE_SOURCE_DIR}/user/sdk/component.cmake ${CMAKE_SOURCE_DIR}/user/sdk/picolibc.cmake
    DESTINATION ${package})

install(FILES ${CMAKE_SOURCE_DIR}/config/common/kernel.json DESTINATION share/kaal)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/tool/template ${CMAKE_SOURCE_DIR}/tool/gdb DESTINATION share/kaal)
install(TARGETS kaal RUNTIME DESTINATION bin)
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/doc/kaal)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION share/doc/kaal)

install(FILES ${CMAKE_SOURCE_DIR}/docs/kaal.1 DESTINATION share/man/man1)
install(CODE "
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/bash-completion/completions\")
    execute_process(COMMAND \"$<TARGET_FILE:kaal>\" completion bash
        OUTPUT_FILE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share/bash-completion/completions/kaal\"
        COMMAND_ERROR_IS_FATAL ANY)")

# A configuration that is not KAAL_CONFIG's is there if somebody built it, to its end.
foreach(config IN LISTS KAAL_CONFIGS)
    install(CODE "
        set(config ${config})
        set(build \"${CMAKE_BINARY_DIR}/target/${config}\")
        set(folder \"\${CMAKE_INSTALL_PREFIX}/lib/kaal/\${config}\")
        if(config STREQUAL \"${KAAL_CONFIG}\" OR EXISTS \"\${build}/kernel/kernel.elf\")
            execute_process(COMMAND \"${CMAKE_COMMAND}\" --install \"\${build}\" --prefix \"\${folder}\"
                --component kaal RESULT_VARIABLE status ERROR_VARIABLE errors)
            if(NOT status EQUAL 0)
                file(REMOVE_RECURSE \"\$ENV{DESTDIR}\${folder}\")
                if(config STREQUAL \"${KAAL_CONFIG}\")
                    message(FATAL_ERROR \"\${errors}\")
                endif()
                message(WARNING \"\${config} is not up to date and left out; build target-\${config} first\")
            endif()
        endif()")
endforeach()
