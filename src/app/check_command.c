#include "app/commands.h"

#include <chalkgrad/lesson.h>

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char help[] = "usage: chalkgrad check LESSON.md...\n"
                           "Derives what each lesson asks for, evaluates every line, and compares "
                           "it with the line before\n"
                           "and with forward-mode differentiation. One line a lesson; exit status "
                           "1 where a line or a claim\n"
                           "is false.\n";

/* How many lines of derivations were checked, and how far off the worst was. */
static size_t count_lines(const struct cg_lesson *lesson, double *worst)
{
    size_t lines = 0;
    *worst = 0;
    for (size_t i = 0; i < lesson->book.n_steps; i++) {
        const struct cg_check *check = &lesson->checks[i];
        lines += check->checked;
        if (check->checked)
            *worst = fmax(*worst, fmax(check->previous_error, check->forward_error));
    }
    for (size_t i = 0; i < lesson->n_claims; i++)
        if (lesson->claims[i].check.holds)
            *worst = fmax(*worst, lesson->claims[i].check.forward_error);
    return lines;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static int check(const char *path)
{
    struct cg_error error;
    struct cg_lesson *lesson = cg_lesson_open(path, &error);
    if (!lesson)
        return command_failed(&error);
    int status = 0;
    if (cg_lesson_check(lesson, &error)) {
        double worst;
        size_t lines = count_lines(lesson, &worst), derivations = lesson->book.n_derivations;
        printf("%s: ok: %zu derivation%s, %zu line%s, %zu claim%s, largest error %.1e\n", path,
               derivations, plural(derivations), lines, plural(lines), lesson->n_claims,
               plural(lesson->n_claims), worst);
    } else {
        status = command_failed(&error);
    }
    cg_lesson_close(lesson);
    return status;
}

int command_check(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int code;
    optind = 1;
    while ((code = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (code != 'h')
            return EXIT_USAGE;
        fputs(help, stdout);
        return 0;
    }
    if (optind == argc) {
        fputs("chalkgrad: check takes one lesson or more; see chalkgrad check --help\n", stderr);
        return EXIT_USAGE;
    }
    int worst = 0;
    for (int i = optind; i < argc; i++) {
        int status = check(argv[i]);
        fflush(stdout);
        if (status == EXIT_MACHINE || (status && !worst))
            worst = status;
    }
    return worst;
}
