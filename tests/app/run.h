/* Runs a command in this process and catches what it writes. */
#ifndef TESTS_APP_RUN_H
#define TESTS_APP_RUN_H

#include "../test.h"

#include "app/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One run: its status, and what it wrote. Free with free(). */
struct run {
    int status;
    char out[60000], err[4000];
};

static inline void run_read_back(FILE *file, char *text, size_t size)
{
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* words[0] is the command's name; NULL ends them. */
static inline struct run *run_words(int (*command)(int, char **), char **words)
{
    int argc = 0;
    struct run *result = calloc(1, sizeof *result);
    assert_non_null(result);
    while (words[argc])
        argc++;
    FILE *out = tmpfile(), *err = tmpfile();
    fflush(stdout), fflush(stderr);
    int old_out = dup(1), old_err = dup(2);
    dup2(fileno(out), 1), dup2(fileno(err), 2);
    result->status = command(argc, words);
    fflush(stdout), fflush(stderr);
    dup2(old_out, 1), dup2(old_err, 2);
    close(old_out), close(old_err);
    run_read_back(out, result->out, sizeof result->out);
    run_read_back(err, result->err, sizeof result->err);
    return result;
}

/* `line` is split at blanks; %s in it is the source folder. */
static inline struct run *run(int (*command)(int, char **), const char *line)
{
    char text[1024], *words[32];
    int count = 0;
    snprintf(text, sizeof text, line, getenv("CHALKGRAD_SOURCE"));
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    return run_words(command, words);
}

#endif
