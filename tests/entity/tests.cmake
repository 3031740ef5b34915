# Names in Latin letters are those that the rules give.
add_test(NAME entity/romanised
  COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/romanise --check)
