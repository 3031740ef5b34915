# What measures must be right, too.
add_test(NAME bench/trec_score
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/test_trec_score.py)
add_test(NAME bench/relevance
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/test_relevance.py
    ${CMAKE_BINARY_DIR})
add_test(NAME bench/measure
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/test_measure.py)
add_test(NAME bench/game
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/test_game.py ${CMAKE_BINARY_DIR})
add_test(NAME bench/grow
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/test_grow.py ${CMAKE_BINARY_DIR})
