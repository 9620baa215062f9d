package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventEnvelope;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.TestDatabase;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an event that can never be handled costs: three transactions, whatever the size of batches. */
class PoisonCostIT extends ParkingSubscriptionFixture {

    private static final int EVENTS = 2_000;
    private static final int BATCH = 200;
    private static final int ONE_IN = 100;

    private final Set<Long> transactions = ConcurrentHashMap.newKeySet();

    PoisonCostIT() {
        super(TestDatabase.migrated(18));
    }

    @AfterEach
    void close() {
        managers.forEach(each -> assertThat(each.stop(STOP_WITHIN)).isTrue());
        database.close();
    }

    /** Transactions that parked an event that failed, and wrote no effect of a batch. */
    private long transactionsForParkingAlone() {
        return Objects.requireNonNull(jdbc.queryForObject(
                """
                SELECT count(DISTINCT parked.xmin::text) FROM eventsource.dead_letter_queue AS parked
                 WHERE parked.projection_name = ? AND parked.status = 'failed'
                   AND NOT EXISTS (SELECT FROM effects WHERE effects.xmin = parked.xmin)""",
                Long.class,
                name));
    }

    private void taste(EventEnvelope<Object> event, Set<Long> poison) {
        transactions.add(jdbc.queryForObject("SELECT txid_current()", Long.class));
        if (poison.contains(event.position())) {
            throw new PoisonException(event.position());
        }
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    void batches_go_on_from_the_event_that_failed(Delivery delivery) {
        List<Long> positions = IntStream.range(0, EVENTS / 10)
                .boxed()
                .flatMap(each -> deposit(10).stream())
                .toList();
        Set<Long> poison =
                positions.stream().filter(each -> each % ONE_IN == 57).collect(Collectors.toUnmodifiableSet());
        PoisonHandlers poisoned = new PoisonHandlers(name, delivery, jdbc).poisonedBy(event -> taste(event, poison));
        SubscriptionManager manager = manager(new Tuning(quickParkingAll(BATCH), SHORT), poisoned);

        manager.start();
        awaitPassed(manager);

        assertThat(poison).hasSize(EVENTS / ONE_IN);
        assertThat(effects.openPositions()).containsAll(poison);
        // the one that fails, the one of those before, the one of the event alone; parking runs no handler
        assertThat(transactions).hasSizeLessThanOrEqualTo(3 * poison.size() + EVENTS / BATCH + 5);
        assertThat(poisoned.attempts()).hasSizeLessThanOrEqualTo(2 * EVENTS + poison.size());
        // each is parked with the next batch; at least once has no transaction of the store
        assertThat(transactionsForParkingAlone()).isEqualTo(delivery == Delivery.EXACTLY_ONCE ? 0 : poison.size());
    }
}
