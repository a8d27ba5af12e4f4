#include "engine/team.h"

#include <chalkgrad/arena.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* Turns of waiting awake: about 20 microseconds. */
enum { PATIENCE = 4000 };

struct member {
    struct team *team;
    pthread_t thread;
    size_t part;
};

/* A piece of work is announced by the next `turn`; who is asleep is woken under the lock. */
struct team {
    struct member *members; /* the others: parts 1 .. */
    size_t size;
    void (*work)(void *arg, size_t part);
    void *arg;
    size_t parts;
    atomic_size_t turn, left; /* left: others that have not finished this turn */
    atomic_bool over;
    pthread_mutex_t lock;
    pthread_cond_t begins, ends;
};

static void rest(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#endif
}

/* Until there is a turn after `seen`, which is returned. */
static size_t next_turn(struct team *team, size_t seen)
{
    for (size_t i = 0; i < PATIENCE; i++) {
        size_t turn = atomic_load_explicit(&team->turn, memory_order_acquire);
        if (turn != seen)
            return turn;
        rest();
    }
    pthread_mutex_lock(&team->lock);
    while (atomic_load(&team->turn) == seen)
        pthread_cond_wait(&team->begins, &team->lock);
    pthread_mutex_unlock(&team->lock);
    return atomic_load(&team->turn);
}

static void *member_main(void *argument)
{
    struct member *member = argument;
    struct team *team = member->team;
    size_t turn = 0;
    for (;;) {
        turn = next_turn(team, turn);
        if (atomic_load(&team->over))
            return NULL;
        if (member->part < team->parts)
            team->work(team->arg, member->part);
        if (atomic_fetch_sub_explicit(&team->left, 1, memory_order_acq_rel) == 1) {
            pthread_mutex_lock(&team->lock);
            pthread_cond_signal(&team->ends);
            pthread_mutex_unlock(&team->lock);
        }
    }
}

/* The lock orders this before a member's last look, so that none falls asleep over it. */
static void announce(struct team *team)
{
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->turn, 1);
    pthread_cond_broadcast(&team->begins);
    pthread_mutex_unlock(&team->lock);
}

static void wait_for_others(struct team *team)
{
    for (size_t i = 0; i < PATIENCE; i++) {
        if (atomic_load_explicit(&team->left, memory_order_acquire) == 0)
            return;
        rest();
    }
    pthread_mutex_lock(&team->lock);
    while (atomic_load(&team->left) != 0)
        pthread_cond_wait(&team->ends, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

void team_work(struct team *team, void (*work)(void *arg, size_t part), void *arg, size_t parts)
{
    team->work = work;
    team->arg = arg;
    team->parts = parts;
    atomic_store(&team->left, team->size - 1);
    announce(team);
    work(arg, 0);
    wait_for_others(team);
}

struct team *team_create(size_t threads)
{
    if (threads < 2)
        return NULL;
    struct team *team = cg_xmalloc(sizeof *team);
    *team = (struct team){.size = 1, .members = cg_xmalloc(threads * sizeof *team->members)};
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->begins, NULL);
    pthread_cond_init(&team->ends, NULL);
    while (team->size < threads) {
        struct member *member = &team->members[team->size];
        *member = (struct member){.team = team, .part = team->size};
        if (pthread_create(&member->thread, NULL, member_main, member) != 0)
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
    announce(team);
    for (size_t i = 1; i < team->size; i++)
        pthread_join(team->members[i].thread, NULL);
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->begins);
    pthread_cond_destroy(&team->ends);
    free(team->members);
    free(team);
}

size_t team_size(const struct team *team)
{
    return team ? team->size : 1;
}
