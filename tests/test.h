/* What every test includes: cmocka with the headers it wants before it. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Is there a C compiler? A program whose tests all need one says so (TAP's plan of none); a test
 * among others is not listed. cmocka's skip() would say "not ok". */
static inline bool has_compiler(void)
{
    return system("cc --version >/dev/null 2>&1") == 0;
}

static inline int skip_all(const char *why)
{
    printf("1..0 # SKIP %s\n", why);
    return 0;
}

#endif
