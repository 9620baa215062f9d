package io.eventsource.benchmarks;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All rows. */
final class Rows {

    private static final List<Row> STORE = List.of(
            new AppendRow("append-1-callers-1", 1, 1, false, 0),
            new AppendRow("append-1-callers-16", 16, 1, false, 0),
            new AppendRow("append-1-callers-64", 64, 1, false, 0),
            new AppendRow("append-1-in-transaction", 16, 1, true, 0),
            new AppendRow("append-10", 16, 10, false, 0),
            new AppendRow("append-100", 8, 100, false, 0),
            new AppendRow("append-1-of-1-kb", 16, 1, false, 1_000),
            new AppendRow("append-1-of-5-kb", 16, 1, false, 5_000),
            new FirstMinuteRow("first-minute", 16),
            new MixedRow("mixed-8-8", 8, 8, 256, 100),
            new MixedRow("mixed-4-24", 4, 24, 384, 15),
            new SkewedRow("skewed-streams", 4),
            new HotStreamRow("hot-stream", 16),
            new LoadRow("load-100", 100),
            new LoadRow("load-1000", 1_000),
            new LoadSnapshotRow("load-snapshot", 1_000, 50),
            new AppendWithSnapshotsRow("append-with-snapshots", 16),
            new AppendObservedRow("append-observed", 16),
            new BusyStreamRow("busy-stream", 16),
            new SlowTransactionRow("slow-transaction"),
            new BulkLoadRow("bulk-load", 4),
            new StoreSizeRow("store-size"),
            new CatchUpRow("catch-up"),
            new CatchUpInstancesRow("catch-up-instances", 8, 3),
            new ProjectionUpsertRow("projection-upsert"),
            new PoisonRow("poison", 100),
            new FailureHandlingRow("failure-handling"),
            new LatencyRow("latency-same-jvm", false),
            new LatencyRow("latency-other-jvm", true),
            new AppendWithSubscriptionsRow("append-with-subscriptions", 16),
            new IdleSubscriptionsRow("idle-subscriptions", 100),
            new UnrelatedTransactionsRow("unrelated-transactions"),
            new StartUpRow("start-up"));

    static final List<Row> ALL = Stream.concat(
                    STORE.stream(),
                    ServiceLoader.load(RowSource.class).stream().flatMap(source -> source.get().rows().stream()))
            .toList();

    private Rows() {}

    /**
     * Picks rows.
     *
     * @param names their names; none for all
     * @throws IllegalArgumentException when a name is unknown
     */
    static List<Row> named(List<String> names) {
        List<String> known = ALL.stream().map(Row::name).toList();
        names.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("There is no row '%s', only %s"
                    .formatted(name, known.stream().collect(Collectors.joining(", "))));
        });
        return ALL.stream()
                .filter(row -> names.isEmpty() || names.contains(row.name()))
                .toList();
    }
}
