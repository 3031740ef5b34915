#include "engine/native/read/score_scale.h"

#include <math.h>

static const double SLACK = 1.0 / (1 << 18);

void score_bounds_of(struct bm25_k written, struct bm25_k now,
                     struct score_bounds *out)
{
    double grown = (double)written.per_word / (double)now.per_word;
    double up = fmax(1, grown), down = fmax(1, 1 / grown);
    for (int best = 0; best < 256; best++) {
        double s = best / 255.0, below = best > 0 ? (best - 1) / 255.0 : 0;
        double most = up * s / (1 + s * (up - 1)) * (1 + SLACK);
        double least = below / (below + down * (1 - below)) * (1 - SLACK);
        out->most[best] = (float)fmin(most, 1);
        out->least[best] = (float)least;
    }
}
