# Every case file is a test, for every engine of this build; NAME.ENGINE.case for that
# engine only.
file(GLOB cases CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cases/*.case)
foreach(engine ${engines})
  foreach(case ${cases})
    get_filename_component(name ${case} NAME)
    if(name MATCHES "^([^.]+)\\.([^.]+)\\.case$" AND NOT CMAKE_MATCH_2 STREQUAL engine)
      continue()
    endif()
    string(REGEX REPLACE "\\..*" "" name ${name})
    add_test(NAME e2e/${engine}/${name}
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/run.py
        ${CMAKE_BINARY_DIR} ${case} --engine ${engine})
  endforeach()
  add_test(NAME e2e/${engine}/rebuild
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/rebuild.py
      ${CMAKE_BINARY_DIR} --engine ${engine} --into ${engines})
  foreach(name quotes model views register_edits)
    add_test(NAME e2e/${engine}/${name}
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/${name}.py
        ${CMAKE_BINARY_DIR} --engine ${engine})
  endforeach()
endforeach()
