#include "indexer/readers/reader.h"
