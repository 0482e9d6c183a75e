/*
 * libplaudit: rules and scoring for employee-advocacy programs.
 *
 * This header is made from the comments of the library (ffi/src); do not edit it.
 *
 * In short
 *
 *     plaudit_program *program = NULL;
 *     plaudit_result *result = plaudit_program_load("rules", 5, NULL, &program);
 *     if (plaudit_result_status(result) != PLAUDIT_STATUS_OK)
 *         fprintf(stderr, "%s\n", plaudit_result_message(result));
 *     plaudit_result_free(result);
 *
 *     const char *request = "{\"post\":{\"text\":\"Our mixer is the best!\"},\"at\":\"2026-06-01\"}";
 *     result = plaudit_check(program, request, strlen(request));
 *     puts(plaudit_result_json(result, NULL));
 *     plaudit_result_free(result);
 *     plaudit_program_free(program);
 *
 * Ownership. A function whose name ends in _load, _from_files, _open_memory, _open_file or _with_program
 * gives a handle through its last parameter, which the caller frees with the _free of its type. Every
 * call that gives a plaudit_result * gives one to free with plaudit_result_free(), also of a failure; it
 * is never NULL. What a function gives as const belongs to what it was read from and lives as long. All
 * _free functions accept NULL. Nothing that the caller hands over is kept after a call, but for the log
 * function and its user data, which must live as long as the handle and the ledgers opened with it.
 *
 * Text. UTF-8, as pointer and length in bytes; it need not end in NUL, and NULL with length 0 is the
 * empty text. Text that is given back ends in NUL, too, which its length does not count. What is no UTF-8
 * is refused with PLAUDIT_STATUS_INVALID_UTF8, never repaired.
 *
 * Requests and answers are JSON: a request is one object with the fields that its function names, and a
 * field that it does not know is refused. Answers are canonical (RFC 8785): the same question has the same
 * bytes through every door of Plaudit. A list is one JSON array. A time is an instant with an offset, such
 * as "2026-06-30T14:00:00+02:00", or a date, such as "2026-07-01", which is its first instant in the
 * program's time zone; as-of is exclusive. The library has no clock. Questions of a program bring their
 * records along, "events" and "people", lists of objects as files have them a line each, and where these
 * say nothing of consent "assume_consent": true; questions of a ledger do not. All that are asked of
 * the past have an "as_of".
 *
 * Structs that cross begin with their size, which the caller sets to sizeof the struct after filling it
 * with zeroes: a library of the same plaudit_abi_version() may know more members than the program.
 *
 * Errors. Every result has a status and the problems that led to it, each with a stable code, a message,
 * help, and its place. A panic, a mistake of the library, ends as PLAUDIT_STATUS_PANICKED: the handles of
 * that call answer PLAUDIT_STATUS_POISONED from then on and can only be freed, all others are untouched.
 * Rust's own message of such a panic goes to standard error. Only a lack of memory ends the process.
 *
 * Threads. A const handle may be used by any number of threads at once, and questions of a program never
 * wait for each other; a question of a ledger may wait for another thread that is recording. A handle is
 * freed when no call is using it. Questions about many people may use all cores for as long as they
 * last; no thread outlives a call.
 *
 * The library has no global state, installs no signal handler and no panic hook, and writes nothing to
 * standard output; messages go to the log function of a handle.
 *
 * fork(). A child that only one thread has may use the programs that its parent loaded. It must neither
 * use nor free ledgers of its parent (files that SQLite has open cannot be shared this way): it opens its
 * own. dlclose(). Free all results and handles and end all threads that made calls first; as of most
 * libraries with thread-local data, the loader may then keep the library in memory all the same.
 */


#ifndef PLAUDIT_H
#define PLAUDIT_H

#include <stddef.h>
#include <stdint.h>

/**
 * The number of the binary interface that this header is of; compare it with plaudit_abi_version().
 */
#define PLAUDIT_ABI_VERSION 0

/**
 * `own_words` of a plaudit_activity is stated.
 */
#define PLAUDIT_STATES_OWN_WORDS 1

/**
 * `words` of a plaudit_activity is stated.
 */
#define PLAUDIT_STATES_WORDS 2

/**
 * `minutes` of a plaudit_activity is stated.
 */
#define PLAUDIT_STATES_MINUTES 4

/**
 * How a call ended. The numbers are stable and never used again for something else; a later version
 * may add numbers, so that a program treats those it does not know as a failure.
 */
enum plaudit_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * All well.
     */
    PLAUDIT_STATUS_OK = 0,
    /**
     * An argument is NULL where it must not be, or a length, size or number makes no sense. The
     * calling program is wrong.
     */
    PLAUDIT_STATUS_INVALID_ARGUMENT = 1,
    /**
     * A text is not UTF-8.
     */
    PLAUDIT_STATUS_INVALID_UTF8 = 2,
    /**
     * What was given cannot be used: a program with mistakes, a request that is no request, a record
     * that is none. The problems say what is wrong, where, and what would be right.
     */
    PLAUDIT_STATUS_REFUSED = 3,
    /**
     * What is named is not on record: a person, a grant, an activity, a dispute.
     */
    PLAUDIT_STATUS_NOT_FOUND = 4,
    /**
     * It contradicts what is on record, or does not follow from the state that something is in.
     */
    PLAUDIT_STATUS_CONFLICT = 5,
    /**
     * It may work when it is tried again: a rule ran out of time, or another process is writing.
     */
    PLAUDIT_STATUS_RETRY = 6,
    /**
     * A file or disk cannot be read or written, or a journal is damaged.
     */
    PLAUDIT_STATUS_STORAGE = 7,
    /**
     * The library broke one of its own promises. Please report it.
     */
    PLAUDIT_STATUS_INTERNAL = 8,
    /**
     * The call ended in a panic, a mistake of the library; please report it. The handles of this call
     * cannot be used any more; all others can.
     */
    PLAUDIT_STATUS_PANICKED = 9,
    /**
     * An earlier call with this handle ended in a panic. Free the handle and make another.
     */
    PLAUDIT_STATUS_POISONED = 10,
    /**
     * The caller's buffer is too small; nothing was written.
     */
    PLAUDIT_STATUS_TOO_SMALL = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum plaudit_status plaudit_status;
#else
typedef int32_t plaudit_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How much a problem matters.
 */
enum plaudit_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It was refused.
     */
    PLAUDIT_LEVEL_ERROR = 0,
    /**
     * It was accepted, but is worth a look.
     */
    PLAUDIT_LEVEL_WARNING = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum plaudit_level plaudit_level;
#else
typedef uint32_t plaudit_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a journal file or database is opened.
 */
enum plaudit_access
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * To read and write; a journal that is not there is made.
     */
    PLAUDIT_ACCESS_CREATE = 0,
    /**
     * To read only: the journal must be there, and is not changed.
     */
    PLAUDIT_ACCESS_READ = 1,
    /**
     * To read and write: the journal must be there.
     */
    PLAUDIT_ACCESS_WRITE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum plaudit_access plaudit_access;
#else
typedef uint32_t plaudit_access;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Whether something holds of a person.
 */
enum plaudit_answer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nobody said.
     */
    PLAUDIT_ANSWER_NOT_SAID = 0,
    /**
     * Yes.
     */
    PLAUDIT_ANSWER_YES = 1,
    /**
     * No.
     */
    PLAUDIT_ANSWER_NO = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum plaudit_answer plaudit_answer;
#else
typedef uint32_t plaudit_answer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How a text of records is written.
 */
enum plaudit_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * One JSON object a line; among events, one that has "specversion" is a CloudEvent.
     */
    PLAUDIT_FORMAT_JSON_LINES = 0,
    /**
     * A table with a line of column names; with a map, the columns are named by another system.
     */
    PLAUDIT_FORMAT_CSV = 1,
    /**
     * CloudEvents: one JSON object a line, or all of them as one JSON list.
     */
    PLAUDIT_FORMAT_CLOUD_EVENTS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum plaudit_format plaudit_format;
#else
typedef uint32_t plaudit_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How grave a message is.
 */
enum plaudit_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * A call ended in a panic.
     */
    PLAUDIT_LOG_LEVEL_ERROR = 1,
    /**
     * Something works but should be looked at, such as a warning of a program.
     */
    PLAUDIT_LOG_LEVEL_WARNING = 2,
    /**
     * A program was loaded, or a ledger opened.
     */
    PLAUDIT_LOG_LEVEL_INFO = 3,
    /**
     * How each call ended.
     */
    PLAUDIT_LOG_LEVEL_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum plaudit_log_level plaudit_log_level;
#else
typedef uint32_t plaudit_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Why an activity does not count. A later version may add reasons.
 */
enum plaudit_not_counted
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It counts.
     */
    PLAUDIT_NOT_COUNTED_COUNTS = 0,
    /**
     * The person is not on record, so there is no consent.
     */
    PLAUDIT_NOT_COUNTED_NOT_ON_RECORD = 1,
    /**
     * The person had not opted in.
     */
    PLAUDIT_NOT_COUNTED_NO_CONSENT = 2,
    /**
     * The person was no active employee.
     */
    PLAUDIT_NOT_COUNTED_NOT_ACTIVE = 3,
    /**
     * The program does not declare the kind.
     */
    PLAUDIT_NOT_COUNTED_UNDECLARED_KIND = 4,
    /**
     * The program does not declare the channel.
     */
    PLAUDIT_NOT_COUNTED_UNDECLARED_CHANNEL = 5,
    /**
     * The advocate is their own counterpart.
     */
    PLAUDIT_NOT_COUNTED_OWN_COUNTERPART = 6,
    /**
     * It is at as-of or later.
     */
    PLAUDIT_NOT_COUNTED_LATER = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum plaudit_not_counted plaudit_not_counted;
#else
typedef uint32_t plaudit_not_counted;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A ledger: a program over a journal, the append-only record of events. Any number of threads may use
 * it at once, and any number of processes the same journal file or database.
 */
typedef struct plaudit_ledger plaudit_ledger;

/**
 * A program: rules that were compiled once. It does not change; any number of threads may use it at
 * once, and no call waits for another.
 */
typedef struct plaudit_program plaudit_program;

/**
 * What a call gives back: a status, an answer in JSON, and problems. The caller owns it and frees it
 * with plaudit_result_free(). It does not change, and any number of threads may read it at once.
 */
typedef struct plaudit_result plaudit_result;

/**
 * A text in a struct: UTF-8, `length` bytes at `data`, which need not end in NUL. NULL with length 0 is
 * the empty text.
 */
typedef struct plaudit_text {
    /**
     * The first byte.
     */
    const char *data;
    /**
     * How many bytes there are, a NUL at the end not counted.
     */
    size_t length;
} plaudit_text;

/**
 * One thing that is wrong: what, where, and what would be right. The texts belong to the result that
 * the problem was taken from, end in NUL, and are empty where there is nothing to say.
 */
typedef struct plaudit_problem {
    /**
     * sizeof(plaudit_problem), set by the caller: no more than this is written.
     */
    size_t size;
    /**
     * Error or warning.
     */
    plaudit_level level;
    /**
     * The line in the file or text, from 1; 0 where there is none.
     */
    uint32_t line;
    /**
     * The column in characters, from 1; 0 where there is none.
     */
    uint32_t column;
    /**
     * How many characters it spans; 0 where that is not known.
     */
    uint32_t span;
    /**
     * A stable name of what is wrong, such as "unknown-field".
     */
    struct plaudit_text code;
    /**
     * What is wrong, in one sentence.
     */
    struct plaudit_text message;
    /**
     * What would be right.
     */
    struct plaudit_text help;
    /**
     * The file, relative to the program directory or as the caller named the text.
     */
    struct plaudit_text file;
    /**
     * The field of the record or request, such as "events[3].likes".
     */
    struct plaudit_text field;
} plaudit_problem;

/**
 * Takes a message: `length` bytes of UTF-8 at `message`, which end in NUL and are the library's, to be
 * copied before it returns. It is called by the thread that calls the library, from any thread that
 * uses the handle, within that call: it must not free the handle, and must neither throw nor longjmp.
 */
typedef void (*plaudit_log_callback)(void *user_data,
                                     uint32_t level,
                                     const char *message,
                                     size_t length);

/**
 * How a program is loaded. Fill it with zeroes, then set what matters.
 */
typedef struct plaudit_program_options {
    /**
     * sizeof(plaudit_program_options).
     */
    size_t size;
    /**
     * Where messages go; NULL for nowhere.
     */
    plaudit_log_callback log;
    /**
     * Handed back to `log` with each message.
     */
    void *log_user_data;
    /**
     * The least grave messages that are wanted, a plaudit_log_level; 0 is PLAUDIT_LOG_LEVEL_WARNING.
     */
    uint32_t log_level;
} plaudit_program_options;

/**
 * A file of a program in memory.
 */
typedef struct plaudit_file {
    /**
     * sizeof(plaudit_file).
     */
    size_t size;
    /**
     * Its path within the program directory, with "/", such as "scoring/share.rhai".
     */
    struct plaudit_text path;
    /**
     * What is in it.
     */
    struct plaudit_text content;
} plaudit_file;

/**
 * How a ledger is opened. Fill it with zeroes, then set what matters.
 */
typedef struct plaudit_ledger_options {
    /**
     * sizeof(plaudit_ledger_options).
     */
    size_t size;
    /**
     * Where messages go; NULL for where those of the program go.
     */
    plaudit_log_callback log;
    /**
     * Handed back to `log` with each message.
     */
    void *log_user_data;
    /**
     * The least grave messages that are wanted, a plaudit_log_level; 0 is PLAUDIT_LOG_LEVEL_WARNING.
     */
    uint32_t log_level;
    /**
     * A plaudit_access, for journal files and databases.
     */
    uint32_t access;
    /**
     * Not 0: people without a word on consent are taken for willing, and answers say so.
     */
    uint32_t assume_consent;
    /**
     * How many milliseconds a call waits for another process that is writing, or for a database that
     * is away; 0 is ten seconds.
     */
    uint32_t wait_milliseconds;
} plaudit_ledger_options;

/**
 * How a text of records is to be read. Fill it with zeroes, then set what matters.
 */
typedef struct plaudit_input {
    /**
     * sizeof(plaudit_input).
     */
    size_t size;
    /**
     * What the text is called where its problems are placed, such as the name of its file.
     */
    struct plaudit_text name;
    /**
     * The map of columns (TOML), for tables of another system.
     */
    struct plaudit_text map;
    /**
     * The time of a mapped table in which no column tells when something happened, such as
     * "2026-06-30T12:00:00Z".
     */
    struct plaudit_text exported_at;
    /**
     * A plaudit_format.
     */
    uint32_t format;
    /**
     * Not 0: all records are taken in or, where one is refused, none.
     */
    uint32_t whole;
} plaudit_input;

/**
 * An activity without a post's text. Fill it with zeroes, then set what is known: an empty text, 0 and
 * no bit in `stated` are as a record that does not have the field. A number is from 0 to 2^53-1.
 */
typedef struct plaudit_activity {
    /**
     * sizeof(plaudit_activity), the same in all activities of a call.
     */
    size_t size;
    /**
     * The system that it comes from; "local" where it is empty.
     */
    struct plaudit_text source;
    /**
     * Its id within the source. No two of a call are the same.
     */
    struct plaudit_text id;
    /**
     * Who did it, by any of their names.
     */
    struct plaudit_text advocate;
    /**
     * What was done: a kind that the program declares.
     */
    struct plaudit_text kind;
    /**
     * Where: a channel that the program declares.
     */
    struct plaudit_text channel;
    /**
     * Who else took part.
     */
    struct plaudit_text counterpart;
    /**
     * The id of the content that was shared.
     */
    struct plaudit_text content;
    /**
     * The campaign that the content belongs to.
     */
    struct plaudit_text campaign;
    /**
     * Where the content comes from: "own", "company" or "third_party".
     */
    struct plaudit_text origin;
    /**
     * The format of what was published: "text", "image", "video", "story", "document" or "audio".
     */
    struct plaudit_text format;
    /**
     * When: seconds since 1970-01-01T00:00:00Z, below 0 before that …
     */
    int64_t at_seconds;
    /**
     * … and nanoseconds after it, from 0 to 999999999.
     */
    uint32_t at_nanoseconds;
    /**
     * Which of own_words, words and minutes are stated: PLAUDIT_STATES_... added up.
     */
    uint32_t stated;
    /**
     * Percent of the words that are the advocate's own, from 0 to 100.
     */
    int64_t own_words;
    /**
     * Words in the published text.
     */
    int64_t words;
    /**
     * Minutes it took.
     */
    int64_t minutes;
    /**
     * Times the published post was shown.
     */
    int64_t impressions;
    /**
     * Likes.
     */
    int64_t likes;
    /**
     * Comments received.
     */
    int64_t comments;
    /**
     * Times others shared it on.
     */
    int64_t shares;
    /**
     * Clicks on its links.
     */
    int64_t clicks;
    /**
     * Leads it brought.
     */
    int64_t leads;
    /**
     * Conversions it brought.
     */
    int64_t conversions;
    /**
     * Value of the sales pipeline it brought, in whole units of the program's currency.
     */
    int64_t pipeline_value;
    /**
     * Not 0: somebody else wrote it for the advocate.
     */
    uint32_t ghostwritten;
    /**
     * Not 0: it shows a picture that the advocate took.
     */
    uint32_t own_photo;
    /**
     * Not 0: it answers or serves a customer.
     */
    uint32_t customer;
    /**
     * Not used; 0.
     */
    uint32_t reserved;
} plaudit_activity;

/**
 * A person as known now, for plaudit_score_activities(). Fill it with zeroes, then set what is known.
 * Whatever changed with time, other names, skills and the like need a ledger.
 */
typedef struct plaudit_person {
    /**
     * sizeof(plaudit_person), the same in all people of a call.
     */
    size_t size;
    /**
     * The advocate's id.
     */
    struct plaudit_text id;
    /**
     * The department the person works in.
     */
    struct plaudit_text department;
    /**
     * The function in the company.
     */
    struct plaudit_text function;
    /**
     * The country the person works in.
     */
    struct plaudit_text country;
    /**
     * The career level.
     */
    struct plaudit_text level;
    /**
     * The group the person joined the program with.
     */
    struct plaudit_text cohort;
    /**
     * The style of taking part that the person chose.
     */
    struct plaudit_text style;
    /**
     * The advocate who is the person's mentor.
     */
    struct plaudit_text mentor;
    /**
     * Whether the person has opted in, a plaudit_answer; where nobody said, no.
     */
    uint32_t consent;
    /**
     * Whether the person is an active employee, a plaudit_answer; where nobody said, yes.
     */
    uint32_t active;
    /**
     * Not 0: the person leads others or speaks for the company.
     */
    uint32_t leader;
    /**
     * Not used; 0.
     */
    uint32_t reserved;
} plaudit_person;

/**
 * The points of an activity.
 */
typedef struct plaudit_points {
    /**
     * sizeof(plaudit_points), set by the caller in the first of the array: how far they are apart.
     */
    size_t size;
    /**
     * The points; 0 where it does not count.
     */
    int64_t points;
    /**
     * Why it does not count: a plaudit_not_counted, 0 where it does.
     */
    uint32_t not_counted;
    /**
     * How many rules failed on it, so that points may be missing.
     */
    uint32_t faults;
} plaudit_points;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library, such as "0.1.0". The text is the library's.
 */
const char *plaudit_version(void);

/**
 * The number of the binary interface, which the soname carries. A program that was built against
 * the header of one number runs with every library of that number.
 */
uint32_t plaudit_abi_version(void);

/**
 * A status in words, for messages: "not found". Any number may be given. The text is the library's.
 */
const char *plaudit_status_name(int32_t status);

/**
 * How the call ended: a plaudit_status. PLAUDIT_STATUS_INVALID_ARGUMENT of NULL.
 */
plaudit_status plaudit_result_status(const struct plaudit_result *result);

/**
 * The answer: canonical JSON (RFC 8785). Of a failure it is {"problems":[...]}. The text belongs to the
 * result and ends in NUL; `length`, where it is not NULL, is set to its bytes without it. Never NULL.
 */
const char *plaudit_result_json(const struct plaudit_result *result,
                                size_t *length);

/**
 * Why the call failed, in words, a line a problem; empty where it did not. The text belongs to the
 * result and ends in NUL. Never NULL.
 */
const char *plaudit_result_message(const struct plaudit_result *result);

/**
 * How many problems there are. A call that is well may have some, too: warnings.
 */
size_t plaudit_result_problem_count(const struct plaudit_result *result);

/**
 * Fills in the problem of a number, counted from 0, as far as `problem->size` goes, which the caller
 * has set. The texts in it belong to the result.
 *
 *     plaudit_problem problem;
 *     problem.size = sizeof problem;
 *     for (size_t i = 0; plaudit_result_problem(result, i, &problem) == PLAUDIT_STATUS_OK; i++)
 *         fprintf(stderr, "%s:%u: %s\n", problem.file.data, (unsigned)problem.line,
 *                 problem.message.data);
 */
plaudit_status plaudit_result_problem(const struct plaudit_result *result,
                                      size_t index,
                                      struct plaudit_problem *problem);

/**
 * How many items there are: of calls that do several things at once, one for each, in order; else 0.
 */
size_t plaudit_result_item_count(const struct plaudit_result *result);

/**
 * The item of a number, counted from 0, with a status, JSON and problems of its own; NULL where there
 * is none. It belongs to the result and is not freed.
 */
const struct plaudit_result *plaudit_result_item(const struct plaudit_result *result,
                                                 size_t index);

/**
 * Frees a result with everything that was read from it. NULL is fine.
 */
void plaudit_result_free(struct plaudit_result *result);

/**
 * Loads a program directory, whose path has `length` bytes. On success `*program` is a handle that the
 * caller frees with plaudit_program_free(), the answer is {"name":...,"version":...}, and the problems
 * are warnings; else it is NULL, and the problems are all that is wrong with the program. `options`
 * may be NULL.
 *
 *     plaudit_program *program = NULL;
 *     plaudit_result *result = plaudit_program_load("rules", 5, NULL, &program);
 *     if (program == NULL)
 *         fprintf(stderr, "%s\n", plaudit_result_message(result));
 *     plaudit_result_free(result);
 */
struct plaudit_result *plaudit_program_load(const char *directory,
                                            size_t length,
                                            const struct plaudit_program_options *options,
                                            struct plaudit_program **program);

/**
 * The same of `count` files in memory.
 */
struct plaudit_result *plaudit_program_from_files(const struct plaudit_file *files,
                                                  size_t count,
                                                  const struct plaudit_program_options *options,
                                                  struct plaudit_program **program);

/**
 * Frees a program. Ledgers that were opened with it keep what they need. NULL is fine.
 */
void plaudit_program_free(struct plaudit_program *program);

/**
 * The content hash of a program: 64 hexadecimal digits, the same for the same rules. The text belongs
 * to the program and ends in NUL; it is empty of NULL.
 */
const char *plaudit_program_version(const struct plaudit_program *program);

/**
 * What a program is: name, version, rules in their own words, which facts each may read and which of
 * them are about people, channels, windows.
 */
struct plaudit_result *plaudit_program_describe(const struct plaudit_program *program);

/**
 * What works in a program but should be looked at, as problems; the answer is a list of them.
 */
struct plaudit_result *plaudit_program_warnings(const struct plaudit_program *program);

/**
 * Runs the examples and scenarios of a program and tells what they cover. The call is well where some
 * of them fail, too: the answer says so.
 */
struct plaudit_result *plaudit_program_test(const struct plaudit_program *program);

/**
 * What rules can see, whatever the program: a list of facts, each with its type, its meaning and whether
 * it tells something about people.
 */
struct plaudit_result *plaudit_facts(void);

/**
 * What the guidelines say of a post: {"post":{"text":...,"channel":...},"at":...}. With "people" and
 * "events" the check may look back. A draft is private: nothing of it is kept.
 *
 *     const char *draft = "{\"post\":{\"text\":\"Our mixer is the best!\"},\"at\":\"2026-06-01\"}";
 *     plaudit_result *result = plaudit_check(program, draft, strlen(draft));
 *     puts(plaudit_result_json(result, NULL));
 *     plaudit_result_free(result);
 */
struct plaudit_result *plaudit_check(const struct plaudit_program *program,
                                     const char *request,
                                     size_t length);

/**
 * The same of many posts: {"posts":[...],"at":...}. Each is an item of the result with a status of its
 * own; what is wrong with one does not spoil the others. The answer is a list: a verdict, or
 * {"problems":[...]}, in the place of each post.
 */
struct plaudit_result *plaudit_check_many(const struct plaudit_program *program,
                                          const char *request,
                                          size_t length);

/**
 * As plaudit_check(), looking back on what is on record.
 */
struct plaudit_result *plaudit_ledger_check(const struct plaudit_ledger *ledger,
                                            const char *request,
                                            size_t length);

/**
 * As plaudit_check_many(), looking back on what is on record.
 */
struct plaudit_result *plaudit_ledger_check_many(const struct plaudit_ledger *ledger,
                                                 const char *request,
                                                 size_t length);

/**
 * As plaudit_check(), into a buffer of the caller's: for calls so frequent that freeing a result
 * matters. `*needed`, where `needed` is not NULL, is set to the bytes of the answer, a NUL at the end
 * counted. Where they fit into `capacity` they are written to `buffer`; where they do not, nothing is,
 * and the status is PLAUDIT_STATUS_TOO_SMALL. A failure has its answer, too, {"problems":[...]}, and
 * its own status where that fits.
 */
plaudit_status plaudit_check_into(const struct plaudit_program *program,
                                  const char *request,
                                  size_t length,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *needed);

/**
 * Everyone's points: per person, with what was left out and why.
 *
 *     const char *request = "{\"as_of\":\"2026-07-01\",\"people\":[{\"id\":\"ada\",\"consent\":true}],"
 *         "\"events\":[{\"id\":\"1\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"}]}";
 *     plaudit_result *result = plaudit_score(program, request, strlen(request));
 */
struct plaudit_result *plaudit_score(const struct plaudit_program *program,
                                     const char *request,
                                     size_t length);

/**
 * One person's points line by line, each with its rule and the facts it read: {"advocate":...}; with a
 * "figure" and, where it is asked with something, its "argument": how that figure comes about.
 */
struct plaudit_result *plaudit_explain(const struct plaudit_program *program,
                                       const char *request,
                                       size_t length);

/**
 * What a person has become, every figure: {"advocate":...}; without one, everyone, as a list.
 */
struct plaudit_result *plaudit_standing(const struct plaudit_program *program,
                                        const char *request,
                                        size_t length);

/**
 * Who brought how much, in order. One of "window", "period" and "all_time", else the current period; one
 * of "style", "team" ("department=Sales") and "teams" ("department"), else everyone.
 */
struct plaudit_result *plaudit_leaderboard(const struct plaudit_program *program,
                                           const char *request,
                                           size_t length);

/**
 * How everyone, all teams by something ("team": "department") or one team ("department=Sales") take part;
 * with a "window" such as "30_days", in that one and against the window before.
 */
struct plaudit_result *plaudit_team(const struct plaudit_program *program,
                                    const char *request,
                                    size_t length);

/**
 * What people and teams are entitled to, or one "advocate". Nothing is granted.
 */
struct plaudit_result *plaudit_entitlements(const struct plaudit_program *program,
                                            const char *request,
                                            size_t length);

/**
 * What could help people and teams along, or one "advocate".
 */
struct plaudit_result *plaudit_coach(const struct plaudit_program *program,
                                     const char *request,
                                     size_t length);

/**
 * Mentors and newcomers, paired.
 */
struct plaudit_result *plaudit_pair(const struct plaudit_program *program,
                                    const char *request,
                                    size_t length);

/**
 * What a change of the program would do: who gains and loses, what levels, boards, entitlements and
 * rewards become, and which posts would be judged otherwise. `candidate` is compared with `against`, by
 * the records of the request; with "only": RULE it is compared with itself without that rule, and
 * `against` may be the same. "fail_if" lists what must not be: the answer's "exceeded" says whether it is.
 * It may take long: have a thread of its own wait for it.
 *
 *     const char *request = "{\"as_of\":\"2026-07-01\",\"fail_if\":[\"levels_lost > 5%\"],"
 *         "\"people\":[{\"id\":\"ada\",\"consent\":true}],"
 *         "\"events\":[{\"id\":\"1\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"}]}";
 *     plaudit_result *result = plaudit_simulate(program, program, request, strlen(request));
 */
struct plaudit_result *plaudit_simulate(const struct plaudit_program *against,
                                        const struct plaudit_program *candidate,
                                        const char *request,
                                        size_t length);

/**
 * As plaudit_simulate(), upon what is on record, beside the program of the ledger. Others may record
 * meanwhile.
 */
struct plaudit_result *plaudit_ledger_simulate(const struct plaudit_ledger *ledger,
                                               const struct plaudit_program *candidate,
                                               const char *request,
                                               size_t length);

/**
 * As plaudit_score(), upon what is on record.
 */
struct plaudit_result *plaudit_ledger_score(const struct plaudit_ledger *ledger,
                                            const char *request,
                                            size_t length);

/**
 * As plaudit_explain(), upon what is on record.
 */
struct plaudit_result *plaudit_ledger_explain(const struct plaudit_ledger *ledger,
                                              const char *request,
                                              size_t length);

/**
 * As plaudit_standing(), upon what is on record.
 */
struct plaudit_result *plaudit_ledger_standing(const struct plaudit_ledger *ledger,
                                               const char *request,
                                               size_t length);

/**
 * As plaudit_leaderboard(), upon what is on record.
 */
struct plaudit_result *plaudit_ledger_leaderboard(const struct plaudit_ledger *ledger,
                                                  const char *request,
                                                  size_t length);

/**
 * As plaudit_team(), upon what is on record.
 */
struct plaudit_result *plaudit_ledger_team(const struct plaudit_ledger *ledger,
                                           const char *request,
                                           size_t length);

/**
 * As plaudit_entitlements(), upon what is on record.
 */
struct plaudit_result *plaudit_ledger_entitlements(const struct plaudit_ledger *ledger,
                                                   const char *request,
                                                   size_t length);

/**
 * As plaudit_coach(), upon what is on record.
 */
struct plaudit_result *plaudit_ledger_coach(const struct plaudit_ledger *ledger,
                                            const char *request,
                                            size_t length);

/**
 * As plaudit_pair(), upon what is on record.
 */
struct plaudit_result *plaudit_ledger_pair(const struct plaudit_ledger *ledger,
                                           const char *request,
                                           size_t length);

/**
 * Everyone's points as plaudit_score() answers them, into a buffer of the caller's: for calls so
 * frequent that freeing a result matters. As plaudit_check_into().
 */
plaudit_status plaudit_score_into(const struct plaudit_program *program,
                                  const char *request,
                                  size_t length,
                                  char *buffer,
                                  size_t capacity,
                                  size_t *needed);

/**
 * Opens a ledger over a journal in memory, which is gone with the last ledger over it. On success
 * `*ledger` is a handle that the caller frees with plaudit_ledger_free(), and the answer is
 * {"events":...}; else it is NULL. The program may be freed before the ledger. `options` may be NULL.
 */
struct plaudit_result *plaudit_ledger_open_memory(const struct plaudit_program *program,
                                                  const struct plaudit_ledger_options *options,
                                                  struct plaudit_ledger **ledger);

/**
 * Opens a ledger over a journal file, whose path has `length` bytes. As plaudit_ledger_open_memory().
 * What a call has acknowledged is on the disk. A path that begins with postgres:// or postgresql:// is
 * the address of a database, such as postgres://plaudit@db.example/plaudit?sslmode=verify-full; a
 * password comes from the environment (PGPASSWORD), ~/.pgpass or the address, and is in no message. While
 * the database is away, calls fail with "journal-unreachable" after the wait, and may be made again.
 *
 *     plaudit_ledger *ledger = NULL;
 *     plaudit_result *result =
 *         plaudit_ledger_open_file(program, "journal.db", 10, NULL, &ledger);
 */
struct plaudit_result *plaudit_ledger_open_file(const struct plaudit_program *program,
                                                const char *path,
                                                size_t length,
                                                const struct plaudit_ledger_options *options,
                                                struct plaudit_ledger **ledger);

/**
 * Another ledger over the same journal with another program: the new rules are looked at with the
 * whole past, while the old ledger goes on answering by the old ones. On success `*reloaded` is a
 * handle of its own. This is how rules are changed without a pause: make the new ledger, hand it to
 * the threads that ask, and free the old one when no thread is using it any more.
 */
struct plaudit_result *plaudit_ledger_with_program(const struct plaudit_ledger *ledger,
                                                   const struct plaudit_program *program,
                                                   struct plaudit_ledger **reloaded);

/**
 * Frees a ledger; what is in a journal file stays there. NULL is fine.
 */
void plaudit_ledger_free(struct plaudit_ledger *ledger);

/**
 * Puts events on record: one JSON object a line or, where the text begins with "[", a JSON list of them.
 * The answer is a list of receipts, one for each event in their order, blank lines left out, and each is
 * an item of the result with a status of its own: a call whose events were all refused is well, too. One
 * that is refused does not keep the others out, unless `input->whole` is set. The same event again is
 * acknowledged and changes nothing, so that a call that may have failed can be made again. Of `input`,
 * which may be NULL, name and whole count.
 *
 *     const char *event = "{\"id\":\"1\",\"advocate\":\"ada\",\"kind\":\"share\",\"at\":\"2026-06-01T09:00:00Z\"}";
 *     plaudit_result *result = plaudit_ledger_record(ledger, event, strlen(event), NULL);
 *     if (plaudit_result_status(plaudit_result_item(result, 0)) != PLAUDIT_STATUS_OK)
 *         fprintf(stderr, "%s\n", plaudit_result_message(plaudit_result_item(result, 0)));
 *     plaudit_result_free(result);
 */
struct plaudit_result *plaudit_ledger_record(const struct plaudit_ledger *ledger,
                                             const char *events,
                                             size_t length,
                                             const struct plaudit_input *input);

/**
 * Puts the events of a file on record, in its format: the lines that can be used, and the answer says
 * how many and what is wrong with others, {"recorded":...,"known":...,"left_out":...,"skipped":...,
 * "refused":[...]}; with `input->whole` all or, where one line is wrong, none. `input` may be NULL.
 */
struct plaudit_result *plaudit_ledger_import(const struct plaudit_ledger *ledger,
                                             const char *file,
                                             size_t length,
                                             const struct plaudit_input *input);

/**
 * Brings the people on record in line with the complete list of them in a file: whoever is named is
 * there, whom the same source reported before and does not name any more has left. The request is
 * {"source":...,"at":...}, with "dry_run", and "at_most_leave_percent" (20 where it is not said), beyond
 * which a list that more than five would leave by is refused. The answer says who joins, changes,
 * returns and leaves. `input` may be NULL.
 */
struct plaudit_result *plaudit_ledger_sync(const struct plaudit_ledger *ledger,
                                           const char *request,
                                           size_t request_length,
                                           const char *people,
                                           size_t people_length,
                                           const struct plaudit_input *input);

/**
 * Puts an export on record again as it is, grants and decisions included: one JSON object a line; all
 * of it or nothing. The answer is {"recorded":...,"known":...}. Of `input`, which may be NULL, the name
 * counts.
 */
struct plaudit_result *plaudit_ledger_restore(const struct plaudit_ledger *ledger,
                                              const char *exported,
                                              size_t length,
                                              const struct plaudit_input *input);

/**
 * An award run as of a time makes entitlements real, each once: {"as_of":...,"at":...,"by":...}; with
 * "preview": true nothing is granted. "at" is when the run is made, for the library has no clock:
 * whoever has opted out by then gets nothing, and as-of is no later.
 *
 *     const char *run = "{\"as_of\":\"2026-07-01\",\"at\":\"2026-07-02\",\"by\":\"hr-batch\"}";
 *     plaudit_result *result = plaudit_ledger_close(ledger, run, strlen(run));
 */
struct plaudit_result *plaudit_ledger_close(const struct plaudit_ledger *ledger,
                                            const char *request,
                                            size_t length);

/**
 * The grants on record at a time: {"as_of":...}, of one "advocate", one "team" such as "department=Sales",
 * by one "rule", of one "kind" (badge, reward, spotlight) or in one "state" (proposed, approved,
 * declined, issued, revoked).
 */
struct plaudit_result *plaudit_ledger_grants(const struct plaudit_ledger *ledger,
                                             const char *request,
                                             size_t length);

/**
 * A decision about grants, all of them or none: {"grants":[...],"verb":...,"by":...,"reason":...,"at":...}.
 * The verb is approved, declined, issued or revoked.
 */
struct plaudit_result *plaudit_ledger_decide(const struct plaudit_ledger *ledger,
                                             const char *request,
                                             size_t length);

/**
 * Points that are given or taken by hand: {"advocate":...,"points":...,"by":...,"reason":...,"at":...}.
 */
struct plaudit_result *plaudit_ledger_adjust(const struct plaudit_ledger *ledger,
                                             const char *request,
                                             size_t length);

/**
 * An advocate objects: {"advocate":...,"reason":...,"at":...} with an "activity" (and its "source"), a
 * "rule", or both.
 */
struct plaudit_result *plaudit_ledger_dispute(const struct plaudit_ledger *ledger,
                                              const char *request,
                                              size_t length);

/**
 * What people object to, and how it ended, at a time: {"as_of":...}, or of one "advocate".
 */
struct plaudit_result *plaudit_ledger_disputes(const struct plaudit_ledger *ledger,
                                               const char *request,
                                               size_t length);

/**
 * The end of a dispute: {"dispute":...,"uphold":true,"by":...,"reason":...,"at":...}, with "points" where
 * some go with it.
 */
struct plaudit_result *plaudit_ledger_resolve(const struct plaudit_ledger *ledger,
                                              const char *request,
                                              size_t length);

/**
 * The people on record at a time, those who do not take part, too: {"as_of":...}, or one "advocate" by any
 * name.
 *
 *     const char *request = "{\"as_of\":\"2026-07-01\",\"advocate\":\"ada\"}";
 *     plaudit_result *result = plaudit_ledger_people(ledger, request, strlen(request));
 */
struct plaudit_result *plaudit_ledger_people(const struct plaudit_ledger *ledger,
                                             const char *request,
                                             size_t length);

/**
 * Everything that is on record of a person, for that person: {"advocate":...,"as_of":...}. What is known of
 * them, what they did and wrote, when they opted in and out, points with evidence, grants with decisions,
 * what they object to, and where others name them; other people are told by numbers.
 */
struct plaudit_result *plaudit_ledger_disclose(const struct plaudit_ledger *ledger,
                                               const char *request,
                                               size_t length);

/**
 * Erases a person for good: {"advocate":...,"by":...,"at":...}. Events about them become tombstones, their
 * names are taken out of others' events, and nothing about them is taken in again: that ends in
 * PLAUDIT_STATUS_CONFLICT with the code "erased". The answer says how much was erased, and not whose.
 *
 *     const char *request = "{\"advocate\":\"ada\",\"by\":\"hr\",\"at\":\"2026-07-01\"}";
 *     plaudit_result *result = plaudit_ledger_erase(ledger, request, strlen(request));
 */
struct plaudit_result *plaudit_ledger_erase(const struct plaudit_ledger *ledger,
                                            const char *request,
                                            size_t length);

/**
 * Takes out what is past its age by [privacy.retention] of the program, for good:
 * {"at":...,"by":...,"as_of":...,"dry_run":...}, the last two of which may be left out. Events become
 * tombstones or have less in them, and are not taken in again; everybody's points, levels and months stay.
 * The answer says how much went and what else changes, and names nobody.
 *
 *     const char *request = "{\"at\":\"2026-07-01\",\"by\":\"hr\",\"dry_run\":true}";
 *     plaudit_result *result = plaudit_ledger_retain(ledger, request, strlen(request));
 */
struct plaudit_result *plaudit_ledger_retain(const struct plaudit_ledger *ledger,
                                             const char *request,
                                             size_t length);

/**
 * The content that there is to share at a time: {"as_of":...}.
 */
struct plaudit_result *plaudit_ledger_content(const struct plaudit_ledger *ledger,
                                              const char *request,
                                              size_t length);

/**
 * What was put on record, in order, for programs that follow, with the verdicts of published posts:
 * {"as_of":...,"after":...}, where "after" is "last" of the answer before (0 in the beginning), and of
 * people who have opted out by "as_of" nothing is told; "at_most" so many at once.
 */
struct plaudit_result *plaudit_ledger_changes(const struct plaudit_ledger *ledger,
                                              const char *request,
                                              size_t length);

/**
 * Loads the program that is published in a journal: a file, or the address of a database, of `length`
 * bytes. As plaudit_program_load(); where none is published, that is a problem ("not-allowed").
 *
 *     plaudit_program *program = NULL;
 *     plaudit_result *result = plaudit_program_published("journal.db", 10, NULL, &program);
 */
struct plaudit_result *plaudit_program_published(const char *journal,
                                                 size_t length,
                                                 const struct plaudit_program_options *options,
                                                 struct plaudit_program **program);

/**
 * Publishes a program: {"files":{"program.toml":"...",...},"by":...,"at":...}; "note" says what it is about.
 * It has to compile, and its examples and scenarios to hold. Every process over the journal works by it
 * from then on, and only it grants; this ledger goes on answering by its own program until there is one
 * with the new program (plaudit_program_published(), plaudit_ledger_with_program()). With "upon", the number
 * of the program that it is to follow (0 for none), it is published only where nobody has published another
 * one meanwhile; else that ends in PLAUDIT_STATUS_CONFLICT.
 */
struct plaudit_result *plaudit_ledger_publish(const struct plaudit_ledger *ledger,
                                              const char *request,
                                              size_t length);

/**
 * Publishes an earlier program once more: {"to":3,"by":...,"at":...}; without "to" the one before the
 * current one.
 */
struct plaudit_result *plaudit_ledger_roll_back(const struct plaudit_ledger *ledger,
                                                const char *request,
                                                size_t length);

/**
 * The programs that were published, by number: {}.
 */
struct plaudit_result *plaudit_ledger_publications(const struct plaudit_ledger *ledger,
                                                   const char *request,
                                                   size_t length);

/**
 * A program that was published, with the text of each file: {"number":3}; without "number" the current one.
 */
struct plaudit_result *plaudit_ledger_publication(const struct plaudit_ledger *ledger,
                                                  const char *request,
                                                  size_t length);

/**
 * The events on record, piece by piece, in the order in which they were taken in:
 * {"after":0,"at_most":10000} is answered with {"events":[...],"last":...,"more":...}; `last` is what the
 * next piece is asked with. An event is as files have it, a line each.
 */
struct plaudit_result *plaudit_ledger_export(const struct plaudit_ledger *ledger,
                                             const char *request,
                                             size_t length);

/**
 * Keeps a checkpoint in the journal, so that the next start is quick. It is never the truth: where it
 * is missing or damaged, everything is read again. The answer is {"events":...}.
 */
struct plaudit_result *plaudit_ledger_checkpoint(const struct plaudit_ledger *ledger);

/**
 * Looks at every page, event and checksum of a journal file or database: the answer says how many
 * events there are and what is damaged.
 */
struct plaudit_result *plaudit_ledger_verify(const struct plaudit_ledger *ledger);

/**
 * Copies a journal file while it is in use (a database is copied by its own tools); the path of the copy
 * has `length` bytes and must not be there yet. The answer is {"events":...}.
 */
struct plaudit_result *plaudit_ledger_backup(const struct plaudit_ledger *ledger,
                                             const char *path,
                                             size_t length);

/**
 * The pseudonym of a person's id, alias, address or handle, as a JSON string: the same id under the same
 * key is always the same, such as "p-7k2m9x4qwa3f5h6j". `key` is the text of a file that `plaudit pseudonym
 * --new FILE` made. Keep it where people are known, and not beside the journal.
 *
 *     plaudit_result *result = plaudit_pseudonym(key, strlen(key), "ada", 3);
 */
struct plaudit_result *plaudit_pseudonym(const char *key,
                                         size_t key_length,
                                         const char *id,
                                         size_t length);

/**
 * Events under pseudonyms, for plaudit_ledger_record() or another system: one JSON object a line or a JSON
 * list of them; the answer is a list. Everybody whom they name has a pseudonym there, also where a text
 * mentions somebody of whom one of the events is a record ("type":"person"); names of people and "ext" are
 * dropped. Texts may still name people in other words.
 */
struct plaudit_result *plaudit_pseudonymize(const char *key,
                                            size_t key_length,
                                            const char *events,
                                            size_t length);

/**
 * Scores `count` activities, for `people_count` people, as of a time, and writes the points of each to
 * the member of `points` with the same number, as plaudit_score() would count them. The activities are
 * all that rules know of the past: give everything that people did since their caps and streaks began.
 * People whose consent nobody speaks of are out, unless `assume_consent` is not 0. On a failure nothing
 * is written.
 *
 *     plaudit_activity shared;
 *     plaudit_points points;
 *     memset(&shared, 0, sizeof shared);
 *     shared.size = sizeof shared;
 *     points.size = sizeof points;
 *     shared.id.data = "1", shared.id.length = 1;
 *     shared.advocate.data = "ada", shared.advocate.length = 3;
 *     shared.kind.data = "share", shared.kind.length = 5;
 *     shared.at_seconds = 1780304400;
 *     plaudit_result *result =
 *         plaudit_score_activities(program, &shared, 1, NULL, 0, 1782856800, 1, &points);
 */
struct plaudit_result *plaudit_score_activities(const struct plaudit_program *program,
                                                const struct plaudit_activity *activities,
                                                size_t count,
                                                const struct plaudit_person *people,
                                                size_t people_count,
                                                int64_t as_of_seconds,
                                                uint32_t assume_consent,
                                                struct plaudit_points *points);

/**
 * The same for the people of a ledger, by all their names. The activities are still all that rules know
 * of the past: nothing is taken from the record, and nothing is put there.
 */
struct plaudit_result *plaudit_ledger_score_activities(const struct plaudit_ledger *ledger,
                                                       const struct plaudit_activity *activities,
                                                       size_t count,
                                                       int64_t as_of_seconds,
                                                       struct plaudit_points *points);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PLAUDIT_H */
