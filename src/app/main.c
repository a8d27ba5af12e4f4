/* The program: finds the command, says what there is. */
#include "app/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct command commands[] = {
    {"check", command_check, "every line and claim of lessons verified"},
    {"derive", command_derive, "one gradient, line by line: text, LaTeX, NumPy, C, PyTorch, JSON"},
    {"show", command_show, "one picture of a lesson, without a window"},
    {"train", command_train, "trains by the derived gradients, without a window"},
};

static void print_help(void)
{
    printf("usage: chalkgrad [LESSON.md] [OPTIONS]\n"
           "       chalkgrad COMMAND [ARGUMENTS]\n"
           "\n"
           "A blackboard that derives, checks and trains: alone it opens the browser of lessons,\n"
           "with a lesson it opens that one. chalkgrad COMMAND --help says more.\n"
           "\n");
    printf("  %-8s %s\n", "view", "what it does without a command: the window, or a replay");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].summary);
    printf("\n"
           "Exit status: 0 done, 1 the lesson or model is wrong, 2 the command line is wrong,\n"
           "3 the machine failed.\n");
}

/* --version works behind every command. */
static bool asks_version(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--version"))
            return true;
    return false;
}

static int run(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (!strcmp(first, "--help") || !strcmp(first, "-h")) {
        print_help();
        return 0;
    }
    if (asks_version(argc, argv)) {
        printf("chalkgrad %s\n", CHALKGRAD_VERSION);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(first, commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    if (!strcmp(first, "view"))
        return command_view(argc - 1, argv + 1);
    return command_view(argc, argv);
}

int main(int argc, char **argv)
{
    int status = run(argc, argv);
    if ((fflush(stdout) || ferror(stdout)) && !status) { /* as on a full disk */
        fprintf(stderr, "chalkgrad: error: the output can't be written: %s\n", strerror(errno));
        return EXIT_MACHINE;
    }
    return status;
}
