package io.eventsource.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command. The table goes to the standard output, progress to the standard error. */
@Command(
        name = "benchmarks",
        mixinStandardHelpOptions = true,
        subcommands = {AppendCommand.class, FollowCommand.class},
        description = "Measures the event store beside its rivals on a durable PostgreSQL that it starts and removes.")
final class Benchmarks implements Callable<Integer> {

    @Option(names = "--row", description = "A row to run; may be repeated. Without it, all.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--contender", description = "A contender to run alone, for a profiler to look at.")
    private String contender = "";

    @Option(names = "--warm-ups", description = "Rounds before those that count (default: ${DEFAULT-VALUE}).")
    private int warmUps = 1;

    @Option(names = "--rounds", description = "Rounds that count (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(names = "--seconds", description = "Seconds of each contender in a round (default: ${DEFAULT-VALUE}).")
    private double seconds = 3;

    @Option(names = "--events", description = "Events in a large store (default: ${DEFAULT-VALUE}).")
    private int events = 5_000_000;

    @Option(
            names = "--loaded",
            description = "Events of a bulk load and of a log to catch up with (default: ${DEFAULT-VALUE}).")
    private int loaded = 1_000_000;

    @Option(names = "--fill", description = "Events in a store before it is appended to (default: ${DEFAULT-VALUE}).")
    private int fill = 20_000;

    @Option(names = "--pool", description = "Connections of each contender (default: ${DEFAULT-VALUE}).")
    private int connections = 20;

    @Option(names = "--folder", description = "Where the data are kept meanwhile (default: ${DEFAULT-VALUE}).")
    private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--list", description = "Lists the rows.")
    private boolean list;

    private final PrintStream out;
    private final PrintStream progress;

    Benchmarks(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    /**
     * Runs the command and exits.
     *
     * @param args as {@code --help} says
     */
    public static void main(String[] args) {
        System.exit(execute(System.out, System.err, args));
    }

    static int execute(PrintStream out, PrintStream progress, String... args) {
        return new CommandLine(new Benchmarks(out, progress)).execute(args);
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            Rows.ALL.forEach(row -> out.println("%-24s %s".formatted(row.name(), row.description())));
            return 0;
        }
        List<Row> rows = Rows.named(names);
        try (Server server = Server.start(folder.toAbsolutePath(), connections)) {
            Contenders contenders = new Contenders(server, new BenchmarkSettings(fill, events, loaded));
            out.println(
                    "PostgreSQL %s (fsync on, a synced write of 8 kB takes %.2f ms), %d cores, Java %s, pools of %d, %d rounds of %s s%n"
                            .formatted(
                                    server.version(),
                                    server.syncMillis(),
                                    Runtime.getRuntime().availableProcessors(),
                                    Runtime.version().feature(),
                                    connections,
                                    rounds,
                                    seconds));
            out.print(Report.HEAD);
            List<Rounds.Result> cut = new ArrayList<>();
            new Rounds(warmUps, rounds, Duration.ofNanos((long) (seconds * 1e9)), contender, progress)
                    .run(rows, contenders, result -> {
                        out.print(Report.lines(result));
                        if (result.rounds() < result.asked()) {
                            cut.add(result);
                        }
                    });
            cut.forEach(result -> out.println("%n%s ended after %d of %d rounds, to stay within five minutes."
                    .formatted(result.row().name(), result.rounds(), result.asked())));
        }
        return 0;
    }
}
