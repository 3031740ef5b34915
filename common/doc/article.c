#include "doc/article.h"
