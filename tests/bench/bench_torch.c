/* Plans against PyTorch in a process of its own (bench_torch.py), which is asked for updates by a
 * pipe: what that takes is in the figure, and is little in rounds of this length. */
#include "bench.h"

#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct state {
    const struct bench_row *row; /* ours */
    void *ours;
    pid_t process;
    FILE *to, *from;
};

/* Is that what the process says? */
static bool says(struct state *s, const char *word)
{
    char line[32];
    return fgets(line, sizeof line, s->from) && strncmp(line, word, strlen(word)) == 0;
}

static bool start(struct state *s, const char *network)
{
    int to[2], from[2];
    char *argv[] = {"/usr/bin/python3", BENCH_FOLDER "/bench_torch.py", (char *)network, NULL};
    posix_spawn_file_actions_t files;
    if (pipe(to) || pipe(from))
        return false;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, to[0], 0);
    posix_spawn_file_actions_adddup2(&files, from[1], 1);
    posix_spawn_file_actions_addclose(&files, to[1]);
    posix_spawn_file_actions_addclose(&files, from[0]);
    int refused = posix_spawn(&s->process, argv[0], &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    close(to[0]), close(from[1]);
    s->to = fdopen(to[1], "w");
    s->from = fdopen(from[0], "r");
    return !refused && s->to && s->from;
}

static void stop(struct state *s)
{
    if (s->to)
        fclose(s->to);
    if (s->from)
        fclose(s->from);
    if (s->process > 0)
        waitpid(s->process, NULL, 0);
    free(s);
}

/* NULL: there is no PyTorch. */
static void *begin(const struct bench_row *row, const char *network)
{
    struct state *s = calloc(1, sizeof *s);
    if (!start(s, network) || !says(s, "ready")) {
        stop(s);
        return NULL;
    }
    s->row = row;
    s->ours = row->begin();
    return s;
}

static void *begin_xor(void)
{
    return begin(&bench_train_xor, "xor");
}

static void *begin_large(void)
{
    return begin(&bench_large_plan, "large");
}

static void work(void *state, size_t times)
{
    struct state *s = state;
    s->row->work(s->ours, times);
}

static void by_torch(void *state, size_t times)
{
    struct state *s = state;
    fprintf(s->to, "%zu\n", times);
    fflush(s->to);
    if (!says(s, "done")) {
        fputs("bench: PyTorch has ended\n", stderr);
        exit(1);
    }
}

static void end(void *state)
{
    struct state *s = state;
    s->row->end(s->ours);
    stop(s);
}

const struct bench_row bench_torch_xor = {
    .what = bench_xor_batch,
    .ours = "trainer, plan",
    .against = "PyTorch, one thread",
    .absent = "python3-torch",
    .most_ratio = 1,
    .round = 0.005,
    .begin = begin_xor,
    .work = work,
    .reference = by_torch,
    .end = end,
};

const struct bench_row bench_torch_large = {
    .what = bench_large,
    .ours = "plan",
    .against = "PyTorch, one thread",
    .absent = "python3-torch",
    .most_ratio = 1,
    .samples = 64,
    .round = 0.005,
    .begin = begin_large,
    .work = work,
    .reference = by_torch,
    .end = end,
};
