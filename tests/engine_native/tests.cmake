# Questions made from the words of articles, as in bench/oracle.
foreach(name native_search ranking)
  target_sources(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/bench/random_query.c)
endforeach()
