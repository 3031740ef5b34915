#include "text/tokenise.h"
