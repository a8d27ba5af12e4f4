/* The command line of `chalkgrad train`. */
#include "app/commands.h"
#include "app/train.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char train_help[] =
    "usage: chalkgrad train LESSON.md [OPTIONS]\n"
    "Trains what the lesson's train block says, by the gradients that were derived.\n"
    "\n"
    "In place of what the train block says:\n"
    "  --optimizer O      sgd, momentum or adam\n"
    "  --beta B           momentum: what is kept of the velocity (0.9)\n"
    "  --beta1 B, --beta2 B, --epsilon E   Adam's constants (0.9, 0.999, 1e-8)\n"
    "  --rate R           the learning rate\n"
    "  --schedule S       constant, 'step(every = 100, factor = 0.5)' or 'cosine(least = 0)'\n"
    "  --batch B          rows an update: 1 is per-sample, all the full batch\n"
    "  --shuffle yes|no   rows in a new order each epoch, or as they stand\n"
    "  --epochs N         how often each row of the data is used\n"
    "  --seed S           of the first parameters and of the order of the rows\n"
    "  --stop L           end when the loss is below L\n"
    "  --patience N       end after N epochs without a new least loss\n"
    "  --precision P      f64 or f32\n"
    "\n"
    "How:\n"
    "  --threads N        at most; the same result whatever their number\n"
    "  --native           compile the plan for this processor with cc; without a compiler it "
    "trains\n"
    "                     as without this option\n"
    "  --load FILE        begin with these parameters: .npy, .npz, .safetensors, each array under\n"
    "                     its parameter's name\n"
    "  --save FILE        write the parameters as trained, also after Ctrl-C: .npz, .safetensors,\n"
    "                     or .npy where there is one\n"
    "  --seeds N          instead of one, train N networks, from seed S on, and say how many "
    "converge\n"
    "                     (their loss falls below stop; without it, every prediction is right) "
    "and\n"
    "                     after how many epochs\n"
    "  --plan             instead of training, print the operations of an update, each with the\n"
    "                     lines of the derivation that it computes\n"
    "  --emit-c FILE      instead of training, write a C program that does: to read, and to run\n"
    "                     alone (many numbers go to FILE.numbers, which it then reads)\n"
    "  --format F         text (default) or json\n"
    "\n"
    "On a terminal a bar shows how far it is. Ctrl-C ends the training there: what there is by "
    "then\n"
    "is saved and printed as usual, and the exit status is 0.\n";

static bool read_whole(const char *text, size_t least, size_t most, size_t *number)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    *number = (size_t)value;
    return text[0] >= '0' && text[0] <= '9' && !*end && !errno && value >= least && value <= most;
}

/* Checked at once, for its message; applied when the lesson is open. */
static bool take_setting(struct train_request *request, const char *key, const char *value)
{
    struct cg_train_options unused = {0};
    struct cg_error error;
    if (!cg_training_set(&unused, key, value, &error)) {
        fprintf(stderr, "chalkgrad: --%s %s: %s\n", key, value, error.text);
        return false;
    }
    if (request->n_settings == TRAIN_MOST_SETTINGS)
        return command_complain(key, "this is said too often");
    request->settings[request->n_settings].key = key;
    request->settings[request->n_settings++].value = value;
    return true;
}

static bool take_option(struct train_request *request, int code, const char *name,
                        const char *value)
{
    switch (code) {
    case 'k':
        return take_setting(request, name, value);
    case 't':
        return read_whole(value, 1, 1024, &request->threads) ||
               command_complain(value, "--threads takes a whole number from 1 to 1024");
    case 'f':
        request->json = strcmp(value, "json") == 0;
        return request->json || strcmp(value, "text") == 0 ||
               command_complain(value, "--format takes text or json");
    case 'n':
        return request->native = true;
    case 'i':
        request->load = value;
        return true;
    case 'o':
        request->save = value;
        return train_save_name(value) ||
               command_complain(value, "--save takes a name that ends in .npz, .safetensors or "
                                       ".npy");
    case 'm':
        return read_whole(value, 1, 1000000, &request->seeds) ||
               command_complain(value, "--seeds takes a whole number from 1 to 1000000");
    case 'c':
        request->program = value;
        return true;
    case 'l':
        return request->plan = true;
    case 'h':
        return request->help = true;
    default: /* getopt has said what is wrong */
        return false;
    }
}

bool train_request_parse(struct train_request *request, int argc, char **argv)
{
    static const struct option options[] = {
        {"optimizer", required_argument, NULL, 'k'},
        {"beta", required_argument, NULL, 'k'},
        {"beta1", required_argument, NULL, 'k'},
        {"beta2", required_argument, NULL, 'k'},
        {"epsilon", required_argument, NULL, 'k'},
        {"rate", required_argument, NULL, 'k'},
        {"schedule", required_argument, NULL, 'k'},
        {"batch", required_argument, NULL, 'k'},
        {"shuffle", required_argument, NULL, 'k'},
        {"epochs", required_argument, NULL, 'k'},
        {"seed", required_argument, NULL, 'k'},
        {"stop", required_argument, NULL, 'k'},
        {"patience", required_argument, NULL, 'k'},
        {"precision", required_argument, NULL, 'k'},
        {"threads", required_argument, NULL, 't'},
        {"native", no_argument, NULL, 'n'},
        {"load", required_argument, NULL, 'i'},
        {"save", required_argument, NULL, 'o'},
        {"emit-c", required_argument, NULL, 'c'},
        {"seeds", required_argument, NULL, 'm'},
        {"plan", no_argument, NULL, 'l'},
        {"format", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    *request = (struct train_request){0};
    int code, which = 0;
    optind = 1;
    while ((code = getopt_long(argc, argv, "h", options, &which)) != -1)
        if (!take_option(request, code, options[which].name, optarg))
            return false;
    if (request->help)
        return true;
    if (argc - optind != 1) {
        fputs("chalkgrad: train takes one lesson; see chalkgrad train --help\n", stderr);
        return false;
    }
    request->lesson = argv[optind];
    if (request->save && (request->seeds || request->plan || request->program))
        return command_complain(request->save, "--save takes the parameters of one training");
    return true;
}

bool train_request_apply(const struct train_request *request, const struct cg_lesson *lesson,
                         struct cg_train_options *options, struct cg_error *error)
{
    if (!lesson->trains)
        return cg_fail(error, lesson->file, (struct cg_place){0},
                       "the lesson has no train block: nothing says what to train");
    *options = lesson->training;
    for (size_t i = 0; i < request->n_settings; i++)
        if (!cg_training_set(options, request->settings[i].key, request->settings[i].value, error))
            return false;
    options->threads = request->threads;
    options->native = request->native;
    return true;
}
