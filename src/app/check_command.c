#include "app/check.h"
#include "app/commands.h"
#include "app/extent.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_CELLS = 100 };

static const char help[] =
    "usage: chalkgrad check LESSON.md...\n"
    "       chalkgrad check --gradients [--cells N] [--format F] LESSON.md...\n"
    "Derives what each lesson asks for, evaluates every line, and compares it with the line "
    "before\n"
    "and with forward-mode differentiation. One line a lesson; exit status 1 where a line or a "
    "claim\n"
    "is false (or, in a block `claim false`, true).\n"
    "\n"
    "  --gradients        instead: each gradient by an input, cell by cell, beside a central\n"
    "                     difference; exit status 1 where the relative error is above 1e-5\n"
    "  --cells N          of each gradient; N of larger ones are drawn (default 100), all: all\n"
    "  --format F         text (default) or json, of --gradients\n";

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* Names every claim that is not what its block says; returns the exit status. */
static int check_claims(const struct cg_lesson *lesson)
{
    int status = 0;
    struct cg_error error;
    for (size_t i = 0; (i = cg_lesson_check(lesson, i, &error)) < lesson->n_claims; i++)
        status = command_failed(&error);
    return status;
}

/* "ok", how much was checked, and what was left out. */
static void report(const struct cg_lesson *lesson)
{
    struct extent extent = {0};
    for (size_t i = 0; i < lesson->book.n_steps; i++)
        extent_add(&extent, &lesson->checks[i]);
    size_t lines = extent.lines, derivations = lesson->book.n_derivations;
    for (size_t i = 0; i < lesson->n_claims; i++)
        if (!lesson->claims[i].meant_false)
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

static int check(const char *path, const struct check_request *request)
{
    struct cg_error error;
    struct cg_lesson *lesson = cg_lesson_open(path, &error);
    if (!lesson)
        return command_failed(&error);
    int status = 0;
    if (request->gradients) {
        if (!check_gradients(lesson, request, &error))
            status = command_failed(&error);
    } else {
        status = check_claims(lesson);
        if (!status)
            report(lesson);
    }
    cg_lesson_close(lesson);
    return status;
}

static bool take_cells(struct check_request *request, const char *value)
{
    char *end;
    unsigned long count = strtoul(value, &end, 10);
    request->cells = strcmp(value, "all") == 0 ? SIZE_MAX : count;
    return request->cells == SIZE_MAX || (value[0] >= '1' && value[0] <= '9' && !*end) ||
           command_complain(value, "--cells takes a whole number from 1, or all");
}

static bool take_option(struct check_request *request, int code, const char *value)
{
    switch (code) {
    case 'g':
        return request->gradients = true;
    case 'c':
        return take_cells(request, value);
    case 'f':
        request->json = strcmp(value, "json") == 0;
        return request->json || strcmp(value, "text") == 0 ||
               command_complain(value, "--format takes text or json");
    default: /* getopt has said what is wrong */
        return false;
    }
}

int command_check(int argc, char **argv)
{
    static const struct option options[] = {{"gradients", no_argument, NULL, 'g'},
                                            {"cells", required_argument, NULL, 'c'},
                                            {"format", required_argument, NULL, 'f'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct check_request request = {.cells = USUAL_CELLS};
    int code, worst = 0;
    optind = 1;
    while ((code = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (code == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (!take_option(&request, code, optarg))
            return EXIT_USAGE;
    }
    if (!request.gradients && (request.json || request.cells != USUAL_CELLS)) {
        fputs("chalkgrad: --cells and --format belong to check --gradients\n", stderr);
        return EXIT_USAGE;
    }
    if (optind == argc) {
        fputs("chalkgrad: check takes one lesson or more; see chalkgrad check --help\n", stderr);
        return EXIT_USAGE;
    }
    for (int i = optind; i < argc; i++) {
        int status = check(argv[i], &request);
        fflush(stdout);
        if (status == EXIT_MACHINE || (status && !worst))
            worst = status;
    }
    return worst;
}
