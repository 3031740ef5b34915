# Questions made from the words of articles, as in bench/oracle.
foreach(name native_search native_lexicon phrases pruned ranking one_index
    scored_list search_limits)
  target_sources(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/bench/random_query.c)
endforeach()

# System calls that fail when the test says so: io_shim.h.
set(shimmed_calls read write open openat fsync renameat mkdir unlink unlinkat stat fstat
  opendir flock mmap)
foreach(name writer_faults mention_faults writer_power native_snapshot)
  target_sources(test_${name} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/io_shim.c)
  foreach(call ${shimmed_calls})
    target_link_options(test_${name} PRIVATE -Wl,--wrap=${call})
  endforeach()
endforeach()

# Runs of the real program, killed; a thousand of them: killed_runs.py build/release 1000.
add_test(NAME engine_native/killed_runs COMMAND Python3::Interpreter
  ${CMAKE_CURRENT_LIST_DIR}/killed_runs.py ${CMAKE_BINARY_DIR} 20)
set_tests_properties(engine_native/killed_runs PROPERTIES TIMEOUT 300)

# Storing fails when the test says so.
target_link_options(test_text_queue_threads PRIVATE -Wl,--wrap=stored_add)
