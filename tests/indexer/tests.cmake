# An engine in memory, for the tests of what stands above engines.
foreach(name test_pipeline test_index_commands test_register_commands)
  if(TARGET ${name})
    target_sources(${name} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/fake_writer.c)
  endif()
endforeach()
