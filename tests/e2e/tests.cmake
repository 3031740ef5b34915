# Every case file is a test, for every engine of this build.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
file(GLOB cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cases/*.case)
set(engines)
if(DATELINE_XAPIAN)
  list(APPEND engines xapian)
endif()
foreach(engine ${engines})
  foreach(case ${cases})
    get_filename_component(name ${case} NAME_WE)
    add_test(NAME e2e/${engine}/${name}
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/run.py
        ${CMAKE_BINARY_DIR} ${case} --engine ${engine})
  endforeach()
  foreach(name quotes model views)
    add_test(NAME e2e/${engine}/${name}
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/${name}.py
        ${CMAKE_BINARY_DIR} --engine ${engine})
  endforeach()
endforeach()
add_test(NAME layers COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/check_layers)
