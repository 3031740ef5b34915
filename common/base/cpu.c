#include "base/cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum cpu_level cpu_level_chosen;

static const char *const names[CPU_LEVELS] = {"plain", "sse4", "avx2",
                                              "avx512"};

const char *cpu_level_name(enum cpu_level level)
{
    return names[level];
}

static bool is_there(enum cpu_level level)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    switch (level) {
    case CPU_AVX512:
        return is_there(CPU_AVX2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512vbmi") &&
               __builtin_cpu_supports("avx512vbmi2") &&
               __builtin_cpu_supports("avx512vpopcntdq");
    case CPU_AVX2:
        return is_there(CPU_SSE4) && __builtin_cpu_supports("avx2") &&
               __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    case CPU_SSE4:
        return __builtin_cpu_supports("sse4.2") &&
               __builtin_cpu_supports("popcnt");
    default:
        break;
    }
#endif
    return level == CPU_PLAIN;
}

bool cpu_use(enum cpu_level level)
{
    if (!is_there(level))
        return false;
    cpu_level_chosen = level;
    return true;
}

static enum cpu_level greatest_wanted(void)
{
    const char *wanted = getenv("DATELINE_CPU");
    if (!wanted)
        return CPU_AVX512;
    for (int i = 0; i < CPU_LEVELS; i++)
        if (strcmp(wanted, names[i]) == 0)
            return (enum cpu_level)i;
    fprintf(stderr, "DATELINE_CPU is neither plain, sse4, avx2 nor avx512\n");
    exit(2);
}

__attribute__((constructor)) static void choose(void)
{
    enum cpu_level level = greatest_wanted();
    while (!cpu_use(level))
        level--;
}
