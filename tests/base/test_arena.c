#include "../test.h"

#include <chalkgrad/arena.h>

#include <stdalign.h>
#include <string.h>

static void alloc_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct cg_arena arena;
    cg_arena_init(&arena);
    for (size_t size = 0; size < 5000; size += 37) {
        unsigned char *p = cg_alloc(&arena, size);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xFF, size);
    }
    cg_arena_finish(&arena);
    cg_arena_finish(&arena); /* a zeroed arena is fine */
    cg_arena_finish(NULL);
}

static void reset_gives_zeroed_memory_again(void **state)
{
    (void)state;
    struct cg_arena arena;
    cg_arena_init(&arena);
    memset(cg_alloc(&arena, 100000), 0xAA, 100000);
    cg_arena_reset(&arena);
    assert_int_equal(arena.total, 0);
    unsigned char *p = cg_alloc(&arena, 100000);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(p[i], 0);
    cg_arena_finish(&arena);
}

static void grow_keeps_items(void **state)
{
    (void)state;
    struct cg_arena arena;
    cg_arena_init(&arena);
    int *items = NULL;
    size_t count = 0, capacity = 0;
    while (count < 1000) {
        items = cg_grow(&arena, items, count, &capacity, sizeof *items);
        items[count] = (int)count * 3;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i], (int)i * 3);
    cg_arena_finish(&arena);
}

static void strings_are_terminated(void **state)
{
    (void)state;
    struct cg_arena arena;
    cg_arena_init(&arena);
    assert_string_equal(cg_strndup(&arena, "chalkboard", 5), "chalk");
    assert_string_equal(cg_strdup(&arena, ""), "");
    assert_string_equal(cg_strndup(&arena, NULL, 0), ""); /* nothing is read */
    assert_string_equal(cg_format(&arena, "%d x %s", 3, "y"), "3 x y");
    cg_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alloc_is_zeroed_and_aligned),
        cmocka_unit_test(reset_gives_zeroed_memory_again),
        cmocka_unit_test(grow_keeps_items),
        cmocka_unit_test(strings_are_terminated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
