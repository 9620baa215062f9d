package io.eventsource.store;

import static io.eventsource.store.EventStoreFixture.deposits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.event.EventEnvelope;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStoreSettings.AppendTiming;
import io.eventsource.testing.AnswerLosingProxy;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** The connection is cut between the commit and its answer. */
@OnEachPostgres
class LostAnswerIT {

    private final TestDatabase database;
    private final EventStore direct;
    private final AnswerLosingProxy proxy;
    private final HikariDataSource pool;
    private final UUID account = UUID.randomUUID();

    LostAnswerIT(TestDatabase database) {
        this.database = database;
        direct = database.store();
        proxy = new AnswerLosingProxy(database.port());
        pool = database.throughPort(proxy.port());
    }

    @AfterEach
    void close() {
        pool.close();
        proxy.close();
    }

    private EventStore store(boolean groupCommit) {
        EventStore store = TestDatabase.store(
                pool,
                TestEvents.codec(),
                HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                new LogSignal(),
                new EventStoreSettings(AppendTiming.DEFERRED, Duration.ofSeconds(10), groupCommit));
        // connections are made and statements prepared
        store.append(deposits(UUID.randomUUID(), 1));
        return store;
    }

    private List<Long> versions() {
        return direct.readStream(StreamQuery.of(account)).stream()
                .map(EventEnvelope::version)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {-2, -1, 3})
    void the_retry_of_an_append_whose_answer_was_lost_does_not_append_twice(long expected) {
        direct.append(deposits(account, 1, 2, 3));
        EventStore store = store(false);
        ExpectedVersion version = expected == -1
                ? ExpectedVersion.any()
                : expected == -2 ? ExpectedVersion.streamExists() : ExpectedVersion.exact(expected);
        StreamAppend append = deposits(account, 4, 5).expecting(version).withAppendId(UUID.randomUUID());
        proxy.loseNextAnswerWith("append_event");

        assertThatThrownBy(() -> store.append(append)).isInstanceOf(DataAccessException.class);
        assertThat(versions()).as("it was committed all the same").hasSize(5);
        for (int i = 0; i < 15; i++) {
            direct.append(deposits(account, 6));
        }
        AppendResult retried = store.append(append);

        assertThat(retried.duplicate()).isTrue();
        assertThat(retried.firstVersion()).isEqualTo(4);
        assertThat(retried.lastVersion()).isEqualTo(5);
        assertThat(versions()).hasSize(20);
    }

    @Test
    void an_append_of_a_group_is_recognised_without_the_callers_help() {
        EventStore store = store(true);
        proxy.loseNextAnswerWith("append_event");

        AppendResult result = store.append(deposits(account, 1));

        assertThat(result.duplicate()).isTrue();
        assertThat(versions()).containsExactly(1L);
    }
}
