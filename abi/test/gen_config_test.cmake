# SPDX-License-Identifier: BSD-2-Clause
#
# cmake/GenConfig.cmake refuses what it cannot give, in one clear line, and leaves files alone that
# would not change.
#
# usage: cmake -DROOT=... -DOUT=... -P gen_config_test.cmake
cmake_minimum_required(VERSION 3.25)

if(CHILD)
    include(${ROOT}/cmake/GenConfig.cmake)
    kaal_gen_config(${KAAL_CONFIG} ${OUT})
    return()
endif()

# Configures with `options` and expects `message`, or success if it is empty.
function(expect message)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -DCHILD=ON -DROOT=${ROOT} -DOUT=${OUT} -DKAAL_CONFIG=mcs-dbg ${ARGN}
                -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
        RESULT_VARIABLE result ERROR_VARIABLE error OUTPUT_QUIET)
    string(REGEX REPLACE "[ \n]+" " " error "${error}")
    if(message STREQUAL "" AND NOT result EQUAL 0)
        message(FATAL_ERROR "${ARGN}: refused: ${error}")
    elseif(NOT message STREQUAL "" AND result EQUAL 0)
        message(FATAL_ERROR "${ARGN}: accepted, expected: ${message}")
    endif()
    string(FIND "${error}" "${message}" at)
    if(at EQUAL -1)
        message(FATAL_ERROR "${ARGN}: expected \"${message}\", not: ${error}")
    endif()
endfunction()

file(REMOVE_RECURSE ${OUT})
expect("no such configuration; there are bench, mcs-dbg," -DKAAL_CONFIG=nope)
expect("the only platform is qemu-arm-virt" -DPLATFORM=tx2)
expect("the only platform is qemu-arm-virt" -DKernelPlatform=tx2)
expect("the only architecture is AArch64" -DAARCH64=OFF)
expect("the only architecture is aarch64" -DKernelSel4Arch=aarch32)
expect("no hypervisor support" -DKernelArmHypervisorSupport=ON)
expect("runs on one core" -DKernelMaxNumNodes=4)
expect("runs on one core" -DSMP=ON)
expect("MCS only" -DKernelIsMCS=OFF)
expect("KernelNumDomains=16: KAAL_CONFIG=mcs-dbg has 1" -DKernelNumDomains=16)
expect("KernelDebugBuild=OFF: KAAL_CONFIG=mcs-dbg has ON" -DKernelDebugBuild=OFF)
if(EXISTS ${OUT})
    message(FATAL_ERROR "a refused configuration left files behind")
endif()

expect("" -DPLATFORM=qemu-arm-virt -DAARCH64=1 -DSIMULATION=TRUE -DKernelIsMCS=ON -DKernelDebugBuild=ON
    -DKernelMaxNumNodes=1)
set(header ${OUT}/gen_config/kernel/gen_config.h)
file(TIMESTAMP ${header} before "%s" UTC)
execute_process(COMMAND ${CMAKE_COMMAND} -E sleep 1.1)
expect("")
file(TIMESTAMP ${header} after "%s" UTC)
if(NOT before STREQUAL after)
    message(FATAL_ERROR "${header} was written again though nothing changed")
endif()
expect("" -DKAAL_CONFIG=mk-el1-dbg)
file(READ ${header} text)
if(NOT text MATCHES "#define CONFIG_ROOT_CNODE_SIZE_BITS  17\n")
    message(FATAL_ERROR "${header} is not that of mk-el1-dbg")
endif()
