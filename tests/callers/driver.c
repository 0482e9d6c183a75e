/* Makes the calls that its standard input names, one a line, "function TAB request", and prints what
 * each gives: "status TAB answer". The tests run the shared corpus through it. */

#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "asked.h"
#include "plaudit.h"

struct function {
    const char *name;
    of_program program;
    of_ledger ledger;
};

static const struct function FUNCTIONS[] = {
    {"check", plaudit_check, plaudit_ledger_check},
    {"check_many", plaudit_check_many, plaudit_ledger_check_many},
    {"score", plaudit_score, plaudit_ledger_score},
    {"explain", plaudit_explain, plaudit_ledger_explain},
    {"standing", plaudit_standing, plaudit_ledger_standing},
    {"leaderboard", plaudit_leaderboard, plaudit_ledger_leaderboard},
    {"team", plaudit_team, plaudit_ledger_team},
    {"entitlements", plaudit_entitlements, plaudit_ledger_entitlements},
    {"coach", plaudit_coach, plaudit_ledger_coach},
    {"pair", plaudit_pair, plaudit_ledger_pair},
    {"close", NULL, plaudit_ledger_close},
    {"grants", NULL, plaudit_ledger_grants},
    {"people", NULL, plaudit_ledger_people},
    {"content", NULL, plaudit_ledger_content},
    {"changes", NULL, plaudit_ledger_changes},
    {"decide", NULL, plaudit_ledger_decide},
    {"adjust", NULL, plaudit_ledger_adjust},
    {"erase", NULL, plaudit_ledger_erase},
    {"retain", NULL, plaudit_ledger_retain},
    {"disclose", NULL, plaudit_ledger_disclose},
    {"publish", NULL, plaudit_ledger_publish},
    {"roll_back", NULL, plaudit_ledger_roll_back},
    {"publications", NULL, plaudit_ledger_publications},
    {"publication", NULL, plaudit_ledger_publication},
    {"dispute", NULL, plaudit_ledger_dispute},
    {"disputes", NULL, plaudit_ledger_disputes},
    {"resolve", NULL, plaudit_ledger_resolve},
    {"export", NULL, plaudit_ledger_export},
};

static plaudit_program *program;
static plaudit_program *candidate;
static plaudit_ledger *ledger;

/* How a program is loaded: from a directory, or as it is published in a journal. */
typedef plaudit_result *loading(const char *place, size_t length,
                                const plaudit_program_options *options, plaudit_program **program);

/* Loads a program; with a ledger at hand, the ledger goes on with it. */
static plaudit_result *load(loading *from, const char *place, size_t length)
{
    plaudit_program *loaded = NULL;
    plaudit_result *result = from(place, length, NULL, &loaded);
    if (loaded != NULL) {
        plaudit_program_free(program);
        program = loaded;
    }
    if (loaded != NULL && ledger != NULL) {
        plaudit_ledger *reloaded = NULL;
        plaudit_result_free(result);
        result = plaudit_ledger_with_program(ledger, program, &reloaded);
        plaudit_ledger_free(ledger);
        ledger = reloaded;
    }
    return result;
}

static plaudit_result *call(const char *name, char *request, size_t length)
{
    const char *of = strncmp(name, "ledger_", 7) == 0 ? name + 7 : NULL;
    size_t index;
    if (strcmp(name, "load") == 0)
        return load(plaudit_program_load, request, length);
    if (strcmp(name, "load_published") == 0)
        return load(plaudit_program_published, request, length);
    if (strcmp(name, "load_candidate") == 0) {
        plaudit_program_free(candidate);
        return plaudit_program_load(request, length, NULL, &candidate);
    }
    if (strcmp(name, "simulate") == 0)
        return plaudit_simulate(program, candidate, request, length);
    if (strcmp(name, "ledger_simulate") == 0)
        return plaudit_ledger_simulate(ledger, candidate, request, length);
    if (strcmp(name, "facts") == 0)
        return plaudit_facts();
    if (strcmp(name, "open_memory") == 0) {
        plaudit_ledger_free(ledger);
        return plaudit_ledger_open_memory(program, NULL, &ledger);
    }
    if (strcmp(name, "open_file") == 0) {
        plaudit_ledger_free(ledger);
        return plaudit_ledger_open_file(program, request, length, NULL, &ledger);
    }
    if (strcmp(name, "close_ledger") == 0) {
        plaudit_ledger_free(ledger);
        ledger = NULL;
        return plaudit_program_warnings(program);
    }
    if (strcmp(name, "ledger_record") == 0) {
        plaudit_input input;
        memset(&input, 0, sizeof input);
        input.size = sizeof input;
        /* As the command line calls it, which reads one line at a time. */
        input.name.data = "standard input:1";
        input.name.length = strlen(input.name.data);
        return plaudit_ledger_record(ledger, request, length, &input);
    }
    if (strcmp(name, "ledger_restore") == 0) {
        /* A call is a line here: its lines are parted by record separators. */
        char *separator = request;
        while ((separator = memchr(separator, 0x1e, length - (size_t)(separator - request))) != NULL)
            *separator = '\n';
        return plaudit_ledger_restore(ledger, request, length, NULL);
    }
    for (index = 0; index < COUNT(FUNCTIONS); index++) {
        const struct function *known = &FUNCTIONS[index];
        if (of != NULL && strcmp(of, known->name) == 0)
            return known->ledger(ledger, request, length);
        if (strcmp(name, known->name) == 0 && known->program != NULL)
            return known->program(program, request, length);
    }
    fprintf(stderr, "there is no function %s\n", name);
    exit(2);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, stdin)) > 0) {
        char *tab = strchr(line, '\t');
        plaudit_result *result;
        if (line[length - 1] == '\n')
            line[--length] = '\0';
        if (tab == NULL)
            return 2;
        *tab = '\0';
        result = call(line, tab + 1, (size_t)(line + length - (tab + 1)));
        printf("%d\t%s\n", (int)plaudit_result_status(result), plaudit_result_json(result, NULL));
        fflush(stdout);
        plaudit_result_free(result);
    }
    free(line);
    plaudit_ledger_free(ledger);
    plaudit_program_free(program);
    plaudit_program_free(candidate);
    return 0;
}
