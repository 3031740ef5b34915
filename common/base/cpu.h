/* cpu.h - which of our code paths this machine runs.
 *
 * A path exists where a measurement showed what it gains; all give the same results. The
 * best that the processor has is chosen once, before main(); the environment variable
 * DATELINE_CPU (plain, sse4, avx2, avx512) lowers it, for tests and comparisons.
 */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdbool.h>

enum cpu_level {
    CPU_PLAIN,
    CPU_SSE4, /* SSE4.2, POPCNT */
    CPU_AVX2, /* with BMI and BMI2 */
    /* F, BW, DQ, VL, VBMI, VBMI2, VPOPCNTDQ: since Ice Lake and Zen 4 */
    CPU_AVX512,
    CPU_LEVELS
};

/* Set before main(); any thread. */
extern enum cpu_level cpu_level_chosen;

static inline enum cpu_level cpu_level(void)
{
    return cpu_level_chosen;
}

/* Another path, for tests that compare them, while there is one thread; false when the
 * machine does not have it. */
bool cpu_use(enum cpu_level level);
const char *cpu_level_name(enum cpu_level level);

#endif
