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

    /** How many have written anything, or asked for their number. */
    private long transactionsEver() {
        return Objects.requireNonNull(jdbc.queryForObject("SELECT txid_current()", Long.class));
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

        long before = transactionsEver();
        manager.start();
        awaitPassed(manager);

        // each attempt has asked for its number, and so has taken one; at least once, checkpoints and parking take
        // others
        int each = delivery == Delivery.EXACTLY_ONCE ? 3 : 6;
        assertThat(transactionsEver() - before).isLessThanOrEqualTo(each * poison.size() + EVENTS / BATCH + 10L);
        assertThat(poison).hasSize(EVENTS / ONE_IN);
        assertThat(effects.openPositions()).containsAll(poison);
        // the one that fails, the one of those before, the one of the event alone; parking runs no handler
        assertThat(transactions).hasSizeLessThanOrEqualTo(3 * poison.size() + EVENTS / BATCH + 5);
        assertThat(poisoned.attempts()).hasSizeLessThanOrEqualTo(2 * EVENTS + poison.size());
    }
}
