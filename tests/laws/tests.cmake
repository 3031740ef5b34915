# The laws over make_corpus: what the slow evaluator says, every engine says. The
# label lets tools/check run these in the release build.
foreach(engine ${engines})
  set(index ${CMAKE_CURRENT_BINARY_DIR}/laws-${engine})
  add_test(NAME laws/${engine}/index
    COMMAND ${CMAKE_CURRENT_LIST_DIR}/make_index.sh ${CMAKE_BINARY_DIR} ${engine} ${index})
  add_test(NAME laws/${engine}/oracle
    COMMAND dateline-oracle --index ${index} --queries 2000)
  set_tests_properties(laws/${engine}/index PROPERTIES FIXTURES_SETUP laws-${engine})
  set_tests_properties(laws/${engine}/oracle PROPERTIES FIXTURES_REQUIRED laws-${engine})
  set_tests_properties(laws/${engine}/index laws/${engine}/oracle PROPERTIES
    LABELS laws TIMEOUT 900)
endforeach()
