# The nightly job as it is installed: cron's line and the unit's, for real.
add_test(NAME nightly/cron COMMAND ${CMAKE_CURRENT_LIST_DIR}/nightly.sh
  ${CMAKE_COMMAND} ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR})
# Installing and indexing take their time under sanitizers.
set_tests_properties(nightly/cron PROPERTIES TIMEOUT 300)
