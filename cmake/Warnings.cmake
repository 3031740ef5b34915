# One place decides how strict we are. Every target links to project_options.
option(STRICT "Treat warnings as errors" ON)

add_library(project_options INTERFACE)
# gnu11, the default: plain -std=c11 hides POSIX, and uv.h does not compile.
target_compile_features(project_options INTERFACE c_std_11 cxx_std_17)
target_compile_definitions(project_options INTERFACE
  _GNU_SOURCE DATELINE_VERSION="${PROJECT_VERSION}")
target_include_directories(project_options INTERFACE
  ${PROJECT_SOURCE_DIR}/common ${PROJECT_SOURCE_DIR})
target_compile_options(project_options INTERFACE
  # Scores are the same on every machine: no contraction into multiply-add.
  -ffp-contract=off
  -Wall -Wextra -Wshadow -Wundef -Wconversion -Wvla
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
  $<$<BOOL:${STRICT}>:-Werror>)

set(SANITIZE "" CACHE STRING "address,undefined or thread; empty for none")
if(SANITIZE)
  target_compile_options(project_options INTERFACE
    -fsanitize=${SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(project_options INTERFACE -fsanitize=${SANITIZE})
endif()
