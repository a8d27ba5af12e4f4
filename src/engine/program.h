/* A training as a C program: complete, to be read, and to be compiled with nothing but a C11
 * compiler and its mathematical library. */
#ifndef ENGINE_PROGRAM_H
#define ENGINE_PROGRAM_H

#include <chalkgrad/strbuf.h>
#include <chalkgrad/train.h>

/* Writes the training that `trainer` does from where it stands to its last epoch, in `title`'s
 * name. Few numbers are written into the program; where there are more, `numbers` gets them as
 * doubles of this machine, in the order in which the program reads them from the file that is its
 * argument (else empty). */
void program_emit(struct cg_strbuf *out, struct cg_strbuf *numbers,
                  const struct cg_trainer *trainer, const char *title);

#endif
