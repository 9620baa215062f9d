package io.eventsource.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventRevision;
import io.eventsource.event.EventType;
import io.eventsource.evolution.Accounts.Opened1;
import io.eventsource.evolution.Accounts.Shut;
import io.eventsource.evolution.EventStoreVerification.DecodingFailure;
import io.eventsource.evolution.EventSurvey.RevisionCount;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Noted;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@OnEachPostgres
class EventStoreVerificationIT {

    private final TestDatabase database;
    private final EventStore earlier;
    private final EventStore today;

    EventStoreVerificationIT(TestDatabase server) {
        this.database = TestDatabase.migrated(server.major());
        this.earlier = database.store(Accounts.earlier(Opened1.class, Shut.class, Noted.class), new LogSignal());
        this.today = database.store(Accounts.today(), new LogSignal());
    }

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private void append(int count, Object event) {
        earlier.append(StreamAppend.to("account", UUID.randomUUID(), Collections.nCopies(count, event)));
    }

    private EventStoreVerification.Result verify(List<EventStoreVerification.Progress> progress) {
        return new EventStoreVerification(today, Accounts.today().proof(), Ticker.system()).run(progress::add);
    }

    @Test
    void what_cannot_be_decoded_is_told_apart_with_its_first_place_and_the_run_goes_on_to_the_end() {
        append(1_500, new Opened1("ada", "12.50"));
        append(2, new Noted("unknown"));
        append(3, new Opened1("eve", "much"));
        append(1, new Shut("over"));
        List<EventStoreVerification.Progress> progress = new ArrayList<>();

        EventStoreVerification.Result result = verify(progress);

        assertThat(result.successful()).isFalse();
        assertThat(result.events()).isEqualTo(1_506);
        assertThat(result.failedEvents()).isEqualTo(5);
        assertThat(result.upToPosition()).isEqualTo(today.highWaterMark());
        assertThat(result.counts())
                .containsExactly(
                        new RevisionCount(new EventRevision("noted", 1), 2),
                        new RevisionCount(new EventRevision("opened", 1), 1_503),
                        new RevisionCount(new EventRevision("shut", 1), 1));
        assertThat(result.failures())
                .extracting(
                        DecodingFailure::revision,
                        DecodingFailure::cause,
                        DecodingFailure::count,
                        DecodingFailure::firstPosition)
                .containsExactly(
                        tuple(new EventRevision("noted", 1), "UnknownEventTypeException", 2L, 1_501L),
                        tuple(new EventRevision("opened", 1), "NumberFormatException", 3L, 1_503L));
        assertThat(result.failures().get(1).firstMessage()).contains("the upcaster from 'opened' revision 2");
        assertThat(progress)
                .extracting(EventStoreVerification.Progress::events, EventStoreVerification.Progress::failures)
                .containsExactly(tuple(1_000L, 0L), tuple(1_506L, 5L));
        assertThat(progress.get(0).position()).isEqualTo(1_000);
        assertThat(progress.get(0).upToPosition()).isEqualTo(1_506);
        assertThat(progress.get(0).remaining()).isPositive();
        assertThat(progress.get(1).remaining()).isZero();
        assertThat(progress.get(1).eventsPerSecond()).isPositive();
    }

    /** Its constructor makes another text of the one it is given, each time. */
    @EventType("shut")
    record Growing(String reason) {
        Growing {
            reason = reason + "!";
        }
    }

    @Test
    void what_is_read_and_would_not_come_back_equal_is_told_with_its_class() {
        append(2, new Shut("over"));
        EventCodec codec = Accounts.earlier(Growing.class);
        EventStore store = database.store(codec, new LogSignal());

        EventStoreVerification.Result result =
                new EventStoreVerification(store, codec.proof(), Ticker.system()).run(progress -> {});

        assertThat(result.failures())
                .extracting(DecodingFailure::cause, DecodingFailure::count, DecodingFailure::firstPosition)
                .containsExactly(tuple("EventEncodingException", 2L, 1L));
        assertThat(result.failures().get(0).firstMessage()).contains(Growing.class.getName() + ", reason");
    }

    @Test
    void a_store_that_can_be_read_and_an_empty_one_are_successful_and_stay_as_they_are() {
        assertThat(verify(new ArrayList<>()).successful()).isTrue();
        append(3, new Opened1("ada", "1"));

        EventStoreVerification.Result result = verify(new ArrayList<>());

        assertThat(result.successful()).isTrue();
        assertThat(result.events()).isEqualTo(3);
        assertThat(database.jdbc().queryForList("SELECT DISTINCT revision FROM eventsource.events", Integer.class))
                .containsExactly(1);
    }

    @Test
    void events_appended_meanwhile_are_left_out() {
        append(1_001, new Opened1("ada", "1"));
        EventStoreVerification verification =
                new EventStoreVerification(today, Accounts.today().proof(), Ticker.system());

        EventStoreVerification.Result result = verification.run(progress -> append(1, new Noted("too late")));

        assertThat(result.events()).isEqualTo(1_001);
        assertThat(result.upToPosition()).isEqualTo(1_001);
    }

    @Test
    void an_interrupted_run_ends_without_a_result() {
        append(2_000, new Opened1("ada", "1"));
        EventStoreVerification verification =
                new EventStoreVerification(today, Accounts.today().proof(), Ticker.system());
        assertThatThrownBy(() ->
                        verification.run(progress -> Thread.currentThread().interrupt()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("position 1000");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void the_rest_takes_as_long_as_the_mean_so_far() {
        EventStoreVerification.Progress quarter =
                new EventStoreVerification.Progress(200, 0, 250, 1_000, Duration.ofSeconds(2));
        assertThat(quarter.remaining()).isEqualTo(Duration.ofSeconds(6));
        assertThat(quarter.eventsPerSecond()).isEqualTo(100);
        assertThat(new EventStoreVerification.Progress(0, 0, 0, 10, Duration.ZERO).remaining())
                .isNull();
    }
}
