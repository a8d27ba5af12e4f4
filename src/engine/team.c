#include "engine/team.h"

#include <chalkgrad/arena.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Turns of waiting awake, some microseconds; the most pieces of work between two calls that wake
 * who is asleep. */
enum { PATIENCE = 1000, MOST_QUIET = 64 };

/* Pieces that the caller does alone after it waited too long for others. */
enum { LEAST_ALONE = 64, MOST_ALONE = 4096 };

struct other {
    struct team *team;
    pthread_t thread;
    size_t part; /* the one that it takes if it can: what it worked on before is in its cache */
};

/* A piece of work is `offer`: its number and, a bit each, the parts that nobody has taken yet, by
 * one exchange. `work` and `arg` change only when no part is unfinished, so who has taken one can
 * read them.
 *
 * Nothing depends on the others: where the system runs none of them, the caller takes all parts. */
struct team {
    struct other *others;
    size_t size;
    void (*work)(void *arg, size_t part);
    void *arg;
    atomic_uint_fast64_t offer; /* number << 32 | parts */
    atomic_size_t unfinished, asleep;
    atomic_bool over, helped; /* helped: since the caller last looked */
    size_t quiet, since;      /* so many pieces between calls; pieces since the last */
    double saved;             /* by the others, lately; in seconds */
    size_t alone, next_alone; /* pieces to be done alone now, and after the next long wait */
    pthread_mutex_t lock;
    pthread_cond_t begins, ends;
};

/* One turn of waiting; now and then who waits on the same processor gets it. */
static void rest(size_t turn)
{
    if (turn % 32 == 31)
        sched_yield();
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#endif
}

static uint32_t parts_left(uint64_t offer)
{
    return (uint32_t)offer;
}

/* Takes one part, this one if it is left, and does it; false where none is left. */
static bool take_part(struct team *team, size_t part)
{
    uint64_t offer = atomic_load(&team->offer), taken;
    do {
        uint32_t left = parts_left(offer);
        if (left == 0)
            return false;
        if (!(left >> part & 1))
            part = (size_t)__builtin_ctz(left);
        taken = offer & ~((uint64_t)1 << part);
    } while (!atomic_compare_exchange_weak(&team->offer, &offer, taken));
    team->work(team->arg, part);
    return true;
}

/* Until there may be parts again. Who is about to fall asleep says so before the last look: the
 * caller, who offers first and then counts who is asleep, can't miss both. */
static void wait_for_work(struct team *team)
{
    for (size_t i = 0; i < PATIENCE; i++) {
        if (parts_left(atomic_load(&team->offer)) || atomic_load(&team->over))
            return;
        rest(i);
    }
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->asleep, 1);
    while (parts_left(atomic_load(&team->offer)) == 0 && !atomic_load(&team->over))
        pthread_cond_wait(&team->begins, &team->lock);
    atomic_fetch_sub(&team->asleep, 1);
    pthread_mutex_unlock(&team->lock);
}

static void *other_main(void *argument)
{
    struct other *other = argument;
    struct team *team = other->team;
    while (!atomic_load(&team->over)) {
        if (!take_part(team, other->part)) {
            wait_for_work(team);
            continue;
        }
        atomic_store(&team->helped, true);
        if (atomic_fetch_sub(&team->unfinished, 1) == 1) {
            pthread_mutex_lock(&team->lock);
            pthread_cond_signal(&team->ends);
            pthread_mutex_unlock(&team->lock);
        }
    }
    return NULL;
}

static void wake(struct team *team)
{
    pthread_mutex_lock(&team->lock);
    pthread_cond_broadcast(&team->begins);
    pthread_mutex_unlock(&team->lock);
}

/* To call takes longer than a small piece of work: where nobody came, the next call is later. */
static void call(struct team *team)
{
    if (atomic_exchange(&team->helped, false))
        team->quiet = 0;
    if (atomic_load(&team->asleep) == 0 || team->since++ < team->quiet)
        return;
    team->since = 0;
    team->quiet = team->quiet < MOST_QUIET ? 2 * team->quiet + 1 : MOST_QUIET;
    wake(team);
}

static void wait_for_others(struct team *team)
{
    for (size_t i = 0; i < PATIENCE; i++) {
        if (atomic_load(&team->unfinished) == 0)
            return;
        rest(i);
    }
    pthread_mutex_lock(&team->lock);
    while (atomic_load(&team->unfinished) != 0)
        pthread_cond_wait(&team->ends, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* What the others saved, in seconds, less what the caller waited for them; what was long ago counts
 * less and less. Where the system runs other programs in their place the waiting is long, and the
 * caller works alone for a time. */
static void judge(struct team *team, double worked, double waited, size_t taken, size_t parts)
{
    if (taken == 0 || taken == parts)
        return;
    double each = worked / (double)taken;
    team->saved = 0.9 * team->saved + each * (double)(parts - taken) - waited;
    if (team->saved < -8 * each * (double)parts) {
        team->saved = 0;
        team->alone = team->next_alone;
        team->next_alone = 2 * team->alone < MOST_ALONE ? 2 * team->alone : MOST_ALONE;
    } else if (team->next_alone > LEAST_ALONE) {
        team->next_alone--;
    }
}

static void share(struct team *team, size_t parts)
{
    uint64_t number = (atomic_load(&team->offer) >> 32) + 1;
    double begin = seconds();
    size_t taken = 0;
    atomic_store(&team->unfinished, parts);
    atomic_store(&team->offer, number << 32 | (((uint64_t)1 << parts) - 1));
    call(team);
    for (; take_part(team, 0); taken++)
        atomic_fetch_sub(&team->unfinished, 1);
    double done = seconds();
    wait_for_others(team);
    judge(team, done - begin, seconds() - done, taken, parts);
}

void team_work(struct team *team, void (*work)(void *arg, size_t part), void *arg, size_t parts)
{
    team->work = work;
    team->arg = arg;
    if (team->alone == 0) {
        share(team, parts);
        return;
    }
    team->alone--;
    for (size_t part = 0; part < parts; part++)
        work(arg, part);
}

struct team *team_create(size_t threads)
{
    if (threads < 2)
        return NULL;
    threads = threads < TEAM_MOST ? threads : TEAM_MOST;
    struct team *team = cg_xmalloc(sizeof *team);
    *team = (struct team){
        .size = 1, .next_alone = LEAST_ALONE, .others = cg_xmalloc(threads * sizeof *team->others)};
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->begins, NULL);
    pthread_cond_init(&team->ends, NULL);
    while (team->size < threads) {
        struct other *other = &team->others[team->size - 1];
        *other = (struct other){.team = team, .part = team->size};
        if (pthread_create(&other->thread, NULL, other_main, other) != 0)
            break;
        team->size++;
    }
    if (team->size == 1) {
        team_destroy(team);
        return NULL;
    }
    return team;
}

void team_destroy(struct team *team)
{
    if (team == NULL)
        return;
    atomic_store(&team->over, true);
    wake(team);
    for (size_t i = 1; i < team->size; i++)
        pthread_join(team->others[i - 1].thread, NULL);
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->begins);
    pthread_cond_destroy(&team->ends);
    free(team->others);
    free(team);
}

size_t team_size(const struct team *team)
{
    return team ? team->size : 1;
}
