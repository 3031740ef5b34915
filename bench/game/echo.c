/* echo.c - game-echo: answers every line with 0. Its round trip is what asking costs
 * when nothing is done. */
#include "base/err.h"
#include "bench/game/program.h"

static int nothing_to_build(const struct game_options *options, struct err *err)
{
    (void)options;
    return err_set(err, ERR_INVALID, "an echo has no index");
}

static int open_nothing(const struct game_options *options, void **reader,
                        struct err *err)
{
    (void)options, (void)err;
    *reader = NULL;
    return ERR_OK;
}

static int answer(void *reader, const struct game_question *question,
                  struct strbuf *out, struct err *err)
{
    (void)reader, (void)question, (void)err;
    strbuf_add_char(out, '0');
    return ERR_OK;
}

static void close_nothing(void *reader)
{
    (void)reader;
}

int main(int argc, char **argv)
{
    static const struct game_engine engine = {
        "game-echo", nothing_to_build, open_nothing, answer, close_nothing};
    return game_main(argc, argv, &engine);
}
