# What measures must be right, too.
file(GLOB checks CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/test_*.py)
foreach(check ${checks})
  get_filename_component(name ${check} NAME_WE)
  add_test(NAME bench/${name} COMMAND Python3::Interpreter ${check})
endforeach()
