/* Mistakes made on purpose, one a run, beside a call of the library: the tests hold that each tool that
 * should find them does, so that its silence elsewhere means something. */

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plaudit.h"

/* Results that are not freed: the library's memory, too, is watched. Several, since what was left behind on
 * the stack may still point at the last. */
static void leak(void)
{
    int round;
    for (round = 0; round < 8; round++) {
        plaudit_result *result = plaudit_check(NULL, NULL, 0);
        if (plaudit_result_status(result) != PLAUDIT_STATUS_INVALID_ARGUMENT)
            exit(3);
    }
}

/* A byte behind the end of a block. */
static void overflow(volatile int length)
{
    char *block = malloc((size_t)length);
    volatile char read;
    memset(block, 'x', (size_t)length);
    read = block[length];
    (void)read;
    free(block);
}

/* A result that is read after it was freed. */
static void freed(void)
{
    plaudit_result *result = plaudit_check(NULL, NULL, 0);
    const char *json = plaudit_result_json(result, NULL);
    plaudit_result_free(result);
    if (strlen(json) == 1)
        puts(json);
}

/* A number that does not fit its type. */
static void undefined(volatile int number)
{
    number = number + INT_MAX;
    printf("%d\n", number);
}

/* Two threads that write at once. */
static int written;

static void *write_it(void *given)
{
    int round;
    for (round = 0; round < 1000; round++)
        written++;
    return given;
}

static void race(void)
{
    pthread_t threads[2];
    int number;
    for (number = 0; number < 2; number++)
        if (pthread_create(&threads[number], NULL, write_it, NULL) != 0)
            exit(3);
    for (number = 0; number < 2; number++)
        pthread_join(threads[number], NULL);
}

int main(int count, char **arguments)
{
    const char *what = count == 2 ? arguments[1] : "";
    if (strcmp(what, "leak") == 0)
        leak();
    else if (strcmp(what, "overflow") == 0)
        overflow(16);
    else if (strcmp(what, "freed") == 0)
        freed();
    else if (strcmp(what, "undefined") == 0)
        undefined(count);
    else if (strcmp(what, "race") == 0)
        race();
    else if (strcmp(what, "nothing") != 0)
        return 2;
    return 0;
}
