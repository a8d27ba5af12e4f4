#include "app/commands.h"

int command_failed(const struct cg_error *error)
{
    cg_error_print(stderr, error);
    return error->machine ? EXIT_MACHINE : EXIT_LESSON;
}

bool command_complain(const char *word, const char *what)
{
    fprintf(stderr, "chalkgrad: %s: %s\n", word, what);
    return false;
}
