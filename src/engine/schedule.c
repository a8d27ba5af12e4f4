#include <chalkgrad/train.h>

#include <math.h>

static const double PI = 3.14159265358979323846;

double cg_train_rate(const struct cg_train_options *options, size_t update, size_t per_epoch)
{
    const struct cg_schedule *s = &options->schedule;
    double done;
    switch (s->kind) {
    case CG_CONSTANT:
        return options->rate;
    case CG_STEP:
        return options->rate * pow(s->factor, (double)(update / per_epoch / s->every));
    case CG_COSINE:
        done = (double)update / ((double)options->epochs * (double)per_epoch);
        return s->least + (options->rate - s->least) * (1 + cos(PI * fmin(done, 1))) / 2;
    }
    return options->rate;
}
