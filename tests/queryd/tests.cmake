# The daemon's tests share a fake engine and a client.
add_library(daemon_fixture STATIC
  ${CMAKE_CURRENT_LIST_DIR}/fake_engine.c ${CMAKE_CURRENT_LIST_DIR}/daemon.c)
target_include_directories(daemon_fixture PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(daemon_fixture PUBLIC queryd PkgConfig::CMOCKA)
foreach(name test_daemon test_daemon_streams test_daemon_views test_daemon_counts test_daemon_entities test_daemon_load test_daemon_limits test_daemon_signals)
  target_link_libraries(${name} PRIVATE daemon_fixture)
endforeach()
