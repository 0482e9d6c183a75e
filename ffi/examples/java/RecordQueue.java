import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Takes the events of a queue, puts them on record in a journal file and acknowledges each; at the end it
 * prints what one person has become.
 *
 * <pre>RecordQueue LIBRARY RULES JOURNAL ADVOCATE AS_OF &lt; EVENTS</pre>
 *
 * A message is an event as JSON, one a line. Batches go through several threads to one ledger. What is
 * acknowledged is on the disk; a message that was delivered twice is acknowledged again and counts once.
 * The exit code is 1 where a message was refused: it belongs to the dead letters, not back into the queue.
 */
final class RecordQueue {
    private static final int BATCH = 16;
    private static final int THREADS = 4;

    private RecordQueue() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 5) {
            System.err.println("usage: RecordQueue LIBRARY RULES JOURNAL ADVOCATE AS_OF < EVENTS");
            System.exit(2);
        }
        boolean well = false;
        Plaudit plaudit = new Plaudit(arguments[0]);
        try (Plaudit.Program program = plaudit.load(arguments[1]);
                Plaudit.Ledger ledger = program.open(arguments[2])) {
            well = take(ledger);
            System.out.println(ledger.standing(
                    "{\"advocate\":" + quoted(arguments[3]) + ",\"as_of\":" + quoted(arguments[4]) + "}"));
        } catch (Plaudit.PlauditException error) {
            System.err.println(error.getMessage());
            well = false;
        }
        System.exit(well ? 0 : 1);
    }

    /** Messages on their way, and the receipts that they will have. */
    private record Batch(List<String> events, Future<List<Plaudit.Receipt>> receipts) {}

    /** Records everything that is in the queue; whether all of it was taken. */
    private static boolean take(Plaudit.Ledger ledger)
            throws IOException, InterruptedException, Plaudit.PlauditException {
        BufferedReader queue = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Batch> batches = new ArrayList<>();
        boolean well = true;
        try {
            List<String> events = new ArrayList<>();
            for (String line = queue.readLine(); line != null; line = queue.readLine()) {
                // The library takes lists, too, but as a whole batch: a message has one event.
                if (!line.stripLeading().startsWith("{")) {
                    dead(line, "a message is one event, a JSON object");
                    well = false;
                    continue;
                }
                events.add(line);
                if (events.size() == BATCH) {
                    batches.add(sent(threads, ledger, events));
                    events = new ArrayList<>();
                }
            }
            batches.add(sent(threads, ledger, events));
            return acknowledged(batches) && well;
        } finally {
            // The ledger is freed behind this: no thread may be in a call then.
            threads.shutdown();
            while (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
                System.err.println("waiting for the last batches");
            }
        }
    }

    private static Batch sent(ExecutorService threads, Plaudit.Ledger ledger, List<String> events) {
        return new Batch(events, threads.submit(() -> ledger.record(events)));
    }

    /** Prints the receipts in the order of the messages; whether none was refused. */
    private static boolean acknowledged(List<Batch> batches)
            throws InterruptedException, Plaudit.PlauditException {
        boolean well = true;
        for (Batch batch : batches) {
            List<Plaudit.Receipt> receipts;
            try {
                receipts = batch.receipts().get();
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof Plaudit.PlauditException error) {
                    throw error;
                }
                throw new IllegalStateException(failed.getCause());
            }
            for (int number = 0; number < receipts.size(); number++) {
                Plaudit.Receipt receipt = receipts.get(number);
                if (receipt.refusal() == null) {
                    System.out.println(receipt.json());
                } else {
                    dead(batch.events().get(number), receipt.refusal().getMessage());
                    well = false;
                }
            }
        }
        return well;
    }

    private static void dead(String message, String why) {
        System.err.println("dead letter: " + message + "\n  " + why.replace("\n", "\n  "));
    }

    /** A text as JSON. */
    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char sign : text.toCharArray()) {
            if (sign == '"' || sign == '\\' || sign < ' ') {
                json.append(String.format("\\u%04x", (int) sign));
            } else {
                json.append(sign);
            }
        }
        return json.append('"').toString();
    }
}
