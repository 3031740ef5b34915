# The nightly job as it is installed: cron's line and the unit's, for real; and runs
# that are killed. All of it needs an engine.
if(DATELINE_XAPIAN)
  add_test(NAME nightly/cron COMMAND ${CMAKE_CURRENT_LIST_DIR}/nightly.sh
    ${CMAKE_COMMAND} ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR})
  add_test(NAME nightly/killed COMMAND ${CMAKE_CURRENT_LIST_DIR}/killed.sh
    $<TARGET_FILE:dateline-index>)
  # Installing and indexing take their time under sanitizers.
  set_tests_properties(nightly/cron nightly/killed PROPERTIES TIMEOUT 300)
endif()
