# SPDX-License-Identifier: BSD-2-Clause
#
# The configuration that a build is for, in the form that seL4 gives it.
#
#   kaal_gen_config(<configuration> <build folder>)
#
# merges config/common/*.json with config/<configuration>/*.json and writes
#
#   <build folder>/gen_config/kernel/gen_config.json          <kernel/gen_config.h>
#   <build folder>/gen_config/kernel/gen_config.h
#   <build folder>/libsel4/gen_config/sel4/gen_config.json    <sel4/gen_config.h>
#   <build folder>/libsel4/gen_config/sel4/gen_config.h
#
# at configure time. A file whose content stays the same is left alone, so that nothing is built anew.
#
#   kaal_gen_config_of(<kernel text> <libsel4 text> <build folder>)
#
# writes the same files from the text of another kernel's two gen_config.json, for user level alone.
# It also refuses options of seL4's own build that ask for a kernel that this tree does not have.
include_guard(GLOBAL)

set(KAAL_CONFIG_DIR ${CMAKE_CURRENT_LIST_DIR}/../config)

# The options of seL4's build that we know, and what each may ask for.
function(kaal_refuse_options)
    if(DEFINED PLATFORM AND NOT PLATFORM STREQUAL "qemu-arm-virt")
        message(FATAL_ERROR "PLATFORM=${PLATFORM}: the only platform is qemu-arm-virt")
    endif()
    if(DEFINED KernelPlatform AND NOT KernelPlatform STREQUAL "qemu-arm-virt")
        message(FATAL_ERROR "KernelPlatform=${KernelPlatform}: the only platform is qemu-arm-virt")
    endif()
    if(DEFINED AARCH64 AND NOT AARCH64)
        message(FATAL_ERROR "AARCH64=${AARCH64}: the only architecture is AArch64")
    endif()
    if(DEFINED KernelSel4Arch AND NOT KernelSel4Arch STREQUAL "aarch64")
        message(FATAL_ERROR "KernelSel4Arch=${KernelSel4Arch}: the only architecture is aarch64")
    endif()
    if(KernelArmHypervisorSupport OR ARM_HYP)
        message(FATAL_ERROR "the kernel runs at EL1 and has no hypervisor support: "
            "leave out KernelArmHypervisorSupport and ARM_HYP")
    endif()
    if(SMP OR (DEFINED KernelMaxNumNodes AND NOT KernelMaxNumNodes STREQUAL "1"))
        message(FATAL_ERROR "the kernel runs on one core: leave out SMP and KernelMaxNumNodes")
    endif()
    if((DEFINED KernelIsMCS AND NOT KernelIsMCS) OR (DEFINED MCS AND NOT MCS))
        message(FATAL_ERROR "the kernel is MCS only: leave out KernelIsMCS and MCS, or set them ON")
    endif()
endfunction()

# Options of seL4's build that a configuration here has decided, and the keys that tell it. Asking for
# another value would otherwise go unheard.
set(KAAL_DECIDED_OPTIONS
    KernelDebugBuild=DEBUG_BUILD
    KernelPrinting=PRINTING
    KernelRootCNodeSizeBits=ROOT_CNODE_SIZE_BITS
    KernelNumDomains=NUM_DOMAINS
    KernelNumDomainSchedules=NUM_DOMAIN_SCHEDULES
    KernelMaxNumBootinfoUntypedCaps=MAX_NUM_BOOTINFO_UNTYPED_CAPS
    KernelRetypeFanOutLimit=RETYPE_FAN_OUT_LIMIT
    KernelNumPriorities=NUM_PRIORITIES
    KernelAllowSMCCalls=ALLOW_SMC_CALLS
    KernelBenchmarks=KERNEL_BENCHMARK
    KernelArmExportPCNTUser=EXPORT_PCNT_USER
    KernelArmExportPMUUser=EXPORT_PMU_USER
    KernelArmExportPTMRUser=EXPORT_PTMR_USER
    KernelArmExportVCNTUser=EXPORT_VCNT_USER
    HardwareDebugAPI=HARDWARE_DEBUG_API)

function(kaal_refuse_other_values configuration json)
    foreach(pair IN LISTS KAAL_DECIDED_OPTIONS)
        string(REPLACE "=" ";" pair ${pair})
        list(GET pair 0 option)
        list(GET pair 1 key)
        if(NOT DEFINED ${option})
            continue()
        endif()
        string(JSON type TYPE "${json}" ${key})
        string(JSON value GET "${json}" ${key})
        if(type STREQUAL "BOOLEAN")
            if((value AND ${option}) OR (NOT value AND NOT ${option}))
                continue()
            endif()
        elseif(${option} STREQUAL value)
            continue()
        endif()
        message(FATAL_ERROR "${option}=${${option}}: KAAL_CONFIG=${configuration} has ${value}; "
            "choose another KAAL_CONFIG or leave the option out")
    endforeach()
endfunction()

# Writes `text` to `path` unless it is there already.
function(kaal_write_if_different path text)
    set(old "")
    if(EXISTS ${path})
        file(READ ${path} old)
    endif()
    if(NOT EXISTS ${path} OR NOT old STREQUAL text)
        file(WRITE ${path} "${text}")
    endif()
endfunction()

# common/<name>.json with the keys of <configuration>/<name>.json in place of its own.
function(kaal_merge_config result configuration name)
    file(READ ${KAAL_CONFIG_DIR}/common/${name}.json merged)
    file(READ ${KAAL_CONFIG_DIR}/${configuration}/${name}.json own)
    string(JSON count LENGTH "${own}")
    if(count GREATER 0)
        math(EXPR last "${count} - 1")
        foreach(i RANGE ${last})
            string(JSON key MEMBER "${own}" ${i})
            string(JSON type TYPE "${own}" ${key})
            string(JSON value GET "${own}" ${key})
            string(JSON known ERROR_VARIABLE unknown TYPE "${merged}" ${key})
            if(unknown)
                message(FATAL_ERROR "config/${configuration}/${name}.json: ${key}: "
                    "no such key in config/common/${name}.json")
            endif()
            if(NOT type STREQUAL known)
                message(FATAL_ERROR "config/${configuration}/${name}.json: ${key}: "
                    "${type}, but ${known} in config/common/${name}.json")
            endif()
            if(NOT type STREQUAL "BOOLEAN")
                set(value "\"${value}\"")
            elseif(value)
                set(value true)
            else()
                set(value false)
            endif()
            string(JSON merged SET "${merged}" ${key} "${value}")
        endforeach()
    endif()
    set(${result} "${merged}" PARENT_SCOPE)
endfunction()

# The C form: true defines 1, false defines nothing, strings are put down without quotes.
function(kaal_config_header result json)
    string(JSON count LENGTH "${json}")
    math(EXPR last "${count} - 1")
    set(text "#pragma once\n\n// NOLINTBEGIN(bugprone-macro-parentheses): names stay bare, as seL4 gives them.\n")
    foreach(i RANGE ${last})
        string(JSON key MEMBER "${json}" ${i})
        string(JSON type TYPE "${json}" ${key})
        string(JSON value GET "${json}" ${key})
        if(NOT type STREQUAL "BOOLEAN")
            string(APPEND text "#define CONFIG_${key}  ${value}\n")
        elseif(value)
            string(APPEND text "#define CONFIG_${key}  1\n")
        else()
            string(APPEND text "/* disabled: CONFIG_${key} */\n")
        endif()
    endforeach()
    string(APPEND text "// NOLINTEND(bugprone-macro-parentheses)\n")
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

function(kaal_gen_config_of kernel libsel4 build_dir)
    foreach(pair "kernel:gen_config/kernel" "libsel4:libsel4/gen_config/sel4")
        string(REPLACE ":" ";" pair ${pair})
        list(GET pair 0 name)
        list(GET pair 1 folder)
        string(STRIP "${${name}}" json)
        kaal_config_header(header "${json}")
        kaal_write_if_different(${build_dir}/${folder}/gen_config.json "${json}\n")
        kaal_write_if_different(${build_dir}/${folder}/gen_config.h "${header}")
    endforeach()
endfunction()

function(kaal_gen_config configuration build_dir)
    kaal_refuse_options()

    file(GLOB known RELATIVE ${KAAL_CONFIG_DIR} ${KAAL_CONFIG_DIR}/*/kernel/config.h)
    list(TRANSFORM known REPLACE "/kernel/config.h" "")
    if(NOT configuration IN_LIST known)
        list(JOIN known ", " names)
        message(FATAL_ERROR "KAAL_CONFIG=${configuration}: no such configuration; there are ${names}")
    endif()

    foreach(pair "kernel:gen_config/kernel" "libsel4:libsel4/gen_config/sel4")
        string(REPLACE ":" ";" pair ${pair})
        list(GET pair 0 name)
        list(GET pair 1 folder)
        kaal_merge_config(json ${configuration} ${name})
        if(name STREQUAL "kernel" AND configuration STREQUAL "${KAAL_CONFIG}")
            kaal_refuse_other_values(${configuration} "${json}")
        endif()
        set(${name} "${json}")
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
            ${KAAL_CONFIG_DIR}/common/${name}.json ${KAAL_CONFIG_DIR}/${configuration}/${name}.json)
    endforeach()
    kaal_gen_config_of("${kernel}" "${libsel4}" ${build_dir})
endfunction()
