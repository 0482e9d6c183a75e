/* What the programs here that put questions to the library share. */

#ifndef ASKED_H
#define ASKED_H

#include <stdio.h>
#include <stdlib.h>

#include "plaudit.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Ends the program where something does not hold. */
#define HOLDS(what)                                                            \
    do {                                                                       \
        if (!(what)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

/* A question in JSON. */
typedef plaudit_result *(*of_program)(const plaudit_program *, const char *, size_t);
typedef plaudit_result *(*of_ledger)(const plaudit_ledger *, const char *, size_t);

#endif
