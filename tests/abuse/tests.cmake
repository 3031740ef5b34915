# Each abuse_*.py is a test of the real programs; README.md says what they do.
# Half a minute each in a build with sanitizers.
file(GLOB abuses CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/abuse_*.py)
foreach(engine ${engines})
  foreach(abuse ${abuses})
    get_filename_component(name ${abuse} NAME_WE)
    add_test(NAME abuse/${engine}/${name}
      COMMAND Python3::Interpreter ${abuse} ${CMAKE_BINARY_DIR} --engine ${engine})
    set_tests_properties(abuse/${engine}/${name} PROPERTIES TIMEOUT 180
      SKIP_RETURN_CODE 77)
  endforeach()
endforeach()
