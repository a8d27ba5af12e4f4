#include "../test.h"

#include "view/walk.h"

#include <chalkgrad/prng.h>
#include <string.h>

/* Eight lines; the summary has the first, the fifth, the sixth and the last of them. The second
 * line bundles three single rules, the fifth two, the seventh two. */
enum { LINES = 8 };

struct world {
    struct cg_arena arena;
    struct cg_derivation derivation;
    struct cg_step lines[LINES], atoms[3][3];
    const struct cg_step *atom_lists[3][3];
    struct cg_beat beats[LINES];
    struct cg_chapter chapters[2];
    struct cg_tracks tracks;
};

static void bundle(struct world *world, size_t line, size_t list, size_t count)
{
    struct cg_step *step = &world->lines[line];
    for (size_t i = 0; i < count; i++) {
        world->atom_lists[list][i] = &world->atoms[list][i];
        world->atoms[list][i].parent = step;
        world->atoms[list][i].derivation = &world->derivation;
    }
    step->children_kind = CG_CHILDREN_ATOMS;
    step->children = world->atom_lists[list];
    step->n_children = count;
}

static void make(struct world *world)
{
    static const enum cg_rule rules[LINES] = {
        CG_RULE_CHAIN,      CG_RULE_POWER,       CG_RULE_DELTA, CG_RULE_COLLAPSE,
        CG_RULE_SUBSTITUTE, CG_RULE_ALL_ENTRIES, CG_RULE_DELTA, CG_RULE_NAME};
    memset(world, 0, sizeof *world);
    cg_arena_init(&world->arena);
    for (size_t i = 0; i < LINES; i++) {
        world->lines[i] = (struct cg_step){.rule = rules[i], .derivation = &world->derivation};
        world->beats[i] = (struct cg_beat){.kind = CG_BEAT_STEP, .step = &world->lines[i]};
    }
    bundle(world, 1, 0, 3);
    bundle(world, 4, 1, 2);
    bundle(world, 6, 2, 2);
    world->chapters[0] = (struct cg_chapter){"all", 0};
    world->chapters[1] = (struct cg_chapter){"the rest", 3};
    cg_tracks_init(
        &world->tracks, &world->arena,
        (struct cg_track){
            .beats = world->beats, .n_beats = LINES, .chapters = world->chapters, .n_chapters = 2});
}

static void done(struct world *world)
{
    cg_arena_finish(&world->arena);
}

static const struct cg_track *track_of(const struct world *world, const struct cg_position *at)
{
    return &world->tracks.at[at->depth];
}

static const struct cg_step *step_at(const struct world *world, const struct cg_position *at)
{
    return cg_walk_beat(track_of(world, at), cg_walk_spot(at))->step;
}

static bool next(const struct world *world, struct cg_position *at)
{
    return cg_walk_next(track_of(world, at), at);
}

static struct cg_position start_at(enum cg_depth depth, size_t beat)
{
    struct cg_position position = {.depth = depth, .beat = beat, .choice = -1};
    cg_walk_rest(&position);
    return position;
}

static void assert_same(const struct cg_position *a, const struct cg_position *b)
{
    assert_int_equal(a->depth, b->depth);
    assert_int_equal(a->beat, b->beat);
    assert_int_equal(a->fold_depth, b->fold_depth);
    assert_memory_equal(a->fold, b->fold, sizeof a->fold);
    for (size_t d = 0; d < CG_MAX_FOLD; d++)
        assert_int_equal(a->left[d].fold_depth > d, b->left[d].fold_depth > d);
    assert_int_equal(a->from_beat, b->from_beat);
    assert_int_equal(a->from_fold_depth, b->from_fold_depth);
    assert_memory_equal(a->from_fold, b->from_fold, sizeof a->from_fold);
    assert_float_equal(a->phase, b->phase, 0);
    assert_int_equal(a->choice, b->choice);
}

static void the_depths_have_their_lines_and_chapters(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    const struct cg_track *summary = &world.tracks.at[CG_DEPTH_SUMMARY];
    const struct cg_track *atoms = &world.tracks.at[CG_DEPTH_ATOMS];
    static const size_t shown[] = {0, 4, 5, 7};
    assert_int_equal(summary->n_beats, 4);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(summary->beats[i].step, &world.lines[shown[i]]);
    assert_int_equal(atoms->n_beats, LINES + 2 + 1 + 1);
    assert_ptr_equal(atoms->beats[3].step, &world.atoms[0][2]);
    assert_ptr_equal(atoms->beats[4].step, &world.lines[2]);
    assert_int_equal(summary->chapters[1].first_beat, 1);
    assert_int_equal(atoms->chapters[1].first_beat, 5);
    done(&world);
}

static void next_goes_through_the_sub_steps_and_out(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(CG_DEPTH_RULES, 1);
    const struct cg_track *track = track_of(&world, &at);
    assert_true(cg_walk_open(track, &at));
    assert_ptr_equal(step_at(&world, &at), &world.atoms[0][0]);
    assert_int_equal(cg_walk_siblings(track, &at), 3);
    assert_true(next(&world, &at));
    assert_true(next(&world, &at));
    assert_ptr_equal(step_at(&world, &at), &world.atoms[0][2]);
    assert_true(next(&world, &at));
    assert_int_equal(at.beat, 2);
    assert_int_equal(at.fold_depth, 0);
    /* and back into the last of them */
    assert_true(cg_walk_previous(track, &at));
    assert_ptr_equal(step_at(&world, &at), &world.atoms[0][2]);
    assert_true(cg_walk_fold(track, &at));
    assert_ptr_equal(step_at(&world, &at), &world.lines[1]);
    assert_false(cg_walk_fold(track, &at));
    /* what was folded opens where it was */
    assert_true(cg_walk_open(track, &at));
    assert_ptr_equal(step_at(&world, &at), &world.atoms[0][2]);
    assert_true(cg_walk_sibling(track, &at, 1));
    assert_ptr_equal(step_at(&world, &at), &world.atoms[0][1]);
    assert_false(cg_walk_sibling(track, &at, 3));
    done(&world);
}

/* A line of the summary opens into lines, and they into single rules; each leads on to the next. */
static void the_summary_opens_twice(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(CG_DEPTH_SUMMARY, 1);
    const struct cg_track *track = track_of(&world, &at);
    assert_int_equal(cg_walk_children(track, &at), 4);
    assert_true(cg_walk_open(track, &at));
    assert_ptr_equal(step_at(&world, &at), &world.lines[1]);
    assert_true(cg_walk_open(track, &at));
    for (size_t i = 0; i < 3; i++) {
        assert_ptr_equal(step_at(&world, &at), &world.atoms[0][i]);
        assert_true(next(&world, &at));
    }
    assert_ptr_equal(step_at(&world, &at), &world.lines[2]);
    assert_int_equal(at.fold_depth, 1);
    assert_true(next(&world, &at));
    assert_true(next(&world, &at));
    assert_ptr_equal(step_at(&world, &at), &world.lines[4]);
    assert_true(next(&world, &at));
    assert_ptr_equal(step_at(&world, &at), &world.lines[5]);
    assert_int_equal(at.fold_depth, 0);
    done(&world);
}

/* A line that is a whole part of the summary opens at once into its single rules. */
static void a_line_alone_is_not_opened_into_itself(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(CG_DEPTH_SUMMARY, 0);
    assert_int_equal(cg_walk_children(track_of(&world, &at), &at), 0);
    assert_false(cg_walk_open(track_of(&world, &at), &at));
    bundle(&world, 0, 0, 3);
    cg_tracks_init(&world.tracks, &world.arena, world.tracks.at[CG_DEPTH_RULES]);
    assert_int_equal(cg_walk_children(track_of(&world, &at), &at), 3);
    assert_true(cg_walk_open(track_of(&world, &at), &at));
    assert_ptr_equal(step_at(&world, &at), &world.atoms[0][0]);
    assert_true(cg_walk_fold(track_of(&world, &at), &at));
    assert_int_equal(at.fold_depth, 0);
    done(&world);
}

/* From every line to every depth: the line that holds it, and back to the very line. */
static void another_depth_is_the_same_place(void **state)
{
    (void)state;
    static const size_t holder[LINES] = {0, 4, 4, 4, 4, 5, 7, 7};
    struct world world;
    make(&world);
    for (size_t i = 0; i < LINES; i++) {
        struct cg_position at = start_at(CG_DEPTH_RULES, i);
        assert_false(cg_walk_depth(&world.tracks, &at, CG_DEPTH_RULES));
        assert_true(cg_walk_depth(&world.tracks, &at, CG_DEPTH_SUMMARY));
        assert_ptr_equal(step_at(&world, &at), &world.lines[holder[i]]);
        if (cg_walk_open(track_of(&world, &at), &at) && at.fold_depth == 1)
            assert_ptr_equal(step_at(&world, &at), &world.lines[i]);
        assert_true(cg_walk_depth(&world.tracks, &at, CG_DEPTH_RULES));
        at = start_at(CG_DEPTH_RULES, i);
        assert_true(cg_walk_depth(&world.tracks, &at, CG_DEPTH_ATOMS));
        const struct cg_step *step = step_at(&world, &at);
        assert_true(step == &world.lines[i] || step->parent == &world.lines[i]);
        assert_true(cg_walk_depth(&world.tracks, &at, CG_DEPTH_RULES));
        assert_int_equal(at.beat, i);
    }
    done(&world);
}

static void only_what_is_made_of_several_opens(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(CG_DEPTH_RULES, 0);
    assert_false(cg_walk_open(track_of(&world, &at), &at));
    at = start_at(CG_DEPTH_ATOMS, 2);
    assert_int_equal(cg_walk_children(track_of(&world, &at), &at), 0);
    assert_false(cg_walk_open(track_of(&world, &at), &at));
    done(&world);
}

static void nothing_moves_beyond_the_ends(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(CG_DEPTH_RULES, 0), before = at;
    const struct cg_track *track = track_of(&world, &at);
    assert_false(cg_walk_previous(track, &at));
    assert_same(&at, &before);
    at = before = start_at(CG_DEPTH_RULES, LINES - 1);
    assert_false(cg_walk_next(track, &at));
    assert_same(&at, &before);
    assert_false(cg_walk_jump(track, &at, LINES));
    assert_false(cg_walk_jump(track, &at, LINES - 1));
    done(&world);
}

static void stepping_animates_once_and_going_back_never(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(CG_DEPTH_RULES, 0);
    next(&world, &at);
    assert_float_equal(at.phase, 0, 0);
    assert_int_equal(at.from_beat, 0);
    at.phase = 0.4f; /* the next key comes before the animation has ended */
    next(&world, &at);
    assert_float_equal(at.phase, 1, 0);
    assert_int_equal(at.from_beat, at.beat);
    next(&world, &at);
    assert_float_equal(at.phase, 0, 0);
    cg_walk_previous(track_of(&world, &at), &at);
    assert_float_equal(at.phase, 1, 0);
    done(&world);
}

/* One key, any of those that walk. */
static void wander(const struct world *world, struct cg_position *at, struct cg_prng *prng)
{
    const struct cg_track *track = track_of(world, at);
    switch (cg_prng_below(prng, 7)) {
    case 0:
    case 1:
        cg_walk_next(track, at);
        break;
    case 2:
        cg_walk_previous(track, at);
        break;
    case 3:
        cg_walk_open(track, at);
        break;
    case 4:
        cg_walk_fold(track, at);
        break;
    case 5:
        if (cg_prng_below(prng, 6) == 0)
            cg_walk_depth(&world->tracks, at, (enum cg_depth)cg_prng_below(prng, CG_DEPTH_COUNT));
        break;
    default:
        if (cg_prng_below(prng, 8) == 0)
            cg_walk_jump(track, at, cg_prng_below(prng, LINES));
    }
    cg_walk_rest(at);
}

/* From anywhere that keys lead to: n times NEXT, then n times PREVIOUS, is where one was. */
static void previous_undoes_next(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_prng prng;
    cg_prng_seed(&prng, 7);
    struct cg_position at = start_at(CG_DEPTH_RULES, 0);
    for (int round = 0; round < 6000; round++) {
        wander(&world, &at, &prng);
        struct cg_position there = at;
        int n = (int)cg_prng_below(&prng, 9), gone = 0;
        while (gone < n && next(&world, &there))
            gone++;
        for (; gone > 0; gone--)
            assert_true(cg_walk_previous(track_of(&world, &there), &there));
        cg_walk_rest(&there);
        assert_same(&there, &at);
    }
    done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_depths_have_their_lines_and_chapters),
        cmocka_unit_test(next_goes_through_the_sub_steps_and_out),
        cmocka_unit_test(the_summary_opens_twice),
        cmocka_unit_test(a_line_alone_is_not_opened_into_itself),
        cmocka_unit_test(another_depth_is_the_same_place),
        cmocka_unit_test(only_what_is_made_of_several_opens),
        cmocka_unit_test(nothing_moves_beyond_the_ends),
        cmocka_unit_test(stepping_animates_once_and_going_back_never),
        cmocka_unit_test(previous_undoes_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
