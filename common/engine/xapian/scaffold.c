#include "engine/xapian/xapian_engine.h"
