package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogReader;
import io.eventsource.signal.LogSignal;
import io.eventsource.testing.CountingDataSource;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.time.Clocks;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.util.backoff.ExponentialBackOff;

/** When the reader of the tail looks at the log. */
@OnEachPostgres
class TailReaderIT extends SubscriptionFixture {

    TailReaderIT(TestDatabase database) {
        super(database);
    }

    @Test
    void a_suspicion_is_answered_by_a_new_look_at_once() throws InterruptedException {
        long last = deposit(1).get(0);
        CountingDataSource counting = new CountingDataSource(database.dataSource());
        TailReader tail = new TailReader(
                HighWaterMark.of(counting, TestDatabase.SCHEMA, Clocks.system()),
                new LogReader(counting, TestDatabase.SCHEMA),
                new SubscriptionSettings.Filter(Set.of("deposited"), Set.of(), null),
                new LogSignal(),
                InstanceSettings.defaults().withPollInterval(LONG),
                new ExponentialBackOff(),
                Clocks.system());
        StopSignal stop = new StopSignal();
        Thread thread = new Thread(() -> {
            try {
                tail.run(stop);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        try {
            // the last statement of a look publishes the mark; the next look is as far away as the next poll
            eventually()
                    .until(() -> jdbc.queryForList("SELECT position FROM eventsource.high_water_mark", Long.class)
                                    .get(0)
                            >= last);
            TailReader.Place before = tail.place();
            assertThat(before.incarnation()).isNotNull();
            int statements = counting.statements();

            tail.suspect();

            eventually()
                    .until(() ->
                            counting.statements() > statements && tail.place().known());
            assertThat(tail.place()).as("nothing was lost").isEqualTo(before);
        } finally {
            stop.raise();
            tail.wakeAll();
            thread.join();
        }
    }
}
