/* What machines without SSE2 do. */
#define SIXTEEN_BYTES_PLAIN
#include "check_sixteen.h"
