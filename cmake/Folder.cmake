# dateline_library(NAME LIBRARY...): one static library from the sources of the
# current folder, linked to the libraries below it. Linking in one direction
# catches forbidden calls; tools/check_layers catches forbidden includes.
function(dateline_library name)
  file(GLOB sources CONFIGURE_DEPENDS *.c *.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC project_options ${ARGN})
endfunction()

# dateline_program(NAME LIBRARY...): main.c of the current folder.
function(dateline_program name)
  add_executable(${name} main.c)
  target_link_libraries(${name} PRIVATE ${ARGN})
  install(TARGETS ${name} RUNTIME)
endfunction()
