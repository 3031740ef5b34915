#include "engine/registry/engines.h"
#include "indexer/commands.h"

int main(int argc, char **argv)
{
    return command_main(engines, argc, argv);
}
