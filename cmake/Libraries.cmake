# What Debian 12 gives us; tools/setup installs all of it.
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(UV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)
find_library(STEMMER_LIBRARY stemmer REQUIRED)
pkg_check_modules(EXTTEXTCAT REQUIRED IMPORTED_TARGET libexttextcat)
pkg_get_variable(EXTTEXTCAT_DATA libexttextcat pkgdatadir)
set(LANGUAGE_MODELS ${EXTTEXTCAT_DATA} CACHE PATH "where libexttextcat's en.lm is")

# Debian ships llhttp as C source inside node-llhttp.
set(LLHTTP_DIR /usr/share/llhttp CACHE PATH "where llhttp.c and llhttp.h are")
if(NOT EXISTS ${LLHTTP_DIR})
  message(FATAL_ERROR "no llhttp in ${LLHTTP_DIR}: run tools/setup")
endif()

option(DATELINE_XAPIAN "Build the Xapian engine" ON)
if(DATELINE_XAPIAN)
  pkg_check_modules(XAPIAN REQUIRED IMPORTED_TARGET xapian-core)
endif()
