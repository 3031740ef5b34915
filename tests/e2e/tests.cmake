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
  add_test(NAME e2e/${engine}/quotes
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/quotes.py
      ${CMAKE_BINARY_DIR} --engine ${engine})
endforeach()
add_test(NAME layers COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/check_layers)
