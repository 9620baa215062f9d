package io.eventsource.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever the order in which transactions commit, roll back or hang: every committed event is seen once, in order, and
 * nothing else, and no further event is needed to reach the last one. A reader that breaks a rule is seen to fail.
 */
@OnEachPostgres
class LogReadingPropertyIT {

    private static final int ROUNDS = 8;
    private static final int ROUNDS_FOR_A_FAULT = 250;

    private final TestDatabase database;
    private final TestDatabase neighbour;
    private final long seed = Seeds.next(LogReadingPropertyIT.class);
    private final Random random = new Random(seed);

    LogReadingPropertyIT(TestDatabase database) {
        this.database = database;
        this.neighbour = database.neighbour();
    }

    @AfterEach
    void close() {
        neighbour.close();
    }

    private long end() {
        return database.store().readLog(LogQuery.after(0).limit(1)).highWaterMark();
    }

    @Test
    void every_committed_event_is_seen_once_and_in_order_by_every_reader() {
        HighWaterMark shared = HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC());
        LogReader reader = new LogReader(database.dataSource(), TestDatabase.SCHEMA);
        List<String> violations = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long from = end();
            violations.addAll(new LogTraffic(database, neighbour, random.nextLong())
                    .violationsSeenBy(List.of(
                            new LogTraffic.Follower("from the beginning", database.store()::readLog, 0, 1000),
                            new LogTraffic.Follower("own mark", database.store()::readLog, from, 7),
                            new LogTraffic.Follower(
                                    "shared mark", query -> reader.read(query, shared.advance()), from, 60),
                            new LogTraffic.Follower(
                                    "shared mark too", query -> reader.read(query, shared.advance()), from, 60))));
        }
        assertThat(violations).as("seed %d", seed).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(FaultyReaders.class)
    void a_reader_that_breaks_a_rule_is_seen_to_lose_events(FaultyReaders fault) {
        List<String> violations = new ArrayList<>();
        for (int round = 0; round < ROUNDS_FOR_A_FAULT && violations.isEmpty(); round++) {
            // long pages, because a reader that lags behind the mark does not notice a mark that is wrong
            LogTraffic traffic = new LogTraffic(database, neighbour, random.nextLong());
            violations.addAll(traffic.violationsSeenBy(List.of(new LogTraffic.Follower(
                    fault.name(), fault.on(database, traffic::letOthersCommit), end(), 10_000))));
        }
        assertThat(violations).as("what %s loses, seed %d", fault, seed).isNotEmpty();
    }
}
