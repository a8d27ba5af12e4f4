/* The font files as part of the program, so that it runs from anywhere. An assembler file rather
 * than inline assembly: link-time optimisation does not see symbols that inline assembly defines.
 * The FILE_ names, quoted paths, come from meson.build. Each file gets a symbol at its first byte
 * and one behind its last.
 */
#ifdef __APPLE__
#define SYMBOL(name) _##name
    .const
#else
#define SYMBOL(name) name
    .section .rodata
#endif

#define FONT(name, file)                                                                           \
    .globl SYMBOL(name);                                                                           \
    .globl SYMBOL(name##_end);                                                                     \
    .balign 16;                                                                                    \
    SYMBOL(name): .incbin file;                                                                    \
    SYMBOL(name##_end): .byte 0

FONT(font_data_text, FILE_TEXT)
FONT(font_data_italic, FILE_ITALIC)
FONT(font_data_semibold, FILE_SEMIBOLD)
FONT(font_data_math, FILE_MATH)

#ifdef __ELF__
    .section .note.GNU-stack, "", %progbits
#endif
