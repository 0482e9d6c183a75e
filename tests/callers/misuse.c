/* Calls that a program must not make, and what comes of them: an error that says what is wrong, and
 * everything else goes on as if nothing had been. */

#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "plaudit.h"

/* Only the library of the tests has these. */
plaudit_result *plaudit_test_panic_program(const plaudit_program *program);
plaudit_result *plaudit_test_panic_ledger(const plaudit_ledger *ledger);

/* The status of a result, which is freed. */
static plaudit_status end(plaudit_result *result)
{
    plaudit_status status = plaudit_result_status(result);
    HOLDS(result != NULL);
    if (status != PLAUDIT_STATUS_OK) {
        HOLDS(plaudit_result_problem_count(result) > 0);
        HOLDS(strncmp(plaudit_result_json(result, NULL), "{\"problems\":[{", 14) == 0);
        HOLDS(plaudit_result_message(result)[0] != '\0');
    }
    plaudit_result_free(result);
    return status;
}

static plaudit_text text(const char *data)
{
    plaudit_text made;
    made.data = data;
    made.length = strlen(data);
    return made;
}

static const of_program QUESTIONS[] = {
    plaudit_check,       plaudit_check_many, plaudit_score,        plaudit_explain, plaudit_standing,
    plaudit_leaderboard, plaudit_team,       plaudit_entitlements, plaudit_coach,   plaudit_pair,
};

static const of_ledger TASKS[] = {
    plaudit_ledger_check,       plaudit_ledger_check_many,   plaudit_ledger_score,
    plaudit_ledger_explain,     plaudit_ledger_standing,     plaudit_ledger_leaderboard,
    plaudit_ledger_team,        plaudit_ledger_entitlements, plaudit_ledger_coach,
    plaudit_ledger_pair,        plaudit_ledger_close,        plaudit_ledger_grants,
    plaudit_ledger_decide,      plaudit_ledger_adjust,       plaudit_ledger_dispute,
    plaudit_ledger_disputes,    plaudit_ledger_resolve,      plaudit_ledger_export,
    plaudit_ledger_people,      plaudit_ledger_content,      plaudit_ledger_changes,
    plaudit_ledger_erase,       plaudit_ledger_disclose,     plaudit_ledger_publish,
    plaudit_ledger_roll_back,   plaudit_ledger_publications, plaudit_ledger_publication,
    plaudit_ledger_retain,
};

static const char MANIFEST[] =
    "[program]\nname = \"Test\"\n[brand]\nname = \"Acme\"\n[kinds.share]\nstyle = \"curator\"\n";
static const char RULE[] = "/// Share.\nfn share(activity) { if activity.kind == \"share\" { 3 } }\n";
static const char CHECK[] = "{\"post\":{\"text\":\"Hello\"},\"at\":\"2026-06-01T09:00:00Z\"}";

static plaudit_program *program_of(const char *rule)
{
    plaudit_program *program = NULL;
    plaudit_file files[2];
    memset(files, 0, sizeof files);
    files[0].size = files[1].size = sizeof *files;
    files[0].path = text("program.toml");
    files[0].content = text(MANIFEST);
    files[1].path = text("scoring/share.rhai");
    files[1].content = text(rule);
    HOLDS(end(plaudit_program_from_files(files, 2, NULL, &program)) == PLAUDIT_STATUS_OK);
    HOLDS(program != NULL);
    HOLDS(strlen(plaudit_program_version(program)) == 64);
    return program;
}

static plaudit_ledger *ledger_of(const plaudit_program *program)
{
    plaudit_ledger *ledger = NULL;
    HOLDS(end(plaudit_ledger_open_memory(program, NULL, &ledger)) == PLAUDIT_STATUS_OK);
    return ledger;
}

static void null_everywhere(const plaudit_program *program, const plaudit_ledger *ledger)
{
    const plaudit_status wrong = PLAUDIT_STATUS_INVALID_ARGUMENT;
    size_t index;
    size_t length = 7;
    plaudit_program *made = (plaudit_program *)&index;
    plaudit_ledger *opened = (plaudit_ledger *)&index;
    plaudit_points points;
    plaudit_activity activity;

    plaudit_program_free(NULL);
    plaudit_ledger_free(NULL);
    plaudit_result_free(NULL);
    HOLDS(plaudit_result_status(NULL) == wrong);
    HOLDS(strcmp(plaudit_result_json(NULL, &length), "") == 0 && length == 0);
    HOLDS(strcmp(plaudit_result_message(NULL), "") == 0);
    HOLDS(plaudit_result_problem_count(NULL) == 0 && plaudit_result_item_count(NULL) == 0);
    HOLDS(plaudit_result_item(NULL, 0) == NULL);
    HOLDS(plaudit_result_problem(NULL, 0, NULL) == wrong);
    HOLDS(strcmp(plaudit_program_version(NULL), "") == 0);

    for (index = 0; index < COUNT(QUESTIONS); index++) {
        HOLDS(end(QUESTIONS[index](NULL, NULL, 0)) == wrong);
        HOLDS(end(QUESTIONS[index](NULL, "{}", 2)) == wrong);
        HOLDS(end(QUESTIONS[index](program, NULL, 5)) == wrong);
        HOLDS(end(QUESTIONS[index](program, NULL, 0)) == PLAUDIT_STATUS_REFUSED);
        HOLDS(end(QUESTIONS[index](program, "{}", SIZE_MAX)) == wrong);
    }
    for (index = 0; index < COUNT(TASKS); index++) {
        HOLDS(end(TASKS[index](NULL, NULL, 0)) == wrong);
        HOLDS(end(TASKS[index](NULL, "{}", 2)) == wrong);
        HOLDS(end(TASKS[index](ledger, NULL, 5)) == wrong);
        HOLDS(end(TASKS[index](ledger, NULL, 0)) == PLAUDIT_STATUS_REFUSED);
        HOLDS(end(TASKS[index](ledger, "{}", (size_t)PTRDIFF_MAX + 1)) == wrong);
    }
    HOLDS(end(plaudit_simulate(NULL, program, "{}", 2)) == wrong);
    HOLDS(end(plaudit_simulate(program, NULL, "{}", 2)) == wrong);
    HOLDS(end(plaudit_simulate(program, program, NULL, 5)) == wrong);
    HOLDS(end(plaudit_simulate(program, program, "{}", 2)) == PLAUDIT_STATUS_REFUSED);
    HOLDS(end(plaudit_ledger_simulate(NULL, program, "{}", 2)) == wrong);
    HOLDS(end(plaudit_ledger_simulate(ledger, NULL, "{}", 2)) == wrong);
    HOLDS(end(plaudit_ledger_simulate(ledger, program, NULL, 5)) == wrong);
    HOLDS(end(plaudit_ledger_simulate(ledger, program, "{}", 2)) == PLAUDIT_STATUS_REFUSED);
    HOLDS(end(plaudit_program_load(NULL, 0, NULL, NULL)) == wrong);
    HOLDS(end(plaudit_program_load(NULL, 3, NULL, &made)) == wrong && made == NULL);
    HOLDS(end(plaudit_program_load("nowhere", 7, NULL, &made)) == PLAUDIT_STATUS_STORAGE);
    HOLDS(end(plaudit_program_from_files(NULL, 1, NULL, &made)) == wrong);
    HOLDS(end(plaudit_program_from_files(NULL, 0, NULL, &made)) == PLAUDIT_STATUS_REFUSED);
    HOLDS(end(plaudit_program_describe(NULL)) == wrong);
    HOLDS(end(plaudit_program_warnings(NULL)) == wrong);
    HOLDS(end(plaudit_program_test(NULL)) == wrong);
    HOLDS(end(plaudit_ledger_open_memory(NULL, NULL, &opened)) == wrong && opened == NULL);
    HOLDS(end(plaudit_ledger_open_memory(program, NULL, NULL)) == wrong);
    HOLDS(end(plaudit_ledger_open_file(program, NULL, 1, NULL, &opened)) == wrong);
    HOLDS(end(plaudit_ledger_with_program(NULL, program, &opened)) == wrong);
    HOLDS(end(plaudit_ledger_with_program(ledger, NULL, &opened)) == wrong);
    HOLDS(end(plaudit_ledger_with_program(ledger, program, NULL)) == wrong);
    HOLDS(end(plaudit_ledger_record(NULL, NULL, 0, NULL)) == wrong);
    HOLDS(end(plaudit_ledger_record(ledger, NULL, 9, NULL)) == wrong);
    HOLDS(end(plaudit_ledger_record(ledger, NULL, 0, NULL)) == PLAUDIT_STATUS_OK);
    HOLDS(end(plaudit_ledger_import(NULL, NULL, 0, NULL)) == wrong);
    HOLDS(end(plaudit_ledger_import(ledger, NULL, 9, NULL)) == wrong);
    HOLDS(end(plaudit_ledger_restore(NULL, NULL, 0, NULL)) == wrong);
    HOLDS(end(plaudit_ledger_sync(NULL, NULL, 0, NULL, 0, NULL)) == wrong);
    HOLDS(end(plaudit_ledger_sync(ledger, NULL, 0, NULL, 0, NULL)) == PLAUDIT_STATUS_REFUSED);
    HOLDS(end(plaudit_ledger_checkpoint(NULL)) == wrong);
    HOLDS(end(plaudit_ledger_verify(NULL)) == wrong);
    HOLDS(end(plaudit_ledger_verify(ledger)) == wrong);
    HOLDS(end(plaudit_ledger_backup(ledger, NULL, 1)) == wrong);

    HOLDS(plaudit_check_into(NULL, NULL, 0, NULL, 0, NULL) == PLAUDIT_STATUS_TOO_SMALL);
    HOLDS(plaudit_score_into(NULL, NULL, 0, NULL, 0, &length) == PLAUDIT_STATUS_TOO_SMALL);
    HOLDS(length > 1);

    memset(&points, 0, sizeof points);
    memset(&activity, 0, sizeof activity);
    activity.size = sizeof activity;
    HOLDS(end(plaudit_score_activities(NULL, NULL, 0, NULL, 0, 0, 0, NULL)) == wrong);
    HOLDS(end(plaudit_score_activities(program, NULL, 1, NULL, 0, 0, 0, NULL)) == wrong);
    HOLDS(end(plaudit_score_activities(program, &activity, 1, NULL, 0, 0, 0, NULL)) == wrong);
    HOLDS(end(plaudit_score_activities(program, NULL, 0, NULL, 1, 0, 0, NULL)) == wrong);
    HOLDS(end(plaudit_score_activities(program, NULL, 0, NULL, 0, 0, 0, NULL)) == PLAUDIT_STATUS_OK);
    HOLDS(end(plaudit_ledger_score_activities(NULL, NULL, 0, 0, NULL)) == wrong);
}

static void sizes_and_numbers(const plaudit_program *program, const plaudit_ledger *ledger)
{
    const plaudit_status wrong = PLAUDIT_STATUS_INVALID_ARGUMENT;
    plaudit_program_options options;
    plaudit_ledger_options how;
    plaudit_input input;
    plaudit_problem problem;
    plaudit_activity activity;
    plaudit_points points;
    plaudit_ledger *opened = NULL;
    plaudit_program *made = NULL;
    plaudit_result *result = plaudit_check(program, "{", 1);

    memset(&problem, 0x5a, sizeof problem);
    problem.size = 8;
    HOLDS(plaudit_result_problem(result, 0, &problem) == wrong);
    problem.size = sizeof problem;
    HOLDS(plaudit_result_problem(result, 1, &problem) == wrong);
    HOLDS(plaudit_result_problem(result, 0, &problem) == PLAUDIT_STATUS_OK);
    HOLDS(strcmp(problem.code.data, "syntax") == 0 && problem.code.length == 6);
    HOLDS(problem.line == 1 && problem.level == PLAUDIT_LEVEL_ERROR);
    HOLDS(strcmp(problem.file.data, "request") == 0 && problem.field.length == 0);
    HOLDS(strstr(plaudit_result_message(result), problem.message.data) != NULL);
    plaudit_result_free(result);

    memset(&options, 0, sizeof options);
    HOLDS(end(plaudit_program_load("rules", 5, &options, &made)) == wrong && made == NULL);
    memset(&how, 0, sizeof how);
    HOLDS(end(plaudit_ledger_open_memory(program, &how, &opened)) == wrong);
    how.size = sizeof how;
    how.access = 3;
    HOLDS(end(plaudit_ledger_open_file(program, "x", 1, &how, &opened)) == wrong);
    memset(&input, 0, sizeof input);
    HOLDS(end(plaudit_ledger_record(ledger, "[]", 2, &input)) == wrong);
    input.size = sizeof input;
    input.format = 9;
    HOLDS(end(plaudit_ledger_import(ledger, "", 0, &input)) == wrong);

    memset(&activity, 0, sizeof activity);
    memset(&points, 0, sizeof points);
    HOLDS(end(plaudit_score_activities(program, &activity, 1, NULL, 0, 0, 0, &points)) == wrong);
    activity.size = sizeof activity;
    HOLDS(end(plaudit_score_activities(program, &activity, 1, NULL, 0, 0, 0, &points)) == wrong);
    points.size = sizeof points;
    HOLDS(end(plaudit_score_activities(program, &activity, SIZE_MAX, NULL, 0, 0, 0, &points)) == wrong);
    /* It has no id. */
    HOLDS(end(plaudit_score_activities(program, &activity, 1, NULL, 0, 0, 0, &points)) ==
          PLAUDIT_STATUS_REFUSED);
    activity.id = activity.advocate = text("1");
    activity.kind = text("share");
    activity.at_nanoseconds = 1000000000;
    HOLDS(end(plaudit_score_activities(program, &activity, 1, NULL, 0, 1, 1, &points)) == wrong);
    activity.at_nanoseconds = 0;
    activity.at_seconds = INT64_MIN;
    HOLDS(end(plaudit_score_activities(program, &activity, 1, NULL, 0, 1, 1, &points)) == wrong);
    activity.at_seconds = -1;
    HOLDS(end(plaudit_score_activities(program, &activity, 1, NULL, 0, 1, 1, &points)) ==
          PLAUDIT_STATUS_OK);
    HOLDS(points.points == 3 && points.not_counted == PLAUDIT_NOT_COUNTED_COUNTS);
    HOLDS(end(plaudit_score_activities(program, &activity, 1, NULL, 0, 1, 0, &points)) ==
          PLAUDIT_STATUS_OK);
    HOLDS(points.points == 0 && points.not_counted == PLAUDIT_NOT_COUNTED_NOT_ON_RECORD);
}

static void texts(const plaudit_program *program, const plaudit_ledger *ledger)
{
    static const char cut[] = "{\"post\":{\"text\":\"h\xc3";
    static const char bad[] = "{\"post\":\n{\"text\":\"\xff\"}}";
    plaudit_program *made = NULL;
    plaudit_problem problem;
    size_t index;
    plaudit_result *result;

    for (index = 0; index < COUNT(QUESTIONS); index++)
        HOLDS(end(QUESTIONS[index](program, bad, sizeof bad - 1)) == PLAUDIT_STATUS_INVALID_UTF8);
    for (index = 0; index < COUNT(TASKS); index++)
        HOLDS(end(TASKS[index](ledger, cut, sizeof cut - 1)) == PLAUDIT_STATUS_INVALID_UTF8);
    HOLDS(end(plaudit_program_load("\xff", 1, NULL, &made)) == PLAUDIT_STATUS_INVALID_UTF8);
    HOLDS(end(plaudit_ledger_record(ledger, bad, sizeof bad - 1, NULL)) ==
          PLAUDIT_STATUS_INVALID_UTF8);
    result = plaudit_check(program, bad, sizeof bad - 1);
    problem.size = sizeof problem;
    HOLDS(plaudit_result_problem(result, 0, &problem) == PLAUDIT_STATUS_OK);
    HOLDS(problem.line == 2 && problem.column == 10);
    plaudit_result_free(result);
    /* A length that ends early, with a NUL that does not count, and one within. */
    HOLDS(end(plaudit_check(program, CHECK, sizeof CHECK - 2)) == PLAUDIT_STATUS_REFUSED);
    HOLDS(end(plaudit_check(program, CHECK, sizeof CHECK)) == PLAUDIT_STATUS_REFUSED);
    HOLDS(end(plaudit_check(program, CHECK, sizeof CHECK - 1)) == PLAUDIT_STATUS_OK);
}

static void buffers(const plaudit_program *program)
{
    char buffer[4096];
    size_t needed = 0;
    size_t index;
    plaudit_result *result = plaudit_check(program, CHECK, sizeof CHECK - 1);
    size_t length = 0;
    const char *json = plaudit_result_json(result, &length);

    memset(buffer, '#', sizeof buffer);
    HOLDS(plaudit_check_into(program, CHECK, sizeof CHECK - 1, buffer, length, &needed) ==
          PLAUDIT_STATUS_TOO_SMALL);
    HOLDS(needed == length + 1);
    for (index = 0; index < sizeof buffer; index++)
        HOLDS(buffer[index] == '#');
    HOLDS(plaudit_check_into(program, CHECK, sizeof CHECK - 1, buffer, needed, NULL) ==
          PLAUDIT_STATUS_OK);
    HOLDS(strcmp(buffer, json) == 0 && buffer[needed] == '#');
    HOLDS(plaudit_check_into(program, "{", 1, buffer, sizeof buffer, &needed) ==
          PLAUDIT_STATUS_REFUSED);
    HOLDS(strncmp(buffer, "{\"problems\":", 12) == 0);
    plaudit_result_free(result);
}

static void items(const plaudit_program *program, const plaudit_ledger *ledger)
{
    static const char many[] =
        "{\"at\":\"2026-06-01\",\"posts\":[{\"text\":\"one\"},{\"txt\":\"two\"},{\"text\":\"three\"}]}";
    static const char events[] =
        "{\"id\":\"1\",\"type\":\"person\",\"advocate\":\"ada\",\"consent\":true,"
        "\"at\":\"2026-01-01T00:00:00Z\"}\n"
        "{\"id\":\"2\",\"advocate\":\"ada\",\"kind\":\"share\"}\n"
        "{\"id\":\"3\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"}\n";
    plaudit_problem problem;
    plaudit_input whole;
    plaudit_result *result = plaudit_check_many(program, many, sizeof many - 1);

    HOLDS(plaudit_result_status(result) == PLAUDIT_STATUS_OK);
    HOLDS(plaudit_result_item_count(result) == 3);
    HOLDS(plaudit_result_status(plaudit_result_item(result, 0)) == PLAUDIT_STATUS_OK);
    HOLDS(plaudit_result_status(plaudit_result_item(result, 1)) == PLAUDIT_STATUS_REFUSED);
    HOLDS(plaudit_result_status(plaudit_result_item(result, 2)) == PLAUDIT_STATUS_OK);
    HOLDS(plaudit_result_item(result, 3) == NULL);
    problem.size = sizeof problem;
    HOLDS(plaudit_result_problem(plaudit_result_item(result, 1), 0, &problem) == PLAUDIT_STATUS_OK);
    HOLDS(strcmp(problem.code.data, "unknown-field") == 0);
    HOLDS(strcmp(problem.field.data, "posts[1].txt") == 0);
    plaudit_result_free(result);

    memset(&whole, 0, sizeof whole);
    whole.size = sizeof whole;
    whole.whole = 1;
    result = plaudit_ledger_record(ledger, events, sizeof events - 1, &whole);
    HOLDS(strstr(plaudit_result_json(plaudit_result_item(result, 0), NULL), "left_out") != NULL);
    HOLDS(strstr(plaudit_result_json(plaudit_result_item(result, 2), NULL), "left_out") != NULL);
    plaudit_result_free(result);
    result = plaudit_ledger_record(ledger, events, sizeof events - 1, NULL);
    HOLDS(plaudit_result_item_count(result) == 3);
    HOLDS(plaudit_result_status(plaudit_result_item(result, 0)) == PLAUDIT_STATUS_OK);
    HOLDS(plaudit_result_status(plaudit_result_item(result, 1)) == PLAUDIT_STATUS_REFUSED);
    HOLDS(plaudit_result_problem(plaudit_result_item(result, 1), 0, &problem) == PLAUDIT_STATUS_OK);
    HOLDS(problem.line == 2 && strcmp(problem.file.data, "events") == 0);
    plaudit_result_free(result);
}

/* What the log function was told. */
struct heard {
    unsigned messages;
    unsigned errors;
};

static void hear(void *user_data, uint32_t level, const char *message, size_t length)
{
    struct heard *heard = user_data;
    HOLDS(message[length] == '\0' && strlen(message) == length);
    heard->messages++;
    heard->errors += level == PLAUDIT_LOG_LEVEL_ERROR;
}

static void after_a_panic(const plaudit_program *other)
{
    struct heard heard = {0, 0};
    plaudit_program_options options;
    plaudit_ledger *ledger = ledger_of(other);
    plaudit_ledger *again = NULL;
    plaudit_program *program = NULL;
    plaudit_file files[1];

    memset(files, 0, sizeof files);
    files[0].size = sizeof *files;
    files[0].path = text("program.toml");
    files[0].content = text(MANIFEST);
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.log = hear;
    options.log_user_data = &heard;
    HOLDS(end(plaudit_program_from_files(files, 1, &options, &program)) == PLAUDIT_STATUS_OK);
    HOLDS(heard.errors == 0);
    HOLDS(end(plaudit_test_panic_program(program)) == PLAUDIT_STATUS_PANICKED);
    HOLDS(heard.errors == 1);
    HOLDS(end(plaudit_check(program, CHECK, sizeof CHECK - 1)) == PLAUDIT_STATUS_POISONED);
    HOLDS(end(plaudit_ledger_open_memory(program, NULL, &again)) == PLAUDIT_STATUS_POISONED);
    HOLDS(again == NULL);
    HOLDS(end(plaudit_check(other, CHECK, sizeof CHECK - 1)) == PLAUDIT_STATUS_OK);
    plaudit_program_free(program);

    HOLDS(end(plaudit_test_panic_ledger(ledger)) == PLAUDIT_STATUS_PANICKED);
    HOLDS(end(plaudit_ledger_record(ledger, "[]", 2, NULL)) == PLAUDIT_STATUS_POISONED);
    HOLDS(end(plaudit_ledger_with_program(ledger, other, &again)) == PLAUDIT_STATUS_POISONED);
    HOLDS(end(plaudit_check(other, CHECK, sizeof CHECK - 1)) == PLAUDIT_STATUS_OK);
    plaudit_ledger_free(ledger);
}

static const char STANDING[] = "{\"advocate\":\"ada\",\"as_of\":\"2026-07-01\"}";
static volatile int done;

static void *ask(void *ledger)
{
    while (!done) {
        plaudit_result *result = plaudit_ledger_standing(ledger, STANDING, sizeof STANDING - 1);
        HOLDS(strstr(plaudit_result_json(result, NULL), "\"points\":3,") != NULL);
        plaudit_result_free(result);
    }
    return NULL;
}

/* Rules are changed while other threads ask by the old ones, which stay what they were. */
static void reloading(const plaudit_ledger *ledger)
{
    pthread_t threads[3];
    size_t index;
    int round;

    for (index = 0; index < COUNT(threads); index++)
        HOLDS(pthread_create(&threads[index], NULL, ask, (void *)ledger) == 0);
    for (round = 0; round < 20; round++) {
        plaudit_program *program =
            program_of("/// More.\nfn share(activity) { if activity.kind == \"share\" { 8 } }\n");
        plaudit_ledger *reloaded = NULL;
        plaudit_result *result;
        HOLDS(end(plaudit_ledger_with_program(ledger, program, &reloaded)) == PLAUDIT_STATUS_OK);
        plaudit_program_free(program);
        result = plaudit_ledger_standing(reloaded, STANDING, sizeof STANDING - 1);
        HOLDS(strstr(plaudit_result_json(result, NULL), "\"points\":8,") != NULL);
        plaudit_result_free(result);
        plaudit_ledger_free(reloaded);
    }
    done = 1;
    for (index = 0; index < COUNT(threads); index++)
        HOLDS(pthread_join(threads[index], NULL) == 0);
}

int main(void)
{
    plaudit_program *program = program_of(RULE);
    plaudit_ledger *ledger = ledger_of(program);

    HOLDS(plaudit_abi_version() == PLAUDIT_ABI_VERSION);
    HOLDS(strchr(plaudit_version(), '.') != NULL);
    HOLDS(strcmp(plaudit_status_name(PLAUDIT_STATUS_NOT_FOUND), "not found") == 0);
    HOLDS(strcmp(plaudit_status_name(-1), "unknown") == 0);
    null_everywhere(program, ledger);
    sizes_and_numbers(program, ledger);
    texts(program, ledger);
    buffers(program);
    items(program, ledger);
    after_a_panic(program);
    reloading(ledger);
    plaudit_program_free(program);
    /* A ledger keeps what it needs of its program. */
    HOLDS(end(plaudit_ledger_standing(ledger, STANDING, sizeof STANDING - 1)) == PLAUDIT_STATUS_OK);
    plaudit_ledger_free(ledger);
    puts("all as it should be");
    return 0;
}
