#include "../test.h"

#include "view/walk.h"

#include <chalkgrad/prng.h>
#include <string.h>

/* Five beats; the steps of beats 1 and 3 open into three and two sub-steps, and the second of beat
 * 3's opens into two more. */
struct world {
    struct cg_step atoms[3], inner[2], deep[2], lines[5];
    const struct cg_step *atom_list[3], *inner_list[2], *deep_list[2];
    struct cg_beat beats[5];
    struct cg_chapter chapter;
    struct cg_track track;
};

static void open_into(struct cg_step *step, const struct cg_step **list, struct cg_step *children,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        list[i] = &children[i];
        children[i].parent = step;
    }
    step->children_kind = CG_CHILDREN_ATOMS;
    step->children = list;
    step->n_children = count;
}

static void make(struct world *world)
{
    memset(world, 0, sizeof *world);
    open_into(&world->lines[1], world->atom_list, world->atoms, 3);
    open_into(&world->lines[3], world->inner_list, world->inner, 2);
    open_into(&world->inner[1], world->deep_list, world->deep, 2);
    for (size_t i = 0; i < 5; i++)
        world->beats[i] = (struct cg_beat){.kind = CG_BEAT_STEP, .step = &world->lines[i]};
    world->beats[0] = (struct cg_beat){.kind = CG_BEAT_PROSE};
    world->chapter = (struct cg_chapter){"all", 0};
    world->track = (struct cg_track){world->beats, 5, &world->chapter, 1};
}

static struct cg_position start_at(size_t beat)
{
    struct cg_position position = {.beat = beat, .choice = -1};
    cg_walk_rest(&position);
    return position;
}

static void assert_same(const struct cg_position *a, const struct cg_position *b)
{
    assert_int_equal(a->beat, b->beat);
    assert_int_equal(a->fold_depth, b->fold_depth);
    assert_memory_equal(a->fold, b->fold, sizeof a->fold);
    assert_int_equal(a->left_depth, b->left_depth);
    assert_int_equal(a->left_beat, b->left_beat);
    assert_memory_equal(a->left_fold, b->left_fold, sizeof a->left_fold);
    assert_int_equal(a->from_beat, b->from_beat);
    assert_int_equal(a->from_fold_depth, b->from_fold_depth);
    assert_memory_equal(a->from_fold, b->from_fold, sizeof a->from_fold);
    assert_float_equal(a->phase, b->phase, 0);
    assert_int_equal(a->choice, b->choice);
}

static void next_goes_through_the_sub_steps_and_out(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(1);
    assert_true(cg_walk_open(&world.track, &at));
    assert_ptr_equal(cg_walk_step(&world.track, at.beat, at.fold, at.fold_depth), &world.atoms[0]);
    assert_int_equal(cg_walk_siblings(&world.track, &at), 3);
    assert_true(cg_walk_next(&world.track, &at));
    assert_true(cg_walk_next(&world.track, &at));
    assert_ptr_equal(cg_walk_step(&world.track, at.beat, at.fold, at.fold_depth), &world.atoms[2]);
    assert_true(cg_walk_next(&world.track, &at));
    assert_int_equal(at.beat, 2);
    assert_int_equal(at.fold_depth, 0);
    /* and back into the last of them */
    assert_true(cg_walk_previous(&world.track, &at));
    assert_ptr_equal(cg_walk_step(&world.track, at.beat, at.fold, at.fold_depth), &world.atoms[2]);
    assert_true(cg_walk_fold(&world.track, &at));
    assert_ptr_equal(cg_walk_step(&world.track, at.beat, at.fold, at.fold_depth), &world.lines[1]);
    assert_false(cg_walk_fold(&world.track, &at));
}

static void only_atoms_open(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(0);
    assert_false(cg_walk_open(&world.track, &at));
    at = start_at(1);
    world.lines[1].children_kind = CG_CHILDREN_DERIVATIONS;
    assert_int_equal(cg_walk_children(&world.track, &at), 0);
    assert_false(cg_walk_open(&world.track, &at));
}

static void nothing_moves_beyond_the_ends(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(0), before = at;
    assert_false(cg_walk_previous(&world.track, &at));
    assert_same(&at, &before);
    at = before = start_at(4);
    assert_false(cg_walk_next(&world.track, &at));
    assert_same(&at, &before);
    assert_false(cg_walk_jump(&world.track, &at, 5));
    assert_false(cg_walk_jump(&world.track, &at, 4));
}

static void stepping_animates_once_and_going_back_never(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_position at = start_at(0);
    cg_walk_next(&world.track, &at);
    assert_float_equal(at.phase, 0, 0);
    assert_int_equal(at.from_beat, 0);
    at.phase = 0.4f; /* the next key comes before the animation has ended */
    cg_walk_next(&world.track, &at);
    assert_float_equal(at.phase, 1, 0);
    assert_int_equal(at.from_beat, at.beat);
    cg_walk_next(&world.track, &at);
    assert_float_equal(at.phase, 0, 0);
    cg_walk_previous(&world.track, &at);
    assert_float_equal(at.phase, 1, 0);
}

/* From anywhere that keys lead to: n times NEXT, then n times PREVIOUS, is where one was. */
static void previous_undoes_next(void **state)
{
    (void)state;
    struct world world;
    make(&world);
    struct cg_prng prng;
    cg_prng_seed(&prng, 7);
    struct cg_position at = start_at(0);
    for (int round = 0; round < 4000; round++) {
        switch (cg_prng_below(&prng, 6)) {
        case 0:
        case 1:
            cg_walk_next(&world.track, &at);
            break;
        case 2:
            cg_walk_previous(&world.track, &at);
            break;
        case 3:
            cg_walk_open(&world.track, &at);
            break;
        case 4:
            cg_walk_fold(&world.track, &at);
            break;
        default:
            if (cg_prng_below(&prng, 8) == 0)
                cg_walk_jump(&world.track, &at, cg_prng_below(&prng, 5));
        }
        cg_walk_rest(&at);
        struct cg_position there = at;
        int n = (int)cg_prng_below(&prng, 9), done = 0;
        while (done < n && cg_walk_next(&world.track, &there))
            done++;
        for (; done > 0; done--)
            assert_true(cg_walk_previous(&world.track, &there));
        cg_walk_rest(&there);
        assert_same(&there, &at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(next_goes_through_the_sub_steps_and_out),
        cmocka_unit_test(only_atoms_open),
        cmocka_unit_test(nothing_moves_beyond_the_ends),
        cmocka_unit_test(stepping_animates_once_and_going_back_never),
        cmocka_unit_test(previous_undoes_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
