# corpus_text.h unpacks the shared corpora.
foreach(name test_quoted_copy test_stem test_units test_language)
  target_link_libraries(${name} PRIVATE ZLIB::ZLIB PkgConfig::JANSSON)
endforeach()
