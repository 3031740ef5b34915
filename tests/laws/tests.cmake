# The laws over make_corpus: what the slow evaluator says, every engine says; and
# what is copied from an article finds it. The label lets tools/check run these in
# the release build.
foreach(engine ${engines})
  set(index ${CMAKE_CURRENT_BINARY_DIR}/laws-${engine})
  add_test(NAME laws/${engine}/index
    COMMAND ${CMAKE_CURRENT_LIST_DIR}/make_index.sh ${CMAKE_BINARY_DIR} ${engine} ${index})
  add_test(NAME laws/${engine}/oracle
    COMMAND dateline-oracle --index ${index} --queries 2000)
  add_test(NAME laws/${engine}/quoted
    COMMAND dateline-quoted --index ${index} --runs 2000)
  set_tests_properties(laws/${engine}/index PROPERTIES FIXTURES_SETUP laws-${engine})
  set_tests_properties(laws/${engine}/oracle laws/${engine}/quoted PROPERTIES
    FIXTURES_REQUIRED laws-${engine})
  set_tests_properties(laws/${engine}/index laws/${engine}/oracle
    laws/${engine}/quoted PROPERTIES LABELS laws TIMEOUT 900)
endforeach()
