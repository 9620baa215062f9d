package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.log.HighWaterMark;
import io.eventsource.projection.EventHandlers;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** What tests of segments share: instances that drive one subscription in segments. */
abstract class SegmentsFixture extends SubscriptionFixture {

    static final Duration LEASE = Duration.ofSeconds(3);
    static final int SEGMENTS = 6;

    SegmentsFixture(TestDatabase database) {
        super(database);
    }

    SubscriptionManager instance(SubscriptionSettings settings, InstanceSettings how, EventHandlers handlers) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        new LogSignal())
                .settings(how)
                .build(List.of(new SubscriptionDefinition(handlers, settings, database.transactionManager())));
        managers.add(manager);
        return manager;
    }

    static SubscriptionSettings segmented(int segments) {
        SubscriptionSettings quick = quick(10);
        return quick.toBuilder().processingTimeout(LEASE).segments(segments).build();
    }

    static InstanceSettings leased() {
        return InstanceSettings.defaults().withPollInterval(SHORT).withLeaseDuration(LEASE);
    }

    SubscriptionManager instance() {
        return instance(segmented(SEGMENTS), leased(), handlers());
    }

    Map<UUID, Long> owners() {
        return jdbc
                .queryForList(
                        "SELECT owner FROM eventsource.projection_checkpoints WHERE projection_name = ? AND owner IS NOT NULL",
                        UUID.class,
                        name)
                .stream()
                .collect(java.util.stream.Collectors.groupingBy(each -> each, java.util.stream.Collectors.counting()));
    }

    List<String> segments() {
        return jdbc.queryForList(
                """
                SELECT format('%s-%s at %s, epoch %s of %s, into %s at %s',
                              segment, last_bucket, position, epoch, owner, merge_into, merge_at)
                  FROM eventsource.projection_checkpoints WHERE projection_name = ? ORDER BY segment""",
                String.class, name);
    }

    void awaitSegments(int count) {
        eventually().untilAsserted(() -> assertThat(segments()).hasSize(count));
    }

    /** Deposits to many aggregates, several times each. */
    void traffic(int rounds) {
        List<UUID> streams =
                IntStream.range(0, 40).mapToObj(i -> UUID.randomUUID()).toList();
        for (int i = 0; i < rounds; i++) {
            streams.forEach(stream -> store.append(StreamAppend.to("account", stream, new Deposited(1))));
        }
    }

    void assertEachEffectOnceAndStreamsInOrder() {
        List<Long> all = allDeposits();
        eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                        "SELECT position FROM effects WHERE projection = ? ORDER BY position", Long.class, name))
                .as(
                        "Segments %s, dead letters %s",
                        segments(),
                        jdbc.queryForList(
                                "SELECT position, error_type, error_message FROM eventsource.dead_letter_queue"))
                .containsExactlyElementsOf(all));
        assertThat(jdbc.queryForList(
                        """
                        SELECT count(*) FROM (
                            SELECT version - lag(version) OVER (PARTITION BY stream ORDER BY id) AS step
                              FROM effects WHERE projection = ?) AS steps
                         WHERE step <> 1""",
                        Long.class,
                        name))
                .containsExactly(0L);
    }

    /** One with a segment of the test's own subscription and two of each other. */
    SubscriptionManager instance(List<String> names) {
        SubscriptionManager manager = SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        new LogSignal())
                .settings(leased())
                .build(names.stream()
                        .map(each -> new SubscriptionDefinition(
                                new RecordingHandlers(each, jdbc, "deposited"),
                                segmented(each.equals(name) ? 1 : 2),
                                database.transactionManager()))
                        .toList());
        managers.add(manager);
        return manager;
    }
}
