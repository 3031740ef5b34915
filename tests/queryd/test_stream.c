/* A stream between two threads: what is written comes out, in bounded memory, and who
 * waits is woken. */
#include "queryd/stream.h"

#include "base/cancel.h"
#include "base/err.h"
#include "base/mem.h"
#include "check.h"

enum { LINES = 400, LONGEST = 3 * STREAM_BUFFER };

struct job {
    uv_thread_t thread;
    struct stream *stream;
    uint64_t seed;
    struct strbuf written; /* the worker's until it has ended */
    int lines, rc;
    uv_async_t ended;

    bool over; /* the loop's */
    struct strbuf taken;
    bool chunked, deaf;
};

/* LEN bytes. */
static void *line_of(size_t len, uint64_t n)
{
    char *line = malloc(len);
    memset(line, 'a' + (int)(n % 26), len);
    line[len - 1] = '\n';
    return line;
}

static void write_lines(void *arg)
{
    struct job *job = arg;
    job->rc = 0;
    for (int i = 0; i < job->lines && job->rc == 0; i++) {
        uint32_t most = i % 50 == 7 ? LONGEST : i % 10 == 3 ? 20000 : 200;
        size_t len = 1 + rng_below(&job->seed, most);
        void *line = line_of(len, (uint64_t)i);
        job->rc = stream_write(job->stream, (struct slice){line, len});
        strbuf_add(&job->written, line, len);
        free(line);
    }
    uv_async_send(&job->ended);
}

static void take(void *context)
{
    struct job *job = context;
    if (job->deaf)
        return;
    struct stream_state state = stream_state(job->stream);
    CHECK(state.waiting <= STREAM_BUFFER && state.peak <= STREAM_BUFFER);
    stream_take(job->stream, job->chunked, &job->taken);
}

static void on_ended(uv_async_t *async)
{
    struct job *job = async->data;
    uv_thread_join(&job->thread);
    job->over = true;
    take(job);
    stream_free(job->stream);
    uv_close((uv_handle_t *)async, NULL);
}

static void run(uv_loop_t *loop, struct job *job)
{
    uv_async_init(loop, &job->ended, on_ended);
    job->ended.data = job;
    strbuf_init(&job->written, 1 << 28);
    strbuf_init(&job->taken, 1 << 28);
    uv_thread_create(&job->thread, write_lines, job);
    uv_run(loop, UV_RUN_DEFAULT);
    CHECK(job->over);
}

static void release(uv_loop_t *loop, struct job *job)
{
    strbuf_release(&job->written);
    strbuf_release(&job->taken);
    CHECK_EQ(uv_loop_close(loop), 0);
}

TEST(what_is_written_is_taken)
{
    for (uint64_t round = 1; round < 4; round++) {
        uv_loop_t loop;
        struct job job = {.seed = round, .lines = LINES};
        uv_loop_init(&loop);
        job.stream = stream_new(&loop, take, &job);
        run(&loop, &job);
        CHECK_EQ(job.rc, 0);
        CHECK(job.written.len > 4 * STREAM_BUFFER);
        CHECK_SLICE(strbuf_slice(&job.taken), strbuf_slice(&job.written));
        release(&loop, &job);
    }
}

/* What was taken of a stream that failed: only lines that could not fit are cut. */
static void check_cut(const struct job *job, bool mid_line)
{
    CHECK(job->taken.len <= STREAM_BUFFER);
    CHECK(job->taken.len > 0);
    CHECK(job->taken.len < job->written.len);
    CHECK(memcmp(job->taken.data, job->written.data, job->taken.len) == 0);
    CHECK_EQ(job->taken.data[job->taken.len - 1] != '\n', mid_line);
}

static void fail_in_time(struct job *job, int rc)
{
    uint64_t start = clock_ns();
    uv_loop_t *loop = malloc(sizeof *loop);
    uv_loop_init(loop);
    job->deaf = true;
    job->stream = stream_new(loop, take, job);
    stream_set_deadline(job->stream, start + 50000000);
    if (rc == ERR_CANCELLED) {
        stream_set_deadline(job->stream, UINT64_MAX);
        stream_abandon(job->stream);
    }
    run(loop, job);
    CHECK_EQ(job->rc, rc);
    uint64_t ms = (clock_ns() - start) / 1000000;
    CHECK_MSG(ms < 3000 && (rc == ERR_CANCELLED || ms >= 50), "%d ms", (int)ms);
    release(loop, job);
    free(loop);
}

TEST(a_deadline_and_a_leaving_client_wake_the_worker)
{
    struct job late = {.seed = 1, .lines = LINES};
    fail_in_time(&late, ERR_DEADLINE);
    struct job left = {.seed = 1, .lines = LINES};
    fail_in_time(&left, ERR_CANCELLED);
}

TEST(only_lines_that_cannot_fit_are_cut)
{
    static const struct {
        size_t first, second;
        bool cut;
    } rows[] = {
        {STREAM_BUFFER - 10, 11, false},
        {1, STREAM_BUFFER, false},
        {10, STREAM_BUFFER + 1, false}, /* its first piece does not fit, too */
        {STREAM_BUFFER + 1, 10, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uv_loop_t loop;
        struct job job = {0};
        uv_loop_init(&loop);
        strbuf_init(&job.written, 1 << 20);
        strbuf_init(&job.taken, 1 << 20);
        job.stream = stream_new(&loop, take, &job);
        stream_set_deadline(job.stream, clock_ns() + 20000000);
        const size_t lens[] = {rows[i].first, rows[i].second};
        int rc = 0;
        for (size_t n = 0; n < 2; n++) {
            void *line = line_of(lens[n], n);
            strbuf_add(&job.written, line, lens[n]);
            if (rc == 0)
                rc = stream_write(job.stream, (struct slice){line, lens[n]});
            free(line);
        }
        CHECK_EQ(rc, ERR_DEADLINE);
        CHECK_EQ(stream_state(job.stream).mid_line, rows[i].cut);
        CHECK(stream_state(job.stream).begun);
        stream_take(job.stream, false, &job.taken);
        check_cut(&job, rows[i].cut);
        stream_free(job.stream);
        uv_run(&loop, UV_RUN_DEFAULT);
        release(&loop, &job);
    }
}

TEST(without_memory_there_is_none)
{
    uv_loop_t loop;
    uv_loop_init(&loop);
    mem_fail_after(0);
    struct stream *stream = stream_new(&loop, take, NULL);
    mem_fail_after(-1);
    CHECK(!stream);
    CHECK_EQ(uv_loop_close(&loop), 0);
}

RUN(T(what_is_written_is_taken),
    T(a_deadline_and_a_leaving_client_wake_the_worker),
    T(only_lines_that_cannot_fit_are_cut), T(without_memory_there_is_none))
