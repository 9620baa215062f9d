package io.eventsource.benchmarks;

import io.eventsource.subscription.SubscriptionSettings;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What one of several instances does: says that it is ready, starts when told to, and stops when its input ends. */
@Command(
        name = "follow",
        hidden = true,
        description = "Follows as one of several JVMs; used by the rows that need some.")
final class FollowCommand implements Callable<Integer> {

    private static final int CONNECTIONS = 10;

    @Option(names = "--server", required = true)
    private String server = "";

    @Option(names = "--database", required = true)
    private String database = "";

    @Option(names = "--username", required = true)
    private String username = "";

    @Option(names = "--segments", required = true)
    private int segments;

    FollowCommand() {}

    @Override
    public Integer call() throws Exception {
        try (Database pool =
                new Database(server, database, username, System.getenv(AppendCommand.PASSWORD), CONNECTIONS)) {
            pool.jdbc().queryForObject("SELECT 1", Integer.class);
            System.out.println("ready");
            if (System.in.read() < 0) {
                return 0;
            }
            LiveLog log = EventsourceLog.start(
                    pool,
                    List.of((stream, line) -> {}),
                    SubscriptionSettings.builder().segments(segments).build());
            try {
                while (System.in.read() >= 0) {
                    // until whoever started this has seen enough
                }
            } finally {
                log.close();
            }
            return 0;
        }
    }
}
