# corpus_text.h unpacks the shared corpora, and compares with ICU itself.
foreach(name test_quoted_copy test_stem)
  target_link_libraries(${name} PRIVATE ZLIB::ZLIB PkgConfig::JANSSON)
endforeach()
