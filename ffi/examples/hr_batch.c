/* A nightly batch of an HR system: people and what they did come from files, go on record in a ledger,
 * and out come the standings and what the award run granted.
 *
 *     hr_batch RULES JOURNAL PEOPLE ACTIVITIES
 *
 * JOURNAL is made where it is not there. Running the batch again changes nothing: what is on record is
 * known, and nothing is granted twice. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <plaudit.h>

/* Takes a result: tells what is wrong and ends the batch, or goes on. The caller frees it. */
static plaudit_result *expect_ok(const char *what, plaudit_result *result)
{
    if (plaudit_result_status(result) != PLAUDIT_STATUS_OK) {
        size_t number;
        fprintf(stderr, "%s: %s\n", what, plaudit_status_name(plaudit_result_status(result)));
        for (number = 0; number < plaudit_result_problem_count(result); number++) {
            plaudit_problem problem;
            problem.size = sizeof problem;
            plaudit_result_problem(result, number, &problem);
            fprintf(stderr, "  %s:%u: %s: %s\n", problem.file.data, (unsigned)problem.line,
                    problem.code.data, problem.message.data);
            if (problem.help.length > 0)
                fprintf(stderr, "    %s\n", problem.help.data);
        }
        plaudit_result_free(result);
        exit(EXIT_FAILURE);
    }
    return result;
}

/* Prints the answer of a call that went well. */
static void print(const char *what, plaudit_result *result)
{
    printf("%s %s\n", what, plaudit_result_json(expect_ok(what, result), NULL));
    plaudit_result_free(result);
}

/* The bytes of a file, to be freed. */
static char *contents(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t capacity = 0;
    *length = 0;
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    for (;;) {
        size_t read;
        if (*length == capacity) {
            capacity = capacity * 2 + 65536;
            bytes = realloc(bytes, capacity);
            if (bytes == NULL)
                abort();
        }
        read = fread(bytes + *length, 1, capacity - *length, file);
        if (read == 0)
            break;
        *length += read;
    }
    fclose(file);
    return bytes;
}

static plaudit_input input_of(const char *path)
{
    size_t length = strlen(path);
    plaudit_input input;
    memset(&input, 0, sizeof input);
    input.size = sizeof input;
    input.name.data = path;
    input.name.length = length;
    if (length > 4 && strcmp(path + length - 4, ".csv") == 0)
        input.format = PLAUDIT_FORMAT_CSV;
    return input;
}

/* A question for one of several threads, which all ask the same ledger. */
struct question {
    const plaudit_ledger *ledger;
    const char *request;
    plaudit_result *(*ask)(const plaudit_ledger *, const char *, size_t);
    plaudit_result *result;
};

static void *ask(void *given)
{
    struct question *question = given;
    const char *request = question->request;
    question->result = question->ask(question->ledger, request, strlen(request));
    return NULL;
}

int main(int count, char **arguments)
{
    static const char sync[] = "{\"source\":\"hr\",\"at\":\"2026-01-01\"}";
    static const char close[] = "{\"as_of\":\"2026-07-01\",\"at\":\"2026-07-02\",\"by\":\"hr-batch\"}";
    static const char grants[] = "{\"as_of\":\"2026-07-01\"}";
    plaudit_program *program = NULL;
    plaudit_ledger *ledger = NULL;
    plaudit_input input;
    char *file;
    size_t length;
    size_t number;
    pthread_t threads[2];
    struct question questions[2];

    if (count != 5) {
        fprintf(stderr, "usage: %s RULES JOURNAL PEOPLE ACTIVITIES\n", arguments[0]);
        return 2;
    }
    plaudit_result_free(expect_ok("load", plaudit_program_load(arguments[1], strlen(arguments[1]),
                                                               NULL, &program)));
    plaudit_result_free(expect_ok("open", plaudit_ledger_open_file(program, arguments[2],
                                                                   strlen(arguments[2]), NULL, &ledger)));
    /* The ledger keeps what it needs of the program. */
    plaudit_program_free(program);

    file = contents(arguments[3], &length);
    input = input_of(arguments[3]);
    plaudit_result_free(expect_ok(
        "people", plaudit_ledger_sync(ledger, sync, strlen(sync), file, length, &input)));
    free(file);

    file = contents(arguments[4], &length);
    input = input_of(arguments[4]);
    print("activities", plaudit_ledger_import(ledger, file, length, &input));
    free(file);

    plaudit_result_free(expect_ok("close", plaudit_ledger_close(ledger, close, strlen(close))));

    /* Two threads ask at once, of one handle. */
    questions[0].request = "{\"as_of\":\"2026-07-01\",\"all_time\":true}";
    questions[0].ask = plaudit_ledger_leaderboard;
    questions[1].request = grants;
    questions[1].ask = plaudit_ledger_grants;
    for (number = 0; number < 2; number++) {
        questions[number].ledger = ledger;
        if (pthread_create(&threads[number], NULL, ask, &questions[number]) != 0)
            abort();
    }
    for (number = 0; number < 2; number++)
        pthread_join(threads[number], NULL);
    print("standings", questions[0].result);
    print("grants", questions[1].result);

    plaudit_ledger_free(ledger);
    return EXIT_SUCCESS;
}
