# Every tests/fuzz/fuzz_NAME.c is one target, and tests/fuzz/corpus/NAME/ the inputs
# that are kept for it: they run as an ordinary test (fuzz/NAME).
#
# To search for new ones (README.md beside this file):
#   cmake -B build/fuzz -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
#         -DSANITIZE=fuzzer-no-link,address,undefined
set(fuzz_libraries wire query entity engine_native ZLIB::ZLIB)

file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/fuzz_*.c)
foreach(source ${fuzz_sources})
  get_filename_component(target ${source} NAME_WE)
  string(REPLACE "fuzz_" "" name ${target})

  add_executable(replay_${name} ${source} ${CMAKE_CURRENT_LIST_DIR}/replay.c)
  target_link_libraries(replay_${name} PRIVATE ${fuzz_libraries})
  add_test(NAME fuzz/${name}
    COMMAND replay_${name} ${CMAKE_CURRENT_LIST_DIR}/corpus/${name})

  if(SANITIZE MATCHES "fuzzer")
    add_executable(${target} ${source})
    target_link_libraries(${target} PRIVATE ${fuzz_libraries})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  endif()
endforeach()

add_executable(write_seeds ${CMAKE_CURRENT_LIST_DIR}/write_seeds.c)
target_include_directories(write_seeds PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(write_seeds PRIVATE engine_native PkgConfig::CMOCKA)
