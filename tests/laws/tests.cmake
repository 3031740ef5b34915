# The laws over make_corpus: what the slow evaluator says, every engine says, merged or
# not; what is copied from an article finds it; however an index came about, it
# answers the same. The label lets tools/check run these in the release build.
set(laws ${CMAKE_CURRENT_LIST_DIR})
set(built ${CMAKE_CURRENT_BINARY_DIR})

function(add_law name index) # COMMAND...
  add_test(NAME laws/${name} COMMAND ${ARGN})
  set_tests_properties(laws/${name} PROPERTIES LABELS laws TIMEOUT 900)
  if(index)
    set_tests_properties(laws/${name} PROPERTIES FIXTURES_REQUIRED "${index}")
  endif()
endfunction()

foreach(engine ${engines})
  set(index ${built}/laws-${engine})
  add_law(${engine}/index "" ${laws}/make_index.sh ${CMAKE_BINARY_DIR} ${engine} ${index})
  set_tests_properties(laws/${engine}/index PROPERTIES FIXTURES_SETUP laws-${engine})
  # The one that is no default is held to the default by laws/engines, too.
  set(queries $<IF:$<STREQUAL:${engine},native>,2000,500>)
  add_law(${engine}/oracle laws-${engine}
    dateline-oracle --index ${index} --queries ${queries})
  add_law(${engine}/quoted laws-${engine} dateline-quoted --index ${index} --runs 2000)
endforeach()

add_law(native/merge laws-native
  ${laws}/merged.sh ${CMAKE_BINARY_DIR} ${built}/laws-native ${built}/laws-merged)
set_tests_properties(laws/native/merge PROPERTIES FIXTURES_SETUP laws-merged)
add_law(native/oracle_merged laws-merged
  dateline-oracle --index ${built}/laws-merged --queries 500 --seed 2)
add_law(native/merged_against laws-merged
  dateline-oracle --index ${built}/laws-merged --against ${built}/laws-native --seed 3)
add_law(native/one_index ""
  Python3::Interpreter ${laws}/one_index.py ${CMAKE_BINARY_DIR})
if(DATELINE_XAPIAN)
  add_law(engines "laws-native;laws-xapian" dateline-oracle --index ${built}/laws-native
    --against ${built}/laws-xapian --queries 1000 --seed 4)
endif()
