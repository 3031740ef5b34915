#include "check_sixteen.h"
