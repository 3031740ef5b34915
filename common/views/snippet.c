#include "views/snippet.h"
