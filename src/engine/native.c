#include "engine/native.h"

#include "engine/emit.h"

#include <chalkgrad/file.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

typedef void updates_function(void *state, void *work, const void *const *data, const size_t *order,
                              const double (*scalars)[PLAN_SCALAR_COUNT], double *losses,
                              size_t count, void *scratch);

struct native {
    struct plan_runner runner;
    void *library;
    updates_function *updates;
    void *scratch;
};

/* A folder that only we can read, and the files in it. */
struct workshop {
    char folder[256], source[288], library[288], log[288];
};

static bool fail(struct cg_error *error, const char *what, const char *text)
{
    return cg_fail_machine(error, NULL, "%s: %s", what, text);
}

static bool open_workshop(struct workshop *w, struct cg_error *error)
{
    const char *parent = getenv("TMPDIR");
    int length = snprintf(w->folder, sizeof w->folder, "%s/chalkgrad-XXXXXX",
                          parent && *parent ? parent : "/tmp");
    if (length >= (int)sizeof w->folder)
        return fail(error, "TMPDIR", "is too long a path");
    if (!mkdtemp(w->folder))
        return fail(error, w->folder, strerror(errno));
    snprintf(w->source, sizeof w->source, "%s/updates.c", w->folder);
    snprintf(w->library, sizeof w->library, "%s/updates.so", w->folder);
    snprintf(w->log, sizeof w->log, "%s/messages", w->folder);
    return true;
}

static void close_workshop(const struct workshop *w)
{
    unlink(w->source);
    unlink(w->library);
    unlink(w->log);
    rmdir(w->folder);
}

/* The words of the compiler's name, and what it is told. No shell sees them. */
static char **command_line(struct cg_arena *arena, const struct workshop *w, bool for_this_machine)
{
    static const char *const options[] = {"-O3",
                                          "-march=native",
                                          "-fno-math-errno",
                                          "-fno-trapping-math",
                                          "-ffp-contract=fast",
                                          "-shared",
                                          "-fPIC",
                                          "-w"};
    const char *compiler = getenv("CC");
    char *words = cg_strdup(arena, compiler && *compiler ? compiler : "cc"), *rest = NULL;
    size_t most = strlen(words) / 2 + 16, count = 0;
    char **argv = cg_alloc_array(arena, most, sizeof *argv);
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[count++] = word;
    if (!count)
        argv[count++] = cg_strdup(arena, "cc");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (for_this_machine || strcmp(options[i], "-march=native"))
            argv[count++] = cg_strdup(arena, options[i]);
    argv[count++] = cg_strdup(arena, "-o");
    argv[count++] = cg_strdup(arena, w->library);
    argv[count++] = cg_strdup(arena, w->source);
    argv[count++] = cg_strdup(arena, "-lm");
    return argv;
}

static int start(char **argv, const struct workshop *w, pid_t *process)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, w->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    /* A group of its own, so that what it starts can be ended with it. */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    int status = posix_spawnp(process, argv[0], &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return status;
}

static double patience(void)
{
    const char *text = getenv("CHALKGRAD_COMPILER_SECONDS");
    double seconds = text ? strtod(text, NULL) : 0;
    return seconds > 0 ? seconds : NATIVE_SECONDS;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Waits for it at most so many seconds. False: it had to be ended, with all that it started. Where
 * we were started with SIGCHLD ignored nobody learns how it went: 0 then, and what it wrote
 * decides.
 */
static bool await(pid_t process, double seconds, int *status)
{
    const struct timespec pause = {0, 2000000};
    double end = now() + seconds;
    *status = 0;
    while (waitpid(process, status, WNOHANG) == 0) {
        if (now() > end) {
            kill(-process, SIGKILL);
            waitpid(process, status, 0);
            return false;
        }
        nanosleep(&pause, NULL);
    }
    return true;
}

/* What the compiler said: its first error. */
static bool fail_with_log(struct cg_error *error, const char *compiler, const struct workshop *w)
{
    char line[160] = "";
    FILE *log = fopen(w->log, "r");
    bool found = false;
    while (log && !found && fgets(line, sizeof line, log))
        found = strstr(line, "error") != NULL;
    if (log)
        fclose(log);
    line[found ? strcspn(line, "\n") : 0] = '\0';
    return cg_fail_machine(error, NULL, "the compiler %s failed%s%s", compiler, *line ? ": " : "",
                           line);
}

enum outcome { COMPILED, FAILED, HOPELESS };

/* FAILED: it may be that this compiler doesn't know an option. */
static enum outcome compile(struct cg_arena *arena, const struct workshop *w, bool for_this_machine,
                            struct cg_error *error)
{
    char **argv = command_line(arena, w, for_this_machine);
    double seconds = patience();
    pid_t process;
    int status, refused = start(argv, w, &process);
    if (refused) {
        cg_fail_machine(error, NULL, "the compiler %s can't be started: %s", argv[0],
                        strerror(refused));
        return HOPELESS;
    }
    if (!await(process, seconds, &status)) {
        cg_fail_machine(error, NULL, "the compiler %s was not done after %g seconds", argv[0],
                        seconds);
        return HOPELESS;
    }
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return COMPILED;
    fail_with_log(error, argv[0], w);
    return FAILED;
}

static bool compile_somehow(struct cg_arena *arena, const struct workshop *w,
                            struct cg_error *error)
{
    enum outcome outcome = compile(arena, w, true, error);
    if (outcome == FAILED)
        outcome = compile(arena, w, false, error);
    return outcome == COMPILED;
}

/* How many bytes this processor's widest vectors have. */
static size_t vector_bytes(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
        return 64;
    if (__builtin_cpu_supports("avx2"))
        return 32;
#endif
    return 16;
}

static void run(struct plan_runner *runner, const struct plan_updates *u)
{
    struct native *native = (struct native *)runner;
    native->updates(u->state, u->work, u->data, u->order, u->scalars, u->losses, u->count,
                    native->scratch);
}

static void destroy(struct plan_runner *runner)
{
    struct native *native = (struct native *)runner;
    if (!native)
        return;
    if (native->library)
        dlclose(native->library);
    free(native->scratch);
    free(native);
}

static bool load(struct native *native, const struct workshop *w, struct cg_error *error)
{
    native->library = dlopen(w->library, RTLD_NOW | RTLD_LOCAL);
    if (!native->library)
        return fail(error, "what was compiled can't be loaded", dlerror());
    void *symbol = dlsym(native->library, "updates");
    if (!symbol)
        return fail(error, "what was compiled can't be loaded", "it lacks its function");
    memcpy(&native->updates, &symbol, sizeof symbol); /* C has no cast between the two kinds */
    return true;
}

struct plan_runner *native_create(const struct plan *plan, enum cg_precision precision,
                                  bool batches, struct cg_error *error)
{
    struct cg_arena arena;
    struct cg_strbuf text;
    struct workshop w;
    if (!open_workshop(&w, error))
        return NULL;
    cg_arena_init(&arena);
    cg_strbuf_init(&text);
    size_t scratch = emit_updates(&text, plan, precision, vector_bytes(), batches);
    struct native *native = cg_xmalloc(sizeof *native);
    *native = (struct native){.runner = {run, destroy},
                              .scratch = cg_xmalloc((scratch + 1) * sizeof(double))};
    bool done = cg_write_file(w.source, text.text, text.length, error) &&
                compile_somehow(&arena, &w, error) && load(native, &w, error);
    close_workshop(&w);
    cg_strbuf_finish(&text);
    cg_arena_finish(&arena);
    if (done)
        return &native->runner;
    destroy(&native->runner);
    return NULL;
}
