#include "app/commands.h"
#include "app/extent.h"

#include <chalkgrad/lesson.h>

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help[] = "usage: chalkgrad check LESSON.md...\n"
                           "Derives what each lesson asks for, evaluates every line, and compares "
                           "it with the line before\n"
                           "and with forward-mode differentiation. One line a lesson; exit status "
                           "1 where a line or a claim\n"
                           "is false.\n";

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "ok", how much was checked, and what was left out. */
static void report(const struct cg_lesson *lesson)
{
    struct extent extent = {0};
    for (size_t i = 0; i < lesson->book.n_steps; i++)
        extent_add(&extent, &lesson->checks[i]);
    size_t lines = extent.lines, derivations = lesson->book.n_derivations;
    for (size_t i = 0; i < lesson->n_claims; i++)
        extent_add(&extent, &lesson->claims[i].check);
    printf("%s: ok: %zu derivation%s, %zu line%s, %zu claim%s, largest error %.1e\n", lesson->file,
           derivations, plural(derivations), lines, plural(lines), lesson->n_claims,
           plural(lesson->n_claims), extent.worst);
    struct cg_strbuf notes;
    cg_strbuf_init(&notes);
    extent_put(&notes, "  note: ", &extent, &lesson->env);
    fputs(notes.text, stdout);
    cg_strbuf_finish(&notes);
}

static int check(const char *path)
{
    struct cg_error error;
    struct cg_lesson *lesson = cg_lesson_open(path, &error);
    if (!lesson)
        return command_failed(&error);
    int status = 0;
    if (cg_lesson_check(lesson, &error))
        report(lesson);
    else
        status = command_failed(&error);
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
