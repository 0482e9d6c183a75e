// The desk behind an editor that checks drafts while somebody writes: one line in, one line out.
//
//     draft_desk RULES AT
//
// A line is a draft, {"id":...,"channel":...,"text":...}; its verdict comes out as a line of JSON.
// `reload RULES` changes the rules without a pause: drafts that are being checked end by
// the rules they began with, and rules with mistakes are refused while the old ones go on. Drafts are
// checked by as many threads as there are cores, all with one program, and answered in their order.

#include <plaudit.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace plaudit {

struct Free {
    void operator()(plaudit_result *result) const noexcept { plaudit_result_free(result); }
    void operator()(plaudit_program *program) const noexcept { plaudit_program_free(program); }
};

// A call that failed, with everything that was wrong as text; what the result owned is copied.
class Error : public std::runtime_error {
public:
    explicit Error(const plaudit_result *result)
        : std::runtime_error(told(result)), status_(plaudit_result_status(result)) {}

    plaudit_status status() const noexcept { return status_; }

private:
    static std::string told(const plaudit_result *result)
    {
        std::string text = plaudit_status_name(plaudit_result_status(result));
        plaudit_problem problem{};
        problem.size = sizeof problem;
        for (std::size_t number = 0;
             plaudit_result_problem(result, number, &problem) == PLAUDIT_STATUS_OK; number++) {
            text += "\n  ";
            if (problem.file.length > 0)
                text.append(problem.file.data).append(":").append(std::to_string(problem.line)).append(": ");
            text.append(problem.code.data).append(": ").append(problem.message.data);
            if (problem.help.length > 0)
                text.append("\n    ").append(problem.help.data);
        }
        return text;
    }

    plaudit_status status_;
};

// The owned answer of a call that went well; of one that did not, an exception.
class Answer {
public:
    explicit Answer(plaudit_result *result) : result_(result)
    {
        if (plaudit_result_status(result) != PLAUDIT_STATUS_OK)
            throw Error(result);
    }

    // Lives as long as the answer.
    std::string_view json() const noexcept
    {
        std::size_t length = 0;
        const char *data = plaudit_result_json(result_.get(), &length);
        return {data, length};
    }

private:
    std::unique_ptr<plaudit_result, Free> result_;
};

// Rules that were compiled once. What is const here is safe from any thread.
class Program {
public:
    explicit Program(std::string_view directory)
    {
        plaudit_program *program = nullptr;
        Answer loaded(plaudit_program_load(directory.data(), directory.size(), nullptr, &program));
        program_.reset(program);
    }

    Answer check(std::string_view request) const
    {
        return Answer(plaudit_check(program_.get(), request.data(), request.size()));
    }

    std::string_view version() const noexcept { return plaudit_program_version(program_.get()); }

private:
    std::unique_ptr<plaudit_program, Free> program_;
};

}  // namespace plaudit

// What one thread hands to others, first come first served.
template <typename Item> class Queue {
public:
    void push(Item item)
    {
        {
            std::lock_guard<std::mutex> guard(lock_);
            items_.push_back(std::move(item));
        }
        arrived_.notify_one();
    }

    // Nothing comes any more.
    void close()
    {
        {
            std::lock_guard<std::mutex> guard(lock_);
            closed_ = true;
        }
        arrived_.notify_all();
    }

    // Waits for an item; none where the queue is closed and empty.
    std::optional<Item> pop()
    {
        std::unique_lock<std::mutex> guard(lock_);
        arrived_.wait(guard, [this] { return closed_ || !items_.empty(); });
        if (items_.empty())
            return std::nullopt;
        std::optional<Item> item(std::move(items_.front()));
        items_.pop_front();
        return item;
    }

private:
    std::mutex lock_;
    std::condition_variable arrived_;
    std::deque<Item> items_;
    bool closed_ = false;
};

// Checks drafts with several threads and prints the verdicts in the order of the drafts.
class Desk {
public:
    explicit Desk(unsigned checkers)
    {
        for (unsigned number = 0; number < checkers; number++)
            checkers_.emplace_back([this] {
                while (std::optional<Job> job = jobs_.pop())
                    (*job)();
            });
        printer_ = std::thread([this] { print(); });
    }

    Desk(const Desk &) = delete;
    Desk &operator=(const Desk &) = delete;
    ~Desk() { close(); }

    // The job has a share in its program: the last one that ends frees what was reloaded meanwhile.
    void check(std::shared_ptr<const plaudit::Program> program, std::string request)
    {
        Job job([program = std::move(program), request = std::move(request)] {
            return std::string(program->check(request).json());
        });
        verdicts_.push(job.get_future());
        jobs_.push(std::move(job));
    }

    // Waits for all verdicts; whether every draft had one.
    bool close()
    {
        jobs_.close();
        verdicts_.close();
        for (std::thread &checker : checkers_)
            checker.join();
        checkers_.clear();
        if (printer_.joinable())
            printer_.join();
        return well_;
    }

private:
    using Job = std::packaged_task<std::string()>;

    void print()
    {
        while (std::optional<std::future<std::string>> verdict = verdicts_.pop()) {
            // What the thread that checked has thrown comes out of get().
            try {
                std::cout << verdict->get() << std::endl;
            } catch (const plaudit::Error &error) {
                std::cerr << "draft: " << error.what() << std::endl;
                well_ = false;
            }
        }
    }

    Queue<Job> jobs_;
    Queue<std::future<std::string>> verdicts_;
    std::vector<std::thread> checkers_;
    std::thread printer_;
    bool well_ = true;
};

// Reads drafts and reloads; whether all of them went well.
static bool serve(std::shared_ptr<const plaudit::Program> program, const std::string &at)
{
    bool well = true;
    Desk desk(std::max(2U, std::thread::hardware_concurrency()));
    for (std::string line; std::getline(std::cin, line);) {
        if (line.rfind("reload ", 0) != 0) {
            desk.check(program, "{\"at\":\"" + at + "\",\"post\":" + line + "}");
            continue;
        }
        const std::string directory = line.substr(std::string_view("reload ").size());
        try {
            program = std::make_shared<const plaudit::Program>(directory);
        } catch (const plaudit::Error &error) {
            std::cerr << "reload " << directory << ": " << error.what() << std::endl;
            well = false;
        }
        std::cerr << "rules " << program->version() << std::endl;
    }
    return desk.close() && well;
}

int main(int count, char **arguments)
{
    if (count != 3) {
        std::cerr << "usage: " << arguments[0] << " RULES AT < DRAFTS\n";
        return 2;
    }
    if (plaudit_abi_version() != PLAUDIT_ABI_VERSION) {
        std::cerr << "libplaudit " << plaudit_version() << " has another interface than plaudit.h\n";
        return EXIT_FAILURE;
    }
    try {
        auto program = std::make_shared<const plaudit::Program>(arguments[1]);
        std::cerr << "rules " << program->version() << std::endl;
        return serve(std::move(program), arguments[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const plaudit::Error &error) {
        std::cerr << arguments[1] << ": " << error.what() << std::endl;
        return EXIT_FAILURE;
    }
}
