#include "view/walk.h"

#include <string.h>

const struct cg_step *cg_walk_step(const struct cg_track *track, size_t beat, const size_t *fold,
                                   size_t depth)
{
    const struct cg_step *step = track->beats[beat].step;
    for (size_t d = 0; step && d < depth; d++) {
        if (step->children_kind != CG_CHILDREN_ATOMS || fold[d] >= step->n_children)
            return NULL;
        step = step->children[fold[d]];
    }
    return step;
}

static size_t atoms(const struct cg_step *step)
{
    return step && step->children_kind == CG_CHILDREN_ATOMS ? step->n_children : 0;
}

size_t cg_walk_children(const struct cg_track *track, const struct cg_position *position)
{
    if (position->fold_depth >= CG_MAX_FOLD)
        return 0;
    return atoms(cg_walk_step(track, position->beat, position->fold, position->fold_depth));
}

size_t cg_walk_siblings(const struct cg_track *track, const struct cg_position *position)
{
    if (position->fold_depth == 0)
        return 0;
    return atoms(cg_walk_step(track, position->beat, position->fold, position->fold_depth - 1));
}

void cg_walk_rest(struct cg_position *position)
{
    position->from_beat = position->beat;
    position->from_fold_depth = position->fold_depth;
    memcpy(position->from_fold, position->fold, sizeof position->fold);
    position->phase = 1;
}

static void set_fold(struct cg_position *position, const size_t *fold, size_t depth)
{
    memset(position->fold, 0, sizeof position->fold);
    if (depth > 0)
        memcpy(position->fold, fold, depth * sizeof *fold);
    position->fold_depth = depth;
}

static void remember(struct cg_position *position)
{
    position->left_beat = position->beat;
    position->left_depth = position->fold_depth;
    memcpy(position->left_fold, position->fold, sizeof position->fold);
}

static void forget(struct cg_position *position)
{
    position->left_beat = 0;
    position->left_depth = 0;
    memset(position->left_fold, 0, sizeof position->left_fold);
}

/* What belongs to the place that is left: the answer, the clock of playing, a running training. */
static void arrive(struct cg_position *position)
{
    position->choice = -1;
    position->wait = 0;
    position->running = false;
}

/* The animation starts from where the position is; while one runs (keys come fast) none starts. */
static void animate(struct cg_position *position)
{
    bool resting = position->phase >= 1;
    cg_walk_rest(position);
    if (resting)
        position->phase = 0;
}

bool cg_walk_next(const struct cg_track *track, struct cg_position *position)
{
    size_t siblings = cg_walk_siblings(track, position);
    size_t *last = position->fold_depth ? &position->fold[position->fold_depth - 1] : NULL;
    bool within = last && *last + 1 < siblings;
    if (!within && position->beat + 1 >= track->n_beats)
        return false;
    animate(position);
    if (within) {
        ++*last;
    } else {
        if (position->fold_depth > 0)
            remember(position);
        set_fold(position, NULL, 0);
        position->beat++;
    }
    arrive(position);
    if (position->phase >= 1)
        cg_walk_rest(position);
    return true;
}

bool cg_walk_previous(const struct cg_track *track, struct cg_position *position)
{
    size_t depth = position->fold_depth;
    if (depth > 0 && position->fold[depth - 1] > 0) {
        position->fold[depth - 1]--;
    } else if (position->beat == 0) {
        return cg_walk_fold(track, position);
    } else if (depth == 0 && position->left_depth > 0 &&
               position->left_beat + 1 == position->beat) {
        position->beat--;
        set_fold(position, position->left_fold, position->left_depth);
        forget(position);
    } else {
        position->beat--;
        set_fold(position, NULL, 0);
    }
    arrive(position);
    cg_walk_rest(position);
    return true;
}

bool cg_walk_open(const struct cg_track *track, struct cg_position *position)
{
    if (cg_walk_children(track, position) == 0)
        return false;
    position->fold[position->fold_depth++] = 0;
    forget(position);
    arrive(position);
    cg_walk_rest(position);
    return true;
}

bool cg_walk_fold(const struct cg_track *track, struct cg_position *position)
{
    (void)track;
    if (position->fold_depth == 0)
        return false;
    position->fold[--position->fold_depth] = 0;
    arrive(position);
    cg_walk_rest(position);
    return true;
}

bool cg_walk_jump(const struct cg_track *track, struct cg_position *position, size_t beat)
{
    if (beat >= track->n_beats)
        return false;
    bool same = position->beat == beat && position->fold_depth == 0;
    position->beat = beat;
    set_fold(position, NULL, 0);
    forget(position);
    if (!same)
        arrive(position);
    cg_walk_rest(position);
    return !same;
}
