package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the other JVM does: appends for a while and tells on its standard output when each event was committed. */
@Command(name = "append", hidden = true, description = "Appends as another JVM; used by the rows that need one.")
final class AppendCommand implements Callable<Integer> {

    /** The variable that holds the password. */
    static final String PASSWORD = "BENCHMARKS_PASSWORD";

    /** Events that come first and are not told of: a JVM that has just started is slow. */
    static final int RUN_UP = 10;

    private static final int CONNECTIONS = 2;

    @Option(names = "--server", required = true)
    private String server = "";

    @Option(names = "--database", required = true)
    private String database = "";

    @Option(names = "--username", required = true)
    private String username = "";

    @Option(names = "--millis", required = true)
    private long millis;

    @Option(names = "--axon")
    private boolean axon;

    AppendCommand() {}

    @Override
    public Integer call() throws Exception {
        try (Database pool = new Database(server, database, username, System.getenv(PASSWORD), CONNECTIONS)) {
            Subscriber subscriber = axon ? AxonSubscriber.in(pool) : EventsourceSubscriber.in(pool);
            return subscriber.during(List.of(), log -> {
                for (int i = 0; i < RUN_UP; i++) {
                    log.append(UUID.randomUUID());
                }
                Appender.run(
                        Duration.ofMillis(millis),
                        log::append,
                        (stream, micros) -> System.out.println(stream + " " + micros));
                return 0;
            });
        }
    }
}
