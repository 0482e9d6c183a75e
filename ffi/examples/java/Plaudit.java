import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** libplaudit through JNA: what the record queue needs of plaudit.h, and owners for what it frees. */
final class Plaudit {
    private static final int ABI_VERSION = 0;
    private static final int OK = 0;

    /** The functions, named as in plaudit.h. */
    interface Functions extends Library {
        int plaudit_abi_version();

        String plaudit_version();

        int plaudit_result_status(Pointer result);

        Pointer plaudit_result_json(Pointer result, SizeByReference length);

        int plaudit_result_problem(Pointer result, Size index, ProblemStruct problem);

        Size plaudit_result_item_count(Pointer result);

        Pointer plaudit_result_item(Pointer result, Size index);

        void plaudit_result_free(Pointer result);

        Pointer plaudit_program_load(byte[] directory, Size length, Pointer options, PointerByReference program);

        void plaudit_program_free(Pointer program);

        Pointer plaudit_ledger_open_file(
                Pointer program, byte[] path, Size length, Pointer options, PointerByReference ledger);

        Pointer plaudit_ledger_record(Pointer ledger, byte[] events, Size length, Pointer input);

        Pointer plaudit_ledger_standing(Pointer ledger, byte[] request, Size length);

        void plaudit_ledger_free(Pointer ledger);
    }

    /** A size_t, whatever its width here. */
    public static final class Size extends IntegerType {
        private static final long serialVersionUID = 1;

        public Size() {
            this(0);
        }

        public Size(long value) {
            super(Native.SIZE_T_SIZE, value, true);
        }
    }

    /** Where a function writes a size_t. */
    public static final class SizeByReference extends com.sun.jna.ptr.ByReference {
        public SizeByReference() {
            super(Native.SIZE_T_SIZE);
        }

        int value() {
            Pointer at = getPointer();
            return Math.toIntExact(Native.SIZE_T_SIZE == 8 ? at.getLong(0) : at.getInt(0));
        }
    }

    /** A plaudit_text. */
    @FieldOrder({"data", "length"})
    public static final class TextStruct extends Structure {
        public Pointer data;
        public Size length;

        String copied() {
            return Plaudit.copied(data, length.intValue());
        }
    }

    /** A plaudit_problem, which the library fills in as far as `size` goes. */
    @FieldOrder({"size", "level", "line", "column", "span", "code", "message", "help", "file", "field"})
    public static final class ProblemStruct extends Structure {
        public Size size = new Size();
        public int level;
        public int line;
        public int column;
        public int span;
        public TextStruct code;
        public TextStruct message;
        public TextStruct help;
        public TextStruct file;
        public TextStruct field;

        public ProblemStruct() {
            size = new Size(size());
        }
    }

    /** One thing that is wrong, copied out of its result. */
    record Problem(String code, String message, String help, String file, int line, String field) {
        @Override
        public String toString() {
            String place = file.isEmpty() ? "" : file + (line > 0 ? ":" + line : "") + ": ";
            return place + code + ": " + message + (help.isEmpty() ? "" : "\n  help: " + help);
        }
    }

    /** A call that failed, or an item of one: its status and the problems that led to it. */
    static final class PlauditException extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;
        private final transient List<Problem> problems;

        PlauditException(int status, List<Problem> problems) {
            super(String.join("\n", problems.stream().map(Problem::toString).toList()));
            this.status = status;
            this.problems = problems;
        }

        int status() {
            return status;
        }

        List<Problem> problems() {
            return problems;
        }
    }

    private final Functions functions;

    /** The shared library at a path. */
    Plaudit(String path) {
        functions = Native.load(path, Functions.class);
        int found = functions.plaudit_abi_version();
        if (found != ABI_VERSION) {
            throw new UnsatisfiedLinkError(path + " has interface " + found + ", not " + ABI_VERSION);
        }
    }

    /** The answer of an event that was recorded, or why it was not. */
    record Receipt(String json, PlauditException refusal) {}

    /** A handle that is freed once. What is const in C is safe from any thread, until it is closed. */
    private abstract static class Handle implements AutoCloseable {
        private Pointer handle;

        Handle(Pointer handle) {
            this.handle = handle;
        }

        /** NULL after closing, which the library refuses. */
        synchronized Pointer pointer() {
            return handle;
        }

        abstract void free(Pointer handle);

        /** Close it when no call is using it any more: end the threads first. */
        @Override
        public synchronized void close() {
            free(handle);
            handle = null;
        }
    }

    /** Rules that were compiled once. */
    final class Program extends Handle {
        private Program(Pointer handle) {
            super(handle);
        }

        @Override
        void free(Pointer handle) {
            functions.plaudit_program_free(handle);
        }

        /** Opens a ledger over a journal file; the program may be closed before it. */
        Ledger open(String journal) throws PlauditException {
            byte[] path = bytes(journal);
            PointerByReference ledger = new PointerByReference();
            try (Result result = new Result(functions.plaudit_ledger_open_file(
                    pointer(), path, new Size(path.length), null, ledger))) {
                result.json();
                return new Ledger(ledger.getValue());
            }
        }
    }

    /** A program over a journal. */
    final class Ledger extends Handle {
        private Ledger(Pointer handle) {
            super(handle);
        }

        @Override
        void free(Pointer handle) {
            functions.plaudit_ledger_free(handle);
        }

        /** Puts events on record, one JSON object a line: a receipt for each, in order. */
        List<Receipt> record(List<String> events) throws PlauditException {
            byte[] lines = bytes(String.join("\n", events));
            try (Result result = new Result(
                    functions.plaudit_ledger_record(pointer(), lines, new Size(lines.length), null))) {
                result.json();
                return result.receipts();
            }
        }

        /** What a person has become, as JSON. */
        String standing(String request) throws PlauditException {
            byte[] json = bytes(request);
            try (Result result = new Result(
                    functions.plaudit_ledger_standing(pointer(), json, new Size(json.length)))) {
                return result.json();
            }
        }
    }

    /** The owned result of a call: everything that leaves it is a copy. */
    private final class Result implements AutoCloseable {
        private final Pointer result;

        Result(Pointer result) {
            this.result = result;
        }

        String json() throws PlauditException {
            return json(result);
        }

        List<Receipt> receipts() {
            List<Receipt> receipts = new ArrayList<>();
            long count = functions.plaudit_result_item_count(result).longValue();
            for (long number = 0; number < count; number++) {
                try {
                    receipts.add(new Receipt(json(functions.plaudit_result_item(result, new Size(number))), null));
                } catch (PlauditException refusal) {
                    receipts.add(new Receipt(null, refusal));
                }
            }
            return receipts;
        }

        private String json(Pointer of) throws PlauditException {
            int status = functions.plaudit_result_status(of);
            if (status != OK) {
                throw new PlauditException(status, problems(of));
            }
            SizeByReference length = new SizeByReference();
            Pointer json = functions.plaudit_result_json(of, length);
            return copied(json, length.value());
        }

        private List<Problem> problems(Pointer of) {
            List<Problem> problems = new ArrayList<>();
            ProblemStruct found = new ProblemStruct();
            while (functions.plaudit_result_problem(of, new Size(problems.size()), found) == OK) {
                problems.add(new Problem(
                        found.code.copied(),
                        found.message.copied(),
                        found.help.copied(),
                        found.file.copied(),
                        found.line,
                        found.field.copied()));
            }
            return problems;
        }

        @Override
        public void close() {
            functions.plaudit_result_free(result);
        }
    }

    /** Loads a program directory; the exception has everything that is wrong with it. */
    Program load(String directory) throws PlauditException {
        byte[] path = bytes(directory);
        PointerByReference program = new PointerByReference();
        try (Result result = new Result(
                functions.plaudit_program_load(path, new Size(path.length), null, program))) {
            result.json();
            return new Program(program.getValue());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String copied(Pointer data, int length) {
        return new String(data.getByteArray(0, length), StandardCharsets.UTF_8);
    }
}
