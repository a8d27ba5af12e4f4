#include "view/walk.h"

#include <string.h>

/* ---- places ------------------------------------------------------------------------------ */

/* A beat of the track of some depth. */
struct stop {
    const struct cg_track *track;
    size_t beat;
};

static size_t opens_into(struct stop stop)
{
    return stop.track->deeper ? stop.track->first[stop.beat + 1] - stop.track->first[stop.beat] : 0;
}

/* The stop at a spot, or at the line around it that is `depth` folds down. */
static struct stop stop_at(const struct cg_track *track, const struct cg_spot *spot, size_t depth)
{
    struct stop stop = {track, spot->beat};
    for (size_t d = 0; d < depth && spot->fold[d] < opens_into(stop); d++)
        stop = (struct stop){stop.track->deeper, stop.track->first[stop.beat] + spot->fold[d]};
    return stop;
}

const struct cg_beat *cg_walk_beat(const struct cg_track *track, struct cg_spot spot)
{
    struct stop stop = stop_at(track, &spot, spot.fold_depth);
    return &stop.track->beats[stop.beat];
}

struct cg_spot cg_walk_spot(const struct cg_position *position)
{
    struct cg_spot spot = {.beat = position->beat, .fold_depth = position->fold_depth};
    memcpy(spot.fold, position->fold, sizeof spot.fold);
    return spot;
}

static size_t siblings_at(const struct cg_track *track, const struct cg_spot *spot, size_t depth)
{
    return depth ? opens_into(stop_at(track, spot, depth - 1)) : 0;
}

/* The first line among the sub-steps that the spot opens into: a line that opens into itself
 * alone opens into what that one does. fold_depth 0: it opens into nothing. */
static struct cg_spot first_inside(const struct cg_track *track, struct cg_spot spot)
{
    while (spot.fold_depth < CG_MAX_FOLD) {
        size_t count = opens_into(stop_at(track, &spot, spot.fold_depth));
        if (count == 0)
            break;
        spot.fold[spot.fold_depth++] = 0;
        if (count > 1)
            return spot;
    }
    return (struct cg_spot){0};
}

size_t cg_walk_children(const struct cg_track *track, const struct cg_position *position)
{
    struct cg_spot inside = first_inside(track, cg_walk_spot(position));
    return siblings_at(track, &inside, inside.fold_depth);
}

size_t cg_walk_siblings(const struct cg_track *track, const struct cg_position *position)
{
    struct cg_spot spot = cg_walk_spot(position);
    return siblings_at(track, &spot, spot.fold_depth);
}

/* ---- moving ------------------------------------------------------------------------------ */

void cg_walk_rest(struct cg_position *position)
{
    position->from_beat = position->beat;
    position->from_fold_depth = position->fold_depth;
    memcpy(position->from_fold, position->fold, sizeof position->fold);
    position->phase = 1;
}

static void set_spot(struct cg_position *position, struct cg_spot spot)
{
    position->beat = spot.beat;
    position->fold_depth = spot.fold_depth;
    for (size_t d = 0; d < CG_MAX_FOLD; d++)
        position->fold[d] = d < spot.fold_depth ? spot.fold[d] : 0;
}

static void forget(struct cg_position *position)
{
    memset(position->left, 0, sizeof position->left);
    position->folded = (struct cg_spot){0};
}

/* What belongs to the spot that is left: the answer, the clock of playing, a running training. */
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

/* The next sub-step, or behind the last of them the next of the line around it, and so on. False
 * at the end of the track. */
static bool spot_after(const struct cg_track *track, struct cg_spot *spot)
{
    size_t depth = spot->fold_depth;
    while (depth > 0 && spot->fold[depth - 1] + 1 >= siblings_at(track, spot, depth))
        depth--;
    if (depth == 0 && spot->beat + 1 >= track->n_beats)
        return false;
    spot->fold_depth = depth;
    ++*(depth ? &spot->fold[depth - 1] : &spot->beat);
    return true;
}

bool cg_walk_next(const struct cg_track *track, struct cg_position *position)
{
    struct cg_spot from = cg_walk_spot(position), to = from;
    if (!spot_after(track, &to))
        return false;
    animate(position);
    if (to.fold_depth < from.fold_depth)
        position->left[to.fold_depth] = from;
    position->folded = (struct cg_spot){0};
    set_spot(position, to);
    arrive(position);
    if (position->phase >= 1)
        cg_walk_rest(position);
    return true;
}

/* Did NEXT lead from the spot that was left to here? */
static bool leads_here(const struct cg_track *track, struct cg_spot left,
                       const struct cg_spot *here)
{
    return left.fold_depth > here->fold_depth && spot_after(track, &left) &&
           left.beat == here->beat && left.fold_depth == here->fold_depth &&
           memcmp(left.fold, here->fold, here->fold_depth * sizeof *left.fold) == 0;
}

bool cg_walk_previous(const struct cg_track *track, struct cg_position *position)
{
    struct cg_spot spot = cg_walk_spot(position);
    size_t depth = spot.fold_depth;
    if (depth < CG_MAX_FOLD && leads_here(track, position->left[depth], &spot)) {
        spot = position->left[depth];
        position->left[depth] = (struct cg_spot){0};
    } else {
        while (depth > 0 && spot.fold[depth - 1] == 0)
            depth--;
        if (depth == 0 && spot.beat == 0)
            return cg_walk_fold(track, position);
        spot.fold_depth = depth;
        --*(depth ? &spot.fold[depth - 1] : &spot.beat);
    }
    position->folded = (struct cg_spot){0};
    set_spot(position, spot);
    arrive(position);
    cg_walk_rest(position);
    return true;
}

/* Was `folded` folded into the line at the spot? */
static bool is_inside(const struct cg_spot *folded, const struct cg_spot *spot)
{
    return folded->fold_depth > spot->fold_depth && folded->beat == spot->beat &&
           memcmp(folded->fold, spot->fold, spot->fold_depth * sizeof *spot->fold) == 0;
}

bool cg_walk_open(const struct cg_track *track, struct cg_position *position)
{
    struct cg_spot spot = cg_walk_spot(position), inside = first_inside(track, spot);
    if (inside.fold_depth == 0)
        return false;
    struct cg_spot folded = position->folded;
    if (is_inside(&folded, &spot)) {
        folded.fold_depth = inside.fold_depth;
        inside = folded;
    } else {
        position->folded = (struct cg_spot){0};
    }
    memset(position->left, 0, sizeof position->left);
    set_spot(position, inside);
    arrive(position);
    cg_walk_rest(position);
    return true;
}

bool cg_walk_fold(const struct cg_track *track, struct cg_position *position)
{
    struct cg_spot spot = cg_walk_spot(position);
    if (spot.fold_depth == 0)
        return false;
    if (!is_inside(&position->folded, &spot))
        position->folded = spot;
    do
        spot.fold_depth--;
    while (spot.fold_depth > 0 && siblings_at(track, &spot, spot.fold_depth) == 1);
    for (size_t d = spot.fold_depth + 1; d < CG_MAX_FOLD; d++)
        position->left[d] = (struct cg_spot){0};
    set_spot(position, spot);
    arrive(position);
    cg_walk_rest(position);
    return true;
}

bool cg_walk_jump(const struct cg_track *track, struct cg_position *position, size_t beat)
{
    if (beat >= track->n_beats)
        return false;
    bool same = position->beat == beat && position->fold_depth == 0;
    set_spot(position, (struct cg_spot){.beat = beat});
    forget(position);
    if (!same)
        arrive(position);
    cg_walk_rest(position);
    return !same;
}

bool cg_walk_sibling(const struct cg_track *track, struct cg_position *position, size_t sibling)
{
    struct cg_spot spot = cg_walk_spot(position);
    if (sibling >= siblings_at(track, &spot, spot.fold_depth) ||
        spot.fold[spot.fold_depth - 1] == sibling)
        return false;
    spot.fold[spot.fold_depth - 1] = sibling;
    forget(position);
    set_spot(position, spot);
    arrive(position);
    cg_walk_rest(position);
    return true;
}

/* ---- depths ------------------------------------------------------------------------------ */

/* The beat that opens into beat `inner` of the deeper track. */
static size_t holder_of(const struct cg_track *track, size_t inner)
{
    size_t low = 0, high = track->n_beats - 1;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (track->first[middle] <= inner)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

bool cg_walk_depth(const struct cg_tracks *tracks, struct cg_position *position,
                   enum cg_depth depth)
{
    if (depth == position->depth && position->fold_depth == 0)
        return false;
    struct cg_spot spot = cg_walk_spot(position);
    struct stop stop = stop_at(&tracks->at[position->depth], &spot, spot.fold_depth);
    const struct cg_step *step = stop.track->beats[stop.beat].step;
    struct cg_spot to = {.beat = stop.beat};
    size_t at = (size_t)(stop.track - tracks->at);
    for (; at < depth; at++)
        to.beat = tracks->at[at].first[to.beat + 1] - 1;
    for (; at > depth; at--) {
        size_t inner = to.beat;
        to.beat = holder_of(&tracks->at[at - 1], inner);
        memmove(to.fold + 1, to.fold, (CG_MAX_FOLD - 1) * sizeof *to.fold);
        to.fold[0] = inner - tracks->at[at - 1].first[to.beat];
        to.fold_depth++;
    }
    forget(position);
    position->folded = to;
    to.fold_depth = 0;
    position->depth = depth;
    set_spot(position, to);
    if (tracks->at[depth].beats[to.beat].step != step)
        arrive(position);
    cg_walk_rest(position);
    return true;
}
