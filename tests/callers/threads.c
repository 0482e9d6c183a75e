/* Eight threads check and score on one program, and ask and record on one ledger, while the main thread
 * changes the rules again and again. Every answer is the one that a single thread was given. */

#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "plaudit.h"

#define THREADS 8

static const char CHECK[] =
    "{\"post\":{\"text\":\"The new Acme mixer is the best thing I ever bought! https://example.com\"},"
    "\"at\":\"2026-06-01T09:00:00Z\"}";
static const char MANY[] =
    "{\"posts\":[{\"text\":\"Hello\"},{\"text\":\"Acme is great\"},{\"txt\":\"\"}],\"at\":\"2026-06-01\"}";
static const char SCORE[] =
    "{\"as_of\":\"2026-07-01\",\"assume_consent\":true,\"people\":[{\"id\":\"ada\"}],\"events\":["
    "{\"id\":\"1\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"},"
    "{\"id\":\"2\",\"advocate\":\"ada\",\"kind\":\"kudos\",\"counterpart\":\"bob\","
    "\"at\":\"2026-06-02T09:00:00Z\"}]}";
/* What is recorded meanwhile is later than what is asked of. */
static const char EVENTS[] =
    "{\"id\":\"p1\",\"type\":\"person\",\"advocate\":\"ada\",\"consent\":true,\"at\":\"2026-01-01T00:00:00Z\"}\n"
    "{\"id\":\"1\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"}\n"
    "{\"id\":\"2\",\"advocate\":\"ada\",\"kind\":\"comment\",\"at\":\"2026-06-03T09:00:00Z\"}\n";
static const char STANDING[] = "{\"advocate\":\"ada\",\"as_of\":\"2026-07-01\"}";
static const char BOARD[] = "{\"as_of\":\"2026-07-01\",\"all_time\":true}";
static const char DONE[] = "{\"as_of\":\"2026-09-01\",\"advocate\":\"ada\"}";

static const struct {
    of_program ask;
    const char *request;
} OF_PROGRAM[] = {{plaudit_check, CHECK}, {plaudit_check_many, MANY}, {plaudit_score, SCORE}};

static const struct {
    of_ledger ask;
    const char *request;
} OF_LEDGER[] = {
    {plaudit_ledger_standing, STANDING},
    {plaudit_ledger_leaderboard, BOARD},
    {plaudit_ledger_explain, STANDING},
    {plaudit_ledger_check, CHECK},
};

static char *expected[COUNT(OF_PROGRAM) + COUNT(OF_LEDGER)];
static plaudit_program *program;
static plaudit_ledger *ledger;
static int rounds;

static void well(plaudit_result *result)
{
    if (plaudit_result_status(result) != PLAUDIT_STATUS_OK) {
        fprintf(stderr, "%s\n", plaudit_result_message(result));
        exit(1);
    }
    plaudit_result_free(result);
}

/* The answer to a question, to be freed; the questions of the ledger follow those of the program. */
static plaudit_result *answer(size_t number)
{
    const char *request;
    if (number < COUNT(OF_PROGRAM)) {
        request = OF_PROGRAM[number].request;
        return OF_PROGRAM[number].ask(program, request, strlen(request));
    }
    request = OF_LEDGER[number - COUNT(OF_PROGRAM)].request;
    return OF_LEDGER[number - COUNT(OF_PROGRAM)].ask(ledger, request, strlen(request));
}

static void record(int thread, int round)
{
    char event[160];
    snprintf(event, sizeof event,
             "{\"id\":\"%d-%d\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-08-01T%02d:%02d:00Z\"}",
             thread, round, thread, round % 60);
    well(plaudit_ledger_record(ledger, event, strlen(event), NULL));
}

static void *work(void *given)
{
    const int thread = *(int *)given;
    int round;
    for (round = 0; round < rounds; round++) {
        size_t number;
        for (number = 0; number < COUNT(expected); number++) {
            plaudit_result *result = answer(number);
            HOLDS(strcmp(plaudit_result_json(result, NULL), expected[number]) == 0);
            plaudit_result_free(result);
        }
        record(thread, round);
    }
    return NULL;
}

/* The number of the person's shares that are on record. */
static size_t on_record(void)
{
    plaudit_result *result = plaudit_ledger_explain(ledger, DONE, sizeof DONE - 1);
    const char *found = plaudit_result_json(result, NULL);
    size_t count = 0;
    while ((found = strstr(found, "\"2026-08-01T")) != NULL) {
        found++;
        count++;
    }
    plaudit_result_free(result);
    return count;
}

int main(int count, char **arguments)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    size_t number;
    int thread;

    if (count < 3) {
        fprintf(stderr, "usage: %s RULES ROUNDS [JOURNAL]\n", arguments[0]);
        return 2;
    }
    rounds = atoi(arguments[2]);
    well(plaudit_program_load(arguments[1], strlen(arguments[1]), NULL, &program));
    if (count > 3)
        well(plaudit_ledger_open_file(program, arguments[3], strlen(arguments[3]), NULL, &ledger));
    else
        well(plaudit_ledger_open_memory(program, NULL, &ledger));
    well(plaudit_ledger_record(ledger, EVENTS, sizeof EVENTS - 1, NULL));
    for (number = 0; number < COUNT(expected); number++) {
        plaudit_result *result = answer(number);
        HOLDS(plaudit_result_status(result) == PLAUDIT_STATUS_OK);
        expected[number] = strdup(plaudit_result_json(result, NULL));
        plaudit_result_free(result);
    }
    for (thread = 0; thread < THREADS; thread++) {
        numbers[thread] = thread;
        HOLDS(pthread_create(&threads[thread], NULL, work, &numbers[thread]) == 0);
    }
    for (thread = 0; thread < rounds; thread++) {
        plaudit_program *loaded = NULL;
        plaudit_ledger *reloaded = NULL;
        plaudit_result *result;
        well(plaudit_program_load(arguments[1], strlen(arguments[1]), NULL, &loaded));
        well(plaudit_ledger_with_program(ledger, loaded, &reloaded));
        plaudit_program_free(loaded);
        result = plaudit_ledger_standing(reloaded, STANDING, sizeof STANDING - 1);
        HOLDS(strcmp(plaudit_result_json(result, NULL), expected[COUNT(OF_PROGRAM)]) == 0);
        plaudit_result_free(result);
        plaudit_ledger_free(reloaded);
    }
    for (thread = 0; thread < THREADS; thread++)
        HOLDS(pthread_join(threads[thread], NULL) == 0);
    printf("%lu answers are those of one thread, %lu on record\n",
           (unsigned long)(THREADS * rounds * (int)COUNT(expected)), (unsigned long)on_record());
    for (number = 0; number < COUNT(expected); number++)
        free(expected[number]);
    plaudit_ledger_free(ledger);
    plaudit_program_free(program);
    return 0;
}
