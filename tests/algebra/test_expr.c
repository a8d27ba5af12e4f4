#include "../test.h"

#include <chalkgrad/model.h>

static struct cg_arena arena;
static struct cg_value h = {.name = "H", .shape = {0, 1}, .id = 0};
static struct cg_value w = {.name = "W", .shape = {1, 2}, .id = 1};
static const struct cg_index none = {0}, i = {'i', 2}, j = {'j', 1}, k = {'k', 1};

static int begin(void **state)
{
    (void)state;
    cg_arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cg_arena_finish(&arena);
    return 0;
}

/* Sum_j H_j W_ji */
static const struct cg_expr *product(struct cg_index over)
{
    const struct cg_expr *args[] = {
        cg_entry(&arena, cg_name(&arena, &h), none, over),
        cg_entry(&arena, cg_name(&arena, &w), over, i),
    };
    return cg_sum_over(&arena, over, cg_nary(&arena, CG_MUL, 2, args, (struct cg_shape){0, 0}));
}

static void numbers_know_their_fraction(void **state)
{
    (void)state;
    const struct cg_expr *half = cg_fraction(&arena, -2, -4);
    assert_int_equal(half->u.number.num, 1);
    assert_int_equal(half->u.number.den, 2);
    assert_true(half->u.number.value == 0.5);
    assert_int_equal(cg_number(&arena, -3)->u.number.num, -3);
    assert_int_equal(cg_number(&arena, 0.1)->u.number.den, 0);
    assert_int_equal(cg_number(&arena, 1e300)->u.number.den, 0);
}

static void free_indices_leave_out_the_bound(void **state)
{
    (void)state;
    struct cg_index found[4];
    assert_int_equal(cg_free_indices(product(j), found, 4), 1);
    assert_int_equal(found[0].letter, 'i');
    assert_true(cg_has_free_index(product(j), 'i'));
    assert_false(cg_has_free_index(product(j), 'j'));
    const struct cg_expr *partial = cg_partial(&arena, product(j), &w, k, i, false);
    assert_int_equal(cg_free_indices(partial, found, 4), 2);
    assert_int_equal(found[0].letter, 'i'); /* in order of first appearance */
    assert_int_equal(found[1].letter, 'k');
    assert_int_equal(cg_free_indices(partial, NULL, 0), 2);
}

static void substitution_shares_and_remembers(void **state)
{
    (void)state;
    const struct cg_expr *body = product(j)->args[0];
    const struct cg_expr *other = cg_substitute_index(&arena, body, j, k);
    assert_int_equal(other->args[0]->u.at.col.letter, 'k');
    assert_int_equal(other->args[1]->u.at.row.letter, 'k');
    assert_int_equal(other->args[1]->u.at.col.letter, 'i');
    assert_ptr_equal(other->origin, body);
    assert_ptr_equal(other->args[0]->origin, body->args[0]);
    assert_ptr_equal(other->args[0]->args[0], body->args[0]->args[0]); /* the name is shared */
    assert_ptr_equal(cg_substitute_index(&arena, product(j)->args[0]->args[0], i, k)->origin, NULL);
    const struct cg_expr *bound = product(j);
    assert_ptr_equal(cg_substitute_index(&arena, bound, j, k), bound);
}

static void equality_is_as_written(void **state)
{
    (void)state;
    assert_true(cg_expr_equal(product(j), product(j)));
    assert_true(cg_expr_hash(product(j)) == cg_expr_hash(product(j)));
    assert_false(cg_expr_equal(product(j), product(k)));
    assert_false(cg_expr_equal(cg_kron(&arena, i, k), cg_kron(&arena, k, i)));
    assert_true(cg_expr_hash(cg_number(&arena, 0)) == cg_expr_hash(cg_number(&arena, -0.0)));
}

static void shared_nodes_are_visited_once(void **state)
{
    (void)state;
    const struct cg_expr *sum = cg_name(&arena, &w);
    for (int level = 0; level < 60; level++) /* 2^60 as a tree */
        sum = cg_nary(&arena, CG_ADD, 2, (const struct cg_expr *[]){sum, sum}, w.shape);
    assert_true(cg_mentions(sum, &w));
    assert_false(cg_mentions(sum, &h));
}

static void unchanged_arguments_keep_the_node(void **state)
{
    (void)state;
    const struct cg_expr *body = product(j)->args[0];
    assert_ptr_equal(cg_with_args(&arena, body, body->args), body);
    const struct cg_expr *args[] = {body->args[1], body->args[0]};
    const struct cg_expr *swapped = cg_with_args(&arena, body, args);
    assert_ptr_equal(swapped->args[0], body->args[1]);
    assert_ptr_equal(swapped->origin, body);
    assert_true(cg_is_index_notation(swapped));
    assert_false(cg_is_index_notation(cg_name(&arena, &w)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_know_their_fraction),
        cmocka_unit_test(free_indices_leave_out_the_bound),
        cmocka_unit_test(substitution_shares_and_remembers),
        cmocka_unit_test(equality_is_as_written),
        cmocka_unit_test(shared_nodes_are_visited_once),
        cmocka_unit_test(unchanged_arguments_keep_the_node),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
