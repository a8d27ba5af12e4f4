#include <chalkgrad/train.h>

enum cg_train_end cg_train_watch(const struct cg_train_options *options,
                                 struct cg_train_watch *watch, size_t epoch, double loss)
{
    if (options->has_stop && loss < options->stop)
        return CG_END_STOP;
    if (!watch->begun || loss < watch->least) {
        watch->begun = true;
        watch->least = loss;
        watch->least_at = epoch;
    }
    if (options->patience && epoch - watch->least_at >= options->patience)
        return CG_END_PATIENCE;
    return epoch >= options->epochs ? CG_END_EPOCHS : CG_END_NOT;
}
