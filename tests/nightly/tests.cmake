# The nightly job as it is installed: cron's line and the unit's, for real; and runs
# that are killed.
foreach(engine ${engines})
  add_test(NAME nightly/${engine}/cron COMMAND ${CMAKE_CURRENT_LIST_DIR}/nightly.sh
    ${CMAKE_COMMAND} ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR} ${engine})
  add_test(NAME nightly/${engine}/killed COMMAND ${CMAKE_CURRENT_LIST_DIR}/killed.sh
    $<TARGET_FILE:dateline-index> ${engine})
  # Installing and indexing take their time under sanitizers.
  set_tests_properties(nightly/${engine}/cron nightly/${engine}/killed
    PROPERTIES TIMEOUT 300)
endforeach()
