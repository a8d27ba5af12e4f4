/* The commands: one function each, called with its own name as argv[0]; returns the exit status:
 * 0 done, 1 the lesson or model is wrong, 2 the command line is wrong, 3 the machine failed. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include <chalkgrad/error.h>

enum { EXIT_LESSON = 1, EXIT_USAGE = 2, EXIT_MACHINE = 3 };

int command_view(int argc, char **argv); /* bare, or LESSON.md: a window, or a replay */
int command_show(int argc, char **argv);
int command_derive(int argc, char **argv);
int command_check(int argc, char **argv);
int command_train(int argc, char **argv);

/* Prints the error on standard error and returns its exit status. */
int command_failed(const struct cg_error *error);

/* Says on standard error what is wrong with `word` of the command line; returns false. */
bool command_complain(const char *word, const char *what);

#endif
