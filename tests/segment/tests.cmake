# What reads blocks and bitmaps, on each path of base/cpu.h; a path that the machine has not
# is the next lower one.
foreach(path plain sse4 avx2 avx512)
  foreach(name test_block test_positions test_postings test_postings_blocks
      test_postings_damage test_golden)
    add_test(NAME cpu_${path}/${name} COMMAND ${name})
    set_tests_properties(cpu_${path}/${name} PROPERTIES
      ENVIRONMENT DATELINE_CPU=${path})
  endforeach()
endforeach()

add_test(NAME cpu/a_path_that_there_is_not COMMAND test_bits)
set_tests_properties(cpu/a_path_that_there_is_not PROPERTIES
  ENVIRONMENT DATELINE_CPU=avx
  PASS_REGULAR_EXPRESSION "DATELINE_CPU is neither plain, sse4, avx2 nor avx512")
